"""Which tests kill which mutants."""

import json
import sys
from pathlib import Path

import pytest

from runners.explorers.python.mutants import mutants
from runners.languages.python.killing import RESULT, kill, kills
from runners.sandboxes.process import ProcessSandbox
from testwright.model import Candidate, Ending, Environment, Output, Target, Workspace

CODE = """LIMIT = 2

def fits(number):
    if number <= LIMIT:
        return "yes"
    return "no"


def endless(number):
    while number > 0:
        number -= 1
    return number


class Box:
    def grow(self, width):
        return width + 1
"""
TESTS = """import os
import sys
import unittest

import pytest

from fitting import Box, endless, fits


@pytest.mark.parametrize(("number", "expected"), [(2, "yes"), (3, "no")])
def test_fits(number, expected):
    assert fits(number) == expected


def test_fits_far_away():
    assert fits(900) == "no"


def test_endless():
    assert endless(3) == 0


class TestBox(unittest.TestCase):
    def test_grow(self):
        self.assertEqual(Box().grow(1), 2)


def test_nothing_of_ours_is_there(capsys):
    print(fits(1))
    assert capsys.readouterr().out == "yes\\n"
    assert not [name for name in sys.modules if name.startswith("runners")]


def test_that_fails():
    assert fits(1) == "no"


def test_that_ends_the_interpreter_when_something_is_wrong():
    if fits(2) != "yes":
        os._exit(3)
    assert fits(2)
"""
TARGET = Target("python", "fitting.py", "fitting", "1" * 64)


def tried(tmp_path: Path, known: tuple[str, ...] = (), seconds: float = 20) -> tuple[dict[str, frozenset[str]], int]:
    (tmp_path / "source").mkdir(exist_ok=True)
    (tmp_path / "source/fitting.py").write_text(CODE)
    workspace = Workspace("fitting", str(tmp_path / "source"), "0" * 64, "fitting")
    environment = Environment("python", str(Path(sys.prefix).parent), sys.executable, "key", (".",))
    output = ProcessSandbox().run(kill(workspace, environment, TARGET, Candidate("tests/test_fitting.py", TESTS), known, seconds))
    assert output.ending is Ending.EXITED
    found, total = kills(output)
    return dict(found), total


@pytest.mark.slow
def test_each_test_kills_what_its_assertions_notice(tmp_path: Path) -> None:
    found, total = tried(tmp_path)
    alive = found.pop("")

    assert {mutant.id for mutant in mutants(CODE) if mutant.line == 1} <= alive  # it runs on import
    assert not alive & frozenset().union(*found.values())
    assert len(alive.union(*found.values())) == total
    assert total == len(mutants(CODE))
    assert set(found) == {
        "test_fits",
        "test_fits_far_away",
        "test_endless",
        "TestBox.test_grow",
        "test_nothing_of_ours_is_there",
        "test_that_ends_the_interpreter_when_something_is_wrong",
    }
    assert {i for i in found["test_fits"] if "<=" in i} == {"4:8:<=→<", "4:8:<=→>"}
    assert found["test_fits_far_away"] < found["test_fits"]
    assert any("-=→+=" in i for i in found["test_endless"])  # it does not end, and the others are tried all the same
    assert any("+→-" in i for i in found["TestBox.test_grow"])
    assert "4:8:<=→<" in found["test_that_ends_the_interpreter_when_something_is_wrong"]


@pytest.mark.slow
def test_what_is_known_to_be_killed_is_not_tried(tmp_path: Path) -> None:
    known = tuple(mutant.id for mutant in mutants(CODE) if mutant.line < 15)
    found, _ = tried(tmp_path, known)

    assert set(found) == {"TestBox.test_grow", ""}
    assert found[""].isdisjoint(known)


@pytest.mark.slow
def test_what_time_did_not_suffice_for_is_neither_killed_nor_alive(tmp_path: Path) -> None:
    found, total = tried(tmp_path, seconds=0)

    assert (found, total > 0) == ({"": frozenset()}, True)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"no JSON",
        b"[]",
        b'{"mutants": 3}',
        b'{"mutants": 3, "kills": {"test_a": 4}}',
        json.dumps({"mutants": 1, "kills": {"test_a": ["1:1:a", "2:1:b"]}}).encode(),
        json.dumps({"mutants": -1, "kills": {"test_a": ["1:1:a"]}}).encode(),
        json.dumps({"mutants": 1, "kills": {"test_a": ["1:1:a"]}, "alive": ["2:1:b"]}).encode(),
        b'{"mutants": 3, "kills": {}, "alive": 4}',
    ],
)
def test_what_cannot_be_is_not_believed(said: bytes) -> None:
    assert kills(Output(Ending.EXITED, 0, files={RESULT: said})) == ({}, 0)


def test_ids_are_read_for_each_test() -> None:
    said = json.dumps({"mutants": 9, "kills": {"test_a": ["1:1:<→<=", "odd"], "TestB.test_c": ["2:4:a"]}, "alive": ["3:1:b"]}).encode()

    assert kills(Output(Ending.EXITED, 0, files={RESULT: said})) == (
        {"test_a": frozenset({"1:1:<→<="}), "TestB.test_c": frozenset({"2:4:a"}), "": frozenset({"3:1:b"})},
        9,
    )
