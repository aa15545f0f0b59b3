"""Each entry of the self-check, in a box whose protection was taken away: it has to say so."""

import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runners.sandboxes import bubblewrap, docker_profile, seccomp, selfcheck, view, wardened
from runners.sandboxes.docker import DockerSandbox
from runners.sandboxes.docker_settings import DockerSettings
from runners.sandboxes.selfcheck import PROMISES, verify
from tests.runners.sandboxes.conftest import open_box
from testwright.errors import SandboxUnavailable
from testwright.model import Command

Patch = pytest.MonkeyPatch
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to keep")


def broken(sandbox: Any, python: str, reads: tuple[str, ...] = ()) -> set[str]:
    """Names of the promises that the self-check finds broken."""
    try:
        verify(sandbox, python, reads, "HOSTNAME")
    except SandboxUnavailable as refusal:
        return {name for name, promise in PROMISES.items() if promise in str(refusal)} or {str(refusal)}
    return set()


class Changed:
    """A sandbox whose commands are changed before they run."""

    def __init__(self, sandbox: Any, change: Callable[[Command], Command]) -> None:
        self.sandbox, self.change, self.name = sandbox, change, sandbox.name

    def run(self, command: Command) -> Any:
        """Run the changed command."""
        return self.sandbox.run(self.change(command))


# ---- bubblewrap: its options without one of them -------------------------------------------------------------------


def options(patch: Patch, change: Callable[[list[str]], list[str]]) -> None:
    """Change the options of bubblewrap."""
    real = view.options
    patch.setattr(view, "options", lambda *arguments, **named: change(list(real(*arguments, **named))))


def without(word: str, values: int = 0) -> Callable[[list[str]], list[str]]:
    """The options without this one and its values."""

    def change(given: list[str]) -> list[str]:
        at = given.index(word)
        return given[:at] + given[at + 1 + values :]

    return change


def no_filter(patch: Patch, _folder: Path) -> None:
    """Allow every call."""
    patch.setattr(seccomp, "program", lambda *_: struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF0000))


def a_system_to_write(patch: Patch, _folder: Path) -> None:
    """Mount the system's folders so that they could be written by who may."""
    options(patch, lambda given: ["--bind" if word == "--ro-bind" else word for word in given])


def large_storage(patch: Patch, _folder: Path) -> None:
    """A scratch folder without a bound of ours."""
    real = bubblewrap.BubblewrapSandbox._order
    patch.setattr(bubblewrap.BubblewrapSandbox, "_order", lambda *given: {**real(*given), "room_size": 1 << 33})


def no_limits(patch: Patch, _folder: Path) -> None:
    """Nothing that the kernel keeps for each process."""
    patch.setattr(wardened, "rlimits", lambda limits: {})


def no_steps_down(patch: Patch, _folder: Path) -> None:
    """Leave the command what the box needs to step down."""
    patch.setattr(bubblewrap, "_last_steps", lambda command, owner: list(command.argv))


def a_variable(patch: Patch, _folder: Path) -> None:
    """Let a variable of the host in."""
    real = bubblewrap.fixed_environment
    patch.setattr(bubblewrap, "fixed_environment", lambda *given: {**real(*given), "TOKEN": "1"})


def the_home_of_root(patch: Patch, folder: Path) -> None:
    """Show a home that nobody named."""
    (folder / ".netrc").write_text("secret")
    folder.chmod(0o755)
    home = "/tmp/home-of-root"  # noqa: S108 - the box's own
    patch.setattr(selfcheck, "_home_of_root", lambda: home)
    options(patch, lambda given: [*given[:-2], "--ro-bind", str(folder), home, *given[-2:]])


TAKEN_AWAY = [
    pytest.param("sockets calls foreign-calls", no_filter, id="filter"),
    pytest.param("system", a_system_to_write, id="read-only"),
    pytest.param("storage", large_storage, id="storage"),
    pytest.param("limits", no_limits, id="limits"),
    pytest.param("processes", lambda patch, _: options(patch, without("--unshare-pid")), id="processes"),
    pytest.param("inheritance", lambda patch, _: options(patch, without("--hostname", 1)), id="host name"),
    pytest.param("inheritance", a_variable, id="variable"),
    pytest.param("privileges", no_steps_down, id="privileges", marks=ROOT),
    pytest.param("secrets", the_home_of_root, id="home of root"),
]


@pytest.mark.parametrize(("names", "take_away"), TAKEN_AWAY)
def test_the_self_check_sees_what_bubblewrap_lacks(
    names: str, take_away: Callable[[Patch, Path], None], tmp_path: Path, monkeypatch: Patch
) -> None:
    box = open_box("bubblewrap")
    take_away(monkeypatch, tmp_path)

    assert broken(box.sandbox, box.interpreter, box.prefixes) >= {name.replace("-", " ") for name in names.split()}


@pytest.mark.parametrize("name", ["bubblewrap", pytest.param("docker", marks=pytest.mark.docker)])
def test_the_self_check_sees_a_network(name: str) -> None:
    box = open_box(name)
    assert "network" in broken(Changed(box.sandbox, lambda command: replace(command, network=True)), box.interpreter, box.prefixes)


# ---- docker: its request without one of the walls --------------------------------------------------------------------


def unconfined(host: dict[str, Any]) -> dict[str, Any]:
    """Everything that the engine's own profile would stop may be called."""
    return {**host, "SecurityOpt": ["no-new-privileges:true", "seccomp=unconfined"]}


WALLS: Mapping[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "filter": ("sockets calls foreign-calls", unconfined),
    "read-only": ("system", lambda host: {**host, "ReadonlyRootfs": False}),
    "limits": ("limits", lambda host: {**host, "Ulimits": []}),
    "new privileges": ("privileges", lambda host: {**host, "SecurityOpt": host["SecurityOpt"][1:]}),
    "storage": ("storage", lambda host: {**host, "Tmpfs": {**host["Tmpfs"], "/tmp": "rw,exec,mode=1777"}}),  # noqa: S108 - the box's own
    "secrets": ("secrets", lambda host: {**host, "Mounts": [*host["Mounts"], {"Type": "tmpfs", "Target": "/run/docker.sock"}]}),
}


@pytest.mark.slow
@pytest.mark.docker
@pytest.mark.parametrize("wall", WALLS)
def test_the_self_check_sees_which_wall_a_container_lacks(wall: str, monkeypatch: Patch) -> None:
    names, change = WALLS[wall]
    real = docker_profile.box

    def weaker(*arguments: Any) -> dict[str, Any]:
        request = real(*arguments)
        return {**request, "HostConfig": change(request["HostConfig"])}

    monkeypatch.setattr(docker_profile, "box", weaker)
    sandbox = DockerSandbox(DockerSettings.from_environment())
    try:
        assert broken(sandbox, "python3") >= {name.replace("-", " ") for name in names.split()}
    finally:
        sandbox.close()


def test_a_box_with_all_its_walls_passes() -> None:
    box = open_box("bubblewrap")
    assert broken(box.sandbox, box.interpreter, box.prefixes) == set()
