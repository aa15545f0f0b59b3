"""A second search begins from what the model found."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from runners.languages.base import Style
from runners.languages.python.statements import statements
from runners.sandboxes.process import ProcessSandbox
from tasks.again import search_again
from tasks.folder import Folder
from tasks.generators.engine import Place
from testwright.model import Candidate, Environment, FileCoverage, FileReport, Reason, State, Target, TestCase, Verdict, Workspace

pytestmark = pytest.mark.slow

CODE = f'''import hashlib


def open_door(word, guests):
    if hashlib.sha256(word.encode()).hexdigest() != "{hashlib.sha256(b"open sesame").hexdigest()}":
        return "closed"
    if guests > 3:
        return "crowded"
    return "open"
'''
TEST = """def test_open_door_is_open_for_the_magic_word():
    assert open_door("open sesame", 0) == "open"
"""
TEXT = f"from doors import open_door\n\n\n{TEST}"


@pytest.fixture
def place(tmp_path: Path, environment: Environment, sandbox: ProcessSandbox) -> Place:
    (tmp_path / "project").mkdir()
    file = tmp_path / "project/doors.py"
    file.write_text(CODE)
    known = statements(file, "doors.py")
    target = Target("python", "doors.py", "doors", "1" * 64, known.lines, known.branches)
    workspace = Workspace("doors", str(file.parent), "0" * 64, "doors")
    return Place(target, workspace, environment, Style(), sandbox, Folder.of(str(tmp_path), "c"))


def report(place: Place, engine: str) -> FileReport:
    """The file after a model's test: all but the line for many guests is covered."""
    left = {line for line, text in enumerate(CODE.split("\n"), 1) if "crowded" in text}
    open_ = {arc for arc in place.target.branches if arc[1] in left}
    covered = FileCoverage("doors.py", place.target.lines, place.target.lines - left, place.target.branches, place.target.branches - open_)
    candidate = Candidate("tests/test_doors.py", TEXT, (TestCase("test_open_door_is_open_for_the_magic_word", TEST),), engine)
    verdict = Verdict("test_open_door_is_open_for_the_magic_word", Reason.KEPT, lines=frozenset({9}), engine=engine)
    return FileReport("doors.py", "python", State.IMPROVED, "", None, covered, (verdict,), candidate)


def test_a_second_search_takes_the_inputs_of_the_models_tests(place: Place) -> None:
    found = search_again(place, report(place, "llm"), 0, 20.0)

    assert found.after is not None
    assert (found.after.missing_lines, found.after.missing_branches) == (frozenset(), frozenset())
    assert found.candidate is not None
    assert TEST.rstrip() in found.candidate.text
    assert "closed" not in found.candidate.text
    assert '"crowded"' in found.candidate.text.replace("'", '"')
    assert [(v.engine, v.kept) for v in found.verdicts] == [("llm", True), ("search", True)]
    assert {v.test for v in found.verdicts} == {test.name for test in found.candidate.tests}


def test_without_a_test_of_the_model_nothing_is_searched_again(place: Place) -> None:
    given = report(place, "search")

    assert search_again(place, given, 0, 20.0) is given


def test_where_nothing_is_open_nothing_is_searched_again(place: Place) -> None:
    given = report(place, "llm")
    assert given.after is not None
    whole = replace(given, after=replace(given.after, covered_lines=given.after.lines, covered_branches=given.after.branches))

    assert search_again(place, whole, 0, 20.0) is whole
