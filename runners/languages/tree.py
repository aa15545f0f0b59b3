"""The files of a workspace, as every language looks at them."""

import os
import re
from collections.abc import Collection
from pathlib import Path

from testwright.model import Workspace

MAX_BYTES = 1 << 20
_HEAD = 2048
_GENERATED = re.compile(rb"@generated|\bDO NOT EDIT\b|(?i:\b(?:auto-?generated|generated) (?:by|from|file|code)\b)")


def files(workspace: Workspace, skipped: Collection[str], limit: int = 100_000) -> tuple[str, ...]:
    """All files of the workspace, relative, sorted; links, hidden folders and those of a `skipped` name are not followed."""
    found: list[str] = []
    for folder, folders, names in os.walk(workspace.root):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in skipped)
        base = os.path.relpath(folder, workspace.root).replace(os.sep, "/")
        found += sorted(name if base == "." else f"{base}/{name}" for name in names if not Path(folder, name).is_symlink())
        if len(found) > limit:
            break
    return tuple(found[:limit])


def read(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as file:
        return file.read(limit)


def is_generated(path: Path, comments: tuple[bytes, ...]) -> bool:
    """Whether a program wrote a file and says so, in one of the first lines that start with one of `comments`."""
    try:
        head = read(path, _HEAD)
    except OSError:
        return False
    said = b"\n".join(line for line in head.splitlines()[:12] if line.lstrip().startswith(comments))
    return _GENERATED.search(said) is not None
