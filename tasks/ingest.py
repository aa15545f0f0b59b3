"""List the files of a workspace that a campaign may look at."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pathspec import GitIgnoreSpec

from testwright.errors import InvalidCampaign
from testwright.model import Workspace


def files(workspace: Workspace, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> tuple[str, ...]:
    """Its files in order of their names: those that match a pattern of `include` (or all), and none of `exclude`.

    Raises:
        InvalidCampaign: something is no pattern as in .gitignore.
    """
    wanted, unwanted = spec(include), spec(exclude)
    return tuple(
        path for path in sorted(_walk(workspace.root)) if (not include or wanted.match_file(path)) and not unwanted.match_file(path)
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
