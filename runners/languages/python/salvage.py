"""Statements out of text that is Python only in parts: prose around it, a piece that does not parse, an end that was cut off."""

import ast
import re
from collections.abc import Iterator

LARGEST = 400_000
_MOST_JOINED = 12
_KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
_TOP = re.compile(r"(?:async\s+def|def|class|import|from|@|[A-Za-z_]\w*\s*(?::[^=]*)?=[^=])")


def statements(text: str) -> Iterator[str]:
    """Source text of the top-level imports, functions, classes and assignments, in order; everything else is left out."""
    text = text.expandtabs(4)[:LARGEST]
    tree = parsed(text)
    if tree is not None:
        yield from _texts(tree, text)
        return
    pieces = _pieces(text.split("\n"))
    start = 0
    while start < len(pieces):
        for end in range(start + 1, min(len(pieces), start + _MOST_JOINED) + 1):
            joined = "\n".join(pieces[start:end]).rstrip()
            tree = parsed(joined)
            if tree is not None:
                yield from _texts(tree, joined)
                start = end
                break
        else:
            yield from _shortened(pieces[start])
            start += 1


def parsed(text: str) -> ast.Module | None:
    """The tree; None when it is no Python, or too deep."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _texts(tree: ast.Module, text: str) -> Iterator[str]:
    lines = text.split("\n")
    for node in tree.body:
        if isinstance(
            node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign
        ):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            yield "\n".join(lines[first - 1 : node.end_lineno])


def _pieces(lines: list[str]) -> list[str]:
    """Cut where a line begins something at the left margin; decorators stay with what they decorate."""
    pieces: list[list[str]] = [[]]
    decorated = False
    for line in lines:
        if _TOP.match(line) and not decorated:
            pieces.append([])
        pieces[-1].append(line)
        decorated = line.startswith("@") or (decorated and not re.match(r"async\s|def|class", line))
    return ["\n".join(piece) for piece in pieces if any(line.strip() for line in piece)]


def _shortened(piece: str) -> Iterator[str]:
    """A piece with prose behind it, or a class whose last method was cut off: without its last lines it may be whole."""
    lines = piece.rstrip().split("\n")
    if not _TOP.match(lines[0]):
        return
    ends = [i for i, line in enumerate(lines) if i and line and (not line[0].isspace() or re.match(r"\s+(async\s|def\s|@)", line))]
    for end in reversed(ends[-200:]):
        text = "\n".join(lines[:end]).rstrip()
        tree = parsed(text)
        if tree is not None:
            yield from _texts(tree, text)
            return
