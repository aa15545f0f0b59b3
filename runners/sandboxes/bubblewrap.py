"""Isolation without a daemon: namespaces, a root of its own and a system call filter, put together by bubblewrap.

The warden works in a mount namespace of its own. Everything a command writes lies in one folder kept in memory there, of bounded size; the
warden reads the results from it once the command is dead, and the folder goes with the warden, however that ends.
"""

import os
import random
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from runners.sandboxes import seccomp, view
from runners.sandboxes.bounds import Bounds
from runners.sandboxes.folders import OWNER, let_read, let_write, weight
from runners.sandboxes.selfcheck import verify
from runners.sandboxes.wardened import fixed_environment, order, run_wardened, within
from testwright.errors import SandboxUnavailable
from testwright.model import Command, Ending, Output

_TOOLS = {"bwrap": "bubblewrap", "prlimit": "util-linux", "setpriv": "util-linux"}
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MOST_FILES = 100_000
_MIB = 1 << 20


class BubblewrapSandbox:
    """Runs commands in a fresh set of namespaces each."""

    name = "bubblewrap"

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._root = os.geteuid() == 0

    @property
    def images(self) -> Mapping[str, str]:
        """It has none: a box sees the machine's own tools."""
        return {}

    def identity(self, image: str = "python") -> str:
        """The kernel interface and C library of the machine, which the box sees as they are."""
        return f"bubblewrap-{os.uname().machine}-{(os.confstr('CS_GNU_LIBC_VERSION') or 'libc').replace(' ', '-')}"

    def check(self) -> tuple[str, ...]:
        """Try to break out of a box, and say what it holds.

        Raises:
            SandboxUnavailable: when a tool is missing, the kernel refuses namespaces, or a promise does not hold.
        """
        for tool, package in _TOOLS.items():
            if not shutil.which(tool):
                raise SandboxUnavailable(f"`{tool}` is missing; install it with `apt-get install {package}`")
        if os.uname().machine not in seccomp.ARCHITECTURES:
            raise SandboxUnavailable(f"there is no system call filter for {os.uname().machine} machines; use docker")
        return verify(self, os.path.realpath(sys.executable), (sys.base_prefix,))

    def run(self, command: Command) -> Output:
        """Run `command` in a fresh box."""
        command = replace(command, limits=self._bounds.bound(command.limits))
        output = self._run(command)
        return self._run(command) if output.ending is Ending.INFRASTRUCTURE else output

    def _run(self, command: Command) -> Output:
        room = tempfile.mkdtemp(prefix="testwright-")
        try:
            self._open(command)
            return run_wardened(command, self._order(command, room))
        except OSError as error:
            return Output(Ending.INFRASTRUCTURE, None, reason=f"{error.filename or 'the box'}: {error.strerror}")
        finally:
            Path(room).rmdir()

    def _open(self, command: Command) -> None:
        """Any other user sees with the eyes of the box already; root's own folders have to be opened to it."""
        for path in command.reads:
            let_read(path)
        for path in command.writes:
            let_write(path)

    def _order(self, command: Command, room: str) -> dict[str, Any]:
        owner = self._owner(command)
        options = view.options(command, room, own_user=not owner)
        added = sum(map(len, command.files.values())) + sum(map(weight, command.copies.values()))
        return {
            **order(command, room, f"{room}/scratch"),
            "argv": ["bwrap", *options, "--", *_last_steps(command, owner)],
            "environment": {**fixed_environment("/tmp/home", "/tmp"), "PATH": _PATH, **command.environment},  # noqa: S108 - the box's own
            "room": room,
            "room_size": command.limits.scratch * _MIB + added,
            "room_files": _MOST_FILES,
            "owner": owner,
            "filter": seccomp.program().hex(),
            "cwd": within(f"{room}/scratch", command.cwd),
        }

    def _owner(self, command: Command) -> int:
        """A user that no other box has, so that the kernel counts its processes by themselves; what is written stays one user's."""
        if not self._root:
            return 0
        return OWNER if command.writes else OWNER + random.randrange(1, 1 << 20)  # noqa: S311 - only to differ


def _last_steps(command: Command, owner: int) -> list[str]:
    """Return what bubblewrap starts: the last steps down, then the command."""
    inner = ["prlimit", f"--nproc={command.limits.processes}:{command.limits.processes}", "--", *command.argv]
    if not owner:
        return inner
    drop = ["--clear-groups", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all", "--no-new-privs"]
    return ["setpriv", f"--reuid={owner}", f"--regid={OWNER}", *drop, *inner]
