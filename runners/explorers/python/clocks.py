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
    """One time for all clocks. `begin`: what one that stands shows first, in seconds."""

    def __init__(self, begin: float | None = None, step: float = STEP) -> None:
        self.begin = begin
        self.step = step
        self.passed = 0.0
        self.looks = 0

    def look(self, ahead: float) -> float:
        """Seconds to add to the real time; more at every look."""
        self.looks += 1
        self.passed += self.step * (1 + 0.03 * self.looks)
        return ahead + self.passed

    def shifted(self, name: str, ahead: float, unit: int) -> Callable[[], Any]:
        """A clock of the time module that goes by this time."""
        real: Callable[[], Any] = getattr(time, name)

        def clock() -> Any:
            ours = sys._getframe(1).f_globals.get("__name__", "").partition(".")[0] in REAL_TIME
            if ours:
                return real()
            now = real()
            return (now if self.begin is None else type(now)(self.begin * unit)) + type(now)(self.look(ahead) * unit)

        clock.__name__ = clock.__qualname__ = name
        clock.__module__ = "time"
        return clock

    def state(self) -> Any:
        """What to set to be at this time again."""
        return self.passed, self.looks

    def set(self, state: Any) -> None:
        self.passed, self.looks = state


_moved: list[Clock | Bytes] = []
"""What says something else at every look, in this process."""
_kept: list[Any] = []


def keep() -> None:
    """Remember this moment."""
    _kept[:] = [it.state() for it in _moved]


def turn_back() -> None:
    """Be at the remembered moment again: what ran since was ended at a moment that is another one each time."""
    for it, state in zip(_moved, _kept):
        it.set(state)


def stand(number: int = 0) -> None:
    """Let the clocks of this process stand, and its random bytes be known; each number has others.

    Under number 1 almost no time passes, as in most tests.
    """
    source = Bytes(number)
    _moved.append(source)
    os.urandom = random._urandom = source.take  # type: ignore[attr-defined]
    random.Random.seed = _seeding(random.Random.seed, source)  # type: ignore[method-assign]
    _shift(Clock(BASE + number * (AHEAD + 0.5), 1e-6 if number == 1 else STEP))


def _seeding(real: Callable[..., None], source: Bytes) -> Callable[..., None]:
    """The method that seeds a generator; where no seed is given it takes known bytes, and not those of the system."""

    def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
        real(self, int.from_bytes(source.take(16), "big") if a is None else a, version)

    return seed


def shift() -> None:
    """Move the clocks of this process; to be called before the code under test is imported."""
    _shift(Clock())


def _shift(clock: Clock) -> None:
    _moved.append(clock)
    for name, ahead in CLOCKS.items():
        for suffix, unit in (("", 1), ("_ns", 10**9)):
            if hasattr(time, name + suffix):
                setattr(time, name + suffix, clock.shifted(name + suffix, ahead, unit))
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time, name, _of_now(getattr(time, name), clock))
    _shift_dates(clock)


class Bytes:
    """Random bytes that are the same in every process."""

    def __init__(self, number: int = 0) -> None:
        self.taken = number << 64

    def take(self, size: int) -> bytes:
        """So many bytes."""
        self.taken += 1
        return random.Random(self.taken).randbytes(size)

    def state(self) -> int:
        """What to set to give the same bytes again."""
        return self.taken

    def set(self, state: int) -> None:
        self.taken = state


def _of_now(real: Callable[[float], Any], clock: Clock) -> Callable[..., Any]:
    """A function of the time module that takes seconds, by default those of now."""

    def function(seconds: float | None = None) -> Any:
        now = time.time() if clock.begin is None else clock.begin
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
        if clock.begin is not None:
            now = cls.utcfromtimestamp(clock.begin) if real.__name__ == "utcnow" else cls.fromtimestamp(clock.begin, *args, **kwargs)
        else:
            now = real.__get__(None, cls)(*args, **kwargs)
        return now + datetime.timedelta(seconds=clock.look(AHEAD))

    moved.__name__ = real.__name__
    return moved
