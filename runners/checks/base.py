"""What a static check is: a tool that reads code and never runs it. It says what to run, and reads what was said."""

import os
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from runners.formats.text import last_line
from runners.images.pinned import IN_IMAGE
from runners.languages.python.interpreters import prefixes
from testwright.model import Command, Ending, Finding, Limits, Output, Workspace

LIMITS = Limits(seconds=300, memory=2048, output=32, scratch=64, cpus=2.0)
MOST_FILES = 300
"""Of one command."""
_IN_WORKSPACE = 'here=$PWD; cd "$1" || exit 125; shift; '


class Check(Protocol):
    """A module that satisfies this is a check. Pure; the files that it needs itself it reads from its own folder."""

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def IMAGE(self) -> str:  # noqa: N802
        """The kind of tools it belongs to: which image has it, and which folder of `runners/images` pins it."""

    @property
    def SUFFIXES(self) -> tuple[str, ...]:  # noqa: N802
        """Suffixes of the files that it reads."""

    def command(self, workspace: Workspace, paths: Sequence[str], tools: str) -> Command:
        """Run it on these files of the workspace, without network; `tools` is the folder that the tool is installed in."""

    def findings(self, workspace: Workspace, output: Output) -> tuple[Finding, ...]:
        """What it found.

        Raises:
            ValueError: one line that says why it said nothing usable.
        """


def command(
    workspace: Workspace,
    argv: Sequence[str],
    paths: Iterable[str],
    tools: str,
    files: Mapping[str, bytes] = {},
    start: str = 'exec "$@"',
) -> Command:
    """A command that runs in the workspace, which it can only read; in `start`, a shell line, `$here` is the folder with `files` in it."""
    named = [path if path[:1] not in "-@" else f"./{path}" for path in paths]
    return Command(
        argv=("sh", "-c", _IN_WORKSPACE + start, "sh", workspace.root, *argv, *named),
        limits=LIMITS,
        files=files,
        reads=(workspace.root, *(() if tools == IN_IMAGE else (tools, *prefixes()))),
    )


def answer(output: Output, name: str) -> bytes:
    """What a tool printed.

    Raises:
        ValueError: it is missing, or it did not come to its end; the line says which.
    """
    if output.ending is Ending.EXITED and output.exit_code in (0, 1):
        return output.stdout
    if output.ending is Ending.EXITED and output.exit_code in (126, 127):
        raise ValueError(f"{name} is missing here")
    raise ValueError(f"{name} failed: {output.reason or last_line(output.stderr) or f'exit code {output.exit_code}'}")


def inside(workspace: Workspace, found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with paths relative to the workspace; those on anything else are dropped."""
    placed = []
    for each in found:
        path = each.path
        if path.startswith("/"):
            path = os.path.relpath(path, workspace.root)
        path = posixpath.normpath(path)
        if path and path != "." and not path.startswith("../"):
            placed.append(replace(each, path=path))
    return tuple(placed)
