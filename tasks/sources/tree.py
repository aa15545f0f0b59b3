"""Admit the files of a tree into a workspace: regular files only, nothing from outside, no secrets, within bounds."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tasks.sources.naming import shown
from tasks.sources.notes import Notes
from tasks.sources.private import holds_secret, is_secret, may_hold_secret
from testwright.errors import CheckoutFailed

MOST_FILES = 200_000
MOST_BYTES = 4 * 2**30
LARGEST_FILE = 256 * 2**20
"""A larger file is left out: no source code is."""

_CHUNK = 2**18
_SPECIAL = {stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket", stat.S_IFBLK: "a device", stat.S_IFCHR: "a device"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A source that lies on disk, not yet a workspace."""

    tree: Path
    name: str
    revision: str = ""
    paths: tuple[str, ...] = ()
    """What belongs to it, relative to the tree: files and links, not folders."""
    notes: Notes = field(default_factory=Notes)
    ours: bool = False
    """We made the tree for this checkout alone: its files are moved, not copied."""


def admit(fetched: Fetched, folder: Path) -> str:
    """Copy what belongs to a tree into an empty folder; returns the digest of names and contents.

    Raises:
        CheckoutFailed: the tree is too large, or the folder cannot be written.
    """
    root = Path(os.path.realpath(fetched.tree))
    digests: dict[str, bytes] = {}
    total = 0
    plan = sorted(_plan(root, fetched.paths, fetched.notes), key=lambda pair: pair[0] == pair[1])  # what links lead to, before it moves
    for path, origin in plan:
        took = None if path in digests else _take(root / origin, folder / path, path, fetched.notes, fetched.ours and path == origin)
        if took is None:
            continue
        digests[path], size = took
        total += size
        if total > MOST_BYTES or len(digests) > MOST_FILES:
            raise CheckoutFailed(f"{fetched.name}: {_too_large()}; name a folder inside it.")
    return digest(digests)


def digest(contents: dict[str, bytes]) -> str:
    """sha256 over names and the sha256 of each content, in order of the names."""
    total = hashlib.sha256()
    for path in sorted(contents):
        total.update(path.encode() + b"\0" + contents[path])
    return total.hexdigest()


def _too_large() -> str:
    return f"more than {MOST_FILES:,} files or {MOST_BYTES // 2**30} GiB"


def _plan(root: Path, paths: Iterable[str], notes: Notes) -> Iterator[tuple[str, str]]:
    """Pairs of (path in the workspace, path of the regular file in the tree that it is a copy of)."""
    admitted = sorted({path for path in paths if _nameable(path, notes)})
    known = frozenset(admitted)
    for path in admitted:
        mode = _mode(root / path)
        if mode is None:
            continue  # tracked, but deleted: nothing to say
        if stat.S_ISREG(mode):
            yield path, path
        elif stat.S_ISLNK(mode):
            yield from _resolve(root, path, path, admitted, known, (), notes)
        elif kind := _SPECIAL.get(stat.S_IFMT(mode)):
            notes.add("special files", f"{shown(path)} is {kind}: left out")


def _nameable(path: str, notes: Notes) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        notes.add("names that are not UTF-8", f"{shown(path)}: the name is not UTF-8: left out")
        return False
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "" in parts:
        notes.add("names that lead outside", f"{shown(path)}: the name leads outside: left out")
        return False
    if is_secret(path):
        notes.add("secrets", f"{shown(path)} looks like a secret: left out")
        return False
    return True


def _mode(path: Path) -> int | None:
    try:
        return path.lstat().st_mode
    except OSError:
        return None


def _resolve(
    root: Path, path: str, link: str, admitted: list[str], known: frozenset[str], chain: tuple[str, ...], notes: Notes
) -> Iterator[tuple[str, str]]:
    """What a link stands for: one file, or the files below a folder; `path` is what the link is called in the workspace."""
    if not Path(os.path.realpath(root / link)).is_relative_to(root):
        notes.add("links out of the tree", f"{shown(path)} is a link out of the tree: left out")
        return
    try:
        target = Path(os.path.realpath(root / link, strict=True))
    except OSError as error:
        why = "leads in a circle" if error.errno == errno.ELOOP else "leads nowhere"
        notes.add("links that lead nowhere", f"{shown(path)} is a link that {why}: left out")
        return
    inside = target.relative_to(root).as_posix()
    if target.is_dir():
        yield from _below(root, path, link, inside, admitted, known, chain, notes)
    elif inside in known and target.is_file():
        yield path, inside
    else:
        notes.add("links to what was left out", f"{shown(path)} is a link to something that was left out: left out")


def _below(
    root: Path, path: str, link: str, inside: str, admitted: list[str], known: frozenset[str], chain: tuple[str, ...], notes: Notes
) -> Iterator[tuple[str, str]]:
    prefix = "" if inside == "." else inside + "/"
    if link.startswith(prefix) or path.startswith(prefix) or inside in chain or len(chain) >= 8:
        notes.add("links in a circle", f"{shown(path)} is a link that leads in a circle: left out")
        return
    for found in admitted:
        if not found.startswith(prefix):
            continue
        name = f"{path}/{found[len(prefix) :]}"
        mode = _mode(root / found)
        if mode is not None and stat.S_ISREG(mode):
            yield name, found
        elif mode is not None and stat.S_ISLNK(mode):
            yield from _resolve(root, name, found, admitted, known, (*chain, inside), notes)


def _take(origin: Path, goal: Path, path: str, notes: Notes, move: bool) -> tuple[bytes, int] | None:
    """Copy or move one regular file; (sha256, size), or None when it was left out."""
    try:
        source = os.open(origin, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        notes.add("files that cannot be read", f"{shown(path)} cannot be read ({error.strerror}): left out")
        return None
    try:
        info = os.fstat(source)
        if not stat.S_ISREG(info.st_mode):
            return None
        if info.st_size > LARGEST_FILE:
            notes.add("large files", f"{shown(path)} has {info.st_size // 2**20} MiB: left out")
            return None
        if may_hold_secret(path) and holds_secret(os.pread(source, 65536, 0), path):
            notes.add("secrets", f"{shown(path)} looks like a secret: left out")
            return None
        goal.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o755 if info.st_mode & 0o111 else 0o644
        if not move:
            return _copy(source, goal, mode)
        os.fchmod(source, mode)
        origin.rename(goal)
        return _read(source)
    except OSError as error:
        raise CheckoutFailed(f"cannot write {shown(str(goal))}: {error.strerror}.") from error
    finally:
        os.close(source)


def _copy(source: int, goal: Path, mode: int) -> tuple[bytes, int]:
    with goal.open("xb", buffering=0) as out:
        os.fchmod(out.fileno(), mode)
        return _read(source, out)


def _read(source: int, out: IO[bytes] | None = None) -> tuple[bytes, int]:
    hashed, size = hashlib.sha256(), 0
    while chunk := os.read(source, _CHUNK):
        hashed.update(chunk)
        size += len(chunk)
        if size > LARGEST_FILE:
            raise CheckoutFailed("a file grows while it is read; stop what writes it and start again.")
        if out is not None:
            out.write(chunk)
    return hashed.digest(), size
