"""Another time for code under test: what a clock says must not be asserted, and a second look under another clock shows what it was.

The day is another one, and every look at a clock finds it further on. Our own code and the event loop keep the real time. A standing clock moves
by looks only, so that what code under test does with time and with random bytes is the same in every process.
"""

from __future__ import annotations

import datetime
import gc
import os
import random
import sys
import time
from collections.abc import Callable
from typing import Any

AHEAD = 403 * 86400 + 5 * 3600 + 7 * 60 + 11
"""Seconds by which the day is another: year, month, day, weekday and hour differ."""
STEP = 0.37
"""Seconds that pass between two looks, at least; a little more from look to look, so that no two waits are of one length."""
REAL_TIME = frozenset({"runners", "asyncio", "threading", "queue", "selectors", "concurrent", "subprocess", "multiprocessing", "socket"})
"""Packages whose waiting would end early otherwise."""
CLOCKS = {"time": AHEAD, "monotonic": 0, "perf_counter": 0, "process_time": 0, "thread_time": 0}
"""Function of the time module → how far it is ahead from the start."""


BASE = 1_767_261_600
"""What a standing clock shows before the first look, in seconds: 2026-01-01, 10:00 UTC."""


class Clock:
    """One time for all clocks."""

    def __init__(self, standing: bool = False) -> None:
        self.standing = standing
        self.passed = 0.0
        self.looks = 0

    def look(self, ahead: float) -> float:
        """Seconds to add to the real time; more at every look."""
        self.looks += 1
        self.passed += STEP + 0.01 * self.looks
        return ahead + self.passed

    def shifted(self, name: str, ahead: float, unit: int) -> Callable[[], Any]:
        """A clock of the time module that goes by this time."""
        real: Callable[[], Any] = getattr(time, name)

        def clock() -> Any:
            ours = sys._getframe(1).f_globals.get("__name__", "").partition(".")[0] in REAL_TIME
            if ours:
                return real()
            now = real()
            return (type(now)(BASE * unit) if self.standing else now) + type(now)(self.look(ahead) * unit)

        clock.__name__ = clock.__qualname__ = name
        clock.__module__ = "time"
        return clock


def shift(standing: bool = False) -> None:
    """Move the clocks of this process; to be called before the code under test is imported."""
    clock = Clock(standing)
    for name, ahead in CLOCKS.items():
        for suffix, unit in (("", 1), ("_ns", 10**9)):
            if hasattr(time, name + suffix):
                setattr(time, name + suffix, clock.shifted(name + suffix, ahead, unit))
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time, name, _of_now(getattr(time, name), clock))
    _shift_dates(clock)
    if standing:
        os.urandom = random._urandom = Bytes().take  # type: ignore[attr-defined]


class Bytes:
    """Random bytes that are the same in every process."""

    def __init__(self) -> None:
        self.source = random.Random(0)

    def take(self, size: int) -> bytes:
        """So many bytes."""
        return self.source.getrandbits(8 * size).to_bytes(size, "little")


def _of_now(real: Callable[[float], Any], clock: Clock) -> Callable[..., Any]:
    """A function of the time module that takes seconds, by default those of now."""

    def function(seconds: float | None = None) -> Any:
        now = BASE if clock.standing else time.time()
        return real(now + AHEAD if seconds is None else seconds)

    function.__name__ = function.__qualname__ = real.__name__
    function.__module__ = "time"
    return function


def _shift_dates(clock: Clock) -> None:
    """`datetime.now()` asks no function of the time module; its class is written in C, so the change goes past the class."""
    try:
        import ctypes

        members = gc.get_referents(datetime.datetime.__dict__)[0]
        for name in ("now", "utcnow"):
            members[name] = classmethod(_later(members[name], clock))
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))
    except (ImportError, AttributeError, TypeError, LookupError):  # another interpreter: dates stay, and are told by being today's
        return


def _later(real: Any, clock: Clock) -> Callable[..., Any]:
    def moved(cls: Any, *args: Any, **kwargs: Any) -> Any:
        if clock.standing:
            now = cls.utcfromtimestamp(BASE) if real.__name__ == "utcnow" else cls.fromtimestamp(BASE, *args, **kwargs)
        else:
            now = real.__get__(None, cls)(*args, **kwargs)
        return now + datetime.timedelta(seconds=clock.look(AHEAD))

    moved.__name__ = real.__name__
    return moved
