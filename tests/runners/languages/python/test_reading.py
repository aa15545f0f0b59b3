"""Reports, exit codes and expected tests have to agree."""

import json
from pathlib import Path

import pytest

from runners.languages.python.reading import result
from runners.languages.python.reading import target as target_of
from runners.languages.python.reading import test_names as names_of
from tests.runners.languages.examples import environment, workspace
from testwright.model import Baseline, Candidate, Case, Ending, FileCoverage, Output, RunResult, Status, TestCase

CANDIDATE = Candidate("t.py", "", (TestCase("test_a", ""),))
PASSED = '<testcase file="t.py" classname="t" name="test_a"/>'
FAILED = '<testcase file="t.py" classname="t" name="test_a"><failure message="m">m</failure></testcase>'
SAW = b'{"test": "t.py::test_a", "when": "call", "outcome": "passed"}\n'


def said(code: int, report: str, account: bytes = SAW, tests: dict[str, object] | None = None) -> RunResult:
    files = {
        "results/junit.xml": f"<testsuites><testsuite>{report}</testsuite></testsuites>".encode(),
        "results/account.jsonl": account,
        "results/coverage.json": json.dumps({"files": {}, "tests": tests or {}}).encode(),
    }
    return result(workspace(Path("/nowhere"), {}), Output(Ending.EXITED, code, files=files), [CANDIDATE])


def test_what_agrees_passes() -> None:
    assert said(0, PASSED).passed


@pytest.mark.parametrize(
    ("code", "report", "account", "problem"),
    [
        (1, PASSED, SAW, "exit code 1 contradicts a report without failures"),
        (0, FAILED, SAW, "exit code 0 contradicts a report with 1 failures"),
        (0, "", SAW, "no test was found"),
        (5, "", SAW, "no test was found"),
        (2, PASSED, SAW, "pytest ended with exit code 2: "),
        (124, PASSED, SAW, "the tests did not end in time"),
        (0, PASSED, b"", "t.py: test_a passed in the report and did not while it ran"),
        (0, PASSED.replace("test_a", "test_b"), SAW.replace(b"test_a", b"test_b"), "t.py: test_a was expected and is not in the report"),
    ],
)
def test_what_does_not_agree_is_a_problem(code: int, report: str, account: bytes, problem: str) -> None:
    found = said(code, report, account)
    assert not found.passed
    assert found.problem == problem


def test_a_damaged_report_is_a_problem() -> None:
    assert said(0, "<a").problem.startswith("JUnit report is not well-formed XML")


def test_a_name_in_two_files_is_told_apart_by_its_file() -> None:
    share = {"a.py": {"lines": [1]}}
    found = said(0, PASSED, tests={"t.py::test_a": share, "u.py::test_a": share, "u.py::test_b": share, "": share})
    assert sorted(found.gains) == ["", "t.py::test_a", "test_b", "u.py::test_a"]


def test_a_method_has_the_name_that_its_candidate_gives_it() -> None:
    report = '<testcase file="t.py" classname="t.TestX" name="test_a[1]"/>'
    found = said(0, report, b'{"test": "t.py::TestX::test_a[1]", "when": "call", "outcome": "passed"}\n')
    assert found.passed
    assert found.cases == (Case("test_a", Status.PASSED, "t.py", "1"),)


def test_the_tests_of_a_file() -> None:
    methods = "class TestC:\n    def test_d(self): pass\n    def e(self): pass\n"
    assert names_of("def test_a(): pass\nasync def test_b(): pass\ndef helper(): pass\n" + methods) == {"test_a", "test_b", "TestC.test_d"}
    assert names_of("def (") == frozenset()


def test_a_target_is_what_the_baseline_leaves(tmp_path: Path) -> None:
    place = workspace(tmp_path, {"src/p/__init__.py": "", "src/p/a.py": "x = 1\n"})
    covered = FileCoverage("src/p/a.py", frozenset({1, 2}), frozenset({1}), frozenset({(1, 2), (1, 3)}), frozenset({(1, 2)}))
    target = target_of(place, environment("python", "/v/bin/python"), "src/p/a.py", Baseline("passed", coverage=(covered,)))
    assert (target.module, target.lines, target.branches) == ("p.a", {2}, {(1, 3)})
