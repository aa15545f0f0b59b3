"""Facts as statements of the libraries that assert: expect (vitest, jest), chai, and Node's own assert."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from runners.languages.base import Style
from runners.languages.node.layout import quoted
from runners.languages.node.tables import NUMBER, PRIMITIVE
from testwright.model import Check, How, Raised

TYPES = frozenset({"string", "number", "bigint", "boolean", "symbol", "undefined", "object", "function"})
_WHOLE = 160
"""Characters of a message that is asserted."""
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class _Words:
    """How a library says each kind of fact: `{}` is the subject, `|` the place of the expected value, `~` how far a number may be off."""

    same: str
    equal: str
    typed: str
    instance: str
    close: str
    alone: Mapping[str, str] = field(default_factory=dict)
    """Values that have a word of their own."""


_LIBRARIES = {
    "expect": _Words(
        same="expect({}).toBe(|)",
        equal="expect({}).toEqual(|)",
        typed="expect(typeof {}).toBe(|)",
        instance="expect({}).toBeInstanceOf(|)",
        close="expect({}).toBeCloseTo(|~)",
        alone={"null": "expect({}).toBeNull(|)", "undefined": "expect({}).toBeUndefined(|)", "NaN": "expect({}).toBeNaN(|)"},
    ),
    "chai": _Words(
        same="expect({}).to.equal(|)",
        equal="expect({}).to.deep.equal(|)",
        typed="expect({}).to.be.a(|)",
        instance="expect({}).to.be.instanceOf(|)",
        close="expect({}).to.be.closeTo(|, ~)",
        alone={"NaN": "expect({}).to.be.NaN|"},
    ),
    "assert": _Words(
        same="assert.strictEqual({}, |)",
        equal="assert.deepStrictEqual({}, |)",
        typed="assert.strictEqual(typeof {}, |)",
        instance="assert.ok({} instanceof |)",
        close="assert.ok(Math.abs({} - |) < ~)",
    ),
}


def assertion(check: Check, style: Style, columns: frozenset[str] = frozenset()) -> tuple[str, str, str]:
    """One check as (what stands before, the expected value, what stands behind)."""
    library = style.facts.get("expect", "expect")
    words, subject, expected = _LIBRARIES.get(library, _LIBRARIES["expect"]), check.subject, check.expected
    match check.how:
        case How.TRUE:
            form, expected = words.same, "true"
        case How.TYPE if (name := expected.strip("'\"")) in TYPES:
            form, expected = words.typed, f"'{name}'"
            subject = _operand(subject) if "typeof" in form else subject
        case How.TYPE:
            form = words.instance
        case How.CLOSE:
            form = words.close.replace("~", digits(expected) if library == "expect" else tolerance(expected))
        case _:
            same = check.how is How.IS or (is_primitive(expected) and expected not in columns)
            form, alone = words.same if same else words.equal, words.alone.get(expected, "")
            if alone and expected not in columns:
                form, expected = alone, ""
    before, _, behind = form.partition("|")
    return before.format(subject), expected, behind


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
