"""Searching one file: what was found is kept on disk, and a sandbox that fails says nothing about the file."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from runners.sandboxes.process import ProcessSandbox
from tasks.folder import Folder
from tasks.search import search
from tests.tasks.scripted import ScriptedSandbox, broken
from testwright.errors import SandboxUnavailable
from testwright.model import Check, Command, Ending, Environment, How, Observation, Output, Target, Workspace

MINUS = Observation("1", "sign", "function", "sign(-1)", checks=(Check("result", How.EQUALS, "-1"),), lines=frozenset({7, 8}))


def said(*observations: Observation, ending: Ending = Ending.EXITED, reason: str = "", last: str = "") -> Output:
    """What an explorer streamed before it ended."""
    entries = [{"type": "observation", **asdict(o)} for o in observations] + ([{"type": "end", "ending": last}] if last else [])
    lines = b"".join(json.dumps(entry, default=list).encode() + b"\n" for entry in entries)
    return Output(ending, 0 if ending is Ending.EXITED else None, files={"observations.jsonl": lines}, reason=reason)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder.of(str(tmp_path), "c")


def test_what_was_found_is_not_searched_for_again(workspace: Workspace, environment: Environment, target: Target, folder: Folder) -> None:
    sandbox = ScriptedSandbox(lambda command, number: said(MINUS, last="all reached"))
    first = search(target, workspace, environment, sandbox, folder, 0, 1.0)
    second = search(target, workspace, environment, sandbox, folder, 0, 1.0)

    assert first.observations == (MINUS,)
    assert first.ending == "all reached"
    assert second == first
    assert len(sandbox.commands) == 1


def test_a_file_that_has_changed_is_searched_again(workspace: Workspace, environment: Environment, target: Target, folder: Folder) -> None:
    sandbox = ScriptedSandbox(lambda command, number: said(MINUS, last="all reached"))
    for digest in ("1" * 64, "2" * 64):
        search(replace(target, digest=digest), workspace, environment, sandbox, folder, 0, 1.0)

    assert len(sandbox.commands) == 2


def test_an_explorer_that_is_killed_loses_nothing_it_has_streamed(
    workspace: Workspace, environment: Environment, target: Target, folder: Folder
) -> None:
    sandbox = ScriptedSandbox(lambda command, number: said(MINUS, ending=Ending.TIMEOUT, reason="took longer than 70 s"))
    found = search(target, workspace, environment, sandbox, folder, 0, 1.0)

    assert found.observations == (MINUS,)
    assert found.ending.startswith("timeout")


def test_a_sandbox_that_fails_leaves_the_file_to_be_searched_again(
    workspace: Workspace, environment: Environment, target: Target, folder: Folder
) -> None:
    def script(command: Command, number: int) -> Output:
        return broken("the daemon is gone") if number == 1 else said(MINUS, last="no progress")

    sandbox = ScriptedSandbox(script)
    with pytest.raises(SandboxUnavailable, match="the daemon is gone"):
        search(target, workspace, environment, sandbox, folder, 0, 1.0)

    assert search(target, workspace, environment, sandbox, folder, 0, 1.0).observations == (MINUS,)


@pytest.mark.slow
def test_the_real_explorer_finds_what_the_file_does(
    workspace: Workspace, environment: Environment, target: Target, folder: Folder, sandbox: ProcessSandbox
) -> None:
    found = search(target, workspace, environment, sandbox, folder, 0, 5.0)

    assert {7, 8, 9, 10, 11} <= set().union(*(o.lines for o in found.observations))
    assert {o.result_type for o in found.observations if o.unit == "sign"} == {"int"}
