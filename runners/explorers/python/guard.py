"""What keeps code under test from harming the search: limits, an audit hook, silent streams, a timer, a heartbeat."""

from __future__ import annotations

import io
import mmap
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MEMORY = 900 << 20
BLOCKED = (
    "socket.", "subprocess.", "os.fork", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.kill", "os.chdir", "os.chroot", "os.startfile",
    "ctypes.dlopen", "webbrowser.", "pty.", "smtplib.", "ftplib.", "urllib.", "shutil.rmtree", "os.putenv", "os.unsetenv",
)  # fmt: skip
WRITES = (
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.chown",
    "os.truncate",
    "os.utime",
    "shutil.",
)


class Interrupted(BaseException):
    """The running case took too long. Not an Exception, so that ordinary handlers do not swallow it."""


class Refused(OSError):
    """The running case tried something that tests must not do."""


class Quit(BaseException):
    """The running case tried to end the process."""


class Guard:
    """Switched on only while a case runs."""

    def __init__(self, scratch: str) -> None:
        self.scratch = os.path.realpath(scratch)
        self.on = False
        self.refused = ""
        sys.addaudithook(self.audit)
        real_exit = os._exit

        def leave(status: int) -> None:
            if self.on:
                raise Quit
            real_exit(status)

        def abort() -> None:
            raise Quit

        os._exit = leave  # type: ignore[assignment]
        os.abort = abort  # type: ignore[assignment]
        sleep = time.sleep
        time.sleep = lambda seconds: sleep(min(seconds, 0.002) if self.on else seconds)

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "open":
            path, mode, flags = args[0], args[1], args[2]
            writing = (isinstance(mode, str) and any(c in mode for c in "wax+")) or (
                isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            )
            if writing and isinstance(path, (str, bytes)):
                self.inside(path, event)
        elif event.startswith(BLOCKED):
            self.refuse(event)
        elif event.startswith(WRITES) and args and isinstance(args[0], (str, bytes)):
            self.inside(args[0], event)

    def inside(self, path: str | bytes, event: str) -> None:
        text = os.fsdecode(path)
        if text != os.devnull and not os.path.realpath(text).startswith(self.scratch + os.sep):
            self.refuse(f"{event} {text[:60]}")

    def refuse(self, what: str) -> None:
        self.refused = what
        raise Refused(f"not allowed in a test: {what}")


class Silent(io.TextIOBase):
    """A stream that swallows text; its `buffer` swallows bytes."""

    encoding = "utf-8"  # type: ignore[assignment]

    def __init__(self) -> None:
        self.buffer = io.BytesIO()

    def write(self, text: str) -> int:
        return len(text)

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Code under test may close it; the next case writes again."""


def limit(scratch: str) -> None:
    """Bounds for this process and what it starts: memory, files, no core; streams to nowhere; home and temporary folder in scratch."""
    for kind, value in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_FSIZE, 16 << 20), (resource.RLIMIT_CORE, 0)):
        try:
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
        except (ValueError, OSError):
            continue
    os.environ["HOME"] = os.environ["TMPDIR"] = scratch
    tempfile.tempdir = scratch
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    sys.setrecursionlimit(600 if sys.version_info < (3, 11) else 1000)


def raise_interrupted(_number: int, _frame: Any) -> None:
    raise Interrupted


def interrupt() -> None:
    """End the running case."""
    raise Interrupted


class Patience:
    """Whether processor time counts: the load of the machine must not decide where the number of executions is the budget."""

    counted = False
    FACTOR = 2
    """So much more processor time than wall clock: what comes near the bound differs from run to run."""
    WALL = 10.0
    """Seconds of wall clock for what waits for ever."""
    SHORT = 0.05
    """Seconds of processor time after which the steps of a case are counted: it begins again."""
    STEPS = 2_000_000
    """What a case may do; no machine does it in the short time."""
    LONG = 6.0
    """Seconds of processor time for a case whose steps are counted: work in C is no step."""


@contextmanager
def timer(seconds: float, factor: float = Patience.FACTOR) -> Iterator[None]:
    """Interrupt what runs longer, again and again in case it swallows the interruption."""
    counted = Patience.counted
    signal.setitimer(signal.ITIMER_REAL, Patience.WALL if counted else seconds, 0.1)
    if counted:
        signal.setitimer(signal.ITIMER_PROF, factor * seconds, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if counted:
            signal.setitimer(signal.ITIMER_PROF, 0)


class Heartbeat:
    """A counter in a file that the parent watches, and the number of what is running now."""

    def __init__(self, path: str) -> None:
        with open(path, "wb") as file:
            file.write(bytes(24))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 24)
        self.count = self.waits = 0

    def beat(self, running: int = 0) -> None:
        self.count += 1
        self.memory[:8] = self.count.to_bytes(8, "little")
        self.memory[8:16] = (running & (1 << 62) - 1).to_bytes(8, "little")

    def wait(self) -> None:
        """A sign of life of one that waits."""
        self.waits += 1
        self.memory[16:] = self.waits.to_bytes(8, "little")


def read_heartbeat(path: str) -> tuple[int, int, int]:
    """Count, number of what runs, and count of waiting that a heartbeat file holds."""
    try:
        with open(path, "rb") as file:
            data = file.read(24)
    except OSError:
        return 0, 0, 0
    return int.from_bytes(data[:8], "little"), int.from_bytes(data[8:16], "little"), int.from_bytes(data[16:], "little")
