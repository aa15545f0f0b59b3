"""Write the members of an archive below one folder: files first, links last, so that nothing is ever written through a link."""

import os
import stat
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import IO, cast

from tasks.sources.naming import shown
from tasks.sources.notes import Notes
from tasks.sources.tree import LARGEST_FILE, MOST_FILES
from testwright.errors import CheckoutFailed

_CHUNK = 2**18
_LONGEST_READ = 2**23
_LARGEST_DIRECTORY = 64 * 2**20


class Unpacked:
    """A folder that is being filled from an archive, within bounds."""

    def __init__(self, root: Path, text: str, most_bytes: int) -> None:
        """Begin with an empty folder; `text` is what messages call the archive."""
        self.root, self.text, self.notes = Path(os.path.realpath(root)), text, Notes()
        self._left, self._files, self._links = most_bytes, dict[str, None](), dict[str, str]()

    def place(self, name: str) -> str:
        """The name of a member as a path below the folder.

        Raises:
            CheckoutFailed: the name leads outside: no honest archive has such a member.
        """
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if name.startswith("/") or ".." in parts or "\0" in name:
            raise CheckoutFailed(f"{self.text}: its member {shown(name)!r} leads outside; it is not unpacked. Do not trust this archive.")
        if len(self._files) + len(self._links) >= MOST_FILES:
            raise CheckoutFailed(f"{self.text}: the archive has more than {MOST_FILES:,} files; unpack it and name a folder inside it.")
        return "/".join(parts)

    def file(self, path: str, content: IO[bytes], *, executable: bool) -> None:
        """Write one regular file; the last member of a name wins."""
        goal = self.root / path
        try:
            goal.parent.mkdir(parents=True, exist_ok=True)
            if path in self._files:
                goal.unlink()
            out = goal.open("xb")
        except OSError as error:  # a file where a folder should be, or the other way round; a name that is too long
            self.notes.add("members that cannot be written", f"{shown(path)} cannot be written ({error.strerror}): left out")
            return
        with out:
            size = 0
            while chunk := content.read(_CHUNK):
                size += len(chunk)
                self._left -= len(chunk)
                if self._left < 0:
                    raise CheckoutFailed(f"{self.text}: unpacked it is too large; it is not unpacked.")
                if size <= LARGEST_FILE:
                    out.write(chunk)
            os.fchmod(out.fileno(), 0o755 if executable else 0o644)
        if size > LARGEST_FILE:
            goal.unlink()
            self.notes.add("large files", f"{shown(path)} has {size // 2**20} MiB: left out")
        else:
            self._links.pop(path, None)
            self._files[path] = None

    def remember(self, path: str, target: str) -> None:
        """Note a link; it is made when all files are written."""
        self._links[path] = target

    def link(self) -> None:
        """Make the links, none of them through another link. Where they lead is looked at when the tree is admitted."""
        for path, target in self._links.items():
            goal = self.root / path
            try:
                goal.parent.mkdir(parents=True, exist_ok=True)
                if os.path.realpath(goal.parent) == str(goal.parent) and path not in self._files:
                    goal.symlink_to(target)
                    self._files[path] = None
            except (OSError, ValueError):
                self.notes.add("links that cannot be made", f"{shown(path)} is a link that cannot be made: left out")

    def has(self, path: str) -> bool:
        """Whether a regular file of this name was written."""
        return path in self._files

    def paths(self) -> tuple[str, ...]:
        """Everything that was written."""
        return tuple(self._files)


def untar(path: Path, into: Unpacked) -> None:
    """Unpack a tar file without compression."""
    with path.open("rb") as raw, tarfile.open(fileobj=cast(IO[bytes], _Bounded(raw)), mode="r:", errorlevel=1) as archive:
        while (member := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # what was read is not needed again; a hard link is looked up on disk
            name = into.place(member.name)
            if not name or member.isdir():
                continue
            if member.isreg() and not member.issparse():
                content = archive.extractfile(member)
                if content is not None:
                    with content:
                        into.file(name, content, executable=bool(member.mode & 0o111))
            elif member.issym():
                into.remember(name, member.linkname)
            elif member.islnk():
                _hard_link(into, name, into.place(member.linkname), member.mode)
            else:
                into.notes.add("special files", f"{shown(name)} is not a regular file: left out")


def _hard_link(into: Unpacked, name: str, target: str, mode: int) -> None:
    origin = into.root / target
    if not into.has(target):
        into.notes.add("links that lead nowhere", f"{shown(name)} is a link that leads nowhere: left out")
        return
    with origin.open("rb") as content:
        into.file(name, content, executable=bool(mode & 0o111))


class _Bounded:
    """A file that refuses to be read in pieces of many megabytes: only a hostile header asks for that."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _LONGEST_READ:
            raise tarfile.ReadError("a header is too large")
        return self._raw.read(size)

    def seek(self, position: int, whence: int = 0) -> int:
        return self._raw.seek(position, whence)

    def tell(self) -> int:
        return self._raw.tell()


def unzip(path: Path, into: Unpacked) -> None:
    """Unpack a zip file."""
    _check_directory(path, into.text)
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            name = into.place(member.filename.replace("\\", "/"))
            if not name or member.is_dir():
                continue
            if member.flag_bits & 0x1:
                raise CheckoutFailed(f"{into.text}: the archive is encrypted; unpack it and name the folder.")
            mode = member.external_attr >> 16
            with archive.open(member) as content:
                if stat.S_ISLNK(mode):
                    into.remember(name, os.fsdecode(content.read(4096)))
                else:
                    into.file(name, content, executable=bool(mode & 0o111))


def _check_directory(path: Path, text: str) -> None:
    """Refuse a table of contents that would fill the memory; zipfile reads it whole."""
    with path.open("rb") as raw:
        size = raw.seek(0, os.SEEK_END)
        start = max(0, size - 65_600)
        raw.seek(start)
        tail = raw.read()
        end = tail.rfind(b"PK\5\6")
        if end < 0 or len(tail) < end + 22:
            raise zipfile.BadZipFile("no table of contents")
        length = struct.unpack_from("<L", tail, end + 12)[0]
        if end >= 20 and tail[end - 20 : end - 16] == b"PK\6\7":
            raw.seek(struct.unpack_from("<Q", tail, end - 12)[0])
            record = raw.read(56)
            length = struct.unpack_from("<Q", record, 40)[0] if len(record) == 56 else size
    if length > _LARGEST_DIRECTORY:
        raise CheckoutFailed(f"{text}: the table of contents of the archive is too large; it is not unpacked.")
