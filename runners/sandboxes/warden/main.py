"""One run, from the message that describes it to the message that says how it ended."""

# ruff: noqa: PTH103 - pathlib costs milliseconds, and every run starts this anew
from __future__ import annotations

import os
import resource
import select
import signal
import sys
import time

from runners.sandboxes.warden import family, protocol, room, scratch

TYPE_CHECKING = False  # typing is a third of what there is to load
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NoReturn


STOP = b"S"
"""What the controller sends when there has been enough output."""
_LOOK = 0.1
"""Seconds between two looks at memory and processes."""
_MIB = 1 << 20


def main(reply_to: int) -> None:
    """Read the order from standard input, carry it out, write the reply to the given descriptor."""
    wake, alarm = os.pipe()
    os.set_blocking(alarm, False)
    signal.set_wakeup_fd(alarm)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    family.adopt_orphans()
    head, files = protocol.unpack(_receive())
    walled = "room" in head
    if walled:
        room.part(head)
        room.furnish(head)
    scratch.fill(head["scratch"], files, head["copies"])
    os.makedirs(head["cwd"], exist_ok=True)
    doors = (-1, -1)
    if walled:
        room.hand_over(head)
        doors = room.descriptors(head)
    started = time.monotonic()
    child = _start(head, reply_to, doors)
    ending, status = _watch(child, head, wake, started)
    clean = family.end(child)
    seconds = time.monotonic() - started
    if ending == "abandoned":
        _clear(head)
        return
    if walled and ending == "ended":
        ending, status = _inside(room.outcome(doors[0]))
    results, refused = scratch.read_results(head["scratch"], head["results"], head["largest"], head["total"])
    reply = {"ending": ending, "status": status, "seconds": seconds, "refused": refused, "clean": clean}
    with os.fdopen(reply_to, "wb") as stream:
        stream.write(protocol.pack(reply, results))


def _clear(head: Mapping[str, Any]) -> None:
    """Do what the controller cannot do any more: remove the folder it made."""
    from runners.sandboxes.folders import remove

    if "room" in head:
        room.leave(head)
    remove(head["remove"])


def _receive() -> bytes:
    """Read one message; standard input then stays open, and its end means that the controller is gone."""
    message = bytearray()
    size = None
    while size is None or len(message) < size:
        want = 65536 if size is None else min(_MIB, size - len(message))
        chunk = os.read(0, want)
        if not chunk:
            raise EOFError("the controller went away")
        message += chunk
        size = size or protocol.size_so_far(message)
    return bytes(message)


def _inside(code: int | None) -> tuple[str, int | None]:
    """Turn the exit code that bubblewrap reports into a wait status: 128 and a number is what it makes of a signal."""
    if code is None:
        return "not started", None
    return "ended", code - 128 if 128 < code < 160 else code << 8


def _start(head: Mapping[str, Any], private: int, doors: tuple[int, int]) -> int:
    """Start the command in a session of its own, under its limits."""
    child = os.fork()
    if child == 0:
        _become(head, private, doors)
    return child


def _become(head: Mapping[str, Any], private: int, doors: tuple[int, int]) -> NoReturn:
    """Turn this process, just forked, into the command."""
    argv: list[str] = head["argv"]
    try:
        os.close(private)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.setsid()
        os.umask(0o022)
        if "room" in head:
            room.arrange(*doors)
        for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        for name, value in head["rlimits"].items():
            _limit(getattr(resource, name, None), value)
        os.chdir(head["cwd"])
        os.execvpe(argv[0], argv, head["environment"])  # noqa: S606 - an argument vector, no shell
    except FileNotFoundError:
        _refuse(f"{argv[0]}: not found", 127)
    except (OSError, ValueError) as error:
        _refuse(f"{argv[0]}: {error}", 126)


def _limit(which: int | None, value: int) -> None:
    if which is None:
        return
    hard = resource.getrlimit(which)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def _refuse(line: str, code: int) -> NoReturn:
    os.write(2, f"{line}\n".encode())
    os._exit(code)


def _watch(child: int, head: Mapping[str, Any], wake: int, started: float) -> tuple[str, int | None]:
    """Wait for the end of the command, and bring it about where a limit is passed."""
    deadline = started + head["seconds"]
    look = started + _LOOK
    while True:
        now = time.monotonic()
        ready, _, _ = select.select([0, wake], [], [], max(0.0, min(look, deadline) - now))
        if wake in ready:
            os.read(wake, 4096)
            status = family.reap(child)
            if status is not None:
                return "ended", status
        if 0 in ready:
            return ("output limit" if os.read(0, 1) == STOP else "abandoned"), None
        if time.monotonic() >= deadline:
            return "timeout", None
        if time.monotonic() >= look:
            look = time.monotonic() + _LOOK
            if over := _over(head):
                return over, None


def _over(head: Mapping[str, Any]) -> str:
    """Name the limit that the command and all below it have passed together."""
    pids = family.descendants()
    if family.threads(pids) >= head["processes"]:
        return "process limit"
    if family.memory(pids, head["memory"] * _MIB) > head["memory"] * _MIB:
        return "out of memory"
    return ""


if __name__ == "__main__":
    main(int(sys.argv[1]))
