"""Facts as statements of the libraries that assert: expect (vitest, jest), chai, and Node's own assert."""

import re

from runners.languages.base import Style
from runners.languages.node.layout import quoted
from runners.languages.node.tables import NUMBER, PRIMITIVE
from testwright.model import Check, How, Raised

TYPES = frozenset({"string", "number", "bigint", "boolean", "symbol", "undefined", "object", "function"})
_WHOLE = 160
"""Characters of a message that is asserted."""
_DIGITS = 10


def assertion(check: Check, style: Style, columns: frozenset[str] = frozenset()) -> tuple[str, str, str]:
    """One check as (what stands before, the expected value, what stands behind)."""
    library = style.facts.get("expect", "expect")
    return {"chai": _chai, "assert": _assert}.get(library, _expect)(check, columns)


def _expect(check: Check, columns: frozenset[str]) -> tuple[str, str, str]:
    subject, expected = check.subject, check.expected
    match check.how:
        case How.TRUE:
            return f"expect({subject}).toBe(", "true", ")"
        case How.TYPE:
            name = expected.strip("'\"")
            return (
                (f"expect(typeof {_operand(subject)}).toBe(", f"'{name}'", ")")
                if name in TYPES
                else (f"expect({subject}).toBeInstanceOf(", expected, ")")
            )
        case How.CLOSE:
            return f"expect({subject}).toBeCloseTo(", expected, f"{digits(expected)})"
    if (check.how is How.IS or is_primitive(expected)) and expected not in columns:
        word = {"null": "toBeNull", "undefined": "toBeUndefined", "NaN": "toBeNaN"}.get(expected)
        return (f"expect({subject}).{word}(", "", ")") if word else (f"expect({subject}).toBe(", expected, ")")
    return f"expect({subject}).{'toBe' if check.how is How.IS else 'toEqual'}(", expected, ")"


def _chai(check: Check, columns: frozenset[str]) -> tuple[str, str, str]:
    subject, expected = check.subject, check.expected
    match check.how:
        case How.TRUE:
            return f"expect({subject}).to.equal(", "true", ")"
        case How.TYPE:
            name = expected.strip("'\"")
            return (
                (f"expect({subject}).to.be.a(", f"'{name}'", ")")
                if name in TYPES
                else (f"expect({subject}).to.be.instanceOf(", expected, ")")
            )
        case How.CLOSE:
            return f"expect({subject}).to.be.closeTo(", expected, f", {tolerance(expected)})"
    if expected == "NaN":
        return f"expect({subject}).to.be.NaN", "", ""
    same = (check.how is How.IS or is_primitive(expected)) and (expected not in columns or check.how is How.IS)
    return f"expect({subject}).to.{'' if same else 'deep.'}equal(", expected, ")"


def _assert(check: Check, columns: frozenset[str]) -> tuple[str, str, str]:
    subject, expected = check.subject, check.expected
    match check.how:
        case How.TRUE:
            return f"assert.strictEqual({subject}, ", "true", ")"
        case How.TYPE:
            name = expected.strip("'\"")
            return (
                (f"assert.strictEqual(typeof {_operand(subject)}, ", f"'{name}'", ")")
                if name in TYPES
                else (f"assert.ok({subject} instanceof ", expected, ")")
            )
        case How.CLOSE:
            return f"assert.ok(Math.abs({subject} - ", expected, f") < {tolerance(expected)})"
    same = (check.how is How.IS or is_primitive(expected)) and (expected not in columns or check.how is How.IS)
    return f"assert.{'strictEqual' if same else 'deepStrictEqual'}({subject}, ", expected, ")"


def is_primitive(text: str) -> bool:
    """Whether a text is a literal that is compared by identity."""
    return PRIMITIVE.fullmatch(text) is not None


def _operand(subject: str) -> str:
    return subject if re.fullmatch(r"[\w$.()\[\]'\"-]+", subject) else f"({subject})"


def digits(expected: str) -> str:
    """The second argument of toBeCloseTo, for about ten digits in all."""
    return f", {_DIGITS}" if not NUMBER.fullmatch(expected) else f", {max(0, _DIGITS - _before_point(expected))}"


def tolerance(expected: str) -> str:
    """How far a number may be off."""
    return "1e-9" if not NUMBER.fullmatch(expected) or _before_point(expected) < 2 else f"1e{_before_point(expected) - 10}"


def _before_point(expected: str) -> int:
    value = abs(float(expected.replace("_", "")))
    return len(f"{value:.0f}") if 1 <= value < 1e300 else 0


def error_of(raised: Raised, style: Style) -> str:
    """What an error is compared with, as arguments of the word that expects one."""
    library = style.facts.get("expect", "expect")
    message = raised.message
    line = message if 2 < len(message) <= _WHOLE and message.isprintable() and message == message.strip() else ""
    text = quoted(line, style) if line else ""
    if library == "expect":
        return text or raised.type
    if library == "chai":
        return ", ".join(filter(None, (raised.type or ("Error" if text else ""), text)))
    return f"{{ message: {text} }}" if text else raised.type
