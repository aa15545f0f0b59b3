"""Every backend that this machine has, and how Python is started in it."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from runners.sandboxes import choose
from runners.sandboxes.base import Sandbox
from testwright.errors import SandboxUnavailable
from testwright.model import Command, Limits, Output

BACKENDS = [
    "process",
    pytest.param("bubblewrap", id="bubblewrap"),
    pytest.param("docker", marks=pytest.mark.docker, id="docker"),
]
ISOLATED = BACKENDS[1:]
_CHOSEN: dict[str, Sandbox | SandboxUnavailable] = {}


@dataclass(frozen=True)
class Box:
    """A sandbox, with short words for what tests do in it."""

    sandbox: Sandbox
    interpreter: str
    prefixes: tuple[str, ...]

    def run(self, *argv: str, **more: object) -> Output:
        """Run a command."""
        return self.sandbox.run(Command(argv, **{"limits": Limits(seconds=30), **more}))  # type: ignore[arg-type]

    def shell(self, script: str, **more: object) -> Output:
        """Run a shell script."""
        return self.run("sh", "-c", script, **more)

    def python(self, program: str, *arguments: str, reads: Sequence[str] = (), files: Mapping[str, bytes] = {}, **more: object) -> Output:
        """Run a Python program."""
        files = {**files, ".program.py": program.encode()}
        return self.run(self.interpreter, ".program.py", *arguments, reads=(*self.prefixes, *reads), files=files, **more)


def open_box(name: str) -> Box:
    """Return the backend of that name; skips where it cannot be used, unless this machine has to have it."""
    if name not in _CHOSEN:
        try:
            _CHOSEN[name] = choose(name)
        except SandboxUnavailable as reason:
            _CHOSEN[name] = reason
    chosen = _CHOSEN[name]
    if isinstance(chosen, SandboxUnavailable):
        if name == "docker" and os.environ.get("TESTWRIGHT_REQUIRE_DOCKER") == "1":
            pytest.fail(f"{chosen}, and TESTWRIGHT_REQUIRE_DOCKER=1 says that it must be there")
        pytest.skip(str(chosen))
    if name == "docker":
        return Box(chosen, "python3", ())
    return Box(chosen, os.path.realpath(sys.executable), (sys.base_prefix,))


@pytest.fixture(params=BACKENDS)
def box(request: pytest.FixtureRequest) -> Box:
    """Every backend in turn."""
    return open_box(request.param)


@pytest.fixture(params=ISOLATED)
def wall(request: pytest.FixtureRequest) -> Box:
    """Every backend that isolates, in turn."""
    return open_box(request.param)


@pytest.fixture
def survivors() -> Callable[[str], list[int]]:
    """Find the processes of this machine whose command line holds a word."""

    def find(word: str) -> list[int]:
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                if word.encode() in (place / "cmdline").read_bytes() and place.name != str(os.getpid()):
                    found.append(int(place.name))
            except OSError:
                continue
        return found

    return find
