"""Runs one case under guard and tracer, and says what it reached and whether it is worth keeping."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from types import FrameType, ModuleType, TracebackType
from typing import Any

from runners.explorers.python.cases import Case, Outcome, run_case
from runners.explorers.python.goals import Goals, make_tracer
from runners.explorers.python.guard import Guard, Interrupted, Quit, Silent, timer
from runners.explorers.python.harvest import Raises, is_raising
from runners.explorers.python.probe import Log
from runners.explorers.python.subjects import Subject
from runners.explorers.python.values import Variable, walk

ACCIDENTAL = (TypeError, AttributeError, NameError, KeyError, IndexError, AssertionError, RecursionError, MemoryError, ZeroDivisionError, SystemError,
              ImportError, NotImplementedError, StopIteration, BufferError, ReferenceError)  # fmt: skip
NEVER = (RecursionError, MemoryError)
MAPPING = ("__getitem__", "__delitem__", "__setitem__", "pop", "popitem", "remove", "index", "popleft", "del", "get", "__next__")


class Run:
    """One execution of one case."""

    __slots__ = ("branches", "case", "declared", "keep", "lines", "log", "outcome", "stopped")

    def __init__(self, case: Case) -> None:
        self.case = case
        self.outcome = Outcome()
        self.lines: set[int] = set()
        self.branches: set[tuple[int, int]] = set()
        self.log: list[Any] = []
        self.keep = False
        self.declared = False
        self.stopped = False
        """It was interrupted, or refused by the guard: nothing it did is a result."""


class Executor:
    """Runs cases against one live module."""

    def __init__(self, module: ModuleType, goals: Goals, guard: Guard, log: Log, seconds: float = 0.5) -> None:
        self.module = module
        self.path = module.__file__ or ""
        self.goals = goals
        self.guard = guard
        self.log = log
        self.seconds = seconds
        self.tracer = make_tracer(self.path)
        self.raises = Raises()
        self.package = module.__name__.split(".")[0]
        self.count = 0
        self.seed = 0

    def run(self, case: Case) -> Run:
        """One case, from a fixed state of the random module, with silent streams."""
        self.count += 1
        run = Run(case)
        random.seed(self.seed)
        streams = sys.stdout, sys.stderr, sys.stdin, sys.argv
        sys.stdout = sys.stderr = Silent()
        sys.argv = ["prog"]
        self.guard.refused = ""
        self.log.on = True
        arcs: list[tuple[int, int]] = []
        try:
            with timer(self.seconds):
                self.guard.on = True
                self.tracer.start()
                try:
                    run.outcome = run_case(case, self.module)
                finally:
                    arcs = self.tracer.stop()
                    self.guard.on = False
        except (Interrupted, Quit, KeyboardInterrupt, GeneratorExit):
            run.stopped = True
        finally:
            self.guard.on = self.log.on = False
            sys.stdout, sys.stderr, sys.stdin, sys.argv = streams
        run.log = self.log.take()
        run.lines, run.branches = self.goals.translate(arcs)
        run.stopped = run.stopped or bool(self.guard.refused)
        self.judge(run)
        return run

    def judge(self, run: Run) -> None:
        """Decide whether the outcome is one to assert."""
        outcome = run.outcome
        if run.stopped:
            return
        error = outcome.error
        if error is None:
            run.keep = True
            return
        if not outcome.entered or outcome.at < len(run.case.steps) or isinstance(error, NEVER):
            return
        run.declared = self.declared(error, run.case)
        run.keep = run.declared or not isinstance(error, ACCIDENTAL)

    def mine(self, frame: FrameType) -> bool:
        """Whether a frame runs code of the package."""
        return frame.f_code.co_filename == self.path or (frame.f_globals.get("__name__") or "").split(".")[0] == self.package

    def declared(self, error: BaseException, case: Case) -> bool:
        """True when the package raises it on purpose: its innermost frame is at a raise statement."""
        inner = [link for link in links(error) if self.mine(link.tb_frame)]
        if not inner:
            return False
        link = inner[-1]
        if self.raises.at(link.tb_frame.f_code.co_filename, link.tb_lineno) and is_raising(link):
            return not isinstance(error, (NotImplementedError, AssertionError)) or isinstance(error, NotImplementedError)
        if isinstance(error, SystemExit):
            return True
        return isinstance(error, (KeyError, IndexError, StopIteration)) and case.unit.rpartition(".")[2] in MAPPING


def links(error: BaseException) -> Iterator[TracebackType]:
    """The traceback, outermost frame first."""
    link = error.__traceback__
    while link is not None:
        yield link
        link = link.tb_next


def proper(run: Run, subject: Subject | None) -> bool:
    """True when the receiver of the call is what the unit says."""
    if subject is None or subject.owner is None or not run.case.steps:
        return subject is None or subject.owner is None
    name = run.case.steps[0][0]
    used = any(isinstance(node, Variable) and node.name == name for _, node in walk(run.case.call))
    return used and isinstance(run.outcome.names.get(name), subject.owner)
