"""A module of our own to explore in this process, without a guard."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


class Unguarded:
    """Guards nothing: the subject here is ours."""

    on = False
    refused = ""


def imported(name: str, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module of this name and text, imported until the test has ended."""
    (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(folder)
    yield importlib.import_module(name)
    del sys.modules[name]
