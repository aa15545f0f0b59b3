"""Operands are logged while they are asked for, and code runs without probes otherwise."""

import importlib
import sys
from collections.abc import Iterator
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path
from typing import Any

import pytest

from runners.explorers.python.probe import Log, install

TEXT = '''
class Door:
    def __init__(self, code: str) -> None:
        self.code = code

    def opens(self, word: str) -> bool:
        """Whether a word opens it."""
        def same(other: str) -> bool:
            return other == self.code
        return same(word) if word.startswith("x") else False

    is_open = property(lambda self: self.code == "")


def count(words: list[str]) -> int:
    return sum(1 for word in words if word in ("a", "b"))
'''


@pytest.fixture
def probed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Log]]:
    """A module with probes, and its log."""
    (tmp_path / "probed_door.py").write_text(TEXT)
    monkeypatch.syspath_prepend(str(tmp_path))
    # Libraries that other tests import hook into the loading of files; an explorer's own process has none of them.
    monkeypatch.setattr(sys, "path_hooks", [FileFinder.path_hook((SourceFileLoader, SOURCE_SUFFIXES))])
    finders = list(sys.meta_path)
    log = Log()
    install("probed_door", log)
    try:
        yield importlib.import_module("probed_door"), log
    finally:
        sys.meta_path[:] = finders
        sys.modules.pop("probed_door", None)


def results(module: Any) -> list[Any]:
    door = module.Door("xyz")
    return [door.opens("xyz"), door.opens("no"), door.is_open, module.count(["a", "c", "b"])]


def test_code_runs_without_probes_until_operands_are_asked_for(probed: tuple[Any, Log]) -> None:
    module, log = probed
    log.settle()

    found = results(module)

    assert found == [True, False, False, 2]
    assert log.take() == []
    assert not any(name.startswith("_tw") for name in module.Door.opens.__code__.co_names)


def test_operands_of_methods_closures_and_lambdas_are_logged_when_asked_for(probed: tuple[Any, Log]) -> None:
    module, log = probed
    log.settle()
    log.turn(True)

    found = results(module)

    log.turn(False)
    entries = {(line, kind, a, b) for line, kind, a, b in log.take()}
    assert found == [True, False, False, 2]
    assert {(9, "==", "xyz", "xyz"), (10, "startswith", "no", "x"), (12, "==", "xyz", ""), (16, "in", "c", ("a", "b"))} <= entries


def test_what_runs_after_operands_were_logged_has_no_probes_again(probed: tuple[Any, Log]) -> None:
    module, log = probed
    log.settle()
    log.turn(True)
    log.turn(False)

    results(module)

    assert log.take() == []
    assert not any(name.startswith("_tw") for name in module.count.__code__.co_names)
