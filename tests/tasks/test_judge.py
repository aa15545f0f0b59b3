"""Judging test by test, with real runs of real tests."""

from dataclasses import replace
from pathlib import Path

import pytest

from runners.languages.base import Style
from runners.sandboxes.process import ProcessSandbox
from tasks.folder import Folder
from tasks.judge import CandidateRejected, judge
from tests.tasks.conftest import exploration
from testwright.model import Argument, Check, Environment, FileCoverage, FileReport, How, Observation, Reason, State, Target, Workspace


def seen(number: str, result: str, lines: set[int], branches: set[tuple[int, int]], mutants: tuple[str, ...] = ()) -> Observation:
    """`sign(number) == result`, said to reach these."""
    return Observation(
        f"sign({number})=={result}",
        "sign",
        "function",
        f"sign({number})",
        "sign",
        (Argument("number", number),),
        imports=(("numbers_", "sign"),),
        checks=(Check("result", How.EQUALS, result),),
        result_type="int",
        lines=frozenset(lines),
        branches=frozenset(branches),
        mutants=frozenset(mutants),
        size=len(number),
    )


MINUS = seen("-1", "-1", {7, 8}, {(7, 8)})
ZERO = seen("0", "0", {7, 9, 10}, {(7, 9), (9, 10)})
ONE = seen("1", "1", {7, 9, 11}, {(7, 9), (9, 11)})
WRONG = seen("2", "7", {7, 9, 11}, {(7, 9), (9, 11)}, ("11:1",))


@pytest.fixture
def judged(tmp_path: Path, workspace: Workspace, environment: Environment, sandbox: ProcessSandbox, target: Target):  # type: ignore[no-untyped-def]
    """Judge observations as the task would: tried again with the history until nothing is rejected."""
    folder = Folder.of(str(tmp_path), "c")

    def run(*observations: Observation, ending: str = "no progress", tries: int = 6) -> FileReport:
        for attempt in range(1, tries + 1):
            try:
                before = FileCoverage(target.path, target.lines, frozenset(), target.branches)
                found = exploration(target, *observations, ending=ending)
                return judge(found, before, workspace, environment, Style(), sandbox, folder, last=attempt == tries)
            except CandidateRejected:
                continue
        raise AssertionError("judging never ended")

    return run


def test_tests_that_pass_and_add_something_are_kept(judged) -> None:  # type: ignore[no-untyped-def]
    report = judged(MINUS, ZERO, ONE)

    assert report.state is State.IMPROVED
    assert report.after.covered_lines >= {7, 8, 9, 10, 11}
    assert all(v.kept for v in report.verdicts)
    assert frozenset().union(*(v.branches for v in report.verdicts)) == {(7, 8), (7, 9), (9, 10), (9, 11)}


def test_a_wrong_row_of_a_table_costs_only_itself(judged) -> None:  # type: ignore[no-untyped-def]
    report = judged(MINUS, ZERO, WRONG, ONE)

    assert report.state is State.IMPROVED
    assert "7" not in report.candidate.text
    assert {o for t in report.candidate.tests for o in t.observations} == {MINUS.id, ZERO.id, ONE.id}


def test_what_is_rejected_is_named_with_its_reason(judged) -> None:  # type: ignore[no-untyped-def]
    report = judged(WRONG)

    assert report.state is State.UNCHANGED
    assert [v.reason for v in report.verdicts] == [Reason.FAILS]
    assert "7" in report.verdicts[0].detail


def test_nothing_is_kept_of_an_exploration_without_observations(judged) -> None:  # type: ignore[no-untyped-def]
    assert judged().state is State.UNCHANGED


@pytest.mark.parametrize(
    ("ending", "state"),
    [
        ("import failed: ImportError: no module named x", State.NOT_IMPORTABLE),
        ("timeout", State.TIMED_OUT),
        ("crashed: signal 11", State.CRASHED),
    ],
)
def test_the_explorers_last_word_names_the_state(judged, ending: str, state: State) -> None:  # type: ignore[no-untyped-def]
    report = judged(ending=ending)

    assert report.state is state
    assert report.reason


def test_a_claim_that_the_run_does_not_confirm_counts_as_no_gain(judged) -> None:  # type: ignore[no-untyped-def]
    liar = seen("5", "1", {15}, set())

    report = judged(liar)

    assert report.state is State.UNCHANGED
    assert [v.reason for v in report.verdicts] == [Reason.NO_GAIN]


def test_what_selection_proposes_is_what_judging_keeps(judged) -> None:  # type: ignore[no-untyped-def]
    again = seen("-2", "-1", {7, 8}, {(7, 8)})
    killer = seen("-3", "-1", {7, 8}, {(7, 8)}, ("8:1",))

    report = judged(MINUS, again, killer)

    assert [v.reason for v in report.verdicts] == [Reason.KEPT]
    assert {o for t in report.candidate.tests for o in t.observations} == {killer.id}


def test_a_file_that_cannot_be_collected_says_why_for_each_of_its_tests(judged) -> None:  # type: ignore[no-untyped-def]
    gone = {"unit": "no_such_name", "call": "no_such_name(1)", "callee": "no_such_name", "imports": (("numbers_", "no_such_name"),)}
    report = judged(replace(ONE, **gone))

    assert report.state is State.UNCHANGED
    assert [v.reason for v in report.verdicts] == [Reason.DOES_NOT_COLLECT]
    assert "no_such_name" in report.verdicts[0].detail
