"""Source text laid out as the usual formatters (ruff, black) would, for the expressions that tests are made of."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import lru_cache

from runners.languages.base import Style

TALL = 4
"""Ends of lines in a text from which on it stands line by line."""
_RUN = re.compile(r"(.{1,4}?)\1{11,}", re.DOTALL)
_SIMPLE_POWER = re.compile(r"[\w.] $")
"""What stands before a power sign that formatters write without spaces."""
_PIECE = re.compile(r"[^\n]*\n|[^\n]+")


@lru_cache(maxsize=20_000)
def expression(source: str) -> ast.expr:
    """The parsed expression. Raises SyntaxError when it is none."""
    return ast.parse(source.strip(), mode="eval").body


def flat(node: ast.expr | str, style: Style) -> str:
    """The expression on one line, with the quotes of the style."""
    return _flat(node if isinstance(node, str) else ast.unparse(node), style.quote)


@lru_cache(maxsize=20_000)
def _flat(source: str, quote: str) -> str:
    out: list[str] = []
    node = expression(source)
    text = ast.unparse(node)
    end = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.STRING and token.start[0] == token.end[0] == 1 and re.match(r"[bB]?['\"]", token.string):
            out.append(text[end : token.start[1]] + quoted(ast.literal_eval(token.string), quote))
            end = token.end[1]
        elif token.type == tokenize.NUMBER and "e+" in token.string:
            out.append(text[end : token.start[1]] + token.string.replace("e+", "e"))
            end = token.end[1]
        elif token.string == "**" and _SIMPLE_POWER.search(text[: token.start[1]]) and re.match(r" -?[\w.]", text[token.end[1] :]):
            out.append(text[end : token.start[1] - 1] + "**")
            end = token.end[1] + 1
    return "".join(out) + text[end:]


def quoted(value: str | bytes, quote: str = '"') -> str:
    """A string literal: the preferred quotes unless the others need fewer escapes; printable characters as they are."""
    if isinstance(value, bytes):
        return "b" + _requoted(repr(value)[1:], quote)
    return _requoted(repr(value), quote)


def _requoted(literal: str, quote: str) -> str:
    body = literal[1:-1]
    if literal[0] == "'":
        body = body.replace("\\'", "'")
    elif literal[0] == '"':
        body = body.replace('\\"', '"')
    other = "'" if quote == '"' else '"'
    used = other if body.count(quote) > body.count(other) else quote
    return used + body.replace(used, "\\" + used) + used


def fits(text: str, style: Style) -> bool:
    """Whether the line is within the line length."""
    return len(text) <= style.line_length


def laid(prefix: str, node: ast.expr, suffix: str, pad: str, style: Style) -> list[str]:
    """`prefix node suffix`, indented by `pad`, over as many lines as a formatter would take."""
    if (line := pad + prefix + flat(node, style) + suffix) and fits(line, style):
        return [line]
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return _laid_text(prefix, node.value, suffix, pad, style)
    if prefix and (links := _chain(node, style)):
        inner = pad + style.indent
        if all(fits(inner + link, style) for link in links):
            return [pad + prefix + "(", *(inner + link for link in links), pad + ")" + suffix]
    parts = _parts(node, style)
    if parts is None:
        return [line]
    opening, items, closing = parts
    call = opening.endswith("(") and opening != "("
    inner = pad + style.indent
    together = inner + ", ".join(lead + flat(item, style) for lead, item in items)
    if call and fits(together, style):
        return [pad + prefix + opening, together, pad + closing + suffix]
    lines = [pad + prefix + opening]
    for lead, item in items:
        lines += laid(lead, item, "" if call and len(items) == 1 and not lead else ",", inner, style)
    return [*lines, pad + closing + suffix]


def _chain(node: ast.expr, style: Style) -> list[str]:
    """`Table()`, `.header(a)`, `.row(b)` of calls on what calls gave; nothing for less than three links."""
    links: list[str] = []
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
        links.insert(0, "." + flat(ast.Call(ast.Name(node.func.attr), node.args, node.keywords), style))
        node = node.func.value
    return [flat(node, style), *links] if len(links) > 1 else []


def _parts(node: ast.expr, style: Style) -> tuple[str, list[tuple[str, ast.expr]], str] | None:
    """Opening, items with what stands before each, closing; None for what is not bracketed."""
    match node:
        case ast.List(elts=items) if items:
            return "[", [("", e) for e in items], "]"
        case ast.Tuple(elts=items) if items:
            return "(", [("", e) for e in items], ")"
        case ast.Set(elts=items) if items:
            return "{", [("", e) for e in items], "}"
        case ast.Dict(keys=keys, values=values) if keys:
            return "{", [("**" if k is None else flat(k, style) + ": ", v) for k, v in zip(keys, values, strict=True)], "}"
        case ast.Call(func=ast.Attribute() as inner, args=[], keywords=[]):
            parts = _parts(inner, style)
            return parts and (parts[0], parts[1], f"{parts[2]}()")
        case ast.Attribute(value=inner, attr=name):
            parts = _parts(inner, style)
            return parts and (parts[0], parts[1], f"{parts[2]}.{name}")
        case ast.Call(func=func, args=args, keywords=keywords) if args or keywords:
            named = [("**" if k.arg is None else k.arg + "=", k.value) for k in keywords]
            return flat(func, style) + "(", [*(("", a) for a in args), *named], ")"
    return None


def _laid_text(prefix: str, value: str | bytes, suffix: str, pad: str, style: Style) -> list[str]:
    """A string that is too long for its line."""
    if repeated := _repetition(value, style):
        return [pad + prefix + repeated + suffix]
    bare = not prefix and suffix in ("", ",")
    inner = pad if bare else pad + style.indent
    whole = quoted(value, style.quote)
    room = style.line_length - len(inner) - (len(suffix) if bare else 0)
    pieces = [whole] if len(whole) <= room else [quoted(piece, style.quote) for piece in pieces_of(value, room - 2)]
    if len(pieces) == 1 and bare:
        return [pad + pieces[0] + suffix]
    if bare:
        return [*(pad + p for p in pieces[:-1]), pad + pieces[-1] + suffix]
    return [pad + prefix + "(", *(inner + p for p in pieces), pad + ")" + suffix]


def _repetition(value: str | bytes, style: Style) -> str:
    """`"ab" * 200` for a long string that is nothing else."""
    text = value if isinstance(value, str) else value.decode("latin-1")
    whole = _RUN.fullmatch(text)
    if not whole:
        return ""
    unit = whole[1] if isinstance(value, str) else whole[1].encode("latin-1")
    return f"{quoted(unit, style.quote)} * {len(text) // len(whole[1])}"


def pieces_of(value: str | bytes, width: int) -> Iterator[str | bytes]:
    """Cut at line ends, then at spaces, so that no piece is longer than the width when quoted."""
    text = value if isinstance(value, str) else value.decode("latin-1")
    for line in _PIECE.findall(text):
        for piece in _cut(line, max(width, 16)):
            yield piece if isinstance(value, str) else piece.encode("latin-1")


def _cut(line: str, width: int) -> Iterator[str]:
    while len(repr(line)) - 2 > width:
        end = max(width * len(line) // len(repr(line)), 1)
        while len(repr(line[:end])) - 2 > width and end > 1:
            end -= 1
        space = line.rfind(" ", end // 2, end)
        end = space + 1 if space > 0 else end
        yield line[:end]
        line = line[end:]
    if line:
        yield line


def is_tall(node: ast.expr) -> bool:
    """Whether it is a text of so many lines that nobody reads it on one."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count("\n") >= TALL


def as_block(name: str, value: str, pad: str, style: Style) -> list[str] | None:
    """`name = textwrap.dedent(...)` for a text of several lines that survives it; None when it does not, or is too short to need it."""
    lines = value.split("\n")
    plain = value.isprintable() or all(line.isprintable() for line in lines)
    odd = not plain or "\\" in value or '"""' in value or value.endswith('"') or any(line != line.rstrip() for line in lines)
    level = min((len(line) - len(line.lstrip()) for line in lines if line), default=1)
    if len(lines) < 4 or odd or level or not lines[0]:
        return None
    inner = pad + style.indent
    body = [inner + line if line else "" for line in lines]
    if not all(fits(line, style) for line in body):
        return None
    if not lines[-1]:
        body[-1] = inner
    return [f'{pad}{name} = textwrap.dedent("""\\', *body[:-1], body[-1] + '""")']
