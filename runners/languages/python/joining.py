"""Statements of several lines in one: the same words in fewer, without the remarks between them."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence

from runners.languages.python.sheet import Function
from runners.languages.python.slicing import head

_NOTE = re.compile(r"""\s+#\s*(?:type:|noqa|pragma|pylint:|fmt:)[^"']*$""")


def joinable(node: ast.stmt) -> Iterator[range]:
    """The lines of each statement inside of a statement that stand for one: a simple one, or what is before a body."""
    for inner in ast.walk(node):
        if not isinstance(inner, ast.stmt) or inner is node or isinstance(inner, Function | ast.ClassDef | ast.Match):
            continue
        lines = head(inner)
        if len(lines) > 1:
            yield lines


def joined(lines: Sequence[str]) -> str:
    """These lines of one statement as one; '' where a text goes over their ends, or they are not read as Python."""
    ends = dict[int, int]()
    try:
        for token in tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline):
            if token.type == tokenize.COMMENT:
                ends[token.start[0]] = token.start[1]
            elif token.start[0] != token.end[0] and token.type not in (tokenize.NEWLINE, tokenize.NL):
                return ""
    except (tokenize.TokenError, SyntaxError):
        return ""
    parts = [line[: ends.get(number)].strip().removesuffix("\\").rstrip() for number, line in enumerate(lines, 1)]
    text = re.sub("\0(?!\\.\\w)", " ", "\0".join(part for part in parts if part)).replace("\0", "")
    return lines[0][: len(lines[0]) - len(lines[0].lstrip())] + _tight(text)


def without_notes(line: str) -> str:
    """A line without what it says to other tools."""
    return _NOTE.sub("", line)


def _tight(text: str) -> str:
    """No space inside of brackets that stood at the ends of lines, and no comma before they close; texts stay as they are."""
    pieces = re.split(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", text)
    return "".join(
        piece if number % 2 else re.sub(r",?\s+([)\]}])", r"\1", re.sub(r"([(\[{])\s+", r"\1", piece))
        for number, piece in enumerate(pieces)
    )
