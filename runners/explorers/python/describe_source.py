"""Live values as source text that a reader can check by eye, and that evaluates to an equal value."""

from __future__ import annotations

import builtins
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import importlib
import inspect
import math
import os
import pathlib
import re
import sys
import tempfile
import types
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from runners.explorers.python.values import PLAIN_MODULES

Import = tuple[str, str]
"""(module, name); name '' for `import module`."""

LIMIT = 300
"""Longest source text of an expected value."""
DEEPEST = 6
"""Containers in containers, and arguments in constructor calls."""
WORDY = 20
"""Characters of a line that is surely no accident."""
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}|\b0x[0-9a-fA-F]{9,}\b")


class NoSourceError(Exception):
    """The value has no source text that is short, stable and equal to it."""


class TooLongError(NoSourceError):
    """There is a source text, but nobody would read it."""


class Writer:
    """Writes values as source text and notes what has to be imported for it."""

    def __init__(self, module: types.ModuleType, limit: int = LIMIT) -> None:
        self.module = module
        self.limit = limit
        self.imports: set[Import] = set()

    def write(self, value: Any) -> str:
        """Source text that evaluates to a value equal to `value`, checked by evaluating it.

        Raises:
            NoSourceError: there is none, or none worth reading.
        """
        mark = set(self.imports)
        try:
            text = self._text(value, 0)
            if len(text) > self.limit:
                raise TooLongError(type(value).__name__)
            self._prove(text, value)
        except NoSourceError:
            self.imports = mark
            raise
        except Exception as error:  # properties, __eq__ and constructors of the code under test may raise anything
            self.imports = mark
            raise NoSourceError(type(value).__name__) from error
        return text

    def name(self, thing: Any) -> str:
        """Source text of a class or function by its importable name; the import is noted."""
        module, qualified = locate(thing, self.module)
        if module == "builtins":
            return qualified
        if module in PLAIN_MODULES:
            self.imports.add((module, ""))
            return f"{module}.{qualified}"
        self.imports.add((module, qualified.split(".")[0]))
        return qualified

    def _prove(self, text: str, value: Any) -> None:
        if type(value) in PLAIN:
            return
        again = eval(text, namespace(self.imports, self.module))
        if type(again) is not type(value) or not same(again, value) or equals_anything(again):
            raise NoSourceError(text)

    def _text(self, value: Any, depth: int) -> str:
        kind = type(value)
        if kind in PLAIN:
            return self._plain(value)
        if depth > DEEPEST:
            raise TooLongError(kind.__name__)
        if kind in KINDS:
            return KINDS[kind](self, value, depth)
        if isinstance(value, enum.Enum):
            return self._member(value)
        if isinstance(value, type) or kind in (types.FunctionType, types.BuiltinFunctionType):
            return self.name(value)
        if isinstance(value, pathlib.PurePath):
            return self._path(value)
        if isinstance(value, datetime.tzinfo) and value is datetime.timezone.utc:
            return "datetime.timezone.utc"
        return self._object(value, depth)

    def _plain(self, value: Any) -> str:
        if isinstance(value, (str, bytes)) and len(value) > self.limit:
            raise TooLongError(type(value).__name__)
        if isinstance(value, str) and unstable(value):
            raise NoSourceError(value[:80])
        if isinstance(value, int) and value.bit_length() > 4 * self.limit:
            raise TooLongError("int")
        return repr(value)

    def _float(self, value: float, depth: int) -> str:
        return repr(value) if math.isfinite(value) else f"float('{value}')"

    def _items(self, values: Iterable[Any], depth: int) -> list[str]:
        texts: list[str] = []
        length = 0
        for value in values:
            texts.append(self._text(value, depth + 1))
            length += len(texts[-1]) + 2
            if length > self.limit + 2:
                raise TooLongError("container")
        return texts

    def _list(self, value: Any, depth: int) -> str:
        return "[" + ", ".join(self._items(value, depth)) + "]"

    def _tuple(self, value: Any, depth: int) -> str:
        texts = self._items(value, depth)
        return f"({texts[0]},)" if len(texts) == 1 else "(" + ", ".join(texts) + ")"

    def _set(self, value: Any, depth: int) -> str:
        texts = sorted(self._items(ordered(value), depth)) if not comparable(value) else self._items(ordered(value), depth)
        return "{" + ", ".join(texts) + "}" if texts else "set()"

    def _frozenset(self, value: Any, depth: int) -> str:
        return f"frozenset({self._set(value, depth)})" if value else "frozenset()"

    def _dict(self, value: Any, depth: int) -> str:
        if len(value) > self.limit:
            raise TooLongError("dict")
        keys = ordered(value) if comparable(value) else list(value)
        texts = self._items((part for key in keys for part in (key, value[key])), depth)
        return "{" + ", ".join(f"{texts[i]}: {texts[i + 1]}" for i in range(0, len(texts), 2)) + "}"

    def _ordered_dict(self, value: Any, depth: int) -> str:
        return f"{self.name(collections.OrderedDict)}({self._list(list(value.items()), depth) if value else ''})"

    def _counter(self, value: Any, depth: int) -> str:
        return f"{self.name(collections.Counter)}({self._dict(dict(value), depth) if value else ''})"

    def _deque(self, value: Any, depth: int) -> str:
        limit = f", maxlen={value.maxlen}" if value.maxlen is not None else ""
        return f"{self.name(collections.deque)}({self._list(value, depth)}{limit})"

    def _called(self, value: Any, depth: int) -> str:
        """Values whose repr is a call of their class."""
        text = repr(value)
        return self.name(type(value)) + text[text.index("(") :]

    def _dated(self, value: Any, depth: int) -> str:
        """Values of the datetime module, whose repr begins with `datetime.`; never what the clock says now."""
        if isinstance(value, datetime.date) and abs((datetime.date.today() - datetime.date(value.year, value.month, value.day)).days) < 2:
            raise NoSourceError("clock")
        zone = getattr(value, "tzinfo", None)
        if zone is not None and type(zone) is not datetime.timezone:
            raise NoSourceError("time zone")
        self.imports.add(("datetime", ""))
        return repr(value)

    def _pattern(self, value: Any, depth: int) -> str:
        if len(repr(value.pattern)) > 150:  # the interpreter cuts the repr of a pattern off at 200 characters
            raise TooLongError("pattern")
        self.imports.add(("re", ""))
        return repr(value)

    def _path(self, value: Any) -> str:
        if unstable(str(value)):
            raise NoSourceError("path")
        kind = pathlib.Path if isinstance(value, pathlib.Path) else type(value)
        self.imports.add(("pathlib", kind.__name__))
        return f"{kind.__name__}({str(value)!r})"

    def _member(self, value: Any) -> str:
        kind = self.name(type(value))
        names = [value.name] if value.name in type(value).__members__ else []
        if not names and isinstance(value, enum.Flag):
            names = [m.name for m in type(value) if m.value and (m.value & value.value) == m.value and m.name]
        if not names:
            return f"{kind}({value.value!r})"
        return " | ".join(f"{kind}.{name}" for name in names)

    def _object(self, value: Any, depth: int) -> str:
        """A constructor call for an object whose class can tell equal from unequal."""
        kind = type(value)
        if not has_equality(kind):
            raise NoSourceError(kind.__name__)
        if isinstance(value, (list, dict, set, frozenset, str, bytes, int, float)) and not hasattr(kind, "__dataclass_fields__"):
            raise NoSourceError(kind.__name__)
        given = arguments(value)
        parts = []
        for name, part, keyword in given:
            text = self._text(part, depth + 1)
            parts.append(f"{name}={text}" if keyword else text)
        return f"{self.name(kind)}({', '.join(parts)})"


PLAIN = {type(None), bool, int, str, bytes, type(Ellipsis), type(NotImplemented)}
"""Types whose repr is their source text."""

KINDS: dict[type, Callable[..., str]] = {
    float: Writer._float,
    complex: lambda writer, value, depth: repr(value),
    list: Writer._list,
    tuple: Writer._tuple,
    set: Writer._set,
    frozenset: Writer._frozenset,
    dict: Writer._dict,
    bytearray: lambda writer, value, depth: repr(value),
    range: lambda writer, value, depth: repr(value),
    slice: lambda writer, value, depth: repr(value),
    collections.OrderedDict: Writer._ordered_dict,
    collections.Counter: Writer._counter,
    collections.deque: Writer._deque,
    decimal.Decimal: Writer._called,
    fractions.Fraction: Writer._called,
    uuid.UUID: Writer._called,
    datetime.date: Writer._dated,
    datetime.datetime: Writer._dated,
    datetime.time: Writer._dated,
    datetime.timedelta: Writer._dated,
    datetime.timezone: Writer._dated,
    re.Pattern: Writer._pattern,
}


def namespace(imports: Iterable[Import], live: types.ModuleType) -> dict[str, Any]:
    """What a test file with these imports can name; the live module stands for every import of its name."""
    names: dict[str, Any] = {}
    for module, name in imports:
        loaded = live if module == live.__name__ else importlib.import_module(module)
        if name:
            names[name] = getattr(loaded, name)
        else:
            names[module.split(".")[0]] = sys.modules[module.split(".")[0]]
    return names


def locate(thing: Any, module: types.ModuleType) -> tuple[str, str]:
    """Where a class or function can be imported from, and its dotted name there: the tested module first, then a public place.

    Raises:
        NoSourceError: it has no importable public name.
    """
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", "")
    if not isinstance(name, str) or not name or "<" in name or any(part.startswith("_") for part in name.split(".")):
        raise NoSourceError(str(name))
    home = getattr(thing, "__module__", None) or "builtins"
    for place in [module.__name__, *_public_places(home)]:
        found: Any = module if place == module.__name__ else sys.modules.get(place)
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is thing and place != "__main__":
            return place, name
    raise NoSourceError(name)


def _public_places(home: str) -> list[str]:
    """The module itself when no part of its name is private, then the packages above it, nearest first, then the private module."""
    parts = home.split(".")
    places = [".".join(parts[:size]) for size in range(len(parts), 0, -1)]
    return sorted(places, key=lambda place: any(part.startswith("_") for part in place.split(".")))


def has_equality(kind: type) -> bool:
    """Whether the class says itself what equal means."""
    return getattr(kind, "__eq__", None) is not object.__eq__


def same(first: Any, second: Any) -> bool:
    """Equal, as an assertion would see it."""
    return bool(first == second)


def equals_anything(value: Any) -> bool:
    """Whether its equality says yes to everything, so that an assertion could not fail."""
    try:
        return bool(value == object())
    except Exception:
        return False


def comparable(values: Iterable[Any]) -> bool:
    """Whether they are all strings, all bytes or all numbers."""
    kinds = {type(value) for value in values}
    return kinds <= {str} or kinds <= {bytes} or kinds <= {int, float, bool}


def ordered(values: Iterable[Any]) -> list[Any]:
    """Their elements in an order that does not depend on hashes, as far as one can tell."""
    listed = list(values)
    return sorted(listed) if comparable(listed) else listed


def unstable(text: str) -> bool:
    """Whether the text differs from machine to machine or day to day: addresses, folders, today's date, the interpreter's documentation."""
    if ADDRESS.search(text) or datetime.date.today().isoformat() in text or documented(text):
        return True
    if os.sep not in text:
        return False
    folders = {tempfile.gettempdir(), str(pathlib.Path.cwd()), str(pathlib.Path("~").expanduser()), sys.prefix, sys.base_prefix, *sys.path}
    return any(len(folder) > 3 and folder in text for folder in folders)


@functools.lru_cache(maxsize=1)
def documentation() -> str:
    """What the interpreter says of its own types and functions."""
    return "\n".join(thing.__doc__ for thing in vars(builtins).values() if isinstance(getattr(thing, "__doc__", None), str))


def documented(text: str) -> bool:
    """Whether a line of the text is from the interpreter's documentation, which changes with its version."""
    return len(text) >= WORDY and any(len(line.strip()) >= WORDY and line.strip() in documentation() for line in text.splitlines())


def arguments(value: Any) -> list[tuple[str, Any, bool]]:
    """(name, value, keyword) of a constructor call that should make an equal object; what equals its default is left out."""
    kind = type(value)
    if dataclasses.is_dataclass(kind):
        return _field_arguments(value)
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        defaults = getattr(kind, "_field_defaults", {})
        return [(n, getattr(value, n), True) for n in kind._fields if not (n in defaults and is_default(getattr(value, n), defaults[n]))]
    return _signature_arguments(value)


def _field_arguments(value: Any) -> list[tuple[str, Any, bool]]:
    found = []
    for field in dataclasses.fields(value):
        if not field.init:
            continue
        part = getattr(value, field.name)
        if field.default is not dataclasses.MISSING and is_default(part, field.default):
            continue
        if field.default_factory is not dataclasses.MISSING and is_default(part, field.default_factory()):
            continue
        found.append((field.name, part, True))
    return found


def _signature_arguments(value: Any) -> list[tuple[str, Any, bool]]:
    """Arguments of `__init__` read back from attributes of the same name; the first three by position while none is left out."""
    found: list[tuple[str, Any, bool]] = []
    gap = False
    for name, parameter in inspect.signature(type(value)).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        part = next((getattr(value, n) for n in (name, "_" + name) if hasattr(value, n)), NoSourceError)
        if part is NoSourceError:
            raise NoSourceError(name)
        if parameter.default is not parameter.empty and is_default(part, parameter.default):
            gap = True
            continue
        keyword = parameter.kind is parameter.KEYWORD_ONLY or gap or len(found) >= 3
        found.append((name, part, keyword and parameter.kind is not parameter.POSITIONAL_ONLY))
    return found


def is_default(part: Any, default: Any) -> bool:
    """Whether leaving the argument out gives the same."""
    return part is default or (type(part) is type(default) and same(part, default))
