"""Operands seen at run time: the code of the package is compiled with calls that compute the same and log what was compared."""

from __future__ import annotations

import ast
import builtins
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import operator
import re
import sys
from collections.abc import Callable, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any

LIMIT = 24
"""Entries kept of one line in one call; loops would log without end, and leave no room for what comes after them."""
FOREIGN = 60
COMPARE: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Eq: ("==", operator.eq), ast.NotEq: ("!=", operator.ne), ast.Lt: ("<", operator.lt), ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt), ast.GtE: (">=", operator.ge), ast.In: ("in", lambda a, b: a in b),
    ast.NotIn: ("not in", lambda a, b: a not in b), ast.Is: ("is", operator.is_), ast.IsNot: ("is not", operator.is_not),
}  # fmt: skip
METHODS = frozenset(
    ["startswith", "endswith", "match", "search", "fullmatch", "sub", "finditer", "findall", "split", "get", "pop", "isdigit", "isalpha"]
    + [
        "isalnum",
        "isupper",
        "islower",
        "isspace",
        "isidentifier",
        "index",
        "find",
        "partition",
        "count",
        "setdefault",
        "issubset",
        "isdisjoint",
    ]
)
BUILTINS = frozenset(["isinstance", "issubclass", "len", "int", "float", "hasattr", "getattr", "callable", "next", "iter", "any", "all"])
NAMES = ("_tw_compare", "_tw_truth", "_tw_method", "_tw_builtin", "_tw_item", "_tw_iterate", "_tw_attribute")


class Log:
    """Operands of the running call: entries `(line of the statement, kind, a, b)`."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, str, Any, Any]] = []
        self.foreign: list[tuple[int, str, Any, Any]] = []
        """Operands of texts and numbers in other modules of the package."""
        self.counts: dict[int, int] = {}
        self.on = False
        self.pairs: dict[int, tuple[CodeType, CodeType]] = {}
        """Identity of code with probes → this code, and the same without: equal code of two files is not the same."""
        self.functions: list[tuple[FunctionType, CodeType, CodeType]] = []
        """Functions that have both, with the code with probes and the code without."""

    def pair(self, probed: CodeType, plain: CodeType) -> None:
        """Note which code is the same without probes, for everything inside two codes of one file."""
        others: dict[Any, list[CodeType]] = {}
        for inner in plain.co_consts:
            if isinstance(inner, CodeType):
                others.setdefault((inner.co_name, inner.co_firstlineno), []).append(inner)
        for inner in probed.co_consts:
            if isinstance(inner, CodeType):
                found = others.get((inner.co_name, inner.co_firstlineno), [])
                if found:
                    other = found.pop(0)
                    if (inner.co_freevars, inner.co_varnames) == (other.co_freevars, other.co_varnames):
                        self.pairs[id(inner)] = inner, other
                    self.pair(inner, other)

    def settle(self) -> None:
        """Let all functions that exist now run without probes, except while operands are logged."""
        for function in gc.get_objects():
            if type(function) is FunctionType and id(function.__code__) in self.pairs:
                probed, plain = self.pairs[id(function.__code__)]
                if probed != plain:
                    self.functions.append((function, probed, plain))
        self.turn(False)

    def turn(self, on: bool) -> None:
        """Log operands from now on, or no longer."""
        self.on = on
        for function, probed, plain in self.functions:
            function.__code__ = probed if on else plain

    def take(self) -> list[tuple[int, str, Any, Any]]:
        entries = self.entries + self.foreign
        self.entries, self.foreign, self.counts = [], [], {}
        return entries

    def add(self, line: int, kind: str, a: Any, b: Any) -> None:
        if not self.on:
            return
        if line:
            count = self.counts.get(line, 0)
            if count < LIMIT:
                self.counts[line] = count + 1
                self.entries.append((line, kind, a, b))
        elif len(self.foreign) < FOREIGN and isinstance(a, (str, int)):
            self.foreign.append((0, kind, a, b))


def probes(log: Log) -> dict[str, Any]:
    """The functions that instrumented code calls, by name."""
    operations = dict(COMPARE.values())

    def compare(line: int, kind: str, a: Any, b: Any) -> Any:
        log.add(line, kind, a, b)
        return operations[kind](a, b)

    def truth(line: int, value: Any) -> Any:
        log.add(line, "truth", value, None)
        return value

    def method(line: int, owner: Any, name: str, *args: Any, **keywords: Any) -> Any:
        if log.on:
            log_method(log, line, owner, name, args)
        return getattr(owner, name)(*args, **keywords)

    def builtin(line: int, function: Any, *args: Any, **keywords: Any) -> Any:
        if log.on and args and getattr(builtins, getattr(function, "__name__", ""), None) is function:
            log.add(line, function.__name__, args[0], args[1] if len(args) > 1 else None)
        return function(*args, **keywords)

    def item(line: int, owner: Any, key: Any) -> Any:
        log.add(line, "item", key, owner)
        return owner[key]

    def iterate(line: int, value: Any) -> Any:
        log.add(line, "iterate", value, None)
        return value

    def attribute(line: int, owner: Any, name: str) -> Any:
        value = getattr(owner, name)
        if line and log.on:
            log.add(line, "attribute", owner, (name, value))
        return value

    return dict(zip(NAMES, (compare, truth, method, builtin, item, iterate, attribute)))


def log_method(log: Log, line: int, owner: Any, name: str, args: tuple[Any, ...]) -> None:
    """Log a method call of a string, a dict or a pattern."""
    if isinstance(owner, (str, bytes)):
        log.add(line, name, owner, args[0] if args else None)
    elif isinstance(owner, re.Pattern):
        start = args[1] if len(args) > 1 and type(args[1]) is int and name in ("match", "search", "fullmatch", "finditer", "findall") else 0
        log.add(line, "pattern", args[0] if args else None, (owner, name, start))
    elif owner is re and len(args) > 1:
        try:
            pattern = re.compile(args[0])
        except (re.error, TypeError, ValueError):
            return
        log.add(line, "pattern", args[-1 if name != "sub" else 2] if len(args) < 3 or name == "sub" else args[1], (pattern, name, 0))
    elif name == "count" and isinstance(owner, (list, tuple)) and args:
        log.add(line, "count", owner, args[0])
    elif isinstance(owner, dict) and args:
        log.add(line, "item", args[0], owner)


class Instrument(ast.NodeTransformer):
    """Replaces what is worth logging by calls of the probes; leaves alone what cannot be replaced exactly."""

    def __init__(self, foreign: bool = False) -> None:
        self.line = 0
        self.foreign = foreign
        """Another module of the package: its entries have the line 0."""

    def call(self, name: str, at: ast.expr, *args: ast.expr) -> ast.expr:
        made = ast.Call(ast.Name(name, ast.Load()), [ast.Constant(0 if self.foreign else self.line), *args], [])
        return ast.fix_missing_locations(ast.copy_location(made, at))

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.stmt):
            before, self.line = self.line, node.lineno
            made = super().visit(node)
            self.line = before
            return made
        return super().visit(node)

    def visit_body(self, node: Any) -> Any:
        """A definition: its decorators and annotations stay, only the body changes."""
        node.body = [self.visit(part) for part in node.body]
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_body  # noqa: N815

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        node.body = self.visit(node.body)
        return node

    def tested(self, test: ast.expr) -> ast.expr:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test.operand = self.tested(test.operand)
            return test
        if isinstance(test, ast.BoolOp):
            test.values = [self.tested(value) for value in test.values]
            return test
        plain = isinstance(test, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
        if isinstance(test, ast.Name) and test.id in ("TYPE_CHECKING", "__debug__"):
            return test
        made: ast.expr = self.looked(test) if isinstance(test, ast.Attribute) else self.visit(test)
        return self.call(NAMES[1], test, made) if plain else made

    def visit_comprehension(self, node: ast.comprehension) -> Any:
        node.iter = self.looked(node.iter)
        node.ifs = [self.visit(test) for test in node.ifs]
        return node

    def looked(self, node: ast.expr) -> ast.expr:
        """An attribute that decides something."""
        return self.attribute(self.visit(node))

    def attribute(self, node: ast.expr) -> ast.expr:
        """An attribute whose parts have their probes already."""
        if not isinstance(node, ast.Attribute) or self.foreign or node.attr.startswith("__") or is_super(node.value):
            return node
        return self.call(NAMES[6], node, node.value, ast.Constant(node.attr))

    def visit_If(self, node: ast.If) -> Any:
        node.test = self.tested(node.test)
        node.body = [self.visit(part) for part in node.body]
        node.orelse = [self.visit(part) for part in node.orelse]
        return node

    visit_While = visit_If  # noqa: N815

    def visit_For(self, node: ast.For) -> Any:
        node.iter = self.call(NAMES[5], node.iter, self.looked(node.iter))
        node.body = [self.visit(part) for part in node.body]
        node.orelse = [self.visit(part) for part in node.orelse]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        node.test, node.body, node.orelse = self.tested(node.test), self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        node.values = [self.tested(value) for value in node.values[:-1]] + [self.visit(node.values[-1])]
        return node

    def visit_Compare(self, node: ast.Compare) -> Any:
        node.left = self.looked(node.left)
        node.comparators = [self.looked(other) for other in node.comparators]
        if len(node.ops) == 1:
            name = COMPARE[type(node.ops[0])][0]
            return self.call(NAMES[0], node, ast.Constant(name), node.left, node.comparators[0])
        if len(node.ops) == 2 and isinstance(node.comparators[0], (ast.Name, ast.Constant)):
            middle = node.comparators[0]
            first = self.call(NAMES[0], node, ast.Constant(COMPARE[type(node.ops[0])][0]), node.left, middle)
            second = self.call(NAMES[0], node, ast.Constant(COMPARE[type(node.ops[1])][0]), middle, node.comparators[1])
            return ast.fix_missing_locations(ast.copy_location(ast.BoolOp(ast.And(), [first, second]), node))
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        func = node.func
        if isinstance(func, ast.Attribute) and func.attr in METHODS and not is_super(func.value):
            args = [self.attribute(arg) for arg in node.args]
            made = self.call(NAMES[2], node, self.attribute(func.value), ast.Constant(func.attr), *args)
            made.keywords = node.keywords  # type: ignore[attr-defined]
            return made
        if isinstance(func, ast.Name) and func.id in BUILTINS:
            made = self.call(NAMES[3], node, func, *node.args)
            made.keywords = node.keywords  # type: ignore[attr-defined]
            return made
        return node

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Slice):
            if isinstance(node.slice, ast.Tuple) or type(node.slice).__name__ in ("Index", "ExtSlice"):
                return node
            return self.call(NAMES[4], node, node.value, node.slice)
        return node


def is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def instrumented(text: str | bytes, path: str, foreign: bool = False) -> CodeType:
    """The code of a file with probes; the plain code when the instrumented one does not compile."""
    try:
        tree = ast.parse(text, path)
        keep_future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
        made = Instrument(foreign).visit(tree)
        assert all(node in made.body for node in keep_future)
        return compile(ast.fix_missing_locations(made), path, "exec", dont_inherit=True)
    except (SyntaxError, RecursionError, ValueError, AssertionError):
        return compile(text, path, "exec", dont_inherit=True)


class Loader(importlib.machinery.SourceFileLoader):
    """Loads a file with probes in it."""

    log: Log
    foreign = False

    def get_code(self, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        probed, plain = instrumented(self.get_data(path), path, self.foreign), super().get_code(fullname)
        if plain is not None:
            self.log.pair(probed, plain)
        return probed

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__.update(probes(self.log))
        super().exec_module(module)


class Finder(importlib.abc.MetaPathFinder):
    """Finds the named modules, and gives them the loader above."""

    def __init__(self, module: str, log: Log) -> None:
        self.module = module
        self.package = module.split(".")[0]
        self.log = log

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        if fullname.split(".")[0] != self.package:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or type(spec.loader) is not importlib.machinery.SourceFileLoader:
            return spec
        loader = Loader(spec.loader.name, spec.loader.path)
        loader.log = self.log
        loader.foreign = fullname != self.module
        spec.loader = loader
        return spec


def install(module: str, log: Log) -> None:
    """Instrument this module, and more lightly the others of its package, when they are imported from now on."""
    sys.meta_path.insert(0, Finder(module, log))
