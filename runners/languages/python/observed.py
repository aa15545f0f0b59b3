"""Assertions whose observed value is plainly right, mended by rule: the text of a message, a near number, spaces and quotes."""

import ast
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from runners.languages.python.salvage import parsed
from testwright.model import Candidate, Case

_EQUAL = re.compile(r"^E? *(?:AssertionError: )?assert (.+) == (.+)$", re.MULTILINE)
_MESSAGE = re.compile(r"Expected regex: ('.*'|\".*\")\s*\n\s*E?\s*Actual message: ('.*'|\".*\")")
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class _Change:
    """A literal that takes the place of another."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


def observed(candidate: Candidate, failed: Sequence[Case]) -> str:
    """The text of the candidate with what can be mended mended."""
    tree = parsed(candidate.text)
    if tree is None:
        return candidate.text
    changes = [change for case in failed if not case.parameters and (change := _change(tree, candidate, case))]
    lines = candidate.text.split("\n")
    for change in sorted(set(changes), key=lambda c: (c.line, c.column), reverse=True):
        if change.line == change.end_line:
            line = lines[change.line - 1].encode()
            lines[change.line - 1] = (line[: change.column] + change.text.encode() + line[change.end_column :]).decode()
    return "\n".join(lines)


def _change(tree: ast.Module, candidate: Candidate, case: Case) -> _Change | None:
    places = re.findall(rf"{re.escape(candidate.path)}:(\d+): in test", case.message)
    if not places:
        return None
    node = next((n for n in ast.walk(tree) if isinstance(n, ast.Assert | ast.With) and n.lineno == int(places[-1])), None)
    if isinstance(node, ast.With):
        return _message(node, case.message)
    return _value(node, case.message) if isinstance(node, ast.Assert) else None


def _message(node: ast.With, said: str) -> _Change | None:
    """`match=` with a text that the error does not have: the error's own, when the two have words in common."""
    found = _MESSAGE.search(said)
    call = node.items[0].context_expr
    keyword = next((k for k in call.keywords if k.arg == "match"), None) if isinstance(call, ast.Call) else None
    if not found or keyword is None or not isinstance(keyword.value, ast.Constant):
        return None
    actual = _literal(found[2])
    wanted = str(keyword.value.value)
    words = set(re.findall(r"\w{3,}", wanted.lower())) & set(re.findall(r"\w{3,}", str(actual).lower()))
    if not isinstance(actual, str) or not actual or not words or "\n" in actual:
        return None
    escaped = re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", actual)
    return _instead(keyword.value, repr(escaped) if escaped == actual else "r" + _raw(escaped))


def _value(node: ast.Assert, said: str) -> _Change | None:
    found = _EQUAL.search(said)
    test = node.test
    if not found or not isinstance(test, ast.Compare) or len(test.comparators) != 1 or not isinstance(test.ops[0], ast.Eq):
        return None
    actual = _literal(found[1])
    try:
        wanted = ast.literal_eval(test.comparators[0])
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return _instead(test.comparators[0], repr(actual)) if actual is not None and _near(actual, wanted) else None


def _near(actual: object, wanted: object) -> bool:
    """The same but for rounding, spaces and quotes: nobody would take the one for right and the other for a defect."""
    if type(actual) is not type(wanted) or actual == wanted:
        return False
    if isinstance(actual, float) and isinstance(wanted, float):
        return math.isclose(actual, wanted, rel_tol=_CLOSE)
    if isinstance(actual, str) and isinstance(wanted, str):
        return bool(actual.strip()) and _bare(actual) == _bare(wanted)
    return False


def _bare(text: str) -> str:
    return re.sub(r"[\s'\"]+", "", text)


def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _raw(text: str) -> str:
    quote = '"' if '"' not in text else "'"
    return f"{quote}{text}{quote}"


def _instead(node: ast.expr, text: str) -> _Change | None:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return _Change(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, text)
