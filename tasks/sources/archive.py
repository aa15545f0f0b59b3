"""An archive: unpacked without writing outside, through links, or beyond bounds."""

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from tasks.sources.naming import ARCHIVES, Source, shown
from tasks.sources.notes import Notes
from tasks.sources.tree import Fetched
from tasks.sources.unpack import Unpacked, untar, unzip
from testwright.errors import CheckoutFailed

LARGEST = 2**30
"""Of an archive as it lies on disk."""
MOST_UNPACKED = 4 * 2**30

_CHUNK = 2**20
_OPENERS = {
    "gz": gzip.open,
    "tgz": gzip.open,
    "bz2": bz2.open,
    "tbz2": bz2.open,
    "tbz": bz2.open,
    "xz": lzma.open,
    "txz": lzma.open,
    "tar": open,
}
_DAMAGE = (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, NotImplementedError, RuntimeError)


def fetch(source: Source, staging: Path) -> Fetched:
    """Unpack an archive that lies on disk into `staging`.

    Raises:
        CheckoutFailed: it is not there, damaged, hostile or too large.
    """
    path = Path(source.location)
    if not path.is_file():
        raise CheckoutFailed(f"{source.text}: there is no such archive; check the spelling.")
    name = next(path.name[: -len(end)] for end in ARCHIVES if path.name.lower().endswith(end))
    tree, paths, notes = unpack(path, staging, source.text)
    return Fetched(tree, shown(name) or "archive", paths=paths, notes=notes, ours=True)


def unpack(path: Path, staging: Path, text: str) -> tuple[Path, tuple[str, ...], Notes]:
    """Unpack an archive; returns the folder that holds its content (its only folder, if there is just one), and what is in it.

    Raises:
        CheckoutFailed: it is damaged, hostile or too large.
    """
    if path.stat().st_size > LARGEST:
        raise CheckoutFailed(f"{text}: the archive is larger than {LARGEST // 2**30} GiB; unpack it and name a folder inside it.")
    root = staging / "unpacked"
    root.mkdir(parents=True)
    into = Unpacked(root, text, MOST_UNPACKED)
    try:
        if path.name.lower().endswith(".zip"):
            unzip(path, into)
        else:
            untar(_plain(path, staging / "plain.tar", text), into)
    except _DAMAGE as error:
        raise CheckoutFailed(f"{text}: the archive is damaged ({shown(str(error)) or type(error).__name__}); get it again.") from error
    except OSError as error:
        raise CheckoutFailed(f"{text}: the archive cannot be unpacked ({error.strerror or error}).") from error
    into.link()
    top, paths = _without_only_folder(into.paths())
    return root / top, paths, into.notes


def _plain(path: Path, goal: Path, text: str) -> Path:
    """The archive without its compression, which is where bombs hide."""
    size = 0
    opener = cast(Callable[[Path, str], IO[bytes]], _OPENERS[path.name.lower().rpartition(".")[2]])
    with opener(path, "rb") as packed, goal.open("xb") as plain:
        while chunk := packed.read(_CHUNK):
            size += len(chunk)
            if size > MOST_UNPACKED:
                raise CheckoutFailed(f"{text}: unpacked it has more than {MOST_UNPACKED // 2**30} GiB; it is not unpacked.")
            plain.write(chunk)
    return goal


def _without_only_folder(paths: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Most archives hold one folder named after them. A folder that is itself a Python package is content."""
    tops = {path.split("/", 1)[0] for path in paths}
    top = next(iter(tops), "")
    if len(tops) != 1 or top in paths or f"{top}/__init__.py" in paths:
        return "", paths
    return top, tuple(path[len(top) + 1 :] for path in paths)
