"""How the controller and the warden talk: one message is a JSON head and the bytes of some files."""

from __future__ import annotations

import json

TYPE_CHECKING = False  # typing is a third of what there is to load
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    Head = dict[str, Any]


def pack(head: Mapping[str, Any], blobs: Mapping[str, bytes]) -> bytes:
    """Return one message: the length of its head, the head, the bytes of every blob."""
    text = json.dumps({**head, "blobs": [[name, len(data)] for name, data in blobs.items()]}).encode()
    return b"".join([len(text).to_bytes(8, "big"), text, *blobs.values()])


def unpack(message: bytes) -> tuple[Head, dict[str, bytes]]:
    """Read what `pack` wrote.

    Raises:
        ValueError: when the message is cut short.
    """
    start = 8 + int.from_bytes(message[:8], "big")
    if len(message) < max(start, 9):
        raise ValueError("the message is cut short")
    head: Head = json.loads(message[8:start])
    blobs = dict(_cut(message, start, head.pop("blobs")))
    return head, blobs


def size_so_far(message: bytes | bytearray) -> int | None:
    """Return how long the whole message will be, or None while its head is not there yet."""
    start = 8 + int.from_bytes(message[:8], "big")
    if len(message) < max(start, 9):
        return None
    sizes: list[int] = [size for _, size in json.loads(bytes(message[8:start]))["blobs"]]
    return start + sum(sizes)


def _cut(message: bytes, at: int, sizes: Iterable[tuple[str, int]]) -> Iterable[tuple[str, bytes]]:
    for name, size in sizes:
        if at + size > len(message):
            raise ValueError("the message is cut short")
        yield name, message[at : at + size]
        at += size
