"""Whether two test files make the same calls and assertions, whatever their tests are called and however they are ordered and grouped."""

import ast
import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from runners.languages.base import Row
from runners.languages.python.imports import Import
from runners.languages.python.renaming import Renamer
from runners.languages.python.salvage import parsed
from runners.languages.python.sheet import Function, Part, Sheet, sheet, visible
from testwright.model import Candidate

_PARAMETRIZE = "pytest.mark.parametrize"
_TOOL = ("pytest", ("pytest", ""))
"""What a file imports or does not, as it has tables or not."""


def alike(first: Candidate, second: Candidate) -> tuple[Mapping[str, tuple[Row, ...]], str]:
    """For each test of the second file the rows of the first that it has; and in one line what differs, '' when nothing does.

    A test without a table is one row. Names of tests and local variables, order, ids of rows and comments make no difference.
    """
    a, b = sheet(first.text), sheet(second.text)
    if differing := _surroundings(a, b):
        return {}, differing
    left: dict[str, list[Row]] = defaultdict(list)
    for test, number, row in _all_rows(a):
        left[row].append((test, number))
    origins: dict[str, list[Row]] = {}
    for test, _, row in _all_rows(b):
        if not left[row]:
            return {}, f"{test} makes a call or an assertion that was not there"
        origins.setdefault(test, []).append(left[row].pop(0))
    lost = next((rows[0][0] for rows in left.values() if rows), "")
    if lost:
        return {}, f"a call or an assertion of {lost} is missing"
    return {test: tuple(rows) for test, rows in origins.items()}, ""


def _surroundings(a: Sheet, b: Sheet) -> str:
    """What differs beside the tests: what names mean, and what helps the tests."""
    if (_meanings(a) ^ _meanings(b)) - {_TOOL}:
        return "its imports are others"
    if sorted(_helpers(a)) != sorted(_helpers(b)):
        return "what stands beside the tests is something else"
    return ""


def _meanings(given: Sheet) -> set[tuple[str, Import]]:
    used = {name for p in given.parts for name in p.uses}
    return {(name, pair) for pair in given.imports if (name := visible(pair, given.aliases)) in used}


def _helpers(given: Sheet) -> Iterator[str]:
    """Dumps of everything that is no test: functions, assignments, and what classes of tests have besides."""
    for part in given.parts:
        node = _node(part)
        if isinstance(node, ast.ClassDef) and part.tests:
            bare = copy.copy(node)
            bare.name, bare.body = "", [n for n in node.body if not _is_test(n) and not _is_text(n)]
            if bare.body or bare.decorator_list or bare.keywords:
                yield ast.dump(bare)
        elif not part.tests:
            yield ast.dump(node)


def _node(part: Part) -> ast.stmt:
    tree = parsed(part.text)
    assert tree is not None
    return tree.body[0]


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, Function) and node.name.startswith("test")


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


# ---- rows ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of a test: what its columns are called, the cells of its rows, and the statements that each row goes through."""

    names: tuple[str, ...]
    rows: tuple[tuple[ast.expr, ...], ...]
    body: Sequence[ast.stmt]


def _all_rows(given: Sheet) -> Iterator[tuple[str, int, str]]:
    """(test, number of the row, what it does) for every row of every test."""
    for part in given.parts:
        node = _node(part)
        owner = node if isinstance(node, ast.ClassDef) else None
        bases = sorted(ast.dump(base) for base in owner.bases) if owner else []
        for inner in owner.body if owner else [node]:
            if isinstance(inner, Function) and part.tests and _is_test(inner):
                name = f"{owner.name}.{inner.name}" if owner else inner.name
                yield from ((name, number, row) for number, row in enumerate(_rows(inner, bases)))


def _rows(test: ast.FunctionDef | ast.AsyncFunctionDef, bases: Sequence[str]) -> Iterator[str]:
    body = test.body[1:] if len(test.body) > 1 and _is_text(test.body[0]) else test.body
    tables = [(d, table) for d in test.decorator_list if (table := _parametrized(d, body)) is not None]
    decorator, table = tables[0] if len(tables) == 1 else (None, _looped(body))
    marks = sorted(ast.dump(d) for d in test.decorator_list if d is not decorator)
    columns = set(table.names) if table and decorator is not None else set()
    fixtures = sorted(a.arg for a in (*test.args.args, *test.args.kwonlyargs) if a.arg not in {"self", *columns})
    other = [ast.dump(d) for d in (*test.args.defaults, *test.args.kw_defaults) if d is not None]
    about = f"{type(test).__name__} {bases} {marks} {fixtures} {other} "
    if table is None:
        yield about + _plain(body)
        return
    for cells in table.rows:
        yield about + _plain([Renamer(dict(zip(table.names, cells, strict=True))).visit(copy.deepcopy(node)) for node in table.body])


def _plain(body: Iterable[ast.stmt]) -> str:
    """A dump in which local variables are numbered in the order in which they come."""
    tree = copy.deepcopy(ast.Module(list(body), []))
    bound = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]
    numbers = {name: ast.Name(f"_{number}") for number, name in enumerate(dict.fromkeys(bound))}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in numbers:
            node.id = numbers[node.id].id
    return ast.dump(_Spelled().visit(tree))


class _Spelled(ast.NodeTransformer):
    """Writes `f(**{"a": 1})` as `f(a=1)`: options of a row, written out."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """One call."""
        self.generic_visit(node)
        node.keywords = [keyword for given in node.keywords for keyword in _spelled(given)]
        return node


def _spelled(given: ast.keyword) -> list[ast.keyword]:
    match given:
        case ast.keyword(arg=None, value=ast.Dict(keys=keys, values=values)):
            names = [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.isidentifier()]
            if len(names) == len(set(names)) == len(values):
                return [ast.keyword(name, value) for name, value in zip(names, values, strict=True)]
    return [given]


def _parametrized(decorator: ast.expr, body: Sequence[ast.stmt]) -> _Table | None:
    """The table of a decorator that holds nothing but literal rows and their ids."""
    match decorator:
        case ast.Call(func=func, args=[heads, ast.List(elts=rows) | ast.Tuple(elts=rows)], keywords=keywords) if ast.unparse(
            func
        ) == _PARAMETRIZE and all(k.arg == "ids" and _is_ids(k.value) for k in keywords):
            names = _names(heads)
            cells = [_cells(row, len(names)) for row in rows]
            return _table(names, cells, body)
    return None


def _looped(body: Sequence[ast.stmt]) -> _Table | None:
    """`for a, b in [...]: with self.subTest(...): ...` and nothing else."""
    match body:
        case [
            ast.For(
                target=heads,
                iter=ast.List(elts=rows) | ast.Tuple(elts=rows),
                orelse=[],
                body=[ast.With(items=[ast.withitem(context_expr=ast.Call(func=called), optional_vars=None)], body=inner)],
            )
        ] if ast.unparse(called) == "self.subTest":
            parts = heads.elts if isinstance(heads, ast.Tuple) else [heads]
            names = tuple(part.id for part in parts if isinstance(part, ast.Name))
            return _table(names, [_cells(row, len(names)) for row in rows], inner) if len(names) == len(parts) else None
    return None


def _table(names: tuple[str, ...], rows: Sequence[tuple[ast.expr, ...] | None], body: Sequence[ast.stmt]) -> _Table | None:
    stored = {n.id for node in body for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    good = tuple(row for row in rows if row is not None)
    return _Table(names, good, body) if names and good and len(good) == len(rows) and not stored & set(names) else None


def _names(heads: ast.expr) -> tuple[str, ...]:
    match heads:
        case ast.Constant(value=str() as text):
            return tuple(name.strip() for name in text.split(",") if name.strip())
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            named = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            return tuple(named) if len(named) == len(parts) else ()
    return ()


def _cells(row: ast.expr, columns: int) -> tuple[ast.expr, ...] | None:
    """The cells of a row; None when it is not plainly one of so many columns."""
    match row:
        case ast.Call(func=func, args=args, keywords=keywords) if ast.unparse(func) == "pytest.param":
            good = all(k.arg == "id" and isinstance(k.value, ast.Constant) for k in keywords)
            return tuple(args) if good and len(args) == columns else None
    if columns == 1:
        return (row,)
    return tuple(row.elts) if isinstance(row, ast.Tuple | ast.List) and len(row.elts) == columns else None


def _is_ids(value: ast.expr) -> bool:
    return isinstance(value, ast.List | ast.Tuple) and all(isinstance(v, ast.Constant) and isinstance(v.value, str) for v in value.elts)
