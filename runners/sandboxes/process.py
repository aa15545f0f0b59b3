"""No isolation at all: a folder of its own, limits and a deadline. Only for code you trust, and only when asked for by name."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from runners.sandboxes.folders import remove
from runners.sandboxes.warden import scratch
from runners.sandboxes.wardened import run_wardened
from testwright.model import Command, Ending, Limits, Output

_MIB = 1 << 20


class ProcessSandbox:
    """Runs commands as plain child processes of this machine."""

    name = "process"

    @property
    def identity(self) -> str:
        """The interpreter's version: environments made with another one have to be made again."""
        return f"process-{sys.implementation.cache_tag}-{sys.platform}"

    def check(self) -> tuple[str, ...]:
        """Say what is held, and what is not protected."""
        return (
            "kept: its deadline, also by children that left its session",
            "kept: limits of memory, processes, file size and output",
            "kept: a fixed environment; no variable of the host is inherited",
            "NOT protected: every file that this user can read or write",
            "NOT protected: the network",
            "NOT protected: the other processes of this user",
            "NOT protected: the disk, beyond the size of single files",
        )

    def run(self, command: Command) -> Output:
        """Run `command` in a fresh folder and remove it."""
        output = self._run(command)
        return self._run(command) if output.ending is Ending.INFRASTRUCTURE else output

    def _run(self, command: Command) -> Output:
        try:
            box = tempfile.mkdtemp(prefix="testwright-")
        except OSError as error:
            return Output(Ending.INFRASTRUCTURE, None, reason=f"no folder could be made in {tempfile.gettempdir()}: {error.strerror}")
        try:
            return run_wardened(command, self._order(command, Path(box)))
        finally:
            remove(box)

    def _order(self, command: Command, box: Path) -> dict[str, Any]:
        folder, home, temporary = box / "scratch", box / "home", box / "tmp"
        for each in (folder, home, temporary):
            each.mkdir()
        cwd = folder if command.cwd in ("", ".") else folder.joinpath(*scratch.inside(command.cwd))
        return {
            "argv": command.argv,
            "scratch": str(folder),
            "cwd": str(cwd),
            "copies": dict(command.copies),
            "results": command.results,
            "environment": {**fixed_environment(str(home), str(temporary)), **command.environment},
            "rlimits": rlimits(command.limits),
            "seconds": command.limits.seconds,
            "memory": command.limits.memory,
            "processes": command.limits.processes,
            "file_size": command.limits.file_size,
            "total": command.limits.scratch,
        }


def fixed_environment(home: str, temporary: str) -> dict[str, str]:
    """Return all that a command sees of an environment unless it brings more."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "TMPDIR": temporary,
        "USER": "sandbox",
        "LOGNAME": "sandbox",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "CI": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONHASHSEED": "0",
    }


def rlimits(limits: Limits) -> dict[str, int]:
    """Return the limits that the kernel keeps for each process by itself.

    RLIMIT_DATA is twice the memory: it stops absurd sizes at once, and counts neither what Node and Java only reserve nor much of a stack.
    """
    return {
        "RLIMIT_DATA": 2 * limits.memory * _MIB,
        "RLIMIT_FSIZE": limits.file_size * _MIB,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 4096,
        "RLIMIT_MEMLOCK": 65536,
        "RLIMIT_CPU": int(limits.seconds * max(1.0, limits.cpus)) + 5,
    }
