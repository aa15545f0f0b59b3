"""Suspected defects: accidental exceptions on input that satisfies the type hints or the documentation."""

from __future__ import annotations

import collections.abc
import inspect
import traceback
import typing
from typing import Any

from runners.explorers.python.contents import typed_dict
from runners.explorers.python.execute import Executor, Run
from runners.explorers.python.maker import UNION
from runners.explorers.python.subjects import MISSING, Parameter, Subject, documented_kinds
from runners.explorers.python.values import Atom, Call, Node, walk

SUSPECT = (TypeError, AttributeError, NameError, KeyError, IndexError, ZeroDivisionError)
LOOSE = (list, dict, tuple, set, frozenset, type)
"""Bare containers promise nothing of what they hold."""
MOST = 5
"""Findings of one module."""
LARGE = 40
"""Inputs above this size are no example for a person."""


class Findings:
    """The smallest case for each line that raised by accident."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.found: dict[int, tuple[Run, Subject]] = {}

    def suspect(self, run: Run, subject: Subject | None) -> bool:
        """Whether this run may be a finding: whoever asks checks the types of its arguments too."""
        error = run.outcome.error
        if run.keep or run.stopped or run.declared or subject is None or not subject.public or not isinstance(error, SUSPECT):
            return False
        if not run.outcome.entered or run.outcome.at < len(run.case.steps) or run.case.size() > LARGE or len(run.case.steps) > 1:
            return False
        line = self.line(error)
        before = self.found.get(line)
        return line > 0 and (before is None or run.case.size() < before[0].case.size()) and promised(run, subject)

    def add(self, run: Run, subject: Subject) -> None:
        """Keep a suspect."""
        error = run.outcome.error
        if error is not None:
            self.found[self.line(error)] = (run, subject)

    def line(self, error: BaseException) -> int:
        """The line of the module that raised: its innermost frame; 0 when the innermost frame is elsewhere in Python code."""
        frames = [(f.f_code.co_filename, line) for f, line in traceback.walk_tb(error.__traceback__)]
        frames = [(path, line) for path, line in frames if not path.endswith(("probe.py", "values.py", "cases.py"))]
        return frames[-1][1] if frames and frames[-1][0] == self.executor.path else 0

    def rows(self) -> list[dict[str, Any]]:
        """The findings as lines of the stream, those that come again when they are run again."""
        made = []
        for line, (run, subject) in sorted(self.found.items()):
            again = self.executor.run(run.case)
            error = again.outcome.error
            if error is None or type(error) is not type(run.outcome.error) or self.line(error) != line:
                continue
            text = " ".join(str(error).split())[:200]
            made.append(
                {
                    "type": "finding",
                    "tool": "testwright",
                    "rule": "unexpected-exception",
                    "message": f"{subject.unit} raises {type(error).__name__} on input that its signature allows: {text}",
                    "path": self.executor.path,
                    "line": line,
                    "severity": "warning",
                    "example": run.case.text(),
                }
            )
        return made[:MOST]


def promised(run: Run, subject: Subject) -> bool:
    """True when hints or documentation say of every given argument that it is welcome."""
    call = run.case.call
    if not isinstance(call, Call) or any(odd(node) for tree in run.case.trees() for _, node in walk(tree)):
        return False
    documented = documented_kinds(subject)
    named = {p.name: p for p in subject.parameters}
    given = [*subject.parameters[: len(call.positional)], *(named[name] for name in call.keywords if name in named)]
    if len(given) != len(run.outcome.arguments) or not given:
        return False
    return all(welcome(p, value, documented) for p, value in zip(given, run.outcome.arguments))


def welcome(parameter: Parameter, value: Any, documented: dict[str, list[str]]) -> bool:
    """True when a live value is of the type that is promised for a parameter."""
    if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
        return False
    if parameter.hint is not MISSING:
        return satisfies(parameter.hint, value)
    return type(value).__name__ in documented.get(parameter.name, ())


def satisfies(hint: Any, value: Any) -> bool:
    """True when a live value surely is of a type; a hint that allows anything promises nothing."""
    if hint is None or hint is type(None):
        return value is None
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in UNION:
        return any(satisfies(arg, value) for arg in args)
    if origin is typing.Literal:
        return value in args
    if origin in (list, set, frozenset, tuple, dict, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Mapping):
        if not isinstance(value, origin) or isinstance(value, (str, bytes)):
            return False
        if isinstance(value, dict):
            return len(args) == 2 and all(satisfies(args[0], k) and satisfies(args[1], v) for k, v in value.items())
        if origin is tuple and not (len(args) == 2 and args[1] is ...):
            return len(args) == len(value) and all(satisfies(a, v) for a, v in zip(args, value))
        return bool(args) and isinstance(value, (list, tuple, set, frozenset)) and all(satisfies(args[0], item) for item in value)
    if not isinstance(hint, type) or hint is object or hint in LOOSE or typed_dict(hint):
        return False
    return type(value) is hint or (isinstance(value, hint) and not isinstance(value, bool))


def odd(node: Node) -> bool:
    """Values that no signature means: not a number, and integers as large as nobody uses."""
    return isinstance(node, Atom) and (node.value != node.value or isinstance(node.value, int) and abs(node.value) > 10_000)
