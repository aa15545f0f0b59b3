"""Example calls in docstrings, README files and tests, as trees."""

from __future__ import annotations

import ast
import builtins
import doctest
import re
import textwrap
from collections.abc import Iterator
from typing import Any

from runners.explorers.python.values import INFIX, Atom, Call, Function, Group, Member, Name, Node, Operation, Table, Variable

OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.MatMult: "@",
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>", ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<",
    ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
    ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not ",
}  # fmt: skip


MACHINE = {("os", "environ"), ("os", "environb"), ("sys", "argv"), ("sys", "modules"), ("sys", "path")}
"""What is another thing on every machine: a test with it passes on the one where it was written."""


class Unknown(Exception):
    """An expression that has no tree."""


class Reader:
    """Turns expressions of one text into trees; knows what its names mean."""

    def __init__(self, module: str, known: set[str]) -> None:
        self.module = module
        self.known = known
        """Names that the module under test has."""
        self.names: dict[str, Node] = {}

    def tree(self, node: ast.AST) -> Node:
        handler = getattr(self, "read_" + type(node).__name__.lower(), None)
        if handler is None:
            raise Unknown(type(node).__name__)
        made: Node = handler(node)
        return made

    def read_constant(self, node: ast.Constant) -> Node:
        return Atom(node.value)

    def read_name(self, node: ast.Name) -> Node:
        if node.id in self.names:
            return self.names[node.id]
        if node.id in self.known:
            return Name(self.module, node.id)
        if hasattr(builtins, node.id):
            return Name("builtins", node.id)
        raise Unknown(node.id)

    def read_list(self, node: Any) -> Node:
        return Group(type(node).__name__.lower(), tuple(self.tree(item) for item in node.elts))

    read_tuple = read_set = read_list

    def read_dict(self, node: ast.Dict) -> Node:
        if None in node.keys:
            raise Unknown("**")
        return Table(tuple(self.tree(part) for pair in zip(node.keys, node.values) for part in pair if part is not None))

    def read_call(self, node: ast.Call) -> Node:
        if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
            raise Unknown("*")
        args = [self.tree(a) for a in node.args] + [self.tree(k.value) for k in node.keywords]
        return Call(self.tree(node.func), tuple(args), tuple(k.arg or "" for k in node.keywords))

    def read_attribute(self, node: ast.Attribute) -> Node:
        owner = self.tree(node.value)
        if isinstance(owner, Name) and (owner.module, f"{owner.path}.{node.attr}".strip(".")) in MACHINE:
            raise Unknown(node.attr)
        if isinstance(owner, Name) and owner.module != "builtins":
            return Name(owner.module, f"{owner.path}.{node.attr}" if owner.path else node.attr)
        return Member(owner, node.attr)

    def read_subscript(self, node: ast.Subscript) -> Node:
        if isinstance(node.slice, (ast.Slice, ast.Tuple)):
            raise Unknown("slice")
        return Operation("[]", (self.tree(node.value), self.tree(node.slice)))

    def read_binop(self, node: ast.BinOp) -> Node:
        return Operation(OPERATORS[type(node.op)], (self.tree(node.left), self.tree(node.right)))

    def read_unaryop(self, node: ast.UnaryOp) -> Node:
        inner = self.tree(node.operand)
        if isinstance(node.op, ast.USub) and isinstance(inner, Atom) and type(inner.value) in (int, float):
            return Atom(-inner.value)
        return Operation(OPERATORS[type(node.op)], (inner,))

    def read_compare(self, node: ast.Compare) -> Node:
        if len(node.ops) != 1:
            raise Unknown("chain")
        return Operation(OPERATORS[type(node.ops[0])], (self.tree(node.left), self.tree(node.comparators[0])))

    def read_lambda(self, node: ast.Lambda) -> Node:
        inner = Reader(self.module, self.known)
        plain = [a.arg for a in node.args.args]
        if node.args.vararg or node.args.kwonlyargs or node.args.defaults:
            raise Unknown("lambda")
        inner.names = {**self.names, **{name: Variable(name) for name in plain}}
        return Function(", ".join(plain), inner.tree(node.body))

    def statement(self, node: ast.stmt) -> Iterator[Node]:
        """The expressions of one statement that hold calls; assignments and imports are remembered."""
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if (node.module, alias.name) not in MACHINE:
                    self.names[alias.asname or alias.name] = Name(node.module, alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                self.names[alias.asname or alias.name.split(".")[0]] = Name(alias.name if alias.asname else alias.name.split(".")[0], "")
        elif isinstance(node, ast.Assign):
            yield from self.calls(node.value)
            self.assign(node)
        elif isinstance(node, (ast.Expr, ast.Assert, ast.Return)):
            part = node.test if isinstance(node, ast.Assert) else node.value
            if part is not None:
                yield from self.calls(part)

    def assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if isinstance(target, ast.Name):
            self.names.pop(target.id, None)
            try:
                self.names[target.id] = self.tree(node.value)
            except (Unknown, KeyError):
                pass

    def calls(self, node: ast.AST) -> Iterator[Node]:
        """Trees of all calls (and operators) in an expression, the outermost first."""
        for part in ast.walk(node):
            if isinstance(part, (ast.Call, ast.BinOp, ast.Compare, ast.Subscript, ast.Attribute)):
                try:
                    yield self.tree(part)
                except (Unknown, KeyError, RecursionError):
                    continue


def doctest_calls(text: str, reader: Reader) -> Iterator[Node]:
    """Calls of `>>>` examples and of fenced or indented code."""
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:
        examples = []
    for example in examples:
        yield from code_calls(example.source, reader)
    for block in re.findall(r"```(?:python|py|pycon)?\s*\n(.*?)```|::\s*\n\n((?:[ \t]+[^\n]*\n|\n)+)", text, re.S):
        body = "\n".join(line for line in (block[0] or block[1]).splitlines())
        if ">>>" not in body:
            yield from loose_calls(body, reader)


def loose_calls(body: str, reader: Reader) -> Iterator[Node]:
    """Calls of a block of code; when it does not parse as a whole, line by line."""
    body = textwrap.dedent(body)
    try:
        ast.parse(body)
    except (SyntaxError, ValueError):
        for line in body.splitlines()[:200]:
            yield from code_calls(line.strip(), reader)
        return
    yield from code_calls(body, reader)


def code_calls(source: str, reader: Reader) -> Iterator[Node]:
    """Calls of a piece of code."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in body:
        yield from reader.statement(node)


def prose_calls(text: str, names: list[str], reader: Reader) -> Iterator[Node]:
    """Calls such as `name('x')` anywhere in prose."""
    if not names:
        return
    for match in re.finditer(r"(?<![\w.])(?:" + "|".join(map(re.escape, names)) + r")\(", text):
        depth, end = 0, match.end() - 1
        for end in range(match.end() - 1, min(len(text), match.end() + 300)):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            if depth == 0:
                break
        yield from code_calls(text[match.start() : end + 1], reader)


def test_calls(source: str, reader: Reader) -> Iterator[Node]:
    """Calls in a Python file: a test module, an example."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in tree.body:
        yield from reader.statement(node)
    shared = dict(reader.names)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for row in parametrized(node, reader):
                reader.names = {**shared, **row}
                for part in ast.walk(node):
                    if isinstance(part, ast.stmt) and part is not node:
                        yield from reader.statement(part)
    reader.names = shared


def parametrized(node: Any, reader: Reader) -> list[dict[str, Node]]:
    """Values of the parameters of a test function, row by row."""
    for mark in node.decorator_list:
        if not (isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith("parametrize") and len(mark.args) > 1):
            continue
        try:
            given = ast.literal_eval(mark.args[0])
        except (ValueError, SyntaxError):
            continue
        names = [part.strip() for part in given.split(",")] if isinstance(given, str) else list(given)
        rows = []
        for row in getattr(mark.args[1], "elts", [])[:12]:
            cells = row.elts if len(names) > 1 and isinstance(row, (ast.Tuple, ast.List)) else [row]
            try:
                rows.append({name: reader.tree(cell) for name, cell in zip(names, cells)})
            except (Unknown, KeyError):
                continue
        return rows or [{}]
    return [{}]


assert set(OPERATORS.values()) - {"~", "not "} <= set(INFIX)
