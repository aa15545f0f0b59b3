"""Module state that a run may leave behind, put back after each one: a mutant must not poison the next."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from runners.explorers.python.contents import contents

CONTAINERS = (list, dict, set)


class Globals:
    """Variables of a module and its classes, the containers in them, and caches of functions in the package."""

    def __init__(self, module: ModuleType, alone: bool = False) -> None:
        self.module = module
        self.variables = dict(vars(module))
        self.containers = [
            (value, copy.copy(value)) for value in self.variables.values() if type(value) in CONTAINERS and value is not vars(module)
        ]
        self.classes = [value for _, value in contents(module) if isinstance(value, type) and value.__module__ == module.__name__]
        self.members = [(kind, dict(vars(kind))) for kind in self.classes]
        for _, members in self.members:
            self.containers += [(value, copy.copy(value)) for value in members.values() if type(value) in CONTAINERS]
        self.caches = list(_caches(module, alone))

    def restore(self) -> None:
        """Put everything back."""
        for clear in self.caches:
            clear()
        for live, kept in self.containers:
            if not _same(live, kept):
                _refill(live, kept)
        space = vars(self.module)
        if not _same(space, self.variables):
            for name in [name for name in space if name not in self.variables]:
                del space[name]
            space.update(self.variables)
        for kind, kept in self.members:
            if not _same(dict(vars(kind)), kept):
                _put_back(kind, kept)


def _same(live: Any, kept: Any) -> bool:
    """Equal, mostly by identity of the parts."""
    try:
        return bool(live == kept)
    except Exception:
        return False


def _refill(live: Any, kept: Any) -> None:
    if isinstance(live, list):
        live[:] = kept
    else:
        live.clear()
        live.update(kept)


def _put_back(kind: type, kept: dict[str, Any]) -> None:
    for name, value in list(vars(kind).items()):
        try:
            if name not in kept:
                delattr(kind, name)
            elif value is not kept[name]:
                setattr(kind, name, kept[name])
        except (AttributeError, TypeError):
            continue
    for name, value in kept.items():
        if name not in vars(kind):
            setattr(kind, name, value)


def _caches(module: ModuleType, alone: bool) -> Iterator[Callable[[], None]]:
    """Functions that empty caches: of the module, and of its package unless `alone`."""
    package = module.__name__.split(".")[0]
    modules = (
        [] if alone else [loaded for name, loaded in list(sys.modules.items()) if name.split(".")[0] == package and loaded is not module]
    )
    for loaded in [module, *modules]:
        for holder in [loaded, *(v for _, v in contents(loaded) if isinstance(v, type))]:
            for value in list(vars(holder).values()):
                clear = getattr(getattr(value, "__func__", value), "cache_clear", None)
                if callable(clear) and hasattr(value, "cache_info"):
                    yield clear
