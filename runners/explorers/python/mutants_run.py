"""Tries mutants against cases: which case's checks tell which mutant from the original."""

from __future__ import annotations

import random
import signal
import sys
import time
from collections.abc import Callable, Collection
from types import FrameType, ModuleType
from typing import Any

from runners.explorers.python.cases import Case, Outcome, run_case
from runners.explorers.python.describe_case import Seen, arranged, seen, states, text_of
from runners.explorers.python.effects import Recording
from runners.explorers.python.guard import Guard, Interrupted, Patience, Quit
from runners.explorers.python.mutants import SWITCH
from runners.explorers.python.mutants_load import Loader, Recorder
from runners.explorers.python.mutants_state import Globals

FEW = 2
"""Checks of a trial of which none is too many."""
KILLERS = 8
"""Cases recorded for one mutant: enough for a choice."""
TRIES = 60
"""Cases tried on one mutant."""
SLOWER = 30
"""A mutant that needs this many times the processor time of the original is killed by timeout."""
SHORTEST, WALL = 0.15, 3.0
"""Seconds of processor time every mutant may use, and of wall clock."""


class Overtime(Interrupted):
    """A run took too long."""


class Budget:
    """Executions are what counts, so that the same seed gives the same; the clock is only a ceiling."""

    def __init__(self, executions: int, seconds: float) -> None:
        self.executions = executions
        self.deadline = time.monotonic() + seconds
        self.used = 0

    def left(self) -> bool:
        """Whether anything is left."""
        return self.used < self.executions and time.monotonic() < self.deadline


class Trial:
    """A case and what the original code does with it."""

    __slots__ = ("before", "case", "copied", "flaky", "kills", "outcome", "proofs", "seconds", "seen", "sites", "timeouts")

    def __init__(self, case: Case, outcome: Outcome, sites: set[int], seconds: float) -> None:
        self.case = case
        self.outcome = outcome
        self.sites = sites
        self.seconds = seconds
        self.seen: Seen | None = None
        self.kills: set[int] = set()
        self.proofs: dict[str, set[int]] = {}
        """Subject of a check → mutants that it tells by itself; only where there are more checks than a few."""
        self.timeouts = 0
        self.flaky = False
        self.copied: bool | None = None
        """Whether its checks hold in a copy of the module; None when not tried."""


class Limited:
    """Runs something quietly, from a fixed state of the random module, within limits of processor time and wall clock."""

    def __init__(self, guard: Guard | None = None) -> None:
        self.guard = guard
        for number in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(number, self._ring)

    @staticmethod
    def _ring(_number: int, _frame: FrameType | None) -> None:
        raise Overtime

    def run(self, function: Callable[[], Any], seconds: float) -> Any:
        """What the function gives.

        Raises:
            Overtime: it took too long, or tried to end the process.
        """
        random.seed(0)
        streams = sys.stdout, sys.stderr, sys.stdin, sys.argv
        sys.stdout, sys.stderr = Recording(), Recording()
        sys.argv = ["prog"]
        try:
            signal.setitimer(signal.ITIMER_PROF, seconds, 0.02)
            signal.setitimer(signal.ITIMER_REAL, max(WALL, Patience.WALL) if Patience.counted else WALL, 0.05)
            if self.guard is not None:
                self.guard.on = True
            return function()
        except (Quit, KeyboardInterrupt, GeneratorExit) as error:
            raise Overtime from error
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            if self.guard is not None:
                self.guard.on = False
            sys.stdout, sys.stderr, sys.stdin, sys.argv = streams


class Copy:
    """A module that was imported with a mutant alive."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.globals = Globals(module, alone=True)


class MutantRun:
    """The module with its mutants, the cases tried on it, and who killed whom."""

    def __init__(
        self,
        module: ModuleType,
        loader: Loader,
        guard: Guard | None = None,
        beat: Callable[[int], None] = lambda index: None,
        skip: Collection[str] = (),
    ) -> None:
        self.module = module
        self.loader = loader
        self.beat = beat
        """Told the number of the mutant before it is run, so that a watcher knows which one hangs."""
        self.mutants = {mutant.index: mutant for mutant in loader.mutants if str(mutant.index) not in skip}
        self.limited = Limited(guard)
        self.globals = Globals(module)
        self.trials: list[Trial] = []
        self.killers: dict[int, list[Trial]] = {}
        self.executions = 0
        self.copies: dict[int, Copy | None] = {}
        """Modules that were imported with a mutant alive; None when that cannot be done."""
        self.copyable = bool(loader.imported) and self._copied(0) is not None

    # ---- running ---------------------------------------------------------------------------------------------

    def execute(self, case: Case, alive: Any, seconds: float) -> Outcome | None:
        """Run a case with a mutant alive (0: none); None when it took too long."""
        space = self.module.__dict__
        self.beat(alive if type(alive) is int else 0)
        try:
            space[SWITCH] = alive
            return self._executed(case, self.module, seconds)
        finally:
            space[SWITCH] = 0
            self.globals.restore()

    def _executed(self, case: Case, module: ModuleType, seconds: float) -> Outcome | None:
        self.executions += 1
        try:
            return self.limited.run(lambda: run_case(case, module), seconds)  # type: ignore[no-any-return]
        except Overtime:
            return None

    def trial(self, case: Case) -> Trial | None:
        """Run a case on the original code and note which places of mutants it comes by; None when it takes too long."""
        recorder = Recorder()
        begun = time.process_time()
        outcome = self.execute(case, recorder, WALL)
        if outcome is None or isinstance(outcome.error, (MemoryError, RecursionError)):
            return None
        return Trial(case, outcome, recorder.sites, time.process_time() - begun)

    def describe(self, trial: Trial) -> Seen:
        """The checks of a trial, made when first asked for: those that hold for another run of the original as well."""
        if trial.seen is None:
            before = states(arranged(trial.case, self.module), self.module) if trial.case.steps else {}
            outcome = self.execute(trial.case, 0, WALL) or trial.outcome
            trial.seen = seen(trial.case, outcome, before, self.module)
            try:
                some = self.limited.run(lambda: trial.seen is not None and trial.seen.settle(trial.outcome), WALL)
            except Overtime:
                some = False
            trial.flaky = not some or not self.holds(trial, trial.outcome)
        return trial.seen

    def holds(self, trial: Trial, outcome: Outcome, alive: int = 0, module: ModuleType | None = None) -> bool:
        """Whether the checks of a trial hold for another outcome; looking at it may take too long as well."""
        checks = self.describe(trial)
        try:
            self.module.__dict__[SWITCH] = alive
            return bool(self.limited.run(lambda: checks.holds(outcome, module), WALL))
        except Overtime:
            return False
        finally:
            self.module.__dict__[SWITCH] = 0

    def kills(self, trial: Trial, index: int) -> bool:
        """Whether the checks of a case fail when this mutant is alive, and hold again without it."""
        if trial.flaky:
            return False
        if self.mutants[index].site in trial.sites and self._kills_switched(trial, index):
            return True
        return self.imported(index) and not trial.flaky and self._kills_copy(trial, index)

    def _kills_switched(self, trial: Trial, index: int) -> bool:
        outcome = self.execute(trial.case, index, allowed(trial))
        if outcome is None:
            trial.timeouts += 1
        elif in_passing(trial, outcome) or alike(trial, outcome) or self.holds(trial, outcome, index):
            return False
        else:
            self._prove(trial, outcome, index)
        return self._still_holds(trial)

    def _prove(self, trial: Trial, outcome: Outcome, index: int, module: ModuleType | None = None) -> None:
        """Note which checks would tell the mutant."""
        checks = self.describe(trial)
        if len(checks.checks) <= FEW:
            return
        try:
            self.module.__dict__[SWITCH] = index if module is None else 0
            for subject in self.limited.run(lambda: checks.failing(outcome, module), WALL):
                trial.proofs.setdefault(subject, set()).add(index)
        except Overtime:
            return
        finally:
            self.module.__dict__[SWITCH] = 0

    def _still_holds(self, trial: Trial) -> bool:
        original = self.execute(trial.case, 0, WALL)
        if original is None or not self.holds(trial, original):
            trial.flaky = True
        return not trial.flaky

    # ---- mutants that live when the module is imported ---------------------------------------------------------

    def imported(self, index: int) -> bool:
        """Whether importing the module comes by the place of a mutant, and it can be imported again."""
        return self.copyable and self.mutants[index].site in self.loader.imported

    def _copied(self, index: int) -> Copy | None:
        if index not in self.copies:
            try:
                self.copies[index] = Copy(self.limited.run(lambda: self.loader.again(self.module, index), WALL))
            except (Exception, SystemExit, Overtime):
                self.copies[index] = None
        return self.copies[index]

    def _kills_copy(self, trial: Trial, index: int) -> bool:
        """Whether the checks of a case fail in a module that was imported with the mutant alive, and hold in one without any."""
        if trial.copied is None:
            trial.copied = self._holds_in(trial, 0)
        if not trial.copied:
            return False
        return not self._holds_in(trial, index) and self._holds_in(trial, 0)

    def _holds_in(self, trial: Trial, index: int) -> bool:
        self.beat(index)
        copied = self._copied(index)
        if copied is None:
            return False
        outcome = self._executed(trial.case, copied.module, allowed(trial))
        held = outcome is not None and (in_passing(trial, outcome) or alike(trial, outcome) or self.holds(trial, outcome, 0, copied.module))
        if index and outcome is not None and not held:
            self._prove(trial, outcome, index, copied.module)
        copied.globals.restore()
        return held

    # ---- everyone against everyone -----------------------------------------------------------------------------

    def add(self, case: Case) -> Trial | None:
        """Take a case into the run."""
        made = self.trial(case)
        if made is not None:
            self.trials.append(made)
        return made

    def reaching(self, index: int) -> list[Trial]:
        """Trials that may tell a mutant from the original, the ones a reader likes best first."""
        site, all_of_them = self.mutants[index].site, self.imported(index)
        return sorted((t for t in self.trials if (all_of_them or site in t.sites) and not t.flaky), key=preference)

    def survivors(self) -> list[int]:
        """Mutants that some case reaches and none kills."""
        reached = {site for trial in self.trials for site in trial.sites} | (self.loader.imported if self.copyable else set())
        return [index for index, mutant in self.mutants.items() if mutant.site in reached and not self.killers.get(index)]

    def sweep(self, budget: Budget) -> None:
        """Find a killer for every mutant first, then more killers where time is left."""
        order = {index: self.reaching(index) for index in self.mutants}
        for wanted in (1, KILLERS):
            for index, trials in order.items():
                self._hunt(index, trials, wanted, budget)
                if not budget.left():
                    return

    def _hunt(self, index: int, trials: list[Trial], wanted: int, budget: Budget) -> None:
        killers = self.killers.setdefault(index, [])
        if wanted > 1 and not killers:
            return
        for trial in trials[:TRIES]:
            if len(killers) >= wanted or not budget.left():
                return
            if index in trial.kills:
                continue
            before, late = self.executions, trial.timeouts
            if self.kills(trial, index):
                self.record(trial, index)
            budget.used += self.executions - before
            if trial.timeouts > late:
                return  # an endless loop is one in every case; it costs too much to see it again

    def record(self, trial: Trial, index: int) -> None:
        """Note a kill."""
        trial.kills.add(index)
        self.killers.setdefault(index, []).append(trial)


def allowed(trial: Trial) -> float:
    """Seconds of processor time that a mutant may use."""
    return (Patience.FACTOR * SHORTEST if Patience.counted else SHORTEST) + SLOWER * trial.seconds


def preference(trial: Trial) -> tuple[int, int, int]:
    """Documented examples, then small inputs, then those that come by few places."""
    rank = {"documentation": 0, "project": 1, "search": 2, "stub": 3}.get(trial.case.origin, 2)
    return rank, trial.case.size(), len(trial.sites)


def told(outcome: Outcome) -> tuple[Any, ...]:
    """What an outcome says beside its value."""
    return outcome.printed, outcome.complained, outcome.logged, str(outcome.warned)


def in_passing(trial: Trial, outcome: Outcome) -> bool:
    """Whether a run ended in a call of the arrangement that gives the test nothing: a test of that call should tell the mutant, not this one."""
    steps = trial.case.steps
    return outcome.error is not None and outcome.at < len(steps) and not steps[outcome.at][0]


PLAIN = (str, int, float, bool, bytes, type(None), list, tuple, dict, set, frozenset)


def alike(trial: Trial, outcome: Outcome) -> bool:
    """Whether two outcomes are plainly the same, without describing them; False when that cannot be told."""
    old = trial.outcome
    if old.error is not None or outcome.error is not None:
        same = type(old.error) is type(outcome.error) and text_of(old.error) == text_of(outcome.error)
        return same and told(old)[:3] == told(outcome)[:3]
    if told(old) != told(outcome):
        return False
    first, second = old.value, outcome.value
    if old.consumed and outcome.consumed:
        first, second = first.items, second.items
    if trial.case.steps or type(first) not in PLAIN or type(second) is not type(first):
        return False
    try:
        return bool(first == second)
    except Exception:
        return False
