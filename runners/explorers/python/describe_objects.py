"""What can be seen of an object from outside: public attributes, text and length."""

from __future__ import annotations

import functools
import types
from typing import Any

from runners.explorers.python.describe_source import NoSourceError, Writer, unstable

EMPTY: tuple[Any, ...] = (None, "", b"", [], (), {}, False, 0)
"""Values that tell little."""
NOT_SHOWN = (types.ModuleType, types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial, type)


def attributes(value: Any, writer: Writer, most: int, said: str = "") -> list[tuple[str, Any]]:
    """The most telling public attributes and properties, as they come: literals before objects, truth values and empty ones.

    `said`: the text of the object, when that is asserted; an attribute that only repeats it tells nothing more.
    """
    found = []
    for place, name in enumerate(names(value)):
        try:
            part = getattr(value, name)
        except Exception:  # a property is code under test
            continue
        if isinstance(part, NOT_SHOWN) or callable(part) or (len(said) > 1 and type(part) is str and part == said):
            continue
        found.append((rank(part, writer), place, name, part))
    best = sorted(found, key=lambda entry: entry[:2])[:most]
    return [(name, part) for _, _, name, part in sorted(best, key=lambda entry: entry[1])]


def names(value: Any) -> list[str]:
    """Names of public attributes: of the object, of its slots, and properties of its class."""
    found = [name for name in getattr(value, "__dict__", {}) if isinstance(name, str)]
    for kind in type(value).__mro__[:-1]:
        slots = kind.__dict__.get("__slots__", ())
        found.extend([slots] if isinstance(slots, str) else list(slots))
        found.extend(name for name, member in vars(kind).items() if isinstance(member, (property, functools.cached_property)))
    return [name for name in dict.fromkeys(found) if not name.startswith("_") and name.isidentifier()]


def rank(part: Any, writer: Writer) -> int:
    """How little an attribute tells."""
    if part is True:
        return 2
    if any(part is empty or (type(part) is type(empty) and part == empty) for empty in EMPTY):
        return 3
    try:
        Writer(writer.module, writer.limit).write(part)
    except NoSourceError:
        return 1
    return 0


def shared(items: list[Any], writer: Writer, most: int) -> list[tuple[str, list[Any]]]:
    """The most telling that all items have and that can be written, as (text after the item, values): attributes, keys of dicts."""
    usable = []
    for place, (suffix, values) in enumerate(_common(items)):
        if any(callable(v) for v in values):
            continue
        try:
            Writer(writer.module, writer.limit).write(values)
        except NoSourceError:
            continue
        usable.append((all(any(type(v) is type(e) and v == e for e in EMPTY) for v in values), place, suffix, values))
    best = sorted(usable, key=lambda entry: entry[:2])[:most]
    return [(suffix, values) for _, _, suffix, values in sorted(best, key=lambda entry: entry[1])]


def _common(items: list[Any]) -> list[tuple[str, list[Any]]]:
    if all(type(item) is dict for item in items):
        keys = [key for key in items[0] if type(key) is str and all(key in item for item in items)]
        return [(f"[{key!r}]", [item[key] for item in items]) for key in keys]
    found = []
    for name in names(items[0]):
        try:
            found.append((f".{name}", [getattr(item, name) for item in items]))
        except Exception:  # a property is code under test, or one item lacks it
            continue
    return found


def public_base(kind: type, writer: Writer) -> Any:
    """The class, or the first of its bases, that a test can import by a public name; None when that is only `object`."""
    for base in kind.__mro__[:-1]:
        probe = Writer(writer.module, writer.limit)
        try:
            probe.name(base)
        except NoSourceError:
            continue
        return base
    return None


def changed_text(value: Any) -> bool:
    """Whether its class defines `str()` itself, in Python."""
    return isinstance(getattr(type(value), "__str__", None), types.FunctionType)


def sized(value: Any) -> int | None:
    """Its length, when its class defines one in Python."""
    if not isinstance(getattr(type(value), "__len__", None), types.FunctionType):
        return None
    try:
        return len(value)
    except Exception:  # __len__ is code under test
        return None


def own_repr(value: Any) -> str:
    """What `repr()` says when its class defines it, in Python and by hand; else ''."""
    kind = type(value)
    if not isinstance(getattr(kind, "__repr__", None), types.FunctionType) or hasattr(kind, "__dataclass_fields__"):
        return ""
    try:
        text = repr(value)
    except Exception:  # __repr__ is code under test
        return ""
    return "" if type(text) is not str or unstable(text) or len(text) > 120 else text
