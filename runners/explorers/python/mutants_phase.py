"""The mutant phase, a process of its own after the search: who kills which mutant, and new cases for mutants that live.

It reads the batches of the search, and writes `new.jsonl`, one more batch with its new cases, and `kills.json`: id of a case → its fields about mutants.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from typing import Any

from runners.explorers.python import clocks
from runners.explorers.python.archive import uses_stub
from runners.explorers.python.cases import Case, Outcome, load_case
from runners.explorers.python.execute import ACCIDENTAL, NEVER, received
from runners.explorers.python.mutants_cover import cover
from runners.explorers.python.mutants_goals import Hunt
from runners.explorers.python.mutants_load import Finder, Loader
from runners.explorers.python.mutants_run import Budget, MutantRun, Trial
from runners.explorers.python.probe import Log
from runners.explorers.python.search import Search, finish

EXECUTIONS = 400_000
"""Executions of one phase at most; the clock is only a ceiling."""
SWEEP = 0.4
"""Share of the time for trying the search's own cases."""
NEW = "new.jsonl"
SAVED, SAVINGS = 3.0, 5
"""Seconds of hunting between two savings; how many there are where executions are counted."""
SHRINKING = 1.0
"""Seconds spent at most on making one case small."""


class MutantPhase(Search):
    """A search process whose module has switches for its mutants."""

    def instrument(self, log: Log) -> None:
        """Load the module with its mutants. What a clock says is another thing in every run, so that no kill rests on it."""
        if self.executions:
            clocks.stand()
        else:
            clocks.shift()
        self.log = log
        sys.meta_path.insert(0, Finder(self.request["module"], log))

    def go(self, seconds: float) -> None:
        """Try the published cases on all mutants, then hunt the ones that live."""
        loader = getattr(self.module.__spec__, "loader", None)
        if not isinstance(loader, Loader):
            return
        begun = time.monotonic()
        self.mutants = self.begin(loader)
        spent = time.monotonic() - begun
        most = EXECUTIONS if self.executions is None else max(0, self.executions - self.before)
        first = Budget(most, max(0.5, seconds * SWEEP - spent)) if self.executions is None else Budget(int(most * SWEEP), seconds)
        self.mutants.sweep(first)
        hunt = Hunt(self.mutants, self.harvest, self.log, self.rng, self.mutator.mutate, self.wanted, self.clock(SHRINKING))
        hunt.found = [trial for trial in self.mutants.trials if id(trial) not in self.ids]
        self.save(hunt.found)
        while self.mutants.executions < most and time.monotonic() - begun < seconds * 0.95:
            left = begun + seconds * 0.95 - time.monotonic()
            before = self.mutants.executions
            hunt.go(
                Budget(most - before, min(SAVED, left))
                if self.executions is None
                else Budget(min(most - before, most // SAVINGS + 1), left)
            )
            self.save(hunt.found)
            if self.mutants.executions - before < 10 or not self.mutants.survivors():
                break

    def begin(self, loader: Loader) -> MutantRun:
        """Run every published case on the original, and those that an earlier process of this phase found."""
        run = MutantRun(self.module, loader, self.guard, self.heartbeat.beat, set(self.request.get("skip_mutants", ())))
        self.ids: dict[int, str] = {}
        for name in sorted(n for n in os.listdir(self.folder) if n.startswith("batch-") and n.endswith(".jsonl")):
            self.take(run, name, True)
        self.take(run, NEW, False)
        return run

    def take(self, run: MutantRun, name: str, published: bool) -> None:
        """The cases of one file as trials."""
        try:
            with open(os.path.join(self.folder, name), encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
        except FileNotFoundError:
            return
        for row in rows:
            case = load_case(row["case"])
            trial = None if case.unit in self.skip else run.trial(case)
            if trial is not None and self.wanted(trial.outcome, case):
                run.trials.append(trial)
                if published:
                    self.ids[id(trial)] = row["id"]

    def wanted(self, outcome: Outcome, case: Case) -> bool:
        """Whether an outcome is one that a test may assert."""
        if not outcome.entered or outcome.at < len(case.steps) or self.guard.refused:
            self.guard.refused = ""
            return False
        if not received(case, outcome, self.composer.subject_of(case)):
            return False
        error = outcome.error
        return error is None or (
            not isinstance(error, NEVER) and (self.executor.declared(error, case) or not isinstance(error, ACCIDENTAL))
        )

    def save(self, found: list[Trial]) -> None:
        """Write the new cases that are needed, and all kills."""
        rows = []
        ids = dict(self.ids)
        for trial in cover(self.mutants, found):
            ids[id(trial)] = hashlib.sha256(trial.case.text().encode()).hexdigest()[:12]
            rows.append({"id": ids[id(trial)], "case": trial.case.dump(), "stub": uses_stub(trial.case), "condition": ""})
        path = os.path.join(self.folder, NEW)
        with open(path + ".part", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        os.rename(path + ".part", path)
        kills = {ids[id(t)]: self.told(t) for t in self.mutants.trials if id(t) in ids and t.kills}
        finish(
            self.folder,
            {"mutants": len(self.mutants.mutants), "killed": len({i for t in self.mutants.trials for i in t.kills}), "kills": kills},
            "kills.json",
        )

    def told(self, trial: Trial) -> dict[str, Any]:
        """What an observation says of the mutants that a trial kills."""
        named = self.mutants.mutants
        proofs = {subject: [named[i].id for i in sorted(found & trial.kills)] for subject, found in trial.proofs.items()}
        return {"mutants": [named[i].id for i in sorted(trial.kills)], "proofs": proofs}


def main(request: dict[str, Any], folder: str, started: float, seconds: float) -> None:
    """Run the phase; the folder is the search's."""
    process, home = os.getpid(), os.getcwd()
    phase = MutantPhase(request, folder, 0, started)
    phase.prepare()
    if os.getpid() != process:
        os._exit(0)
    os.chdir(home)
    phase.go(seconds)
