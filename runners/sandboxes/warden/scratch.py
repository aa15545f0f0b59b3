"""The folder of one run: filled before, and read afterwards without ever following what the command planted."""

# ruff: noqa: PTH103, PTH108, PTH112, PTH118, PTH120, PTH123 - pathlib costs milliseconds, and every run starts this anew
from __future__ import annotations

import os
import stat

TYPE_CHECKING = False  # typing is a third of what there is to load
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = 1 << 20


def inside(name: str) -> tuple[str, ...]:
    """Return the parts of a relative path.

    Raises:
        ValueError: when the path is absolute, empty, or leaves the folder.
    """
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or not parts or ".." in parts or "\0" in name:
        raise ValueError(f"{name!r} is no path inside the scratch folder")
    return parts


def fill(root: str, files: Mapping[str, bytes], copies: Mapping[str, str]) -> None:
    """Copy folders, then write files, into a fresh folder that nothing else has touched yet."""
    for name, source in copies.items():
        _copy(source, root if name in ("", ".") else os.path.join(root, *inside(name)))
    for name, data in files.items():
        path = os.path.join(root, *inside(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.lexists(path):
            os.unlink(path)  # what was copied may be a link to elsewhere
        with open(path, "xb") as file:
            file.write(data)


def _copy(source: str, target: str) -> None:
    import shutil

    if os.path.isdir(source):
        shutil.copytree(source, target, symlinks=True, ignore=_special, dirs_exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(source, target)


def _special(folder: str, names: list[str]) -> list[str]:
    """Leave sockets, pipes and devices out of a copy: opening them can hang."""
    return [name for name in names if not _copyable(os.path.join(folder, name))]


def _copyable(path: str) -> bool:
    mode = os.lstat(path).st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)


def read_results(root: str, names: Iterable[str], largest: int, total: int) -> tuple[dict[str, bytes], list[str]]:
    """Return the regular files among `names`, and a line for each that was there and refused."""
    found: dict[str, bytes] = {}
    refused: list[str] = []
    for name in names:
        try:
            data = _read(root, name, min(largest, total))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError) as error:
            refused.append(f"{name}: {error.strerror if isinstance(error, OSError) else error}")
            continue
        total -= len(data)
        found[name] = data
    return found, refused


def _read(root: str, name: str, limit: int) -> bytes:
    """Open every part of the path by itself, so that no link on the way is followed."""
    parts = inside(name)
    folder = os.open(root, _FOLDER)
    try:
        for part in parts[:-1]:
            deeper = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = deeper
        handle = os.open(parts[-1], _FILE, dir_fd=folder)
    finally:
        os.close(folder)
    try:
        return _read_regular(handle, limit)
    finally:
        os.close(handle)


def _read_regular(handle: int, limit: int) -> bytes:
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("not a regular file")
    if status.st_nlink > 1:
        raise ValueError("has a second name")
    chunks: list[bytes] = []
    left = limit + 1
    while left > 0 and (chunk := os.read(handle, min(left, _CHUNK))):
        chunks.append(chunk)
        left -= len(chunk)
    if left <= 0:
        raise ValueError(f"larger than {limit} bytes")
    return b"".join(chunks)


def read_start(root: str, name: str, limit: int) -> tuple[bytes, int]:
    """Return the first `limit` bytes of a file and the size of the whole; nothing for what is no regular file."""
    try:
        handle = os.open(os.path.join(root, name), _FILE)
    except OSError:
        return b"", 0
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return b"", 0
        chunks: list[bytes] = []
        while limit > 0 and (chunk := os.read(handle, min(limit, _CHUNK))):
            chunks.append(chunk)
            limit -= len(chunk)
        return b"".join(chunks), status.st_size
    finally:
        os.close(handle)
