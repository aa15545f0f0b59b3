"""The commands that make an environment, and what they made.

Whoever runs code that is not trusted (builds, set-up commands) gets a package cache of its own, inside the environment: the shared one is
written only by commands that unpack wheels, so that one project can never leave something there for another.
"""

import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import uv
from packaging.version import InvalidVersion, Version

from runners.formats.text import one_line
from runners.languages import steps
from runners.languages.python.index import Access, access
from runners.languages.python.interpreters import folders, prefixes, serving, versions
from runners.languages.python.manifests import Manifest, manifest
from runners.languages.python.programs import program
from runners.languages.python.sources import files, roots, sources
from testwright.model import Command, Ending, Environment, Limits, Output, Workspace

NAME = "python"
FOREIGN = ("npm:",)
"""What requirements for other languages begin with."""
TOOLS = ("pytest==8.4.2", "coverage==7.17.3 ; python_version >= '3.10'", "coverage==7.10.7 ; python_version < '3.10'")
_LIMITS = Limits(seconds=600, memory=4096, processes=512, file_size=2048, scratch=4096, cpus=2.0)
_WHEELS = ("--only-binary", ":all:")
_COPY = 'rm -rf "$2" && cp -RP "$1/." "$2"'
# `$1` uv, `$2` the folder, `$3` versions that fit, `$4` those that may stand in, `$5` what is asked for, the rest: folders to look in.
# Some systems' Python lacks modules.
_MAKE = """
uv=$1 venv=$2 fitting=$3 serving=$4 wanted=$5; shift 5
make() {
  for version in $1; do for folder in "$@"; do
    python=$folder/python$version
    if [ -x "$python" ] && "$python" -c 'import ctypes, sqlite3, ssl, unittest' 2>/dev/null; then
      "$uv" venv --quiet --clear --python "$python" "$venv" && return 0
    fi
  done; done
  return 1
}
make "$fitting" "$@" && exit 0
make "$serving" "$@" || {
  echo "error: no interpreter here is Python $wanted: install one, or for Docker name an image that has it in TESTWRIGHT_IMAGE" >&2
  exit 1
}
echo "error: no interpreter here satisfies requires-python; $("$venv/bin/python" -V) is used" >&2; exit 3
"""
_UNFITTING = 3
"""Exit code of the above where an interpreter was found, but not of a version that the project asks for."""


def prepare(workspace: Workspace, folder: str, requirements: Sequence[str], setup: Sequence[str]) -> tuple[Command, ...]:
    """Commands that make a virtual environment in FOLDER/venv. Run them all: each does what it can, `environment` says what failed."""
    found = manifest(workspace)
    steps = _Steps(workspace, folder, access(), found)
    seed = ("--seed",) if any("pip" in line for line in setup) else ()
    fitting = versions(found.requires_python)
    make = _MAKE.replace("venv --quiet", shlex.join(("venv", "--quiet", *seed)))
    stand_in, wanted = " ".join(serving(found.requires_python)), found.requires_python or "3"
    search = ("sh", "-c", make, "sh", steps.uv, steps.venv, " ".join(fitting), stand_in, wanted, *folders())
    commands = [steps.command("finding an interpreter", search, notes=(*steps.access.notes, *found.notes), trusted=True, needed=True)]
    commands.append(steps.command("installing the test tools", steps.install(*_WHEELS, *TOOLS), trusted=True, needed=True))
    commands += _wheels(steps, found)
    commands.append(steps.command("copying the project", ("sh", "-c", _COPY, "sh", workspace.root, steps.tree), reads=(workspace.root,)))
    for line in setup:
        shell = steps.inside("sh", "-c", line)
        commands.append(steps.command(f"set-up command {one_line(line, 60)!r}", shell))
    commands += _project(steps, found)
    if own := [each for each in requirements if not each.startswith(FOREIGN)]:
        commands.append(steps.command("installing the extra packages", steps.install("--", *own)))
    commands.append(steps.command("keeping the test tools' versions", steps.install(*_WHEELS, *TOOLS[1:]), trusted=True))
    place = roots(workspace, sources(workspace, files(workspace)))
    finish = (f"{steps.venv}/bin/python", "finish.py", steps.tree, workspace.root, *place)
    programs = {name: program(name) for name in ("finish.py", "fallback.py")}
    commands.append(steps.command("finishing", finish, reads=(workspace.root,), files=programs))
    commands.append(steps.command("cleaning up", ("rm", "-rf", steps.tree, steps.private_cache), quiet=True))
    return tuple(commands)


def _wheels(steps: "_Steps", found: Manifest) -> list[Command]:
    """What can be had without running anything, through the shared cache; what fails here is tried again with builds."""
    commands = []
    if found.static:
        chosen = [f"--extra={name}" for name in found.extras]
        install = steps.install(*_WHEELS, "-r", f"{steps.workspace.root}/pyproject.toml", *chosen)
        commands.append(steps.command("installing dependencies", install, quiet=True, trusted=True, reads=(steps.workspace.root,)))
    for name in (*(() if found.installable else found.requirements), *found.test_requirements):
        install = steps.install(*_WHEELS, "-r", f"{steps.workspace.root}/{name}")
        commands.append(steps.command(f"installing {name}", install, quiet=True, trusted=True, reads=(steps.workspace.root,)))
    return commands


def _project(steps: "_Steps", found: Manifest) -> list[Command]:
    commands = []
    if found.installable:
        extras = f"[{','.join(found.extras)}]" if found.extras else ""
        # From inside the folder: a path with a semicolon in it would be read as a requirement with a marker.
        alternatives = [steps.install(f".{extras}"), steps.install(".")]
        if found.static:
            alternatives.append(steps.install("-r", "pyproject.toml"))
        alternatives += [steps.install("-r", name) for name in found.requirements]
        commands.append(steps.command("installing the project", steps.inside(*_first_of(alternatives))))
    for name in (*(() if found.installable else found.requirements), *found.test_requirements):
        # Relative paths in it (-e ., -r base.txt) are meant from the project's folder.
        commands.append(steps.command(f"installing {name}", steps.inside(*steps.install("-r", name))))
    for group in found.groups:
        install = steps.inside(*steps.install("--group", f"pyproject.toml:{group}"))
        commands.append(steps.command(f"installing the group {group!r}", install))
    if found.loose:
        commands.append(steps.command("installing the tests' requirements", steps.install("--", *found.loose)))
    return commands


def _first_of(alternatives: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Try one after the other until one works; fail as the first failed, so that its message is the one that is told."""
    first, *others = [shlex.join(alternative) for alternative in alternatives]
    rest = " || ".join(f"{other} >/dev/null 2>&1" for other in others)
    return ("sh", "-c", f"{first} || {{ code=$?; {rest}; exit $code; }}" if rest else first)


def _pretended(workspace: Workspace, found: Manifest) -> dict[str, str]:
    """Versions that are read from git fail in a tree without its history: give the project, and only it, one."""
    if not found.name or Path(workspace.root, ".git").exists() or Path(workspace.root, "PKG-INFO").exists():
        return {}
    try:
        version = str(Version(workspace.revision))
    except InvalidVersion:
        version = "0.0.0"
    return {f"SETUPTOOLS_SCM_PRETEND_VERSION_FOR_{re.sub('[-_.]+', '_', found.name).upper()}": version}


class _Steps:
    """What all commands of one environment have in common."""

    def __init__(self, workspace: Workspace, folder: str, reach: Access, found: Manifest) -> None:
        self.workspace, self.folder, self.access = workspace, folder, reach
        self.uv = str(Path(uv.find_uv_bin()).resolve())
        self.venv, self.tree, self.private_cache = f"{folder}/venv", f"{folder}/tree", f"{folder}/cache"
        self.shared_cache = str(Path(folder).parent / "packages")
        self.version = _pretended(workspace, found)

    def install(self, *arguments: str) -> tuple[str, ...]:
        return (self.uv, "pip", "install", "--quiet", "--python", f"{self.venv}/bin/python", *arguments)

    def inside(self, *argv: str) -> tuple[str, ...]:
        """The same from the copy of the project."""
        return ("sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", self.tree, *argv)

    def command(
        self,
        name: str,
        argv: Sequence[str],
        *,
        quiet: bool = False,
        trusted: bool = False,
        needed: bool = False,
        notes: Sequence[str] = (),
        reads: Sequence[str] = (),
        files: dict[str, bytes] | None = None,
    ) -> Command:
        """Say what to run.

        `trusted`: runs no code of the project or of its dependencies. `quiet`: what fails is tried again in another way.
        `needed`: without it no test can run.
        """
        step = {"name": name, "quiet": quiet, "needed": needed, "notes": list(notes)}
        return Command(
            argv=tuple(argv),
            limits=_LIMITS,
            environment={
                **self.access.environment,
                "UV_CACHE_DIR": self.shared_cache if trusted else self.private_cache,
                # A hard link into the cache would let a build change what others get.
                "UV_LINK_MODE": "copy",
                "UV_NO_PROGRESS": "1",
                "UV_PYTHON_DOWNLOADS": "never",
                "NO_COLOR": "1",
                **self.version,
                "VIRTUAL_ENV": self.venv,
                "PATH": f"{self.venv}/bin:/usr/local/bin:/usr/bin:/bin",
            },
            files={"step.json": json.dumps(step).encode(), **(files or {})},
            reads=(self.uv, *prefixes(), *self.access.reads, *reads),
            writes=(self.folder, self.shared_cache) if trusted else (self.folder,),
            results=("step.json", "facts.json"),
            network=True,
        )


def environment(workspace: Workspace, folder: str, key: str, outputs: Sequence[Output]) -> Environment:
    """What the commands made; a step that failed is a note, and makes the environment incomplete."""
    notes: list[str] = []
    complete = usable = True
    runtime = f"{folder}/venv/bin/python"
    for number, output in enumerate(outputs, 1):
        step = steps.said(output.files.get("step.json", b""))
        notes += steps.notes(step)
        if (output.ending is Ending.EXITED and output.exit_code == 0) or step.get("quiet") is True:
            continue
        complete = False
        usable = usable and not (step.get("needed") is True and output.exit_code != _UNFITTING)
        notes.append(
            f"{one_line(str(step.get('name', f'step {number}')), 120)} failed: {steps.why(output, ('error:', 'Failed', 'No solution'))}"
        )
        if number == 1 and not usable:
            runtime = ""  # what follows fails for the same reason
            break
    return Environment(
        language=NAME,
        root=folder,
        runtime=runtime,
        key=key,
        roots=roots(workspace, sources(workspace, files(workspace))),
        complete=complete,
        usable=usable,
        notes=tuple(dict.fromkeys(notes)),
    )
