"""Whether a case uses what it calls as hints, documentation and evident use say."""

from __future__ import annotations

import collections.abc
import enum
import inspect
import sys
import typing
from typing import Any

from runners.explorers.python.cases import Case
from runners.explorers.python.compose import Composer
from runners.explorers.python.contents import typed_dict
from runners.explorers.python.maker import UNION, Maker
from runners.explorers.python.subjects import MISSING, Parameter
from runners.explorers.python.values import Atom, Call, Function, Group, Member, Name, Node, Operation, Table, walk

EMPTY: dict[str, Any] = {"list": [], "tuple": (), "set": set(), "frozenset": frozenset()}


def kind_of(node: Node) -> str:
    """The kind of a value, in the words of `subjects.weights_of`."""
    if isinstance(node, Atom):
        return "none" if node.value is None else type(node.value).__name__
    if isinstance(node, Group):
        return node.kind
    if isinstance(node, Table):
        return "dict"
    if isinstance(node, Operation) and node.operator == "*" and isinstance(node.operands[0], (Group, Atom)):
        return kind_of(node.operands[0])
    if isinstance(node, Call) and isinstance(node.func, Name) and (node.func.module, node.func.path) == ("builtins", "range"):
        return "list"
    return "object" if isinstance(node, (Call, Operation)) else "callable"


class Custom:
    """Knows what is typical in one module."""

    def __init__(self, composer: Composer, maker: Maker) -> None:
        self.composer = composer
        self.maker = maker
        self.classes = {(name.module, name.path): cls for cls, name in maker.world.names.items()}

    def typical(self, case: Case) -> bool:
        """True when all arguments, also those of constructors inside, are of the expected kinds."""
        subject = self.composer.subject_of(case)
        if isinstance(case.call, Call) and subject is not None and not self.arguments(case.call, subject.parameters):
            return False
        if isinstance(case.call, Operation) and subject is not None and subject.parameters and len(case.call.operands) == 2:
            if subject.parameters[0].hint is not MISSING and not all(
                self.fits(subject.parameters[0].hint, node) for node in case.call.operands[1:]
            ):
                return False
        return all(self.constructor(node) for tree in case.trees() for _, node in walk(tree))

    def constructor(self, node: Node) -> bool:
        if isinstance(node, Call) and isinstance(node.func, Name) and (node.func.module, node.func.path) in self.classes:
            return self.arguments(node, self.maker.constructor_parameters(self.classes[(node.func.module, node.func.path)]))
        return True

    def arguments(self, call: Call, parameters: list[Parameter]) -> bool:
        """True when the arguments of a call fit its parameters."""
        named = {p.name: p for p in parameters}
        free = [p for p in parameters if p.kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)]
        pairs = [*zip(free, call.positional), *((named[n], v) for n, v in call.named if n in named)]
        if any(n not in named for n in call.keywords) and not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
            return False
        return all(self.argument(p, node) for p, node in pairs)

    def argument(self, parameter: Parameter, node: Node) -> bool:
        if parameter.hint is not MISSING:
            return (isinstance(node, Atom) and node.value is None and parameter.default is None) or self.fits(parameter.hint, node)
        kind = kind_of(node)
        known = {k for k, weight in parameter.weights.items() if weight >= 1} | {kind_of(seed) for seed in parameter.seeds}
        if (
            kind in known
            or "any" in known
            or ("float" in known and kind == "int")
            or ("int" in known and kind == "float")
            or "default" in known
        ):
            return True
        if kind in ("object", "callable") and isinstance(node, Call):
            return not known & {"str", "int", "float", "bool"} or bool(parameter.use.attributes)
        if {"list", "tuple"} & known and kind in ("list", "tuple", "set"):
            return True
        return not parameter.use.kinds and not known

    def fits(self, hint: Any, node: Node) -> bool:
        """True when a tree may be of a type; what cannot be told is."""
        if hint is None or hint is type(None):
            return isinstance(node, Atom) and node.value is None
        if hint in (Any, object, MISSING) or isinstance(hint, (str, typing.TypeVar)):
            return True
        origin, args = typing.get_origin(hint), typing.get_args(hint)
        if origin in UNION:
            return any(self.fits(arg, node) for arg in args)
        if origin is typing.Literal:
            return not isinstance(node, Atom) or node.value in args
        cls = origin or hint
        if not isinstance(cls, type):
            return True
        if typed_dict(cls):
            return isinstance(node, Table)
        if isinstance(node, Atom):
            return self.atom(cls, node.value)
        if isinstance(node, Group):
            return isinstance(EMPTY[node.kind], cls) and self.items(origin, args, node)
        if isinstance(node, Table):
            return isinstance({}, cls)
        if isinstance(node, Function):
            return cls is collections.abc.Callable
        if isinstance(node, Call) and isinstance(node.func, Name) and (node.func.module, node.func.path) in self.classes:
            made = self.classes[(node.func.module, node.func.path)]
            return issubclass(made, cls) if cls.__module__ != "typing" and not getattr(cls, "_is_protocol", False) else True
        made_of = self.made_of(node)
        if made_of is not None and cls.__module__ != "typing" and not getattr(cls, "_is_protocol", False):
            try:
                return issubclass(made_of, cls)
            except TypeError:
                return True
        return True

    def made_of(self, node: Node) -> type | None:
        """The class of what a call of a known class, or a member of an enumeration, gives; None when that cannot be told."""
        if isinstance(node, Call) and isinstance(node.func, Name) and node.func.module in sys.modules:
            found: Any = sys.modules[node.func.module]
            for part in node.func.path.split("."):
                found = getattr(found, part, None)
            return found if isinstance(found, type) else None
        if isinstance(node, Member) and isinstance(node.owner, Name):
            owner = self.classes.get((node.owner.module, node.owner.path))
            return owner if owner is not None and issubclass(owner, enum.Enum) else None
        return None

    def atom(self, cls: type, value: Any) -> bool:
        if cls is float:
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        if cls is int:
            return isinstance(value, int) and not isinstance(value, bool)
        try:
            return isinstance(value, cls)
        except TypeError:
            return True

    def items(self, origin: Any, args: tuple[Any, ...], node: Group) -> bool:
        if not args or node.kind == "tuple" and origin is tuple and (len(args) != 2 or args[1] is not ...):
            return not args or len(node.items) == len(args) and all(self.fits(a, i) for a, i in zip(args, node.items))
        return all(self.fits(args[0], item) for item in node.items)
