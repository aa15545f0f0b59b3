"""What this machine can do, line by line, and the command that mends what is missing."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rich.console import Console
from rich.text import Text

from deployments import server
from deployments.places import home
from runners.sandboxes import choose
from testwright.campaign import SandboxName
from testwright.errors import SandboxUnavailable

ROOM = 2 * 2**30
"""Bytes of free disk below which an environment may not fit."""


class Health(StrEnum):
    """How a line is to be read."""

    GOOD = "ok"
    MISSING = "missing"
    """A campaign cannot run."""
    OPTIONAL = "absent"
    """Something is less good without it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    what: str
    health: Health
    detail: str = ""
    mend: str = ""
    """The command that mends it."""


def examine() -> tuple[Line, ...]:
    """Look at everything, from the ground up."""
    boxes = tuple(_sandbox(name) for name in (SandboxName.DOCKER, SandboxName.BUBBLEWRAP))
    return (_python(), _uv(), _git(), *boxes, _isolation(boxes), *_languages(), _browser(), _server(), _disk())


def show(lines: tuple[Line, ...]) -> int:
    """Print the lines; the exit status is 1 when a campaign cannot run here."""
    console = Console(highlight=False, soft_wrap=True)
    colours = {Health.GOOD: "green", Health.MISSING: "bold red", Health.OPTIONAL: "yellow"}
    width = max(len(line.what) for line in lines)
    for line in lines:
        text = Text.assemble((f"{line.health:<8}", colours[line.health]), f"{line.what:<{width}}  {line.detail}")
        console.print(text)
        if line.mend:
            console.print(Text(f"{'':<8}{'':<{width}}  mend: {line.mend}", style="dim"))
    return int(any(line.health is Health.MISSING for line in lines))


def _python() -> Line:
    return Line("Python", Health.GOOD, f"{platform.python_version()} at {sys.executable}")


def _uv() -> Line:
    import uv

    return Line("uv", Health.GOOD, f"{_said(uv.find_uv_bin(), '--version')}, makes the environments of sources")


def _git() -> Line:
    if path := shutil.which("git"):
        return Line("git", Health.GOOD, _said(path, "--version"))
    return Line("git", Health.MISSING, "needed to fetch git sources and to make patches", _install("git"))


def _sandbox(name: SandboxName) -> Line:
    try:
        promises = choose(name).check()
    except SandboxUnavailable as problem:
        return Line(name, Health.OPTIONAL, str(problem), _MEND[name]())
    return Line(name, Health.GOOD, f"{len(promises)} promises checked: {', '.join(promises)}" if promises else "self-check passed")


def _isolation(boxes: tuple[Line, ...]) -> Line:
    usable = [line.what for line in boxes if line.health is Health.GOOD]
    if usable:
        return Line("isolation", Health.GOOD, f"`--sandbox auto` takes {usable[0]}")
    detail = "no sandbox works here; `--sandbox process` isolates nothing, only for code you trust"
    return Line("isolation", Health.MISSING, detail, _MEND[SandboxName.BUBBLEWRAP]())


def _languages() -> tuple[Line, ...]:
    from runners.languages import LANGUAGES

    return tuple(_language(name, ", ".join(language.SUFFIXES)) for name, language in LANGUAGES.items())


def _language(name: str, suffixes: str) -> Line:
    """npm fetches the pinned tools where there is no image of them."""
    if name == "javascript" and not shutil.which("npm"):
        return Line(f"language {name}", Health.OPTIONAL, "npm is missing: only the docker sandbox can serve it", _install("npm"))
    return Line(f"language {name}", Health.GOOD, f"source files: {suffixes}")


def _browser() -> Line:
    found = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
    if found:
        return Line("chromium", Health.GOOD, found)
    return Line("chromium", Health.OPTIONAL, "only the project's own tests use it, to look at reports", _install("chromium"))


def _server() -> Line:
    if named := server.configured():
        if server.answers(named):
            return Line("Prefect", Health.GOOD, f"server {named}, named by PREFECT_API_URL or your Prefect profile")
        return Line("Prefect", Health.MISSING, f"the server {named} does not answer", "unset PREFECT_API_URL  (or start that server)")
    own = server.service().running()
    if own is None:
        return Line("Prefect", Health.GOOD, "no server yet; `testwright run` and `testwright up` start a local one")
    if server.answers(own.address):
        return Line("Prefect", Health.GOOD, f"local server, {own.address.removesuffix('/api')}")
    return Line(
        "Prefect",
        Health.MISSING,
        f"the local server does not answer; its log is {server.service().log}",
        "testwright down && testwright up",
    )


def _disk() -> Line:
    places = {_existing(Path.cwd()), _existing(home())}
    least = min(places, key=lambda place: shutil.disk_usage(place).free)
    free = shutil.disk_usage(least).free
    detail = f"{free / 2**30:.1f} GiB free at {least}"
    if not all(os.access(place, os.W_OK) for place in places):
        return Line("disk", Health.MISSING, "the working folder or the state folder cannot be written", "cd to a folder of yours")
    if free < ROOM:
        return Line("disk", Health.OPTIONAL, f"{detail}; environments of sources may not fit", "rm -r .testwright/environments")
    return Line("disk", Health.GOOD, detail)


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _said(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20)
    return (done.stdout or done.stderr).strip().partition("\n")[0]


def _install(package: str) -> str:
    for tool, words in _INSTALLERS.items():
        if shutil.which(tool):
            sudo = "" if os.geteuid() == 0 or tool == "brew" else "sudo "
            return f"{sudo}{tool} {words} {package}"
    return f"install {package} with your system's package tool"


_INSTALLERS = {"apt-get": "install -y", "dnf": "install -y", "pacman": "-S", "zypper": "install", "apk": "add", "brew": "install"}


def _start_docker() -> str:
    if not shutil.which("dockerd") and not shutil.which("docker"):
        return _install("docker.io" if shutil.which("apt-get") else "docker")
    return f"{'' if os.geteuid() == 0 else 'sudo '}{'systemctl start docker' if shutil.which('systemctl') else 'dockerd &'}"


_MEND: dict[SandboxName, Callable[[], str]] = {
    SandboxName.DOCKER: _start_docker,
    SandboxName.BUBBLEWRAP: lambda: _install("bubblewrap"),
}
