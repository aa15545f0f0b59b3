"""Sets the clocks that a case looks at, as a step of its arrangement: what the code makes of the time can be asserted then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from runners.explorers.python.cases import Case
from runners.explorers.python.clocks import CLOCKS
from runners.explorers.python.contents import modules_of
from runners.explorers.python.execute import Executor
from runners.explorers.python.values import Clock, owner_of

MOST = 6
"""Looks at one clock in a case; what looks more often waits for something."""
NAMES = tuple(name + suffix for name in CLOCKS for suffix in ("", "_ns"))
START = {"time": 1_600_000_000}
"""What a clock says first; 10 where it counts from nowhere in particular."""
STEPS = (2.5, 1.25, 4.0)
"""Seconds that pass from look to look, again and again: no two sums are alike, and all are exact in floating point."""


def clocks_of(module: ModuleType) -> list[str]:
    """Paths of the clocks that code of the module's package may look at: `time.perf_counter`, `package.module.now` for an imported one."""
    package = module.__name__.partition(".")[0]
    known = {id(getattr(time, name)): name for name in NAMES if hasattr(time, name)}
    found: dict[str, None] = {}
    for name, other in modules_of(package):
        values = dict(vars(other))
        if any(value is time for value in values.values()):
            found.update({f"time.{clock}": None for clock in known.values()})
        found.update({f"{name}.{key}": None for key, value in values.items() if id(value) in known and callable(value)})
    return list(found)


def ticks(path: str, real: Callable[[], Any]) -> Iterator[Any]:
    """What a set clock says, look after look."""
    name = getattr(real, "__name__", path.rpartition(".")[2])
    whole = name.endswith("_ns")
    unit = 10**9 if whole else 1
    now = float(START.get(name.removesuffix("_ns"), 10))
    while True:
        for step in STEPS:
            yield int(now * unit) if whole else now
            now += step


class Setter:
    """Knows the clocks of a module."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.package = module.__name__.partition(".")[0]
        self.clocks = clocks_of(module)

    def set(self, case: Case, executor: Executor) -> Case | None:
        """The case with the clocks set that it looks at; None when it looks at none, too often, or others look there as well."""
        if not self.clocks or case.asynchronous or any(isinstance(node, Clock) for _, node in case.steps):
            return None
        said = self.looks(case, executor)
        if said is None or not said:
            return None
        return case.copy(steps=(*(("", Clock(path, tuple(values))) for path, values in said.items()), *case.steps))

    def looks(self, case: Case, executor: Executor) -> dict[str, list[Any]] | None:
        """Path of a clock → what it said in a run in which it was set."""
        said: dict[str, list[Any]] = {}
        foreign: list[str] = []
        real = [(owner_of(path, self.module), path) for path in self.clocks]
        before = [(owner, path.rpartition(".")[2], getattr(owner, path.rpartition(".")[2])) for owner, path in real]
        for (owner, name, clock), path in zip(before, self.clocks):
            setattr(owner, name, self.watched(path, clock, said, foreign))
        try:
            run = executor.run(case)
        finally:
            for owner, name, clock in before:
                setattr(owner, name, clock)
        if foreign or run.stopped or any(len(values) > MOST for values in said.values()):
            return None
        return said

    def watched(self, path: str, real: Callable[[], Any], said: dict[str, list[Any]], foreign: list[str]) -> Callable[[], Any]:
        """A set clock that writes down what it says to code of the package, and who else asks."""
        coming = ticks(path, real)

        def clock() -> Any:
            asker = str(sys._getframe(1).f_globals.get("__name__", ""))
            if asker.partition(".")[0] != self.package:
                foreign.append(asker)
                return real()
            values = said.setdefault(path, [])
            values.append(next(coming))
            return values[-1]

        return clock
