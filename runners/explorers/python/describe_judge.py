"""Whether checks hold: the same verdict that the written test would give."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import CodeType, ModuleType
from typing import Any, Callable

from runners.explorers.python.describe import Check
from runners.explorers.python.describe_source import Import, namespace

RELATIVE, ABSOLUTE = 1e-6, 1e-12
"""What `pytest.approx` allows."""


class Judge:
    """Checks, compiled once to be evaluated many times."""

    def __init__(self, checks: list[Check], imports: set[Import], module: ModuleType) -> None:
        self.names = namespace(imports, module)
        self.rules: list[tuple[CodeType, Callable[[Any, Any], bool], Any, Any]] = [self._rule(check) for check in checks]

    def _rule(self, check: Check) -> tuple[CodeType, Callable[[Any, Any], bool], Any, Any]:
        subject = compile(check["subject"], "<check>", "eval")
        expected = compile(check["expected"] or "True", "<check>", "eval")
        constant = not expected.co_names
        return subject, COMPARE[check["how"]], None if constant else expected, eval(expected) if constant else None

    def failing(self, names: dict[str, Any]) -> int:
        """Index of the first check that does not hold for these variables, -1 when all do."""
        return next(self.all_failing(names), -1)

    def all_failing(self, names: dict[str, Any]) -> Iterator[int]:
        """Indices of the checks that do not hold for these variables. What a check raises counts as not holding."""
        known = {**self.names, **names}
        for index, (subject, compare, code, value) in enumerate(self.rules):
            try:
                if not compare(eval(subject, known), value if code is None else eval(code, known)):
                    yield index
            except Exception:  # code under test
                yield index


def close(actual: Any, expected: Any) -> bool:
    """As `actual == pytest.approx(expected)`."""
    if isinstance(expected, (list, tuple)):
        return type(actual) is type(expected) and len(actual) == len(expected) and all(map(close, actual, expected))
    if isinstance(expected, dict):
        return isinstance(actual, dict) and actual.keys() == expected.keys() and all(close(actual[k], expected[k]) for k in expected)
    return bool(actual == expected or (math.isfinite(actual) and abs(actual - expected) <= max(RELATIVE * abs(expected), ABSOLUTE)))


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda actual, expected: bool(actual == expected),
    "is": lambda actual, expected: actual is expected,
    "close": close,
    "type": lambda actual, expected: isinstance(actual, expected),
    "true": lambda actual, expected: bool(actual),
}
