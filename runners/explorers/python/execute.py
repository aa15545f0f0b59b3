"""Runs one case under guard and tracer, and says what it reached and whether it is worth keeping."""

from __future__ import annotations

import inspect
import random
import re
import sys
from collections.abc import Callable, Iterator
from types import ModuleType, TracebackType
from typing import Any

from runners.explorers.python import clocks
from runners.explorers.python.cases import Case, Outcome, run_case
from runners.explorers.python.effects import Recording
from runners.explorers.python.goals import CallTracer, Goals, PythonTracer, WorkTracer, make_tracer
from runners.explorers.python.guard import Guard, Interrupted, Patience, Quit, interrupt, timer
from runners.explorers.python.harvest import is_raising
from runners.explorers.python.probe import Log
from runners.explorers.python.subjects import Subject
from runners.explorers.python.values import Call, Member, Name, Variable, walk

ACCIDENTAL = (TypeError, AttributeError, NameError, KeyError, IndexError, AssertionError, RecursionError, MemoryError, ZeroDivisionError, SystemError,
              ImportError, NotImplementedError, StopIteration, BufferError, ReferenceError)  # fmt: skip
PRIVATE = re.compile(r"(?:^|\.)_(?!_)")
NEVER = (RecursionError, MemoryError)
MAPPING = ("__getitem__", "__delitem__", "__setitem__", "pop", "popitem", "remove", "index", "popleft", "del", "get", "__next__")


class Arguments(list):  # type: ignore[type-arg]
    """What stands for `sys.argv`, and knows whether anything looked at it."""

    asked = False


def looked(name: str) -> Callable[..., Any]:
    """The method of a list that also says that it was called."""
    real = getattr(list, name)

    def method(self: Arguments, *args: Any) -> Any:
        self.asked = True
        return real(self, *args)

    return method


for _name in ("__getitem__", "__iter__", "__len__", "__contains__", "__eq__", "__add__", "__repr__", "copy", "index", "pop"):
    setattr(Arguments, _name, looked(_name))


class Run:
    """One execution of one case."""

    __slots__ = ("asked", "branches", "case", "declared", "hung", "keep", "lines", "outcome", "stopped")

    def __init__(self, case: Case) -> None:
        self.case = case
        self.outcome = Outcome()
        self.lines: set[int] = set()
        self.branches: set[tuple[int, int]] = set()
        self.keep = False
        self.declared = False
        self.stopped = False
        """It was interrupted, or refused by the guard: nothing it did is a result."""
        self.hung = False
        """It was interrupted."""
        self.asked = False
        """It looked at `sys.argv`."""


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
        self.named: dict[str, frozenset[str]] = {}
        self.package = module.__name__.split(".")[0]
        self.count = 0
        self.hung = 0
        self.endless: set[int] = set()
        self.seed = 0
        self.program = "prog"

    def operands(self, case: Case) -> list[Any]:
        """What is compared, matched and looked up while a case runs."""
        self.log.turn(True)
        try:
            error = self.run(case).outcome.error
        finally:
            self.log.turn(False)
        entries = self.log.take()
        if isinstance(error, AttributeError) and getattr(error, "name", None):
            lines = [tb.tb_lineno for tb in chain(error.__traceback__) if tb.tb_frame.f_code.co_filename == self.path]
            missing = (lines[-1] if lines else 0, "hasattr", getattr(error, "obj", None), error.name)
            entries += [missing] * 3
        return entries

    def run(self, case: Case) -> Run:
        """One case, from a fixed state of the random module, with silent streams; one that was endless is not tried again."""
        self.count += 1
        if case.mark() in self.endless:
            run = Run(case)
            run.stopped = run.hung = True
            return run
        run = self.counted(case) if Patience.counted else self.attempt(case, self.tracer, self.patience())
        if run.hung:
            self.hung += 1
            self.endless.add(case.mark())
        return run

    def counted(self, case: Case) -> Run:
        """One case where the load of the machine must not decide: it ends soon, or begins again and may take so many steps."""
        clocks.keep()
        run = self.attempt(case, self.tracer, Patience.SHORT)
        if run.hung:
            clocks.turn_back()
            run = self.attempt(case, WorkTracer(self.path, Patience.STEPS, interrupt), Patience.LONG)
        return run

    def attempt(self, case: Case, tracer: CallTracer | PythonTracer, seconds: float) -> Run:
        """One case, once, for so long at most."""
        run = Run(case)
        random.seed(self.seed)
        streams = sys.stdout, sys.stderr, sys.stdin, sys.argv
        sys.stdout, sys.stderr = Recording(), Recording()
        sys.argv = arguments = Arguments([self.program])
        self.guard.refused = ""
        arcs: list[tuple[int, int]] = []
        try:
            with timer(seconds, 1):
                self.guard.on = True
                tracer.start()
                try:
                    run.outcome = run_case(case, self.module)
                    if case.unit.endswith(".__hash__") and type(run.outcome.value) is int:
                        run.outcome.value = 1  # another number in every process: that of None is its address
                finally:
                    arcs = tracer.stop()
                    self.guard.on = False
        except Interrupted:
            run.stopped = run.hung = True
        except (Quit, KeyboardInterrupt, GeneratorExit):
            run.stopped = True
        finally:
            self.guard.on = False
            sys.stdout, sys.stderr, sys.stdin, sys.argv = streams
        run.asked = arguments.asked
        run.lines, run.branches = self.goals.translate(arcs)
        run.stopped = run.stopped or bool(self.guard.refused)
        self.judge(run)
        return run

    def patience(self) -> float:
        """Seconds that a case may take: less, when many were endless."""
        return self.seconds if self.hung < 5 else self.seconds / (2 if self.hung < 20 else 5)

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

    def declared(self, error: BaseException, case: Case) -> bool:
        """True when the package raises it on purpose: by a raise statement of its own, or as the documentation of the unit says."""
        frames = [tb for tb in chain(error.__traceback__) if not tb.tb_frame.f_globals.get("__name__", "").startswith("runners.explorers.")]
        inner = [tb for tb in frames if self.within(tb)]
        if not inner:
            return False
        if inner[-1] is frames[-1] and is_raising(inner[-1]):
            return not isinstance(error, AssertionError)
        if isinstance(error, SystemExit) or type(error).__name__ in self.announced(case.unit):
            return True
        return isinstance(error, (KeyError, IndexError, StopIteration)) and case.unit.rpartition(".")[2] in MAPPING

    def within(self, tb: TracebackType) -> bool:
        """True when a frame belongs to the package under test."""
        name = tb.tb_frame.f_globals.get("__name__") or ""
        return tb.tb_frame.f_code.co_filename == self.path or name.split(".")[0] == self.package

    def announced(self, unit: str) -> frozenset[str]:
        """Exceptions that the docstring of a unit says it raises."""
        if unit not in self.named:
            value: Any = self.module
            for part in unit.split("."):
                value = inspect.getattr_static(value, part, None)
            doc = getattr(value, "__doc__", None)
            parts = re.split(r"(?i)\braises?\b|\bthrows?\b", doc)[1:] if isinstance(doc, str) else []
            self.named[unit] = frozenset(re.findall(r"\b[A-Z]\w*", " ".join(part[:200] for part in parts)))
        return self.named[unit]


def chain(tb: TracebackType | None) -> Iterator[TracebackType]:
    """The entries of a traceback, the innermost last."""
    while tb is not None:
        yield tb
        tb = tb.tb_next


def intrudes(case: Case, package: str) -> bool:
    """True when an argument or the arrangement names something private of the package."""
    call = case.call
    inner = list(call.args) if isinstance(call, Call) and isinstance(call.func, Name) else [call]
    return any(
        isinstance(node, Name) and "_" in node.path and node.module.split(".")[0] == package and PRIVATE.search(node.path) is not None
        for tree in [*(node for _, node in case.steps), *inner]
        for _, node in walk(tree)
    )


def meddles(case: Case) -> bool:
    """True when a step of the arrangement calls a method that is not public."""
    return any(isinstance(node, Call) and isinstance(node.func, Member) and PRIVATE.match(node.func.name) for _, node in case.steps)


def proper(run: Run, subject: Subject | None) -> bool:
    """True when the receiver of the call is what the unit says."""
    return received(run.case, run.outcome, subject)


def received(case: Case, outcome: Outcome, subject: Subject | None) -> bool:
    """True when the receiver of the call is what the unit says; the first step makes it."""
    if subject is None or subject.owner is None or not case.steps:
        return subject is None or subject.owner is None
    name = next((name for name, _ in case.steps if name), "")
    used = any(isinstance(node, Variable) and node.name == name for _, node in walk(case.call))
    return used and isinstance(outcome.names.get(name), subject.owner)
