"""Which of the new cases are needed."""

from __future__ import annotations

from runners.explorers.python.mutants_run import MutantRun, Trial


def cover(run: MutantRun, found: list[Trial]) -> list[Trial]:
    """Few of the found cases that kill what all of them kill and no published case does; small ones first."""
    mine = set(map(id, found))
    others = {index for trial in run.trials if id(trial) not in mine for index in trial.kills}
    want = {index for trial in found for index in trial.kills} - others
    for trial in found:
        for index in want - trial.kills:
            if (run.mutants[index].site in trial.sites or run.imported(index)) and not trial.flaky and run.kills(trial, index):
                run.record(trial, index)
    chosen: list[Trial] = []
    left = sorted((t for t in found if not t.flaky), key=lambda t: (t.case.size(), t.case.text()))
    while want and left:
        best = max(left, key=lambda t: len(t.kills & want) / (20 + t.case.size()))
        if not best.kills & want:
            break
        chosen.append(best)
        want -= best.kills
        left.remove(best)
    return chosen
