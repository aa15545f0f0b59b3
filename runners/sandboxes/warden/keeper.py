"""Runs in a container of its own and keeps the folders in memory that boxes write in: fills them, reads results from them, wipes them.

It opens what an untrusted command left, but runs none of it, and is locked in as tightly as the command was.
"""

# ruff: noqa: PTH101, PTH103, PTH108, PTH112, PTH114, PTH118, PTH208 - it shares its code with the warden
import os
import sys
from collections.abc import Mapping
from typing import Any

from runners.sandboxes import folders
from runners.sandboxes.warden import protocol, scratch

SHELVES = "/shelves"


def main() -> None:
    """Answer one message after the other until the controller is gone."""
    while message := receive(0):
        head, blobs = protocol.unpack(message)
        place = os.path.join(SHELVES, str(head["shelf"]))
        reply, files = _ACTIONS[head["do"]](place, head, blobs)
        sys.stdout.buffer.write(protocol.pack(reply, files))
        sys.stdout.buffer.flush()


def receive(descriptor: int) -> bytes:
    """Read one message; b'' when there is none any more."""
    message = bytearray()
    size = None
    while size is None or len(message) < size:
        # Never beyond the end of this message: the next one may be waiting behind it.
        want = max(1, 8 - len(message)) if len(message) < 8 else _missing(message, size)
        chunk = os.read(descriptor, min(want, 1 << 20))
        if not chunk:
            return b""
        message += chunk
        size = size or protocol.size_so_far(message)
    return bytes(message)


def _missing(message: bytearray, size: int | None) -> int:
    return (size or 8 + int.from_bytes(message[:8], "big")) - len(message)


def _fill(place: str, head: Mapping[str, Any], blobs: Mapping[str, bytes]) -> tuple[dict[str, Any], dict[str, bytes]]:
    target = os.path.join(place, head["into"])
    os.makedirs(target, exist_ok=True)
    scratch.fill(target, blobs, {})
    return {}, {}


def _read(place: str, head: Mapping[str, Any], _: Mapping[str, bytes]) -> tuple[dict[str, Any], dict[str, bytes]]:
    files, refused = scratch.read_results(os.path.join(place, "scratch"), head["results"], head["largest"], head["total"])
    printed = {name: scratch.read_start(place, name, head["output"]) for name in ("stdout", "stderr")}
    reply = {"refused": refused, "printed": {name: size for name, (_, size) in printed.items()}}
    blobs = {f"file:{name}": data for name, data in files.items()}
    return {**reply, "begun": os.path.lexists(os.path.join(place, "begun"))}, {
        **blobs,
        **{name: data for name, (data, _) in printed.items()},
    }


def _wipe(place: str, _: Mapping[str, Any], __: Mapping[str, bytes]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Leave nothing for the next box; a folder that does not come clean is not used again."""
    os.chmod(place, 0o700)
    for name in os.listdir(place):
        path = os.path.join(place, name)
        if os.path.isdir(path) and not os.path.islink(path):
            folders.remove(path)
        else:
            os.unlink(path)
    usage = os.statvfs(place)
    return {"clean": not os.listdir(place) and usage.f_files - usage.f_ffree <= 1 and not os.listxattr(place)}, {}


_ACTIONS = {"fill": _fill, "read": _read, "wipe": _wipe}
