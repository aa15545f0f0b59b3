"""Builds objects in steps: constructed, then attributes assigned and lists filled with objects of the classes that belong there."""

from __future__ import annotations

import ast
import functools
import inspect
import random
import re
import sys
import typing
from collections.abc import Callable
from typing import Any

from runners.explorers.python.contents import descends
from runners.explorers.python.maker import UNION, Maker
from runners.explorers.python.subjects import class_hints, modern, typing_names
from runners.explorers.python.values import Atom, Call, Member, Node, Variable

Step = tuple  # (name of the variable or '', tree)
COMMENT = re.compile(r"self\.(\w+)\s*=[^=\n][^\n]*#\s*type:\s*([^\n]+)")


class Builder:
    """Knows which attributes the instances of a class have, and makes steps that fill them."""

    def __init__(self, maker: Maker, live: Callable[[Node], Any], rng: random.Random) -> None:
        self.maker = maker
        self.live = live
        self.rng = rng
        self.shapes: dict[type, dict[str, Any]] = {}
        self.known_hints: dict[type, dict[str, Any]] = {}

    def shape(self, cls: type) -> dict[str, Any]:
        """Public attributes of an instance, with the values that they had."""
        if cls not in self.shapes:
            self.shapes[cls] = self._shape(cls)
        return self.shapes[cls]

    def _shape(self, cls: type) -> dict[str, Any]:
        for _ in range(6):
            made = self.live(self.maker.construct(cls, 1))
            if isinstance(made, cls):
                return {k: v for k, v in sorted(getattr(made, "__dict__", {}).items()) if k.isidentifier() and not k.startswith("_")}
        return {}

    def step(self, cls: type, variable: str) -> Step | None:
        """One more step that changes a public attribute of an object."""
        shape = self.shape(cls)
        lists = [name for name, value in shape.items() if type(value) is list]
        if lists and self.rng.random() < 0.6:
            return self.appended(cls, variable, self.rng.choice(lists))
        plain = [name for name, value in shape.items() if value is None or isinstance(value, (bool, str, int, float))]
        if not plain:
            return self.appended(cls, variable, self.rng.choice(lists)) if lists else None
        name = self.rng.choice(plain)
        return f"{variable}.{name}", self.value(cls, name)

    def value(self, cls: type, name: str) -> Node:
        """A value for an attribute: of its type, when one is known, else like the value that it had."""
        hint = self.hints(cls).get(name)
        if hint is not None:
            return self.maker.hinted(hint, 2)
        value = self.shape(cls).get(name)
        if isinstance(value, bool):
            return Atom(not value)
        if isinstance(value, str):
            return self.maker.text()
        if isinstance(value, (int, float)):
            return self.maker.integer()
        return self.maker.make_any(2, None)

    def appended(self, cls: type, variable: str, name: str, inner: type | None = None) -> Step:
        """The step that appends an object to a list attribute."""
        return "", Call(Member(Member(Variable(variable), name), "append"), (self.element(cls, name, inner),))

    def element(self, cls: type, name: str, inner: type | None = None) -> Node:
        """An object that belongs into a list attribute."""
        if inner is None:
            inner = next(iter(inner_classes(self.hints(cls).get(name))), None)
        world = self.maker.world
        if inner is not None:
            fits = [found for found in world.concrete if descends(found, inner)]
            return self.maker.construct(self.rng.choice(fits or [inner]), 2)
        near = [found for found in world.concrete if found.__module__ == cls.__module__ and found is not cls]
        if near and self.rng.random() < 0.7:
            return self.maker.construct(self.rng.choice(near), 1)
        return self.maker.make_any(1, None)

    def for_property(self, cls: type, variable: str, name: str) -> Step | None:
        """A step after which a property may give something: an object of the class that it gives goes into a list."""
        getter = getattr(inspect.getattr_static(cls, name, None), "fget", None)
        if getter is None:
            return None
        try:
            wanted = inner_classes(typing.get_type_hints(getter).get("return"))
        except Exception:
            return None
        lists = [key for key, value in self.shape(cls).items() if type(value) is list]
        if not lists or not wanted:
            return self.step(cls, variable)
        return self.appended(cls, variable, self.rng.choice(lists), self.rng.choice(wanted))

    def hints(self, cls: type) -> dict[str, Any]:
        """Types of attributes: annotations, type comments, parameters of the constructor with the same name."""
        if cls not in self.known_hints:
            found = {p.name: p.hint for p in self.maker.constructor_parameters(cls) if p.hint is not inspect.Parameter.empty}
            for base in reversed(cls.__mro__):
                found.update(commented(base))
            try:
                found.update(class_hints(cls))
            except Exception:
                pass
            self.known_hints[cls] = found
        return self.known_hints[cls]


def commented(cls: type) -> dict[str, Any]:
    """Types in comments and annotations such as `self.items = []  # type: List[Item]`, `self.items: list[Item] = []`."""
    module = sys.modules.get(cls.__module__)
    if module is None or cls.__module__ in ("builtins", "typing", "abc"):
        return {}
    space = {**vars(typing), **vars(module), **typing_names(cls.__module__)}
    found: dict[str, Any] = {}
    for name, text in comments(getattr(module, "__file__", None) or "").get(cls.__qualname__, ()):
        try:
            found[name] = eval(modern(text), space)
        except Exception:
            continue
    return found


@functools.lru_cache(maxsize=64)
def comments(path: str) -> dict[str, list[tuple[str, str]]]:
    """Name of a class → the attributes and types that its methods say, of one file."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError):
        return {}
    lines = text.splitlines()
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found[node.name] = COMMENT.findall("\n".join(lines[node.lineno - 1 : node.end_lineno])) if "# type:" in text else []
            found[node.name] += [
                (part.target.attr, ast.unparse(part.annotation))
                for part in ast.walk(node)
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Attribute) and ast.unparse(part.target.value) == "self"
            ]
    return found


def inner_classes(hint: Any) -> list[type]:
    """The classes that a hint names for items, or for the value itself: `Optional[List[Item]]` → `[Item]`."""
    if hint is None:
        return []
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in UNION or origin is not None:
        return [cls for arg in args for cls in inner_classes(arg)]
    return [hint] if isinstance(hint, type) and hint.__module__ not in ("builtins", "typing") else []
