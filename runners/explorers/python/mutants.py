"""Mutants of one file, all in one compiled module: a number in the module says which of them is alive, 0 for none.

Classes keep their identity and nothing is imported again, so that thousands of mutants can be tried in a second.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any

from runners.explorers.python.mutants_operators import Variants, constants, of_binary, of_bool, of_compare, of_slice, of_unary

SWITCH = "_tw_mutant"
"""The global of the module that says which mutant is alive."""
PATTERN: Any = getattr(ast, "pattern", ())
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SHOWN = 40
"""Characters of code in an id."""


class Mutant:
    """One small change of the code."""

    __slots__ = ("id", "index", "line", "site", "what")

    def __init__(self, index: int, site: int, line: int, column: int, what: str) -> None:
        self.index = index
        self.site = site
        """Index of the first mutant of the same place: they are reached together."""
        self.line = line
        self.what = what
        self.id = f"{line}:{column}:{what}"


class SwitchedExpression(ast.IfExp):
    """`mutant if switched else original`; only `orelse` is the original code."""


class SwitchedStatement(ast.If):
    """`if switched: mutant else: original`; only `orelse` is the original code."""


class Switches:
    """Rewrites a tree so that every mutant in it can be switched on. The given tree is left as it is; parts of it are shared."""

    def __init__(self) -> None:
        self.found: list[Mutant] = []
        self.within = False

    # ---- switches --------------------------------------------------------------------------------------------

    def _new(self, node: Any, whats: list[str]) -> tuple[int, int]:
        first = len(self.found) + 1
        for offset, what in enumerate(whats):
            self.found.append(Mutant(first + offset, first, node.lineno, node.col_offset + 1, what))
        return first, len(self.found)

    def _test(self, first: int, last: int, at: ast.AST) -> Any:
        name = ast.Name(SWITCH, ast.Load())
        if first == last:
            test = ast.Compare(name, [ast.Eq()], [ast.Constant(first)])
        else:
            test = ast.Compare(ast.Constant(first), [ast.LtE(), ast.LtE()], [name, ast.Constant(last)])
        return ast.fix_missing_locations(ast.copy_location(test, at))

    def _choice(self, node: ast.expr, rewritten: ast.expr, variants: Variants) -> Any:
        """The rewritten expression, or one of its variants when that is switched on."""
        if not variants:
            return rewritten
        first, last = self._new(node, [what for what, _ in variants])
        chosen = located(variants[-1][1], node)
        for index in range(last - 1, first - 1, -1):
            chosen = located(ast.IfExp(self._test(index, index, node), located(variants[index - first][1], node), chosen), node)
        return located(SwitchedExpression(self._test(first, last, node), chosen, rewritten), node)

    # ---- walking ---------------------------------------------------------------------------------------------

    def rewrite(self, node: Any) -> Any:
        """The node with switches in it."""
        if isinstance(node, list):
            return [part for item in node for part in self._spread(item)]
        if not isinstance(node, ast.AST) or (PATTERN and isinstance(node, PATTERN)):
            return node
        special: Callable[[Any], Any] | None = getattr(self, f"_in_{type(node).__name__}", None)
        return special(node) if special is not None else self._generic(node)

    def _spread(self, item: Any) -> Iterator[Any]:
        made = self.rewrite(item)
        yield from made if isinstance(made, list) else [made]

    def _generic(self, node: Any, skip: tuple[str, ...] = ()) -> Any:
        made = copy.copy(node)
        for name, value in ast.iter_fields(node):
            if name not in skip and isinstance(value, (list, ast.AST)):
                setattr(made, name, self.rewrite(value))
        if self.within and isinstance(node, ast.expr):
            return self._expression(node, made)
        return made

    def _expression(self, node: Any, made: Any) -> Any:
        if isinstance(node, ast.Compare):
            return self._choice(node, made, of_compare(node))
        if isinstance(node, ast.BoolOp):
            return self._choice(node, made, of_bool(node))
        if isinstance(node, ast.BinOp):
            return self._choice(node, made, of_binary(node))
        if isinstance(node, ast.UnaryOp):
            return self._choice(node, made, of_unary(node))
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load):
            return self._choice(node, made, of_slice(node))
        return made

    def _in_Constant(self, node: ast.Constant) -> Any:  # noqa: N802
        if not self.within:
            return node
        return self._choice(node, node, [(f"{short(node)}→{value!r}"[: 2 * SHOWN], ast.Constant(value)) for value in constants(node.value)])

    def _in_JoinedStr(self, node: ast.JoinedStr) -> Any:  # noqa: N802
        made = copy.copy(node)
        made.values = []
        for part in node.values:
            new = self.rewrite(part)
            if isinstance(part, ast.Constant) and new is not part:
                new = located(ast.FormattedValue(new, -1, None), part)
            made.values.append(new)
        return made

    def _body(self, statements: list[ast.stmt]) -> Any:
        """Statements of a definition; its documentation stays."""
        documented = bool(statements) and isinstance(statements[0], ast.Expr) and isinstance(statements[0].value, ast.Constant)
        return statements[:1] * documented + self.rewrite(statements[documented:])

    def _definition(self, node: Any) -> Any:
        made = copy.copy(node)
        if self.within:
            made.decorator_list = self.rewrite(node.decorator_list)
            made.args = self._generic(node.args, ("args", "posonlyargs", "kwonlyargs", "vararg", "kwarg"))
        before, self.within = self.within, True
        made.body = self._body(node.body)
        self.within = before
        return made

    _in_FunctionDef = _in_AsyncFunctionDef = _definition  # noqa: N815

    def _in_ClassDef(self, node: ast.ClassDef) -> Any:  # noqa: N802
        made = copy.copy(node)
        made.body = self._body(node.body)
        return made

    def _in_Lambda(self, node: ast.Lambda) -> Any:  # noqa: N802
        made = copy.copy(node)
        before, self.within = self.within, True
        made.body = self.rewrite(node.body)
        self.within = before
        return made

    def _in_AnnAssign(self, node: ast.AnnAssign) -> Any:  # noqa: N802
        return self._generic(node, ("annotation",))

    def _in_Expr(self, node: ast.Expr) -> Any:  # noqa: N802
        """A call whose result is not used can be left out."""
        if isinstance(node.value, ast.Constant) or not self.within:
            return node if isinstance(node.value, ast.Constant) else self._generic(node)
        made = self._generic(node)
        if not isinstance(node.value, ast.Call) or is_super(node.value):
            return made
        return self._statement(node, made, f"{short(node.value)} left out", ast.Pass())

    def _statement(self, node: Any, made: Any, what: str, variant: ast.stmt) -> Any:
        first, last = self._new(node, [what])
        test = self._test(first, last, node)
        return located(SwitchedStatement(test, [located(variant, node)], [made]), node)

    def _in_AugAssign(self, node: ast.AugAssign) -> Any:  # noqa: N802
        made = self._generic(node)
        if not self.within:
            return made
        pairs = of_binary(located(ast.BinOp(ast.Name("_", ast.Load()), node.op, node.value), node))
        for what, variant in pairs[:1]:
            changed = copy.copy(node)
            changed.op = variant.op  # type: ignore[attr-defined]
            old, _, new = what.partition("→")
            return self._statement(node, made, f"{old}=→{new}=", changed)
        return made

    def _in_Break(self, node: ast.Break) -> Any:  # noqa: N802
        return self._statement(node, node, "break→continue", ast.Continue()) if self.within else node

    def _in_Continue(self, node: ast.Continue) -> Any:  # noqa: N802
        return self._statement(node, node, "continue→break", ast.Break()) if self.within else node

    def _in_Return(self, node: ast.Return) -> Any:  # noqa: N802
        made = self._generic(node)
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            made.value = self._choice(node.value, made.value, [(f"return {short(node.value)}→None", ast.Constant(None))])
        return made

    def _tested(self, node: Any) -> Any:
        """Something with a `test`, which can be negated."""
        made = self._generic(node)
        test = node.test
        obvious = isinstance(test, ast.UnaryOp) or (isinstance(test, ast.Compare) and len(test.ops) == 1)
        if self.within and not obvious:
            made.test = self._choice(test, made.test, [(f"not {short(test)}", ast.UnaryOp(ast.Not(), test))])
        return made

    _in_If = _in_While = _in_IfExp = _tested  # noqa: N815

    def _in_comprehension(self, node: ast.comprehension) -> Any:
        made = self._generic(node)
        if self.within:
            made.ifs = [
                self._choice(old, new, [(f"not {short(old)}", ast.UnaryOp(ast.Not(), old))]) for old, new in zip(node.ifs, made.ifs)
            ]
        return made


def located(node: Any, at: Any) -> Any:
    """The new node, at the place of the old one."""
    for part in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
        setattr(node, part, getattr(at, part, None))
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.expr, ast.stmt)) and not hasattr(child, "lineno"):
            located(child, at)
    return node


def is_super(call: ast.Call) -> bool:
    """`super().__init__(…)`: leaving it out breaks everything at once and teaches nothing."""
    func = call.func
    return isinstance(func, ast.Attribute) and isinstance(func.value, ast.Call) and getattr(func.value.func, "id", "") == "super"


def short(node: ast.AST) -> str:
    """Its source text in one short line."""
    text = ast.unparse(node).replace("\n", " ")
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def switched(text: str | bytes, path: str = "<mutants>") -> tuple[ast.Module, list[Mutant]]:
    """The tree of the file with a switch for every mutant, and the mutants in order of their index (from 1)."""
    switches = Switches()
    tree = switches.rewrite(ast.parse(text, path))
    return tree, distinct(switches.found)


def distinct(found: list[Mutant]) -> list[Mutant]:
    """Give mutants with the same text at the same place different ids."""
    taken: dict[str, int] = {}
    for mutant in found:
        count = taken[mutant.id] = taken.get(mutant.id, 0) + 1
        if count > 1:
            mutant.id += f"#{count}"
    return found


def mutants(source: str | bytes) -> list[Mutant]:
    """All mutants of a file."""
    return switched(source)[1]
