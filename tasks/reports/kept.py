"""The kept tests as files: where each goes, and what must not be written at all."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tasks.reports.numbers import title
from tasks.reports.words import inline
from testwright.model import Report, SourceReport

_NEVER = {".git", ".gitattributes", ".gitmodules"}  # they steer git itself


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of kept tests."""

    path: str
    """Relative to the workspace; checked."""
    content: bytes
    old: bytes | None = None
    """What the workspace has there now; None for a new file."""


def kept(source: SourceReport) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
    """The test files of a source, and one line for each that cannot be placed."""
    files: dict[str, Kept] = {}
    refused: list[str] = []
    for candidate in (f.candidate for f in source.files if f.candidate):
        trouble = _trouble(candidate.path) or ("two files of tests want this place" if candidate.path in files else "")
        if trouble:
            refused.append(f"{inline(candidate.path)}: tests not written, {trouble}; their text is in report.json")
            continue
        old = _old(source, candidate.path)
        files[candidate.path] = Kept(candidate.path, _bytes(candidate.text), old)
    clear, clashes = _clear(files)
    return clear, (*refused, *clashes)


def _trouble(path: str) -> str:
    parts = path.split("/")
    if not path or path.startswith("/") or "" in parts or "." in parts or ".." in parts or re.match(r"[A-Za-z]:", path):
        return "the path leaves the folder"
    if "\0" in path or "\\" in path or any(p.lower() in _NEVER for p in parts) or any(len(p) > 240 for p in parts):
        return "git accepts no such path"
    return ""


def _clear(files: dict[str, Kept]) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
    """Leave out a file whose path is a folder of another."""
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    clear = tuple(k for k in files.values() if k.path not in folders)
    return clear, tuple(
        f"{inline(p)}: tests not written, a folder has that name; their text is in report.json" for p in files if p in folders
    )


def _old(source: SourceReport, path: str) -> bytes | None:
    """The content of the workspace's file, never of one that a link leads to outside of it."""
    if source.workspace is None:
        return None
    root = Path(source.workspace.root).resolve()
    place = root / path
    if place.is_symlink() or not place.is_file() or root not in place.resolve().parents:
        return None
    return place.read_bytes()


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def folders(report: Report) -> tuple[str, ...]:
    """A short folder name for each source, each different; one empty name when there is a single source."""
    if len(report.sources) == 1:
        return ("",)
    names: list[str] = []
    for source in report.sources:
        name = base = slug(title(source))
        number = 2
        while name in names:
            name, number = f"{base}-{number}", number + 1
        names.append(name)
    return tuple(names)


def slug(text: str) -> str:
    """Lowercase letters, digits and single dashes."""
    tail = re.split(r"[/\\]", text.rstrip("/\\"))[-1]
    return re.sub(r"[^a-z0-9]+", "-", tail.lower()).strip("-")[:60].strip("-") or "source"


def write_kept(files: Iterable[Kept], folder: Path) -> None:
    """Write the files below a folder."""
    root = folder.resolve()
    for file in files:
        place = root / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        if root not in place.resolve().parents:  # a link planted in the folder; the path itself was checked
            raise ValueError(f"{place} leads out of {root}")
        place.write_bytes(file.content)
