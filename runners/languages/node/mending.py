"""Assertions whose observed value is plainly right, mended by rule: the text of a message, a near number, spaces and quotes."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import replace

from runners.languages.base import Style
from runners.languages.node.adopting import candidate_of
from runners.languages.node.layout import quoted
from runners.languages.node.reader import Reader
from runners.languages.node.sheet import Part, sheet
from runners.languages.node.tokens import Token, tokens
from testwright.model import Candidate, Case

_CLOSE = 1e-6
_VALUE = r"('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|-?\d[\d.e+-]*)"
_EQUAL = re.compile(rf"expected {_VALUE} to (?:be|equal|deeply equal|strictly equal|deep equal) {_VALUE}(?: // .*)?$", re.MULTILINE)
_STRICT = re.compile(rf"strictly equal:\n+(?:\+ actual - expected\n+)?(?:{_VALUE} !== {_VALUE}|\+ {_VALUE}\n- {_VALUE})")
_THROWN = re.compile(r"to throw error (?:including|matching) ('.*'|/.*/[a-z]*) but got ('.*')$", re.MULTILINE | re.DOTALL)
_MATCHED = re.compile(r"did not match the regular expression (/.*/[a-z]*)\. Input:\n+'(?:\w+: )?(.*)'", re.DOTALL)
_MESSAGE = re.compile(r"\+\s+message: ('.*'),?\n-\s+message: ('.*'),?$", re.MULTILINE)


def mend(candidate: Candidate, failed: Sequence[Case], style: Style, reader: Reader) -> Candidate | None:
    """The candidate with what can be mended mended; None when no rule has anything to say."""
    given = sheet([candidate.text], candidate.path, style, reader)
    said = {case.name: case.message for case in failed if not case.parameters}
    parts = tuple(_mended(p, said[p.name], style) if p.kind == "test" and p.name in said else p for p in given.parts)
    return None if parts == given.parts else candidate_of(replace(given, parts=parts), candidate.path, style, candidate)


def _mended(part: Part, message: str, style: Style) -> Part:
    for pattern in (_EQUAL, _STRICT):
        if found := pattern.search(message):
            actual, wanted = (_literal(text) for text in [group for group in found.groups() if group][:2])
            return _instead(part, wanted, actual, style) if _near(actual, wanted) else part
    pairs = [(m[1], m[2]) for p in (_THROWN,) if (m := p.search(message))] + [(m[2], m[1]) for m in [_MESSAGE.search(message)] if m]
    pairs += [(m[1], f"'{m[2]}'") for m in [_MATCHED.search(message)] if m]
    for text, observed in pairs:
        told, wanted = _literal(observed), text if text.startswith("/") else _literal(text)
        words = set(re.findall(r"\w{3,}", str(wanted).lower())) & set(re.findall(r"\w{3,}", str(told).lower()))
        if isinstance(told, str) and told and words and "\n" not in told:
            return _instead(part, wanted, told, style)
    return part


def _instead(part: Part, wanted: object, actual: object, style: Style) -> Part:
    """The observed value in the place of the expected one, when that stands there once."""
    everything = list(tokens(part.text))
    places = [i for i, token in enumerate(everything) if token.text != part.raw and _means(token, wanted)]
    if len(places) != 1:
        return part
    new = quoted(actual, style) if isinstance(actual, str) else json.dumps(actual)
    if everything[places[0]].kind == "regex" and isinstance(actual, str) and style.facts.get("expect") == "assert":
        new = "/" + re.sub(r"([.^$*+?{}()|/\\\[\]])", r"\\\1", actual) + "/"
    texts = [new if i == places[0] else token.text for i, token in enumerate(everything)]
    return replace(part, text="".join(texts))


def _means(token: Token, wanted: object) -> bool:
    if token.kind == "regex":
        return token.text == wanted
    if token.kind == "string":
        return isinstance(wanted, str) and _literal(token.text) == wanted
    return token.kind == "number" and isinstance(wanted, int | float) and _literal(token.text) == wanted


def _near(actual: object, wanted: object) -> bool:
    """The same but for rounding, spaces and quotes: nobody would take the one for right and the other for a defect."""
    if isinstance(actual, int | float) and isinstance(wanted, int | float):
        return (
            actual != wanted and (isinstance(actual, float) or isinstance(wanted, float)) and math.isclose(actual, wanted, rel_tol=_CLOSE)
        )
    if isinstance(actual, str) and isinstance(wanted, str):
        return actual != wanted and bool(actual.strip()) and _bare(actual) == _bare(wanted)
    return False


def _bare(text: str) -> str:
    return re.sub(r"[\s'\"`]+", "", text)


def _literal(text: str) -> object:
    """The value of a string or number as JavaScript writes it; None for one that is cut off, or that JSON has no words for."""
    if text[:1] in ("'", '"') and text[-1:] == text[:1]:
        body = text[1:-1]
        if "…" in body or body.endswith("..."):
            return None
        plain = body.replace("\\'", "'") if text[0] == "'" else body
        if text[0] == "'":
            plain = re.sub(r'(?<!\\)"', r"\"", plain)
        try:
            return json.loads(f'"{plain}"')
        except ValueError:
            return None
    try:
        return json.loads(text)
    except ValueError:
        return None
