"""Mutants as goals: for those that live although they are reached, inputs are changed until a case tells them from the original."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from runners.explorers.python.archive import uses_stub
from runners.explorers.python.cases import Case, Outcome
from runners.explorers.python.harvest import Harvest
from runners.explorers.python.mutants_inputs import Inputs
from runners.explorers.python.mutants_run import Budget, MutantRun, Trial, preference
from runners.explorers.python.probe import Log
from runners.explorers.python.shrink import plain_value, shrink
from runners.explorers.python.values import Node, Scope

GIVE_UP = 400
"""Attempts at one mutant before it waits for the others, doubled each time."""
VICTIMS = 40
"""Mutants tried with one new case."""
PARENTS = 30
"""Cases that new ones are made from, for one mutant."""

Mutate = Callable[[Case, list[Any], int], Case]
Wanted = Callable[[Outcome, Case], bool]


class Hunt:
    """Looks for cases that kill the survivors of a run."""

    def __init__(
        self, run: MutantRun, harvest: Harvest, log: Log, rng: random.Random, mutate: Mutate, wanted: Wanted, shrinking: float
    ) -> None:
        self.run = run
        self.harvest = harvest
        self.log = log
        self.rng = rng
        self.mutate = mutate
        self.wanted = wanted
        """Whether an outcome is one that a test may assert."""
        self.shrinking = shrinking
        """Seconds spent at most on making one case small."""
        self.attempts: dict[int, int] = {}
        self.logs: dict[int, list[Any]] = {}
        self.known = {trial.case.text() for trial in run.trials}
        self.found: list[Trial] = []
        self.parents: dict[int, list[Trial]] = {}
        self.near: dict[int, list[Any]] = {}

    def go(self, budget: Budget) -> list[Trial]:
        """Hunt until the budget is spent or nothing is left to hunt; the new cases."""
        alive = self.run.survivors()
        while alive and budget.left():
            before = self.run.executions
            target = self._target(alive)
            self.attempts[target] = self.attempts.get(target, 0) + 1
            trial = self._candidate(target)
            if trial is not None and self._kill(trial, target, alive):
                alive = self.run.survivors()
            budget.used += max(1, self.run.executions - before)
        return self.found

    def _target(self, alive: list[int]) -> int:
        """The survivor that was tried least, among a few."""
        some = [self.rng.choice(alive) for _ in range(4)]
        return min(some, key=lambda index: self.attempts.get(index, 0))

    # ---- making ------------------------------------------------------------------------------------------------

    def _candidate(self, target: int) -> Trial | None:
        """A new case near one that reaches the target, run on the original."""
        parents = self._parents(target)
        if not parents:
            return None
        parent = parents[int(len(parents) * self.rng.random() ** 2)]
        case = self._changed(parent, parents, target)
        text = case.text()
        if text in self.known or len(text) > 600:
            return None
        self.known.add(text)
        trial = self.run.trial(case)
        if trial is None or not self.wanted(trial.outcome, case) or (uses_stub(case) and not uses_stub(parent.case)):
            return None
        return trial

    def _parents(self, target: int) -> list[Trial]:
        if target not in self.parents:
            reaching = self.run.reaching(target)
            reaching = [trial for trial in reaching if not private(trial.case.unit)] or reaching
            some = reaching[: PARENTS // 2]
            rest = reaching[PARENTS // 2 :]
            self.rng.shuffle(rest)
            self.parents[target] = some + rest[: PARENTS // 2]
        return self.parents[target]

    def _changed(self, parent: Trial, parents: list[Trial], target: int) -> Case:
        line = self.run.mutants[target].line
        origin = "search" if parent.case.origin in ("documentation", "project") else parent.case.origin
        if self.rng.random() < 0.4:
            return self.mutate(parent.case, self._operands(parent), line).copy(origin=origin)
        inputs = Inputs(self.rng, self._literals(line, self.run.imported(target)))
        relatives = [t.case for t in parents if t.case.unit == parent.case.unit and t is not parent]
        return inputs.vary(parent.case, relatives, Scope(self.run.module)).copy(origin=origin)

    def _literals(self, line: int, imported: bool) -> list[Any]:
        """Constants on the line, several times over, in its function, and some of the file."""
        if line not in self.near:
            around = [d for d in self.harvest.definitions.values() if d.first <= line <= d.last and not d.is_class]
            inner = max(around, key=lambda d: d.first, default=None)
            own = self.harvest.within(line, line)
            found = own * 3 + (self.harvest.within(inner.first, inner.last) if inner is not None else [])
            self.near[line] = found + [value for _, value in self.harvest.all_literals[:400]][:: 1 if imported else 8]
        return self.near[line]

    def _operands(self, parent: Trial) -> list[Any]:
        """What was compared when the parent ran."""
        key = id(parent)
        if key not in self.logs:
            if len(self.logs) > 200:
                self.logs.clear()
            self.log.take()
            self.log.on = True
            try:
                self.run.execute(parent.case, 0, 1.0)
            finally:
                self.log.on = False
            self.logs[key] = self.log.take()
        return self.logs[key]

    # ---- killing -----------------------------------------------------------------------------------------------

    def _kill(self, trial: Trial, target: int, alive: list[int]) -> bool:
        """Try the new case on the survivors it reaches; keep it when it kills one."""
        victims = [i for i in alive if self.run.mutants[i].site in trial.sites or self.run.imported(i)]
        if len(victims) > VICTIMS:
            victims = [i for i in victims if i == target] + self.rng.sample(victims, VICTIMS - 1)
        killed = {i for i in victims if self.run.kills(trial, i)}
        if not killed or trial.flaky or not self.assertable(trial):
            return False
        best = self._smaller(trial, killed)
        for index in killed:
            self.run.record(best, index)
        if best in self.run.trials:
            return True
        self.run.trials.append(best)
        self.known.add(best.case.text())
        self.found.append(best)
        for index in alive:
            if self.run.mutants[index].site in best.sites and index in self.parents:
                self.parents[index] = sorted([*self.parents[index], best], key=preference)
        return True

    def _smaller(self, trial: Trial, killed: set[int]) -> Trial:
        """The smallest case found that kills the same mutants."""
        made = {trial.case.text(): trial}
        known = {old.case.text(): old for old in self.run.trials}

        def still(case: Case) -> bool:
            text = case.text()
            new = known.get(text) or self.run.trial(case)
            if new is None or not self.wanted(new.outcome, case) or (new.outcome.error is None) != (trial.outcome.error is None):
                return False
            made[text] = new
            return all(self.run.kills(new, index) for index in killed) and not new.flaky and self.assertable(new)

        return made[shrink(trial.case, still, self.shrinking, self._plain).text()]

    def _plain(self, node: Node) -> list[Node]:
        return plain_value(node, lambda case: self.run.execute(case, 0, 1.0), self.run.module)

    def assertable(self, trial: Trial) -> bool:
        """Whether there is anything to assert."""
        seen = self.run.describe(trial)
        return seen.error is not None or bool(seen.checks)


def private(unit: str) -> bool:
    """Whether a unit is not meant for users of the module."""
    return any(part.startswith("_") and not part.endswith("__") for part in unit.split("."))
