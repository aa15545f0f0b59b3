"""Looking at what code under test defines, which may answer with any error."""

from __future__ import annotations

import sys
import typing
from types import CodeType, ModuleType
from typing import Any


def modules_of(package: str) -> list[tuple[str, ModuleType]]:
    """The loaded modules of a package, by name."""
    return [
        (name, module) for name, module in sorted(sys.modules.items()) if name.split(".")[0] == package and isinstance(module, ModuleType)
    ]


def in_library(name: str) -> bool:
    """Whether a module is one of the standard library; unknown, so False, before Python 3.10."""
    return name.split(".")[0] in getattr(sys, "stdlib_module_names", ())


def contents(module: ModuleType) -> list[tuple[str, Any]]:
    """Names and values of a module, without those that stand for another value: asking for it may fail (werkzeug's `LocalProxy`)."""
    return [(name, value) for name, value in list(vars(module).items()) if _itself(value)]


def _itself(value: Any) -> bool:
    try:
        return value.__class__ is type(value) and getattr(value, "__testwright__", None) is None
    except BaseException:  # a proxy without a target
        return False


def descends(cls: type, base: type) -> bool:
    """Whether a class is a subclass of another; of a class that does not answer (`TypedDict`) nothing else is."""
    try:
        return issubclass(cls, base)
    except Exception:
        return cls is base


def typed_dict(hint: Any) -> bool:
    """Whether a hint is a `TypedDict`, which refuses to be asked about instances."""
    return typing.is_typeddict(hint) if sys.version_info >= (3, 10) else hasattr(hint, "__total__")


def code_of(value: Any) -> CodeType | None:
    """The code of a function, without what a value answers that makes its attributes up."""
    try:
        found = value.__code__
    except BaseException:
        return None
    return found if isinstance(found, CodeType) else None
