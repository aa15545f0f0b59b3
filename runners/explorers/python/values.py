"""Inputs as trees: every input can be built, printed as source text, stored as JSON and changed in any place."""

from __future__ import annotations

import importlib
import math
import operator
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, Optional

INFIX: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv, "%": operator.mod,
    "**": operator.pow, "@": operator.matmul, "&": operator.and_, "|": operator.or_, "^": operator.xor, "<<": operator.lshift,
    ">>": operator.rshift, "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "in": lambda a, b: a in b, "not in": lambda a, b: a not in b, "is": operator.is_, "is not": operator.is_not, "[]": operator.getitem,
}  # fmt: skip
PREFIX: dict[str, Callable[[Any], Any]] = {"-": operator.neg, "+": operator.pos, "~": operator.invert, "not ": operator.not_}
PLAIN_MODULES = frozenset(
    [
        "argparse",
        "ast",
        "asyncio",
        "collections",
        "contextlib",
        "dataclasses",
        "datetime",
        "functools",
        "io",
        "itertools",
        "json",
        "logging",
    ]
    + ["math", "operator", "os", "random", "re", "string", "sys", "types", "typing", "uuid"]
)
"""Modules of the standard library whose members read better with their module's name before them."""


class Scope:
    """Where names are looked up while a tree is built: a live module under its name, and the variables of the case."""

    __slots__ = ("module", "names", "undo")

    def __init__(self, module: Optional[ModuleType], names: Optional[dict[str, Any]] = None) -> None:
        self.module = module
        self.names: dict[str, Any] = {} if names is None else names
        self.undo: list[Callable[[], None]] = []
        """What puts back what steps have changed outside of the case, in the order of the changes."""

    def resolve(self, module: str, path: str) -> Any:
        """The object that `from module import path` gives; the live module stands for its own name."""
        value: Any = self.module if self.module is not None and module == self.module.__name__ else importlib.import_module(module)
        for part in path.split(".") if path else ():
            value = getattr(value, part)
        return value


class Printer:
    """Prints trees as source text and collects the imports that the texts need."""

    def __init__(self, taken: tuple[str, ...] = ()) -> None:
        self.bound: dict[str, tuple[str, str]] = dict.fromkeys(taken, ("", ""))
        self.imports: dict[tuple[str, str], None] = {}

    def name(self, module: str, path: str) -> str:
        """How an imported object is written."""
        if module == "builtins":
            return path
        first = path.split(".")[0]
        wanted = (module, first)
        if path and module not in PLAIN_MODULES and self.bound.get(first, wanted) == wanted:
            self.bound[first] = wanted
            self.imports[wanted] = None
            return path
        self.bound.setdefault(module.split(".")[0], (module, ""))
        self.imports[(module, "")] = None
        return f"{module}.{path}" if path else module


class Node:
    """One place of a tree. Immutable; `children` and `replace` let anything walk and change it."""

    __slots__ = ("_mark", "_size")

    def build(self, scope: Scope) -> Any:
        """The live value."""
        return self.apply([child.build(scope) for child in self.children()], scope)

    def apply(self, made: list[Any], scope: Scope) -> Any:
        """The live value, from the live values of the children."""
        return self.build(scope)

    def source(self, printer: Printer) -> str:
        raise NotImplementedError

    def dump(self) -> list[Any]:
        raise NotImplementedError

    def children(self) -> tuple[Node, ...]:
        return ()

    def replace(self, children: tuple[Node, ...]) -> Node:
        return self

    def own_size(self) -> int:
        return 1

    def size(self) -> int:
        try:
            return self._size
        except AttributeError:
            self._size: int = self.own_size() + sum(child.size() for child in self.children())
            return self._size

    def own_mark(self) -> Any:
        """What tells it apart from other nodes of its class, besides the children."""
        return None

    def mark(self) -> int:
        """A number that equal trees share."""
        try:
            return self._mark
        except AttributeError:
            self._mark: int = hash((type(self), self.own_mark(), *(child.mark() for child in self.children())))
            return self._mark


class Atom(Node):
    """A literal: None, a truth value, a number, text, bytes or the ellipsis."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def build(self, scope: Scope) -> Any:
        return self.value

    def own_mark(self) -> Any:
        return type(self.value), self.value

    def source(self, printer: Printer) -> str:
        if isinstance(self.value, float) and not math.isfinite(self.value):
            return f"float('{self.value}')"
        return "..." if self.value is ... else repr(self.value)

    def dump(self) -> list[Any]:
        value = self.value
        if value is None or type(value) in (bool, str) or (type(value) is int and abs(value) < 1 << 53):
            return ["atom", value]
        return ["literal", self.source(Printer())]

    def own_size(self) -> int:
        value = self.value
        if value is None or isinstance(value, bool):
            return 1
        if isinstance(value, (str, bytes)):
            text = value if isinstance(value, str) else value.decode("latin-1")
            return 1 + (len(text) or 3) + sum(1 if c in "\n\t" else 3 for c in text if not (" " <= c <= "~"))
        return 1 + len(repr(value)) // 2


GROUPS: dict[str, Callable[[list[Any]], Any]] = {"tuple": tuple, "set": set, "frozenset": frozenset}
"""How the groups that are no lists are made."""


def disordered(made: list[Any]) -> Any:
    """A set whose items come in another order than in a plain one, where that can be had: a larger table scatters them otherwise."""
    plain = list(set(made))
    for size in (10, 40, 150, 600, 2_400, 9_600):
        large: set[Any] = {object() for _ in range(size)}
        fill = list(large)
        large.update(made)
        large.difference_update(fill)
        if list(large) != plain:
            return large
    return set(made)


class Group(Node):
    """A list, tuple, set or frozenset."""

    __slots__ = ("items", "kind")

    def __init__(self, kind: str, items: tuple[Node, ...]) -> None:
        self.kind = kind
        self.items = items

    def apply(self, made: list[Any], scope: Scope) -> Any:
        return made if self.kind == "list" else GROUPS[self.kind](made)

    def own_mark(self) -> Any:
        return self.kind

    def source(self, printer: Printer) -> str:
        inner = ", ".join(item.source(printer) for item in self.items)
        if self.kind == "list":
            return f"[{inner}]"
        if self.kind == "tuple":
            return f"({inner},)" if len(self.items) == 1 else f"({inner})"
        if self.kind == "set":
            return f"{{{inner}}}" if self.items else "set()"
        return f"frozenset({{{inner}}})" if self.items else "frozenset()"

    def dump(self) -> list[Any]:
        return ["group", self.kind, [item.dump() for item in self.items]]

    def children(self) -> tuple[Node, ...]:
        return self.items

    def replace(self, children: tuple[Node, ...]) -> Node:
        return Group(self.kind, children)


class Table(Node):
    """A dict: keys and values alternate in `items`."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Node, ...]) -> None:
        self.items = items

    def apply(self, made: list[Any], scope: Scope) -> Any:
        return dict(zip(made[::2], made[1::2]))

    def source(self, printer: Printer) -> str:
        texts = [item.source(printer) for item in self.items]
        return "{" + ", ".join(f"{key}: {value}" for key, value in zip(texts[::2], texts[1::2])) + "}"

    def dump(self) -> list[Any]:
        return ["table", [item.dump() for item in self.items]]

    def children(self) -> tuple[Node, ...]:
        return self.items

    def replace(self, children: tuple[Node, ...]) -> Node:
        return Table(children)


class Name(Node):
    """Something imported: `path` of `module`; the module itself when the path is ''."""

    __slots__ = ("module", "path")

    def __init__(self, module: str, path: str) -> None:
        self.module = module
        self.path = path

    def build(self, scope: Scope) -> Any:
        return scope.resolve(self.module, self.path)

    def own_mark(self) -> Any:
        return self.module, self.path

    def source(self, printer: Printer) -> str:
        return printer.name(self.module, self.path)

    def dump(self) -> list[Any]:
        return ["name", self.module, self.path]


class Variable(Node):
    """A variable that a step of the case made."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def build(self, scope: Scope) -> Any:
        return scope.names[self.name]

    def own_mark(self) -> Any:
        return self.name

    def source(self, printer: Printer) -> str:
        return self.name

    def dump(self) -> list[Any]:
        return ["variable", self.name]


class Call(Node):
    """A call. The last `len(keywords)` of `args` belong to the keywords; '*' and '**' as keyword unpack."""

    __slots__ = ("args", "func", "keywords")

    def __init__(self, func: Node, args: tuple[Node, ...] = (), keywords: tuple[str, ...] = ()) -> None:
        self.func = func
        self.args = args
        self.keywords = keywords

    @property
    def positional(self) -> tuple[Node, ...]:
        return self.args[: len(self.args) - len(self.keywords)]

    @property
    def named(self) -> list[tuple[str, Node]]:
        return list(zip(self.keywords, self.args[len(self.args) - len(self.keywords) :]))

    def apply(self, made: list[Any], scope: Scope) -> Any:
        cut = len(made) - len(self.keywords)
        return made[0](*made[1:cut], **dict(zip(self.keywords, made[cut:])))

    def own_mark(self) -> Any:
        return self.keywords

    def source(self, printer: Printer) -> str:
        parts = [arg.source(printer) for arg in self.positional]
        parts += [f"{name}={arg.source(printer)}" for name, arg in self.named]
        return f"{wrap(self.func, printer)}({', '.join(parts)})"

    def dump(self) -> list[Any]:
        return ["call", self.func.dump(), [arg.dump() for arg in self.args], list(self.keywords)]

    def children(self) -> tuple[Node, ...]:
        return (self.func, *self.args)

    def replace(self, children: tuple[Node, ...]) -> Node:
        return Call(children[0], children[1:], self.keywords)

    def own_size(self) -> int:
        return 2


class Member(Node):
    """An attribute of an object."""

    __slots__ = ("name", "owner")

    def __init__(self, owner: Node, name: str) -> None:
        self.owner = owner
        self.name = name

    def apply(self, made: list[Any], scope: Scope) -> Any:
        return getattr(made[0], self.name)

    def own_mark(self) -> Any:
        return self.name

    def source(self, printer: Printer) -> str:
        return f"{wrap(self.owner, printer)}.{self.name}"

    def dump(self) -> list[Any]:
        return ["member", self.owner.dump(), self.name]

    def children(self) -> tuple[Node, ...]:
        return (self.owner,)

    def replace(self, children: tuple[Node, ...]) -> Node:
        return Member(children[0], self.name)


class Operation(Node):
    """An operator with one or two operands; '[]' is subscription."""

    __slots__ = ("operands", "operator")

    def __init__(self, operator: str, operands: tuple[Node, ...]) -> None:
        self.operator = operator
        self.operands = operands

    def apply(self, made: list[Any], scope: Scope) -> Any:
        return PREFIX[self.operator](made[0]) if len(made) == 1 else INFIX[self.operator](made[0], made[1])

    def own_mark(self) -> Any:
        return self.operator

    def source(self, printer: Printer) -> str:
        if self.operator == "[]":
            return f"{wrap(self.operands[0], printer)}[{self.operands[1].source(printer)}]"
        texts = [wrap(operand, printer) for operand in self.operands]
        return self.operator + texts[0] if len(texts) == 1 else f"{texts[0]} {self.operator} {texts[1]}"

    def dump(self) -> list[Any]:
        return ["operation", self.operator, [operand.dump() for operand in self.operands]]

    def children(self) -> tuple[Node, ...]:
        return self.operands

    def replace(self, children: tuple[Node, ...]) -> Node:
        return Operation(self.operator, children)


class Function(Node):
    """A lambda whose body may use its own parameters as variables."""

    __slots__ = ("body", "parameters")

    def __init__(self, parameters: str, body: Node) -> None:
        self.parameters = parameters
        self.body = body

    def build(self, scope: Scope) -> Any:
        return self.apply([], scope)

    def apply(self, _made: list[Any], scope: Scope) -> Any:
        names = [part.strip(" *") for part in self.parameters.split(",") if part.strip()]
        starred = self.parameters.startswith("*")

        def made(*args: Any, **keywords: Any) -> Any:
            if not starred and (len(args) != len(names) or keywords):
                raise TypeError("<lambda>() takes other arguments")
            values = {names[0]: args} if starred else dict(zip(names, args))
            return self.body.build(Scope(scope.module, {**scope.names, **values}))

        made.__name__ = made.__qualname__ = "<lambda>"
        return made

    def own_mark(self) -> Any:
        return self.parameters

    def source(self, printer: Printer) -> str:
        return f"lambda {self.parameters}: {self.body.source(printer)}" if self.parameters else f"lambda: {self.body.source(printer)}"

    def dump(self) -> list[Any]:
        return ["function", self.parameters, self.body.dump()]

    def children(self) -> tuple[Node, ...]:
        return (self.body,)

    def replace(self, children: tuple[Node, ...]) -> Node:
        return Function(self.parameters, children[0])

    def own_size(self) -> int:
        return 4


class Text(Node):
    """Source text kept as it was found, for expressions that have no tree."""

    __slots__ = ("imports", "text")

    def __init__(self, text: str, imports: tuple[tuple[str, str], ...] = ()) -> None:
        self.text = text
        self.imports = imports

    def build(self, scope: Scope) -> Any:
        namespace = dict(scope.names)
        for module, path in self.imports:
            if path:
                namespace[path.split(".")[0]] = scope.resolve(module, path.split(".")[0])
            else:
                namespace[module.split(".")[0]] = importlib.import_module(module.split(".")[0])
        return eval(self.text, namespace)

    def own_mark(self) -> Any:
        return self.text

    def source(self, printer: Printer) -> str:
        for module, path in self.imports:
            printer.imports[(module, path)] = None
            printer.bound.setdefault((path or module).split(".")[0], (module, path))
        return self.text

    def dump(self) -> list[Any]:
        return ["text", self.text, [list(pair) for pair in self.imports]]

    def own_size(self) -> int:
        return 1 + len(self.text)


class Clock(Node):
    """A step that lets a clock say these values, one after the other; a single one again and again."""

    __slots__ = ("path", "values")

    def __init__(self, path: str, values: tuple[Any, ...]) -> None:
        self.path = path
        self.values = values

    def build(self, scope: Scope) -> Any:
        owner, name = owner_of(self.path, scope.module), self.path.rpartition(".")[2]
        real, values = getattr(owner, name), self.values
        scope.undo.append(lambda: setattr(owner, name, real))
        setattr(owner, name, iter(values).__next__ if len(values) > 1 else lambda: values[0])

    def own_mark(self) -> Any:
        return self.path, self.values

    def source(self, printer: Printer) -> str:
        said = f"iter({list(self.values)!r}).__next__" if len(self.values) > 1 else f"lambda: {self.values[0]!r}"
        return f"monkeypatch.setattr({self.path!r}, {said})"

    def dump(self) -> list[Any]:
        return ["clock", self.path, list(self.values)]

    def own_size(self) -> int:
        return 3 + len(self.values)


def owner_of(path: str, live: Optional[ModuleType]) -> Any:
    """The module that the last name of a path belongs to; the live module stands for its own name."""
    return Scope(live).resolve(path.rpartition(".")[0], "")


def wrap(node: Node, printer: Printer) -> str:
    """The source text of a node in a place where an operand is expected."""
    text = node.source(printer)
    number = isinstance(node, Atom) and isinstance(node.value, (int, float, complex)) and not isinstance(node.value, bool)
    return f"({text})" if number or isinstance(node, (Operation, Function, Text)) and not text.isidentifier() else text


def load(data: list[Any]) -> Node:
    """The tree that `Node.dump` wrote."""
    kind = data[0]
    if kind == "atom":
        return Atom(data[1])
    if kind == "literal":
        return Atom(eval(data[1], {"__builtins__": {"float": float}}))
    if kind == "group":
        return Group(data[1], tuple(map(load, data[2])))
    if kind == "table":
        return Table(tuple(map(load, data[1])))
    if kind == "name":
        return Name(data[1], data[2])
    if kind == "variable":
        return Variable(data[1])
    if kind == "call":
        return Call(load(data[1]), tuple(map(load, data[2])), tuple(data[3]))
    if kind == "member":
        return Member(load(data[1]), data[2])
    if kind == "operation":
        return Operation(data[1], tuple(map(load, data[2])))
    if kind == "function":
        return Function(data[1], load(data[2]))
    if kind == "clock":
        return Clock(data[1], tuple(data[2]))
    return Text(data[1], tuple((module, path) for module, path in data[2]))


def walk(node: Node, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Node]]:
    """Every node below and including this one, with the way to it."""
    yield path, node
    for index, child in enumerate(node.children()):
        yield from walk(child, (*path, index))


def substitute(node: Node, path: tuple[int, ...], new: Node) -> Node:
    """The tree with the node at `path` exchanged."""
    if not path:
        return new
    children = list(node.children())
    children[path[0]] = substitute(children[path[0]], path[1:], new)
    return node.replace(tuple(children))


def literal(value: Any, depth: int = 4) -> Optional[Node]:
    """The tree of a plain value, None when it has none."""
    kind = type(value)
    if value is None or value is ... or kind in (bool, int, float, complex, str, bytes):
        return Atom(value)
    if depth <= 0 or kind not in (list, tuple, set, frozenset, dict) or len(value) > 60:
        return None
    if kind in (list, tuple, set, frozenset):
        ordered = value if kind in (list, tuple) else sorted(value, key=repr)
        items = [literal(item, depth - 1) for item in ordered]
        return None if None in items else Group(kind.__name__, tuple(item for item in items if item is not None))
    if kind is dict:
        flat = [literal(part, depth - 1) for pair in value.items() for part in pair]
        return None if None in flat else Table(tuple(part for part in flat if part is not None))
    return None
