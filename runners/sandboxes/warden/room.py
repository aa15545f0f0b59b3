"""The folder in memory in which a box keeps all it writes, and the descriptors that bubblewrap reads and writes."""

# ruff: noqa: PTH103, PTH118, PTH123 - pathlib costs milliseconds, and every run starts this anew
from __future__ import annotations

import ctypes
import json
import os

TYPE_CHECKING = False  # typing is a third of what there is to load
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


_NOSUID_NODEV = 2 | 4
_RECURSIVE, _PRIVATE = 0x4000, 0x40000
_NEW_MOUNTS, _NEW_USER = 0x20000, 0x10000000
_STATUS, _FILTER = 8, 9
"""Descriptors named in bubblewrap's options."""
_PASSWD = "sandbox:x:{0}:{1}:sandbox:/tmp/home:/bin/sh\nroot:x:0:0:root:/:/usr/sbin/nologin\n"  # noqa: S105 - no password


def part(head: Mapping[str, Any]) -> None:
    """Leave the mounts of the machine for our own; who is not root first becomes it, in a user namespace of its own.

    Raises:
        OSError: when the kernel refuses that.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    own_user = not head["owner"]
    if libc.unshare(_NEW_MOUNTS | (_NEW_USER if own_user else 0)):
        raise OSError(ctypes.get_errno(), "the kernel refuses namespaces to this user")
    if own_user:
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    if libc.mount(b"none", b"/", None, _RECURSIVE | _PRIVATE, None):
        raise OSError(ctypes.get_errno(), "the mounts cannot be made private")


def furnish(head: Mapping[str, Any]) -> None:
    """Mount the folder, with a bound on bytes and files, and make what belongs in it.

    Raises:
        OSError: when the kernel refuses the mount.
    """
    room, owner, group = head["room"], head["owner"] or 10001, 10001
    options = f"size={head['room_size'] + (1 << 20)},nr_inodes={head['room_files']},mode=0755"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tmpfs", room.encode(), b"tmpfs", _NOSUID_NODEV, options.encode()):
        raise OSError(ctypes.get_errno(), "the folder in memory cannot be mounted", room)
    for name in ("scratch", "tmp", "tmp/home", "shm"):
        os.makedirs(os.path.join(room, name))
    for name, text in (("passwd", _PASSWD.format(owner, group)), ("group", f"sandbox:x:{group}:\nroot:x:0:\n")):
        with open(os.path.join(room, name), "x") as file:
            file.write(text)


def hand_over(head: Mapping[str, Any]) -> None:
    """Give everything in the folder to the user of the box."""
    if not head["owner"]:
        return
    for name in ("scratch", "tmp", "shm"):
        top = os.path.join(head["room"], name)
        os.chown(top, head["owner"], 10001)
        for folder, folders, files in os.walk(top):
            for each in (*folders, *files):
                os.chown(os.path.join(folder, each), head["owner"], 10001, follow_symlinks=False)


def leave(head: Mapping[str, Any]) -> None:
    """Let the folder go, so that what it was mounted on can be removed."""
    ctypes.CDLL(None).umount2(head["room"].encode(), 2)


def descriptors(head: Mapping[str, Any]) -> tuple[int, int]:
    """Return where bubblewrap shall write how it went, and the filter it shall load."""
    status = os.memfd_create("status")
    program = os.memfd_create("filter")
    os.write(program, bytes.fromhex(head["filter"]))
    os.lseek(program, 0, os.SEEK_SET)
    return status, program


def arrange(status: int, program: int) -> None:
    """Put the two where bubblewrap looks for them; called in the child."""
    os.dup2(status, _STATUS)
    os.dup2(program, _FILTER)


def outcome(status: int) -> int | None:
    """Return the exit code of the command, or None when bubblewrap did not come as far as to start it."""
    os.lseek(status, 0, os.SEEK_SET)
    for line in os.read(status, 65536).decode().splitlines():
        code = json.loads(line).get("exit-code")
        if code is not None:
            return int(code)
    return None
