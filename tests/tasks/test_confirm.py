"""Confirming: what does not pass every time goes, and beside the project's own tests nobody is blamed for what is not theirs."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from runners.languages.base import Style
from runners.sandboxes.process import ProcessSandbox
from tasks.confirm import ORDERS, confirm, confirm_together, steady
from tests.tasks.conftest import exploration
from tests.tasks.scripted import ScriptedSandbox, broken, ran
from testwright.errors import SandboxUnavailable
from testwright.model import (
    Argument,
    Baseline,
    Candidate,
    Case,
    Check,
    Command,
    Ending,
    Environment,
    FileCoverage,
    FileReport,
    How,
    Observation,
    Output,
    Reason,
    State,
    Status,
    Target,
    TestCase,
    Verdict,
    Workspace,
)

OWN = "tests/test_own.py"
PASSED = Baseline("passed", cases=(Case("test_own", Status.PASSED, OWN),))
Together = Callable[..., tuple[FileReport, ...]]


def kept(name: str) -> FileReport:
    """A file with one kept test."""
    candidate = Candidate(f"tests/test_{name}.py", "", (TestCase(f"test_{name}", ""),))
    return FileReport(f"{name}.py", "python", State.IMPROVED, verdicts=(Verdict(f"test_{name}", Reason.KEPT),), candidate=candidate)


def added(command: Command) -> set[str]:
    """Which of the kept files a suite was run with."""
    return {path.removeprefix("tree/tests/test_").removesuffix(".py") for path in command.files if path.startswith("tree/tests/test_")}


def suite(command: Command, own: str = "", **bad: str) -> Output:
    """The project's own test and the added ones, with the messages of those that fail."""
    return ran({f"{OWN}::test_own": own, **{f"tests/test_{name}.py::test_{name}": bad.get(name, "") for name in sorted(added(command))}})


@pytest.fixture
def together(workspace: Workspace, environment: Environment) -> Together:
    def run(sandbox: ScriptedSandbox, *names: str, baseline: Baseline = PASSED) -> tuple[FileReport, ...]:
        return confirm_together.fn([kept(name) for name in names], baseline, workspace, environment, sandbox)

    return run


def states(reports: tuple[FileReport, ...]) -> dict[str, State]:
    return {report.path.removesuffix(".py"): report.state for report in reports}


def test_files_that_pass_beside_all_others_stay_as_they_are(together: Together) -> None:
    sandbox = ScriptedSandbox(lambda command, number: suite(command))

    assert together(sandbox, "a", "b") == (kept("a"), kept("b"))
    assert [added(command) for command in sandbox.commands] == [{"a", "b"}]


def test_a_file_that_fails_beside_the_others_is_taken_out_and_the_rest_asked_again(together: Together) -> None:
    sandbox = ScriptedSandbox(lambda command, number: suite(command, b="name clash"))
    a, b = together(sandbox, "a", "b")

    assert a == kept("a")
    assert (b.state, b.reason, b.candidate) == (State.UNCHANGED, "breaks the suite: name clash", None)
    assert [(v.reason, v.detail) for v in b.verdicts] == [(Reason.BREAKS_SUITE, "name clash")]
    assert [added(command) for command in sandbox.commands] == [{"a", "b"}, {"a"}]


def test_of_a_file_only_the_tests_go_that_fail_beside_the_others(target: Target, workspace: Workspace, environment: Environment) -> None:
    def script(command: Command, number: int) -> Output:
        there = b"def test_shaky" in b"".join(command.files.values())
        shaky = {"tests/test_numbers_.py::test_shaky": "another order"} if there else {}
        return ran({f"{OWN}::test_own": "", "tests/test_numbers_.py::test_steady": "", **shaky}, {"numbers_.py": ({7, 8}, {9, 10, 11, 15})})

    report = judged(STEADY + SHAKY, ("test_steady", "-1"), ("test_shaky", "0"))
    (found,) = confirm_together.fn(
        [report], PASSED, workspace, environment, ScriptedSandbox(script), targets={target.path: target}, style=Style()
    )

    assert found.state is State.IMPROVED
    assert found.candidate is not None
    assert [test.name for test in found.candidate.tests] == ["test_steady"]
    assert "test_shaky" not in found.candidate.text
    assert {v.test: (v.reason, v.detail) for v in found.verdicts} == {
        "test_steady": (Reason.KEPT, ""),
        "test_shaky": (Reason.BREAKS_SUITE, "another order"),
    }
    assert found.after is not None
    assert found.after.covered_lines == {7, 8}


def test_the_file_that_breaks_a_test_of_the_project_is_found_among_many(together: Together) -> None:
    sandbox = ScriptedSandbox(lambda command, number: suite(command, own="patched" if "c" in added(command) else ""))

    assert states(together(sandbox, "a", "b", "c", "d", "e")) == {
        name: State.UNCHANGED if name == "c" else State.IMPROVED for name in "abcde"
    }


def test_a_suite_that_says_nothing_beside_a_file_takes_that_file_out(together: Together) -> None:
    def script(command: Command, number: int) -> Output:
        return Output(Ending.TIMEOUT, None, reason="took longer than 120 s") if "b" in added(command) else suite(command)

    a, b = together(ScriptedSandbox(script), "a", "b")

    assert (a.state, b.state, b.reason) == (State.IMPROVED, State.UNCHANGED, "breaks the suite: took longer than 120 s")


def test_files_that_break_a_test_of_the_project_only_together_all_go(together: Together) -> None:
    sandbox = ScriptedSandbox(lambda command, number: suite(command, own="patched twice" if added(command) >= {"a", "b"} else ""))

    assert states(together(sandbox, "a", "b")) == {"a": State.UNCHANGED, "b": State.UNCHANGED}


def test_a_test_of_the_project_that_fails_once_in_a_while_takes_nothing_out(together: Together) -> None:
    sandbox = ScriptedSandbox(lambda command, number: suite(command, own="race" if number == 1 else ""))

    assert states(together(sandbox, "a", "b", "c")) == dict.fromkeys("abc", State.IMPROVED)


def test_a_test_of_the_project_that_fails_now_without_the_files_too_takes_nothing_out(together: Together) -> None:
    """The baseline was measured minutes ago: a port, a date or a full disk may have changed since."""
    sandbox = ScriptedSandbox(lambda command, number: suite(command, own="port 80 is taken"))

    assert states(together(sandbox, "a", "b")) == dict.fromkeys("ab", State.IMPROVED)


def test_a_flaky_test_of_the_project_hides_no_file_that_breaks_another_one(together: Together) -> None:
    def script(command: Command, number: int) -> Output:
        broken = "patched" if "b" in added(command) else ""
        return ran({f"{OWN}::test_own": broken, f"{OWN}::test_flaky": "race" if number % 2 else ""})

    assert states(together(ScriptedSandbox(script), "a", "b")) == {"a": State.IMPROVED, "b": State.UNCHANGED}


def test_a_race_in_a_test_of_the_project_that_looks_like_our_fault_twice_takes_nothing_out(together: Together) -> None:
    """It failed with our files, failed again, passed without them: three tosses of a coin, not a proof."""
    tosses = iter(["race", "race", "", "", ""])
    sandbox = ScriptedSandbox(lambda command, number: suite(command, own=next(tosses, "")))

    assert states(together(sandbox, "a")) == {"a": State.IMPROVED}


def test_a_test_of_the_project_that_failed_before_takes_nothing_out(together: Together) -> None:
    failed = Baseline("failed", cases=(Case("test_own", Status.FAILED, OWN),))
    sandbox = ScriptedSandbox(lambda command, number: suite(command, own="as ever"))

    assert together(sandbox, "a", baseline=failed) == (kept("a"),)
    assert len(sandbox.commands) == 1


def test_a_suite_that_does_not_end_is_not_run_again(together: Together) -> None:
    sandbox = ScriptedSandbox(lambda command, number: suite(command))

    assert together(sandbox, "a", baseline=Baseline("timeout")) == (kept("a"),)
    assert sandbox.commands == []


def test_without_kept_files_nothing_is_run(workspace: Workspace, environment: Environment) -> None:
    sandbox = ScriptedSandbox(lambda command, number: suite(command))
    bare = replace(kept("a"), candidate=None)

    assert confirm_together.fn([bare], PASSED, workspace, environment, sandbox) == (bare,)
    assert sandbox.commands == []


def test_a_sandbox_that_fails_blames_nobody(together: Together) -> None:
    with pytest.raises(SandboxUnavailable, match="the disk is full"):
        together(ScriptedSandbox(lambda command, number: broken("the disk is full")), "a")


# ---- one file, really run --------------------------------------------------------------------------------------------


def seen(number: str, result: str, lines: set[int]) -> Observation:
    """`sign(number) == result`."""
    check = Check("result", How.EQUALS, result)
    return Observation(
        number, "sign", "function", f"sign({number})", "sign", (Argument("number", number),),
        imports=(("numbers_", "sign"),), checks=(check,), result_type="int", lines=frozenset(lines), size=len(number),
    )  # fmt: skip


def judged(text: str, *tests: tuple[str, str], engine: str = "search") -> FileReport:
    """A report whose candidate has these tests: name and id of the observation."""
    cases = tuple(TestCase(name, "", (observation,)) for name, observation in tests)
    verdicts = tuple(Verdict(name, Reason.KEPT, engine=engine) for name, _ in tests)
    before = FileCoverage("numbers_.py", frozenset({7, 8, 9, 10, 11, 15}))
    candidate = Candidate("tests/test_numbers_.py", text, cases, engine)
    return FileReport("numbers_.py", "python", State.IMPROVED, "", before, before, verdicts, candidate)


STEADY = "from numbers_ import sign\n\n\ndef test_steady():\n    assert sign(-1) == -1\n"
SHAKY = "\n\ndef test_shaky(monkeypatch):\n    import os\n    assert os.getpid() < 0\n"


@pytest.mark.slow
def test_what_passes_in_every_order_is_left_alone(
    target: Target, workspace: Workspace, environment: Environment, sandbox: ProcessSandbox
) -> None:
    report = judged(STEADY, ("test_steady", "-1"))

    assert confirm(report, exploration(target, seen("-1", "-1", {7, 8})), workspace, environment, Style(), sandbox) == report


@pytest.mark.slow
def test_what_fails_in_one_order_is_named_and_the_file_written_without_it(
    target: Target, workspace: Workspace, environment: Environment, sandbox: ProcessSandbox
) -> None:
    report = judged(STEADY + SHAKY, ("test_steady", "-1"), ("test_shaky", "0"))
    found = exploration(target, seen("-1", "-1", {7, 8}), seen("0", "0", {7, 9, 10}))
    confirmed = confirm(report, found, workspace, environment, Style(), sandbox)

    assert confirmed.candidate is not None
    assert [test.observations for test in confirmed.candidate.tests] == [("-1",)]
    assert {v.test: v.reason for v in confirmed.verdicts} == {"test_steady": Reason.KEPT, "test_shaky": Reason.FLAKY}
    assert confirmed.after is not None
    assert confirmed.after.covered_lines >= {7, 8}
    assert 10 not in confirmed.after.covered_lines


def test_a_models_test_that_fails_in_one_order_is_left_out_of_its_text(
    target: Target, workspace: Workspace, environment: Environment
) -> None:
    def script(command: Command, number: int) -> Output:
        there = b"def test_shaky" in b"".join(command.files.values())
        shaky = {"tests/test_numbers_.py::test_shaky": "now and then" if number == len(ORDERS) else ""} if there else {}
        return ran({"tests/test_numbers_.py::test_steady": "", **shaky}, {"numbers_.py": ({7, 8}, {9, 10, 11, 15})})

    report = judged(STEADY + SHAKY, ("test_steady", ""), ("test_shaky", ""), engine="llm")
    confirmed = confirm(report, exploration(target), workspace, environment, Style(), ScriptedSandbox(script))

    assert confirmed.candidate is not None
    assert [test.name for test in confirmed.candidate.tests] == ["test_steady"]
    assert "test_shaky" not in confirmed.candidate.text
    assert {v.test: (v.reason, v.engine) for v in confirmed.verdicts}["test_shaky"] == (Reason.FLAKY, "llm")


def test_a_file_of_which_nothing_passes_every_time_is_unchanged(target: Target, workspace: Workspace, environment: Environment) -> None:
    sandbox = ScriptedSandbox(lambda command, number: ran({"tests/test_numbers_.py::test_steady": "race"}, {"numbers_.py": ({7}, {8})}))
    report = judged(STEADY, ("test_steady", "-1"))
    confirmed = confirm(report, exploration(target, seen("-1", "-1", {7, 8})), workspace, environment, Style(), sandbox)

    assert (confirmed.state, confirmed.reason, confirmed.candidate) == (State.UNCHANGED, "no test passes every time", None)
    assert confirmed.after == report.before


TABLE = TestCase("test_join", "", ("first", "second", "third"))
ROWS = tuple(Case("test_join", Status.PASSED, parameters=row) for row in ("a-1", "b-2", "c-3"))


def test_only_the_rows_of_a_table_that_failed_once_go() -> None:
    failed = (Case("test_join", Status.FAILED, parameters="b-2"),)

    assert steady(TABLE, failed, ROWS) == ("first", "third")


def test_a_test_that_always_passed_stays_whole() -> None:
    assert steady(TABLE, (), ROWS) == TABLE.observations


def test_a_test_that_failed_goes_whole_when_its_rows_cannot_be_told_apart() -> None:
    failed = (Case("test_join", Status.FAILED, parameters="a-1"),)

    assert steady(TABLE, failed, ROWS[:2]) == ()
    assert steady(TABLE, failed, (ROWS[0], ROWS[0], ROWS[2])) == ()
