"""What a sandbox is."""

from collections.abc import Mapping
from typing import Protocol

from testwright.model import Command, Output


class Sandbox(Protocol):
    """A place to run one command at a time, each in a fresh box that is gone afterwards. Safe to call from several threads.

    A failing command, a missing program and a passed deadline are Outputs. `Output.ending` INFRASTRUCTURE means that the sandbox itself
    failed; implementations retry that once and then return it.

    Raises:
        SandboxUnavailable: from `check` alone, when nothing can be run here or a promise does not hold.
    """

    @property
    def name(self) -> str:
        """'docker', 'bubblewrap' or 'process'."""

    @property
    def images(self) -> Mapping[str, str]:
        """Name → digest of the images that commands have run in so far; empty where a sandbox has none."""

    def identity(self, image: str = "python") -> str:
        """Changes when an environment made by commands for `image` has to be made again (image digest, interpreter version)."""

    def check(self) -> tuple[str, ...]:
        """Run the self-check; return the promises that hold (and, for `process`, lines that say what is not protected)."""

    def run(self, command: Command) -> Output:
        """Run `command` in a fresh box, with its limits and deadline, and clean up."""
