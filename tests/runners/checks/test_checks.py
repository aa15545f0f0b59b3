"""Static checks: what they run, how they read the answer, and that neither a project nor a hostile answer leads them astray."""

import contextlib
import json
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.checks import CHECKS, bandit, readable, ruff
from runners.checks.base import Check, inside
from runners.sandboxes.process import ProcessSandbox
from testwright.model import Ending, Finding, Output, Workspace

ALL = sorted({tool for tools in CHECKS.values() for tool in tools}, key=lambda tool: tool.NAME)
_WORDS = ["results", "runs", "tool", "driver", "name", "locations", "message", "text", "line_number", "filename"]
named = pytest.mark.parametrize("check", ALL, ids=lambda tool: tool.NAME)


def space(root: Path | str = "/w") -> Workspace:
    return Workspace("w", str(root), "0" * 64, "w")


def said(text: str | bytes, code: int | None = 1, ending: Ending = Ending.EXITED, **more: object) -> Output:
    return Output(ending, code, text.encode() if isinstance(text, str) else text, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.py",
        "pkg/tests/deep/a.py",
        "pkg/test_a.py",
        "pkg/a_test.py",
        "conftest.py",
        "vendor/a.py",
        "pkg/_vendor/six.py",
        "node_modules/x/a.py",
        "build/lib/a.py",
        "a.txt",
    ],
)
def test_tests_and_copied_code_are_left_out(path: str) -> None:
    assert readable(ruff, [path, "pkg/a.py"]) == ("pkg/a.py",)


def test_scripts_and_set_up_are_read_too() -> None:
    paths = ["setup.py", "scripts/release.py", "docs/conf.py", "attest.py", "latest/a.py"]
    assert readable(bandit, paths) == tuple(paths)


def test_paths_become_relative_and_what_lies_outside_is_dropped() -> None:
    found = [Finding("t", "r", "m", path) for path in ("/w/a.py", "./b/../c.py", "/etc/passwd", "../up.py", "/w", "", "/wide/x.py")]
    assert [each.path for each in inside(space(), found)] == ["a.py", "c.py"]


@named
def test_names_never_become_options(check: Check) -> None:
    argv = check.command(space(), ["--config", "@args", "a.py"], "/tools").argv
    assert argv[-3:] == ("./--config", "./@args", "a.py")


@named
def test_the_workspace_can_only_be_read_and_there_is_no_network(check: Check) -> None:
    command = check.command(space(), ["a.py"], "/tools")
    assert "/w" in command.reads
    assert (command.writes, command.network) == ((), False)


@named
@pytest.mark.parametrize(
    ("output", "words"),
    [
        (said("", 127), "is missing here"),
        (said("", 2, stderr=b"Traceback\nboom\n"), "failed: boom"),
        (said("", None, Ending.TIMEOUT, reason="not done after 300 s"), "failed: not done after 300 s"),
        (said("no report", 1), "not a"),
        (said("[]"), "an object is missing"),
        (said("{" * 100_000), "not a"),
    ],
)
def test_an_answer_that_is_none_is_one_line(check: Check, output: Output, words: str) -> None:
    with pytest.raises(ValueError, match=words) as reason:
        check.findings(space(), output)
    assert "\n" not in str(reason.value)


@named
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(_WORDS), inner),
        max_leaves=30,
    )
)
def test_any_answer_is_findings_or_refused(check: Check, answer: object) -> None:
    with contextlib.suppress(ValueError):
        assert all(isinstance(each, Finding) for each in check.findings(space(), said(json.dumps(answer))))


@named
def test_a_huge_answer_is_refused_at_once(check: Check) -> None:
    began = time.process_time()
    with pytest.raises(ValueError, match="bytes"):
        check.findings(space(), said(b'{"results":[' + b"{}," * 20_000_000))
    assert time.process_time() - began < 5


def test_what_bandit_says() -> None:
    shell = {"filename": "./pkg/a b.py", "line_number": 3, "issue_severity": "HIGH", "issue_text": "shell\nis True", "test_id": "B602"}
    odd = {"filename": "pkg/b.py", "line_number": -3, "issue_severity": "LOW", "issue_text": "\x1b[31mrandom", "test_id": "B311"}
    assert bandit.findings(space(), said(json.dumps({"errors": [], "results": [shell, odd]}))) == (
        Finding("bandit", "B602", "shell is True", "pkg/a b.py", 3, "error"),
        Finding("bandit", "B311", "random", "pkg/b.py", 0, "note"),
    )


def test_ruff_reads_by_our_rules_whatever_the_project_says(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text('exclude = ["*"]\n[lint]\nselect = ["D"]\n')
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "c.py").write_text("import os\n\n\ndef f(x, y=[]):\n    return undefined(x, y)\n")
    (tmp_path / "old.py").write_text('print "a"\nprint "b"\n')
    (tmp_path / "new.py").write_text("type Pair[T] = tuple[T, T]\n")
    found = _run(tmp_path, "a b/c.py", "old.py", "new.py")
    assert {(each.path, each.line, each.rule, each.severity) for each in found} == {
        ("a b/c.py", 4, "B006", "warning"),
        ("a b/c.py", 5, "F821", "error"),
        ("old.py", 1, "invalid-syntax", "error"),
    }
    assert {each.tool for each in found} == {"ruff"}


def test_a_clean_file_has_no_findings(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("A = 1\n")
    assert _run(tmp_path, "a.py") == ()


def _run(root: Path, *paths: str) -> tuple[Finding, ...]:
    return ruff.findings(space(root), ProcessSandbox().run(ruff.command(space(root), paths, sys.prefix)))
