"""List the files of a workspace that a campaign may look at."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pathspec import GitIgnoreSpec

from testwright.errors import InvalidCampaign
from testwright.model import Workspace

Patterns = Sequence[str | tuple[str, ...]]
"""Patterns as in .gitignore. Strings are read together, as in one file; each tuple is read by itself."""


def files(workspace: Workspace, include: Patterns = (), exclude: Patterns = ()) -> tuple[str, ...]:
    """Its files in order of their names: those that every group of `include` matches, and no group of `exclude`.

    Raises:
        InvalidCampaign: something is no pattern as in .gitignore.
    """
    wanted, unwanted = _matchers(include), _matchers(exclude)
    return tuple(
        path
        for path in sorted(_walk(workspace.root))
        if all(match(path) for match in wanted) and not any(match(path) for match in unwanted)
    )


def spec(patterns: Sequence[str]) -> GitIgnoreSpec:
    """Patterns as in .gitignore, ready to match.

    Raises:
        InvalidCampaign: one of them is no such pattern.
    """
    for pattern in patterns:
        try:
            GitIgnoreSpec.from_lines([pattern])
        except ValueError:
            raise InvalidCampaign(f"{pattern!r} is no pattern as in .gitignore; write for example src/ or *_old.py.") from None
    return GitIgnoreSpec.from_lines(patterns)


def _matchers(patterns: Patterns) -> list[Callable[[str], bool]]:
    together = [pattern for pattern in patterns if isinstance(pattern, str)]
    groups = [group for group in (together, *(pattern for pattern in patterns if not isinstance(pattern, str))) if group]
    return [spec(group).match_file for group in groups]


def _walk(root: str) -> Iterator[str]:
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(Path(root, below)) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{below}{entry.name}/")
                elif entry.is_file(follow_symlinks=False):
                    yield below + entry.name
