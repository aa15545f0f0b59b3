"""Import what only the built package has (compiled modules, generated files) when the source tree that comes first lacks it.

Installed into the environment and switched on by a .pth file. Python looks for `pkg._version` only in the folder that `pkg` was found in;
this finder comes last and looks for it where the built package was installed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

HERE = os.path.dirname(os.path.abspath(__file__))


class BuiltModules:
    """A finder for modules inside packages that were found elsewhere."""

    def __init__(self, folders: Sequence[str]) -> None:
        self.folders = tuple(folders)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Look for `a.b.c` as `c` in FOLDER/a/b."""
        package, _, _ = name.rpartition(".")
        if path is None:
            return PathFinder.find_spec(name, self.folders[1:], target) if len(self.folders) > 1 else None
        places = [os.path.join(folder, *package.split(".")) for folder in self.folders]
        return PathFinder.find_spec(name, [place for place in places if place not in path and os.path.isdir(place)], target)


def install() -> None:
    """Put the finder behind all others: site-packages first, then files that set-up commands made."""
    made = os.path.join(HERE, "testwright_made")
    sys.meta_path.append(BuiltModules((HERE, made) if os.path.isdir(made) else (HERE,)))
