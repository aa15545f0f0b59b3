"""Lays JavaScript out: the project's quotes, and lines that are not longer than its own."""

from dataclasses import replace

from runners.languages.base import Style
from runners.languages.node.tokens import PAIRS, Token, parts, tokens

_CLOSING = {opening: closing for closing, opening in PAIRS.items()}


def flat(text: str, style: Style) -> str:
    """The text with the project's quotes, on as many lines as it has."""
    return "".join(_requoted(token, style.quote) for token in tokens(text))


def _requoted(token: Token, quote: str) -> str:
    if token.kind != "string":
        return token.text
    return requoted(token.text[1:-1].replace(f"\\{token.text[0]}", token.text[0]), quote)


def requoted(body: str, quote: str) -> str:
    """A string literal with this body, whose quotes are not escaped; in the other quotes when it has more of these."""
    other = '"' if quote == "'" else "'"
    used = other if body.count(quote) > body.count(other) else quote
    return used + body.replace(used, f"\\{used}") + used


def quoted(value: str, style: Style) -> str:
    """A string literal."""
    body = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    body = "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in body)
    return requoted(body, style.quote)


def fits(line: str, style: Style) -> bool:
    """Whether a line is within the line length."""
    return len(line.expandtabs(4)) <= style.line_length and "\n" not in line


def laid(prefix: str, text: str, suffix: str, pad: str, style: Style) -> list[str]:
    """`prefix text suffix`, indented by `pad`, over as many lines as a formatter would take."""
    line = f"{pad}{prefix}{text}{suffix}"
    if fits(line, style) or any(token.kind == "template" and "\n" in token.text for token in tokens(text)):
        return line.split("\n")
    group = _last_group(text)
    if group is None:
        return line.split("\n")
    head, inner, tail = group
    items = parts(inner)
    if head.endswith("(") and items and _can_hug(items[-1]) and fits(f"{pad}{prefix}{head}{', '.join(items[:-1])}", style):
        before = "".join(f"{item}, " for item in items[:-1])
        return laid(f"{prefix}{head}{before}", items[-1], f"{tail}{suffix}", pad, style)
    if not items or any(token.text == ";" for token in tokens(inner)):
        return line.split("\n")
    deeper = pad + style.indent
    comma = "," if style.facts.get("comma") and not items[-1].startswith("...") else ""
    lines = [f"{pad}{prefix}{head}"]
    for i, item in enumerate(items):
        lines += laid("", item, "," if i + 1 < len(items) else comma, deeper, style)
    return [*lines, f"{pad}{tail}{suffix}"]


def _can_hug(item: str) -> bool:
    return item[:1] in "[{" and item[-1:] == _CLOSING.get(item[:1]) and len(item) > 2


def _last_group(text: str) -> tuple[str, str, str] | None:
    """What stands before, in and behind the last pair of brackets that is not empty and in no other."""
    opened: list[Token] = []
    found = None
    for token in tokens(text):
        if token.kind != "sign":
            continue
        if token.text in _CLOSING:
            opened.append(token)
        elif token.text in PAIRS and opened:
            start = opened.pop()
            if not opened and text[start.end : token.start].strip():
                found = (text[: start.end], text[start.end : token.start].strip(), text[token.start :])
    return found


def narrower(style: Style, pad: str) -> Style:
    """The style with less room."""
    return replace(style, line_length=style.line_length - len(pad.expandtabs(4)))
