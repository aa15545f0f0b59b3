"""One file, from its search to its report: as the mapped task of a campaign does it, without a server."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from runners.languages import DIALECTS
from runners.languages.base import Style
from runners.sandboxes.base import Sandbox
from runners.sandboxes.process import ProcessSandbox
from tasks.cover import cover, worth_another_try
from tasks.folder import Folder
from tasks.judge import CandidateRejected
from tasks.models import Wish
from tests.tasks.scripted import ScriptedSandbox, broken
from tests.tasks.test_search import said
from testwright.campaign import Engine
from testwright.errors import SandboxUnavailable
from testwright.model import Ending, Environment, FileCoverage, FileReport, Output, State, Target, Workspace

Serve = Callable[..., FileReport]


@pytest.fixture
def before(target: Target) -> FileCoverage:
    return FileCoverage(target.path, target.lines, frozenset(), target.branches)


@pytest.fixture
def serve(tmp_path: Path, workspace: Workspace, environment: Environment, target: Target, before: FileCoverage) -> Serve:
    """Serve the file of `tests/tasks/conftest.py`."""

    def run(
        sandbox: Sandbox, *, deadline: float | None = None, environment: Environment = environment, wish: Wish | None = None
    ) -> FileReport:
        folder = Folder.of(str(tmp_path), "c")
        return cover.fn(target, before, workspace, environment, Style(), sandbox, folder, 0, 5.0, deadline=deadline, wish=wish)

    return run


def nothing_found(ending: str) -> ScriptedSandbox:
    """An explorer that ends with this word and found no call."""
    return ScriptedSandbox(lambda command, number: said(last=ending))


@pytest.mark.slow
def test_a_file_gets_tests_that_pass_and_a_second_try_finds_them_done(serve: Serve, sandbox: ProcessSandbox, target: Target) -> None:
    def fails(*_: object) -> Output:
        raise AssertionError("what is done was done again")

    report = serve(sandbox)

    assert report.state is State.IMPROVED
    assert report.after is not None
    assert report.after.covered_lines >= {7, 8, 9, 10, 11}
    assert report.candidate is not None
    assert serve(ScriptedSandbox(fails)) == report


def test_when_the_campaigns_minutes_are_over_nothing_is_run(serve: Serve, before: FileCoverage) -> None:
    sandbox = nothing_found("no progress")
    report = serve(sandbox, deadline=time.time() - 1)

    assert (report.state, report.reason) == (State.NOT_REACHED, "the campaign's minutes were over")
    assert report.after == before
    assert sandbox.commands == []


def test_where_no_model_can_write_the_language_the_search_serves_whatever_the_engine(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(DIALECTS, "python")
    sandbox = nothing_found("no progress")
    report = serve(sandbox, wish=Wish(Engine.LLM, "own/model"))

    assert sandbox.commands
    assert report.reason.startswith("no call was found")


def test_a_file_that_does_not_end_says_what_a_person_could_look_at(serve: Serve) -> None:
    report = serve(ScriptedSandbox(lambda command, number: said(ending=Ending.TIMEOUT, reason="took longer than 70 s")))

    assert report.state is State.TIMED_OUT
    assert "importing it does not" in report.reason


def test_a_missing_module_comes_with_what_could_not_be_installed(serve: Serve, environment: Environment) -> None:
    lacking = replace(environment, complete=False, notes=("installing requirements.txt failed: no such package",))
    report = serve(nothing_found("import failed: ModuleNotFoundError: No module named 'numpy'"), environment=lacking)

    assert report.state is State.NOT_IMPORTABLE
    assert report.reason == "ModuleNotFoundError: No module named 'numpy' (installing requirements.txt failed: no such package)"


def test_a_missing_module_in_a_whole_environment_comes_with_the_flag_that_installs_it(serve: Serve) -> None:
    report = serve(nothing_found("import failed: ModuleNotFoundError: No module named 'numpy'"))

    assert report.reason.endswith("(is it declared as a dependency? --requirements installs it)")


def test_another_error_at_import_is_left_as_it_is(serve: Serve) -> None:
    assert serve(nothing_found("import failed: RuntimeError: no key")).reason == "RuntimeError: no key"


def test_a_sandbox_that_fails_is_said_and_leaves_no_report_behind(serve: Serve) -> None:
    with pytest.raises(SandboxUnavailable, match="the daemon is gone"):
        serve(ScriptedSandbox(lambda command, number: broken("the daemon is gone")))

    assert serve(nothing_found("no progress")).state is State.UNCHANGED


@pytest.mark.parametrize(
    ("ended", "again"),
    [(CandidateRejected("1 of 2 tests"), True), (SandboxUnavailable("no daemon"), True), (ValueError("a defect"), False), (None, False)],
)
def test_only_what_may_go_better_is_tried_again(ended: object, again: bool) -> None:
    assert worth_another_try(None, None, SimpleNamespace(data=ended)) is again
