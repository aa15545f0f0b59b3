"""What was found: the best case of every goal, cases that come near open ones, and a pool of different ones for each unit."""

from __future__ import annotations

import copy
import json
import random
from typing import Any, Union

from runners.explorers.python.cases import Case
from runners.explorers.python.execute import Run
from runners.explorers.python.values import Call, Name, walk

Goal = Union[int, tuple]  # a line, a branch, or ("outcome", unit, kind)
NEAR = 16
POOL = 40
PER_LINE = 8
"""Different operands of one line that a kept case remembers."""


class Kept:
    """A case that earned its place, with what it reaches."""

    __slots__ = (
        "branches",
        "case",
        "declared",
        "fine",
        "goals",
        "kind",
        "lines",
        "log",
        "raised",
        "rank",
        "stub",
        "typical",
        "way",
    )

    def __init__(self, run: Run, goals: frozenset[Any], public: bool, typical: bool = True) -> None:
        self.case = run.case
        self.lines = frozenset(run.lines)
        self.branches = frozenset(run.branches)
        self.goals = goals
        self.kind = run.outcome.kind() if not run.stopped else "stopped"
        self.raised = run.outcome.raised
        self.declared = run.declared
        self.way = way_of(run)
        """Which way it took through the code."""
        self.log: list[Any] | None = None
        """Operands that its run logs, each once; None until they are asked for."""
        self.stub = uses_stub(run.case)
        order = {"documentation": 0, "project": 1}.get(run.case.origin, 2)
        self.typical = typical or (self.raised and self.declared)
        self.fine = public and not self.stub and self.typical
        """A person may want to read it."""
        self.rank = (not public, self.stub, not self.typical, order > 1 and self.raised, not typical, order, run.case.size())

    def of(self, goals: frozenset[Any]) -> Kept:
        """The same case for some of its goals."""
        made = copy.copy(self)
        made.goals = goals
        return made


def way_of(run: Run) -> int:
    """Which way a run took through the code."""
    return hash((run.case.unit, frozenset(run.branches)))


def uses_stub(case: Case) -> bool:
    """True when an object of the case was made up to stand in for another."""
    for tree in case.trees():
        for _, node in walk(tree):
            if isinstance(node, Name) and (node.path == "SimpleNamespace" or (node.module == "unittest.mock")):
                return True
            if (
                isinstance(node, Call)
                and isinstance(node.func, Name)
                and node.func.module == "builtins"
                and node.func.path == "type"
                and len(node.args) == 3
            ):
                return True
    return False


def slim(log: list[Any]) -> list[Any]:
    """Operands without repetition, some of every line."""
    kept: dict[Any, Any] = {}
    counts: dict[int, int] = {}
    for entry in log:
        count = counts.get(entry[0], 0)
        if count >= PER_LINE:
            continue
        key = (entry[0], entry[1], type(entry[2]), short(entry[2]), short(entry[3]))
        if key not in kept:
            kept[key] = entry
            counts[entry[0]] = count + 1
    return list(kept.values())


def short(value: Any) -> Any:
    return value[:40] if isinstance(value, str) else value if type(value) in (int, float, bool, bytes) or value is None else id(value)


class Archive:
    """Best cases by goal."""

    banned: frozenset[str] = frozenset()
    """Texts of cases that did not come out the same in a fresh process."""

    def __init__(self, targets: set[Any], rng: random.Random, path: str, before: dict[int, set[int]] | None = None) -> None:
        self.rng = rng
        self.before = before or {}
        self.open: dict[Any, int] = dict.fromkeys(sorted(targets, key=repr), 0)
        """Goals not reached yet, with how often each was tried."""
        self.sources: dict[int, list[Any]] = {}
        for goal in self.open:
            for line in (goal[0],) if isinstance(goal, tuple) else self.before.get(goal, ()):
                self.sources.setdefault(line, []).append(goal)
        self.near: dict[int, list[Kept]] = {}
        self.best: dict[Any, Kept] = {}
        self.outcomes: dict[tuple[str, str], Kept] = {}
        self.pool: dict[str, dict[Any, Kept]] = {}
        self.file = open(path, "a", encoding="utf-8")  # noqa: SIM115

    def add(self, run: Run, goals: frozenset[Any], public: bool, typical: bool = True) -> tuple[bool, bool]:
        """Keep a run where it is the best. True when a goal was reached for the first time; when anything was kept."""
        kept: Kept | None = None
        fresh = False
        if run.keep and not (self.banned and run.case.text() in self.banned):
            kept = Kept(run, goals, public, typical)
            better = [goal for goal in goals if goal not in self.best or kept.rank < self.best[goal].rank]
            for goal in better:
                fresh = fresh or goal not in self.best
                self.best[goal] = kept
                self.open.pop(goal, None)
            new = kept.typical and self.add_outcome(kept)
            if fresh or new:
                self.file.write(json.dumps(run.case.dump()) + "\n")
                self.file.flush()
            kept = kept if better or new else None
        self.add_near(run, goals, public)
        return fresh, kept is not None

    def disown(self, text: str, goals: set[Any]) -> None:
        """Forget that a case reaches goals: it does not when it is run alone."""
        self.banned = self.banned | {text}
        for goal in goals:
            kept = self.best.get(goal)
            if kept is not None and kept.case.text() == text:
                del self.best[goal]
            if goal not in self.best:
                self.open[goal] = 0
                if isinstance(goal, tuple) and goal not in self.sources.setdefault(goal[0], []):
                    self.sources[goal[0]].append(goal)
        for unit, pool in self.pool.items():
            self.pool[unit] = {place: kept for place, kept in pool.items() if kept.case.text() != text}
        self.outcomes = {key: kept for key, kept in self.outcomes.items() if kept.case.text() != text}

    def add_outcome(self, kept: Kept) -> bool:
        """Keep a case for the kind of its outcome, and in the pool of its unit."""
        key = (kept.case.unit, kept.kind)
        before = self.outcomes.get(key)
        if before is None or kept.rank < before.rank:
            self.outcomes[key] = kept
        pool = self.pool.setdefault(kept.case.unit, {})
        place = (kept.kind, kept.branches, kept.case.origin == "search" or kept.case.text(), kept.case.size() > 25)
        found = pool.get(place)
        if found is None and len(pool) < POOL or found is not None and kept.rank < found.rank:
            pool[place] = kept
        return before is None

    def add_near(self, run: Run, goals: frozenset[Any], public: bool) -> None:
        """Keep a run for the open branches whose first line it reaches."""
        if run.hung or (run.stopped and not run.lines):
            return
        kept: Kept | None = None
        way, size = way_of(run), run.case.size()
        for line in run.lines & self.sources.keys():
            if not any(goal in self.open for goal in self.sources[line]):
                del self.sources[line]
                self.near.pop(line, None)
                continue
            cases = self.near.setdefault(line, [])
            at = self.place(cases, way, size)
            if at is not None:
                kept = kept or Kept(run, goals, public)
                cases[at : at + 1] = [kept]

    def widen(self, line: int) -> None:
        """Look for cases also where control comes from: what decides about a line may lie before it."""
        goals = [goal for goal in self.sources.get(line, ()) if goal in self.open]
        for earlier in sorted(self.before.get(line, ())):
            known = self.sources.setdefault(earlier, [])
            known += [goal for goal in goals if goal not in known]

    def place(self, cases: list[Kept], way: int, size: int) -> int | None:
        """Where a run belongs among the cases of a line, None for nowhere.

        One case for each way through the code, the smaller one mostly, and some of the ways when there are many.
        """
        same = next((at for at, one in enumerate(cases) if one.way == way), -1)
        if same >= 0:
            before = cases[same].case.size()
            return same if size < before or (size < 3 * before and self.rng.random() < 0.12) else None
        if len(cases) < NEAR:
            return len(cases)
        at = max(self.rng.sample(range(len(cases)), 4), key=lambda at: cases[at].case.size())
        return at if size < cases[at].case.size() or self.rng.random() < 0.05 else None
