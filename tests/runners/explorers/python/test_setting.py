"""Setting the clocks that a case looks at."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

from runners.explorers.python.cases import Case, load_case, run_case
from runners.explorers.python.execute import Executor
from runners.explorers.python.goals import Goals
from runners.explorers.python.guard import Guard
from runners.explorers.python.probe import Log
from runners.explorers.python.setting import Setter
from runners.explorers.python.values import Atom, Call, Name
from tests.runners.explorers.python.subject import Unguarded, imported

TEXT = """
import time
from time import monotonic as now

begun = 0

def waited():
    first = time.perf_counter()
    return time.perf_counter() - first

def stamped(text):
    return f"{text} {now()}"

def polled():
    return [time.time() for _ in range(50)][-1]

def kept(text):
    return text
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    yield from imported("timed_subject", TEXT, tmp_path, monkeypatch)


@pytest.fixture
def executor(module: ModuleType) -> Executor:
    return Executor(module, Goals(TEXT, str(module.__file__)), cast(Guard, Unguarded()), Log())


def calling(name: str, *arguments: object) -> Case:
    return Case(name, "function", Call(Name("timed_subject", name), tuple(Atom(a) for a in arguments)))


def test_a_clock_that_is_looked_at_twice_says_two_things(module: ModuleType, executor: Executor) -> None:
    case = Setter(module).set(calling("waited"), executor)

    assert case is not None
    assert case.text() == "monkeypatch.setattr('time.perf_counter', iter([10.0, 12.5]).__next__)\nwaited()"
    assert run_case(case, module).value == 2.5


def test_an_imported_clock_is_set_where_it_is_looked_up(module: ModuleType, executor: Executor) -> None:
    case = Setter(module).set(calling("stamped", "a"), executor)

    assert case is not None
    assert case.text() == "monkeypatch.setattr('timed_subject.now', lambda: 10.0)\nstamped('a')"
    assert run_case(case, module).value == "a 10.0"


def test_after_the_run_the_clocks_are_real_again(module: ModuleType, executor: Executor) -> None:
    real = time.perf_counter, module.now
    for name in ("waited", "stamped"):
        case = Setter(module).set(calling(name, *["a"] * (name == "stamped")), executor)
        assert case is not None
        run_case(case, module)

    assert (time.perf_counter, module.now) == real


def test_a_set_clock_survives_being_stored(module: ModuleType, executor: Executor) -> None:
    case = Setter(module).set(calling("waited"), executor)

    assert case is not None
    assert load_case(case.dump()).text() == case.text()


@pytest.mark.parametrize("case", [calling("kept", "a"), calling("polled")])
def test_no_clock_is_set_for_a_case_that_looks_at_none_or_again_and_again(case: Case, module: ModuleType, executor: Executor) -> None:
    assert Setter(module).set(case, executor) is None
