"""Running a candidate: whatever brings a whole run down is told apart test by test."""

import pytest

from runners.sandboxes.process import ProcessSandbox
from tasks.execute import execute
from testwright.errors import SandboxUnavailable
from testwright.model import Candidate, Command, Ending, Environment, Output, Status, Target, TestCase, Workspace

HEAD = "import os\n\nfrom numbers_ import sign\n\n\n"
GOOD = "def test_good():\n    assert sign(-1) == -1\n"


def candidate(*tests: str, head: str = HEAD) -> Candidate:
    cases = tuple(TestCase(text.split("(")[0].removeprefix("def "), text) for text in tests)
    return Candidate("tests/test_numbers_.py", head + "\n\n".join(tests), cases)


def statuses(
    attempt_of: Candidate, target: Target, workspace: Workspace, environment: Environment, sandbox: ProcessSandbox
) -> dict[str, Status]:
    return {case.name: case.status for case in execute(attempt_of, target, workspace, environment, sandbox).result.cases}


def test_each_test_of_a_candidate_has_its_status(
    target: Target, workspace: Workspace, environment: Environment, sandbox: ProcessSandbox
) -> None:
    written = candidate(GOOD, "def test_bad():\n    assert sign(2) == -1\n")

    assert statuses(written, target, workspace, environment, sandbox) == {"test_good": Status.PASSED, "test_bad": Status.FAILED}


def test_a_test_that_kills_the_interpreter_costs_only_itself(
    target: Target, workspace: Workspace, environment: Environment, sandbox: ProcessSandbox
) -> None:
    leaving = [f"def test_{name}():\n    os._exit(0)\n" for name in ("first", "third")]
    written = candidate(leaving[0], GOOD, leaving[1], "def test_zero():\n    assert sign(0) == 0\n")
    attempt = execute(written, target, workspace, environment, sandbox)
    found = {case.name: case for case in attempt.result.cases}

    assert not attempt.result.problem
    assert {name: case.status for name, case in found.items()} == {
        "test_first": Status.ERROR,
        "test_good": Status.PASSED,
        "test_third": Status.ERROR,
        "test_zero": Status.PASSED,
    }
    assert found["test_first"].message == found["test_third"].message == "the interpreter ended in this test"
    assert attempt.result.gains["test_good"]["numbers_.py"] == {7, 8}
    assert {(7, 8), (9, 10)} <= attempt.result.coverage[0].covered_branches


def test_a_file_that_cannot_be_collected_says_why(
    target: Target, workspace: Workspace, environment: Environment, sandbox: ProcessSandbox
) -> None:
    written = candidate(GOOD, head="from numbers_ import no_such_name\n\n\n")
    (case,) = execute(written, target, workspace, environment, sandbox).result.cases

    assert (case.name, case.status, case.file) == ("", Status.ERROR, written.path)
    assert "no_such_name" in case.message


def test_a_broken_sandbox_is_no_failing_test(target: Target, workspace: Workspace, environment: Environment) -> None:
    class Broken(ProcessSandbox):
        def run(self, command: Command) -> Output:
            return Output(Ending.INFRASTRUCTURE, None, reason="the disk is full")

    with pytest.raises(SandboxUnavailable, match="the disk is full"):
        execute(candidate(GOOD), target, workspace, environment, Broken())
