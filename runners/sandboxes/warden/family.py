"""Everything that descends from this process: find it, weigh it, end it."""

# ruff: noqa: PTH123, PTH208 - pathlib costs milliseconds, and every run starts this anew
import contextlib
import ctypes
import os
import signal
import sys
import time

_SUBREAPER = 36
_PAGE = os.sysconf("SC_PAGE_SIZE")


def adopt_orphans() -> bool:
    """Make processes that lose their parent below us our children, so that none gets away; False where the kernel cannot."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_SUBREAPER, 1, 0, 0, 0) == 0)


def descendants() -> list[int]:
    """Return the ids of all living processes below this one."""
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        children = _children(waiting.pop())
        found += children
        waiting += children
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as lines:
                found += map(int, lines.read().split())
    except OSError:
        pass  # it ended while we looked
    return found


def threads(pids: list[int]) -> int:
    """Return how many threads the processes have together."""
    total = 0
    for pid in pids:
        try:
            total += len(os.listdir(f"/proc/{pid}/task"))
        except OSError:
            continue
    return total


def memory(pids: list[int], enough: int) -> int:
    """Return how many bytes the processes hold together; exact (shared pages counted once) only when it is more than `enough`."""
    rough = sum(_resident(pid) for pid in pids)
    return rough if rough <= enough else sum(_proportional(pid) for pid in pids)


def _resident(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm") as line:
            return int(line.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _proportional(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup") as lines:
            return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except PermissionError:
        return _resident(pid)
    except (OSError, ValueError):
        return 0


def end(group: int, patience: float = 5.0) -> bool:
    """Kill the process group and every descendant, also stopped ones and those that forked meanwhile; False if some are left."""
    deadline = time.monotonic() + patience
    if sys.platform != "linux":
        _kill_group(group)  # elsewhere a group's number may be in use again by now: the list below is complete
    while True:
        left = descendants()
        for pid in left:
            _kill(pid)
        reap()
        if not left:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)


def reap(watched: int = -1) -> int | None:
    """Bury dead children; return the wait status of `watched` if it was among them."""
    status = None
    while True:
        try:
            pid, raw = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status
        if pid == 0:
            return status
        if pid == watched and not os.WIFSTOPPED(raw):  # a child that asks to be traced is only stopped
            status = raw


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
