"""The mutant phase, a process of its own after the search: who kills which mutant, and new cases for mutants that live.

It reads the batches of the search, writes one more batch with its new cases, and `kills.json`: id of a case → ids of mutants.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import sys
import time
from typing import Any

from runners.explorers.python.archive import uses_stub
from runners.explorers.python.cases import Case, Outcome, load_case
from runners.explorers.python.execute import ACCIDENTAL, NEVER
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
SAVED = 3.0
"""Seconds of hunting between two savings."""


class MutantPhase(Search):
    """A search process whose module has switches for its mutants."""

    finder: Finder

    def instrument(self, log: Log) -> None:
        """Load the module with its mutants."""
        self.log = log
        self.finder = Finder(self.request["module"], log)
        sys.meta_path.insert(0, self.finder)

    def go(self, seconds: float) -> None:
        """Try the published cases on all mutants, then hunt the ones that live."""
        loader = self.finder.loader
        if loader is None:
            return
        begun = time.monotonic()
        self.mutants = self.begin(loader)
        spent = time.monotonic() - begun
        self.mutants.sweep(Budget(EXECUTIONS, max(0.5, seconds * SWEEP - spent)))
        self.save([])
        hunt = Hunt(self.mutants, self.harvest, self.log, self.rng, self.mutator.mutate, self.wanted)
        while self.mutants.executions < EXECUTIONS and time.monotonic() - begun < seconds * 0.95:
            left = begun + seconds * 0.95 - time.monotonic()
            before = self.mutants.executions
            hunt.go(Budget(EXECUTIONS - before, min(SAVED, left)))
            self.save(hunt.found)
            if self.mutants.executions - before < 10 or not self.mutants.survivors():
                break

    def begin(self, loader: Loader) -> MutantRun:
        """Run every published case on the original."""
        run = MutantRun(self.module, loader, self.guard, self.heartbeat.beat, set(self.request.get("skip_mutants", ())))
        self.ids: dict[int, str] = {}
        self.numbers = 0
        for row in self.published():
            case = load_case(row["case"])
            if case.unit in self.skip:
                continue
            trial = run.trial(case)
            if trial is not None and self.wanted(trial.outcome, case):
                run.trials.append(trial)
                self.ids[id(trial)] = row["id"]
        return run

    def published(self) -> list[dict[str, Any]]:
        """Cases that the search said, in order."""
        rows = []
        for path in sorted(glob.glob(os.path.join(self.folder, "batch-*.jsonl"))):
            self.numbers = max(self.numbers, int(path[-9:-6]))
            with open(path, encoding="utf-8") as file:
                rows += [json.loads(line) for line in file]
        return rows

    def wanted(self, outcome: Outcome, case: Case) -> bool:
        """Whether an outcome is one that a test may assert."""
        if not outcome.entered or outcome.at < len(case.steps) or self.guard.refused:
            self.guard.refused = ""
            return False
        error = outcome.error
        return error is None or (
            not isinstance(error, NEVER) and (self.executor.declared(error, case) or not isinstance(error, ACCIDENTAL))
        )

    def save(self, found: list[Trial]) -> None:
        """Write the new cases that are needed, and all kills."""
        chosen = cover(self.mutants, found)
        rows = []
        for trial in chosen:
            text = trial.case.text()
            self.ids[id(trial)] = hashlib.sha256(text.encode()).hexdigest()[:12]
            rows.append({"id": self.ids[id(trial)], "case": trial.case.dump(), "stub": uses_stub(trial.case), "condition": ""})
        path = os.path.join(self.folder, f"batch-{self.numbers + 1:03d}.jsonl")
        with open(path + ".part", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        os.rename(path + ".part", path)
        kills = {
            self.ids[id(t)]: [self.mutants.mutants[i].id for i in sorted(t.kills)]
            for t in self.mutants.trials
            if id(t) in self.ids and t.kills
        }
        finish(
            self.folder,
            {"mutants": len(self.mutants.mutants), "killed": len({i for t in self.mutants.trials for i in t.kills}), "kills": kills},
            "kills.json",
        )


def main(request: dict[str, Any], folder: str, started: float, seconds: float) -> None:
    """Run the phase; the folder is the search's."""
    process, home = os.getpid(), os.getcwd()
    phase = MutantPhase(request, folder, 0, started)
    phase.prepare()
    if os.getpid() != process:
        os._exit(0)
    os.chdir(home)
    phase.go(seconds)
