"""JavaScript taken apart into tokens: as much as is needed to cut texts, to lay them out, and to see that they are whole."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SIGNS = (
    r">>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--"
    r"|\+=|-=|\*=|/=|%=|&=|\|=|\^=|<<|>>|\*\*"
)
_TOKEN = re.compile(
    rf"""(?P<space>[\s\ufeff]+)
    |(?P<comment>//[^\n]*|/\*[\s\S]*?\*/|\#![^\n]*)
    |(?P<number>(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?\.?)n?)
    |(?P<name>[#@]?[A-Za-z_$\u0080-\U0010ffff][\w$\u0080-\U0010ffff]*)
    |(?P<string>'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")
    |(?P<sign>{_SIGNS}|[^\s\w'"`])""",
    re.VERBOSE,
)
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_OPENS, _CLOSES = "([{", ")]}"
PAIRS = dict(zip(_CLOSES, _OPENS, strict=True))
_BEFORE_VALUE = frozenset(
    [
        "return",
        "typeof",
        "instanceof",
        "in",
        "of",
        "new",
        "delete",
        "void",
        "throw",
        "case",
        "do",
        "else",
        "yield",
        "await",
        "default",
        "extends",
    ],
)
"""Words after which a value comes: a `/` begins a regular expression there."""
_STATEMENTS = frozenset(
    [
        "if",
        "for",
        "while",
        "do",
        "switch",
        "case",
        "default",
        "break",
        "continue",
        "return",
        "throw",
        "try",
        "catch",
        "finally",
        "var",
        "let",
        "const",
        "import",
        "export",
        "debugger",
        "with",
        "enum",
    ]
)
_PREFIX = frozenset(["new", "typeof", "void", "delete", "await", "async", "function", "class", "yield"])
_INFIX = frozenset(["in", "of", "instanceof", "as", "extends", "satisfies"])


@dataclass(frozen=True, slots=True)
class Token:
    """One of them."""

    kind: str
    """'name', 'number', 'string', 'template', 'regex', 'sign', 'comment', 'space' or 'bad'."""
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def tokens(text: str) -> Iterator[Token]:
    """All of a text, white space included: joined they are the text again."""
    at, last = 0, None
    while at < len(text):
        token = _next(text, at, last)
        yield token
        at = token.end
        if token.kind not in ("space", "comment"):
            last = _as_member(token, last)


def _as_member(token: Token, before: Token | None) -> Token:
    """What a token is to its neighbours: behind a dot every word is only a name."""
    if token.kind == "name" and before is not None and before.text in (".", "?."):
        return Token("name", f"#{token.text.removeprefix('#')}", token.start)
    return token


def _next(text: str, at: int, last: Token | None) -> Token:
    if text[at] == "`":
        end = _template(text, at)
        return Token("template" if end else "bad", text[at : end or len(text)], at)
    if text[at] == "/" and _value_follows(last) and (found := _REGEX.match(text, at)):
        return Token("regex", found[0], at)
    found = _TOKEN.match(text, at)
    if not found or found.lastgroup is None:
        return Token("bad", text[at], at)
    return Token(found.lastgroup, found[0], at)


def _value_follows(last: Token | None) -> bool:
    if last is None:
        return True
    if last.kind == "sign":
        return last.text not in (")", "]")
    return last.kind == "name" and last.text in _BEFORE_VALUE


def _template(text: str, at: int) -> int:
    """Where a template literal ends; 0 when it does not."""
    at += 1
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text[at] == "`":
            return at + 1
        elif text.startswith("${", at):
            at = _hole(text, at + 2)
            if not at:
                return 0
        else:
            at += 1
    return 0


def _hole(text: str, at: int) -> int:
    depth, last = 1, None
    while at < len(text):
        token = _next(text, at, last)
        if token.kind == "bad":
            return 0
        depth += (token.text == "{") - (token.text == "}")
        at = token.end
        if not depth:
            return at
        if token.kind not in ("space", "comment"):
            last = _as_member(token, last)
    return 0


def code(text: str) -> list[Token]:
    """The tokens without white space and comments."""
    return [token for token in tokens(text) if token.kind not in ("space", "comment")]


def unbalanced(found: Sequence[Token]) -> Token | None:
    """The first token at which brackets cannot be matched; the last bracket that stays open."""
    opened: list[Token] = []
    for token in found:
        if token.kind == "bad":
            return token
        if token.kind != "sign":
            continue
        if token.text in _OPENS:
            opened.append(token)
        elif token.text in _CLOSES:
            if not opened or opened[-1].text != PAIRS[token.text]:
                return token
            opened.pop()
    return opened[-1] if opened else None


def is_expression(text: str) -> bool:
    """Whether a text is one expression without comments: nothing can break out of the place where it is written."""
    everything = list(tokens(text))
    found = [token for token in everything if token.kind != "space"]
    if not found or any(token.kind in ("comment", "bad") for token in found) or unbalanced(found):
        return False
    if found[0].text in _STATEMENTS and not (found[0].text == "import" and len(found) > 1 and found[1].text in "(."):
        return False
    return _joined(found)


def _joined(found: Sequence[Token]) -> bool:
    """Whether no two values stand side by side, no comma or semicolon outside of brackets, and the text ends in a value."""
    opened: list[str] = []
    before: Token | None = None
    for each in found:
        token, blocks = _as_member(each, before), "{" in opened
        if token.text in (",", ";") and token.kind == "sign" and (not opened or (token.text == ";" and not blocks)):
            return False
        if not blocks and before is not None and _ends_value(before) and _starts_value(token, before):
            return False
        if token.kind == "sign" and token.text in _OPENS:
            opened.append(token.text)
        elif token.kind == "sign" and token.text in _CLOSES:
            opened.pop()
        before = token
    return before is not None and (_ends_value(before) or before.text in ("++", "--"))


def _ends_value(token: Token) -> bool:
    if token.kind == "sign":
        return token.text in _CLOSES
    return not (token.kind == "name" and (token.text in _PREFIX or token.text in _INFIX))


def _starts_value(token: Token, before: Token) -> bool:
    if token.kind == "sign":
        return token.text == "{" and not (before.text == ")" or before.kind == "name")
    return token.kind in ("name", "number", "string", "regex") and token.text not in _INFIX


def parts(text: str, sign: str = ",") -> list[str]:
    """Cut at a sign outside of all brackets; a last empty part is left out."""
    found: list[str] = []
    depth, start = 0, 0
    for token in tokens(text):
        if token.kind != "sign":
            continue
        depth += (token.text in _OPENS) - (token.text in _CLOSES)
        if not depth and token.text == sign:
            found.append(text[start : token.start].strip())
            start = token.end
    last = text[start:].strip()
    return [*found, last] if last else found


def names(text: str) -> frozenset[str]:
    """Names that a text mentions; not those behind a dot, and not the keys of objects."""
    found = code(text)
    mentioned = {token.text for i, token in enumerate(found) if token.kind == "name" and _is_free(found, i)}
    for token in found:
        if token.kind == "template":
            for hole in re.findall(r"\$\{([^`]*?)\}", token.text):
                mentioned |= names(hole)
    return frozenset(mentioned)


def _is_free(found: Sequence[Token], i: int) -> bool:
    before = found[i - 1].text if i else ""
    after = found[i + 1].text if i + 1 < len(found) else ""
    return before not in (".", "?.") and not (after == ":" and before in ("{", ","))


def renamed(text: str, changes: dict[str, str]) -> str:
    """The text with free names called otherwise."""
    if not changes or not any(name in text for name in changes):
        return text
    everything = list(tokens(text))
    solid = [token for token in everything if token.kind not in ("space", "comment")]
    place = {token.start: i for i, token in enumerate(solid)}
    result = []
    for token in everything:
        change = token.kind == "name" and token.text in changes and _is_free(solid, place[token.start])
        result.append(changes[token.text] if change else token.text)
    return "".join(result)
