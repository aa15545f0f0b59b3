"""No isolation at all: a folder of its own, limits and a deadline. Only for code you trust, and only when asked for by name."""

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from runners.sandboxes.bounds import Bounds
from runners.sandboxes.folders import remove
from runners.sandboxes.wardened import fixed_environment, order, run_wardened
from testwright.model import Command, Ending, Output


class ProcessSandbox:
    """Runs commands as plain child processes of this machine."""

    name = "process"

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()

    @property
    def images(self) -> Mapping[str, str]:
        """It has none."""
        return {}

    def identity(self, image: str = "python") -> str:
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
        command = replace(command, limits=self._bounds.bound(command.limits))
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
        for path in command.writes:
            Path(path).mkdir(parents=True, exist_ok=True)
        own = {"PATH": os.environ.get("PATH", os.defpath)}
        return {
            **order(command, str(box), str(folder)),
            "argv": command.argv,
            "environment": {**fixed_environment(str(home), str(temporary)), **own, **command.environment},
        }
