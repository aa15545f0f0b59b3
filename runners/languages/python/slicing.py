"""Which lines of a function somebody has to see who shall reach some of them: those, the way there, and what they are computed from."""

import ast
from collections.abc import Iterator

SHORT = 2
"""Lines of a block that are shown although nothing in them is wanted: leaving them out would save nothing."""
LONG = 6


def first_line(node: ast.stmt) -> int:
    """Where a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(d.lineno for d in decorators)])


def span(node: ast.stmt) -> range:
    """All lines of a statement."""
    return range(first_line(node), (node.end_lineno or node.lineno) + 1)


def head(node: ast.stmt) -> range:
    """The lines before the first statement of its body; for a statement without a body all of it."""
    body: list[ast.stmt] = getattr(node, "body", [])
    return range(first_line(node), max(first_line(body[0]), node.lineno + 1)) if body else span(node)


def shown(node: ast.stmt, wanted: frozenset[int], *, only: bool = False) -> frozenset[int]:
    """Lines of a statement to be shown. `only`: nothing but the wanted lines, the conditions of the way there, and what these need."""
    here = frozenset(span(node)) & wanted
    needed = _names(node, here, returns=not only)
    hidden = set[int]()
    for suite in _suites(node):
        hidden |= _hidden(suite, here, needed, only, only)
    hidden |= set(documentation(node)[1:])
    return frozenset(span(node)) - (hidden - here)


def documentation(node: ast.stmt) -> range:
    """The lines of what a function says of itself; none where that is all of it."""
    body: list[ast.stmt] = getattr(node, "body", [])
    match body[0] if body else None:
        case ast.Expr(value=ast.Constant(value=str())) as said if len(body) > 1:
            return span(said)
    return range(0)


def _names(node: ast.stmt, wanted: frozenset[int], *, returns: bool) -> frozenset[str]:
    """Names that are read in the wanted lines, in the conditions of the way there, and in what is returned at the end."""
    lines = set(wanted)
    for inner in ast.walk(node):
        if isinstance(inner, ast.stmt) and inner is not node and wanted.intersection(span(inner)):
            lines.update(head(inner))
    if returns:
        lines.update(line for inner in getattr(node, "body", ()) if isinstance(inner, ast.Return) for line in span(inner))
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and n.lineno in lines)


def _hidden(suite: list[ast.stmt], wanted: frozenset[int], needed: frozenset[str], dead: bool, only: bool) -> set[int]:
    """Lines of a suite that are left out; nothing of a `dead` one is wanted."""
    lines = range(first_line(suite[0]), (suite[-1].end_lineno or 0) + 1)
    if dead and not only and len(lines) <= SHORT:
        return set()
    out: set[int] = set()
    for node in suite:
        opened = bool(wanted.intersection(span(node)))
        if dead and not opened and not _stored(node) & needed:
            out.update(span(node))
            continue
        inner = list(_suites(node))
        for one in inner:
            reached = any(wanted.intersection(span(n)) for n in one)
            out |= _hidden(one, wanted, needed, only or not reached, only)
        if not inner and not opened and len(span(node)) > LONG:
            out.update(span(node)[1:])
    return out


def _suites(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a compound statement that begin on a line of their own."""
    inner = [*getattr(node, "handlers", ()), *getattr(node, "cases", ())]
    blocks = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")] + [block.body for block in inner]
    for block in blocks:
        if block and first_line(block[0]) > node.lineno:
            yield block


def _stored(node: ast.stmt) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load))
