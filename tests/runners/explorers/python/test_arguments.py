"""Code that reads `sys.argv`: its tests set it, for the arguments of the test runner are not meant for the code."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from runners.explorers.python.cases import Case
from runners.explorers.python.execute import Executor
from runners.explorers.python.goals import Goals
from runners.explorers.python.guard import Guard
from runners.explorers.python.observe import Observer
from runners.explorers.python.probe import Log
from runners.explorers.python.publish import agreed
from runners.explorers.python.values import Atom, Call, Name
from tests.runners.explorers.python.subject import Unguarded, imported

TEXT = """
import argparse
import sys

def main():
    return "help" if not sys.argv[1:] else "go"

def usage():
    return f"usage: {sys.argv[0]} FILE"

def parsed():
    parser = argparse.ArgumentParser()
    parser.add_argument("--level", type=int, default=3)
    return parser.parse_args().level

def twice(number):
    return number * 2
"""
SETTING = {"name": "", "source": "monkeypatch.setattr('sys.argv', ['prog'])"}


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    yield from imported("program_subject", TEXT, tmp_path, monkeypatch)


def observed(module: ModuleType, program: str, case: Case) -> dict[str, Any]:
    """What an observer says that runs under a name of its own."""
    observer = Observer.__new__(Observer)
    observer.module = module
    observer.base_lines, observer.base_branches = set(), set()
    observer.executor = Executor(module, Goals(TEXT, str(module.__file__)), cast(Guard, Unguarded()), Log(), 5.0)
    observer.executor.program = program
    return observer.once({"id": "1"}, case)


@pytest.mark.parametrize(
    ("unit", "arguments", "steps", "expected"),
    [
        ("main", (), [SETTING], "'help'"),
        ("usage", (), [SETTING], "'usage: prog FILE'"),
        ("parsed", (), [SETTING], "3"),
        ("twice", (2,), [], "4"),
    ],
)
def test_arguments_are_set_where_they_are_looked_at(
    unit: str, arguments: tuple[int, ...], steps: list[dict[str, str]], expected: str, module: ModuleType
) -> None:
    case = Case(unit, "function", Call(Name("program_subject", unit), tuple(map(Atom, arguments))))
    first, second = (observed(module, program, case) for program in ("prog", "another"))

    made = agreed(first, second)

    assert made is not None
    assert made["arrange"] == steps
    assert [check["expected"] for check in made["checks"]] == [expected]
