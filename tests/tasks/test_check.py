"""The check task: real tools on real files in every sandbox, and a tool that is missing is a line."""

from pathlib import Path

import pytest

from runners.checks.tools import place
from runners.sandboxes.base import Sandbox
from runners.sandboxes.process import ProcessSandbox
from tasks.check import check, check_all
from tests.runners.sandboxes.conftest import open_box
from testwright.model import Finding, Workspace

CODE = """import hashlib
import subprocess


def run(line, seen=[]):
    seen.append(subprocess.call(line, shell=True))  # nosec
    return hashlib.md5(line).hexdigest() + missing
"""
SEEDED = {
    ("bandit", "B602", "pkg/a.py", 6, "error"),
    ("bandit", "B324", "pkg/a.py", 7, "error"),
    ("ruff", "B006", "pkg/a.py", 5, "warning"),
    ("ruff", "F821", "pkg/a.py", 7, "error"),
}


@pytest.fixture
def hostile(tmp_path: Path) -> Workspace:
    """A workspace with known faults, which tells every tool to look away."""
    root = tmp_path / "workspace"
    for folder in ("pkg", "tests", "vendor"):
        (root / folder).mkdir(parents=True)
        (root / folder / "a.py").write_text(CODE)
    (root / ".bandit").write_text("[bandit]\nskips = B602,B324\nexclude = pkg\n")
    (root / "pyproject.toml").write_text('[tool.bandit]\nskips = ["B602"]\n[tool.ruff]\nexclude = ["*"]\n')
    (root / "sitecustomize.py").write_text("raise SystemExit('run')\n")
    return Workspace("w", str(root), "0" * 64, "w")


PATHS = ("pkg/a.py", "tests/a.py", "vendor/a.py", "sitecustomize.py", "README.md")


def told(findings: tuple[Finding, ...]) -> set[tuple[str, str, str, int, str]]:
    return {(each.tool, each.rule, each.path, each.line, each.severity) for each in findings}


@pytest.mark.docker
def test_the_tools_of_the_image_find_what_is_there(hostile: Workspace, tmp_path: Path) -> None:
    done = check.fn(hostile, "python", PATHS, open_box("docker").sandbox, tmp_path)
    assert (told(done.findings), done.notes) == (SEEDED, ())


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.parametrize("backend", ["bubblewrap", "process"])
def test_without_an_image_the_tools_are_installed_once_and_find_the_same(backend: str, hostile: Workspace, tmp_path: Path) -> None:
    sandbox = open_box(backend).sandbox
    done = check.fn(hostile, "python", PATHS, sandbox, tmp_path / "environments")
    assert (told(done.findings), done.notes) == (SEEDED, ())
    ready = next((tmp_path / "environments").glob("tools-python-*/ready"))
    before = ready.stat().st_mtime_ns
    assert check.fn(hostile, "python", PATHS, sandbox, tmp_path / "environments") == done
    assert ready.stat().st_mtime_ns == before


def test_a_tool_that_cannot_be_installed_is_a_line(hostile: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "UV_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"file://{tmp_path}/nothing-here")
    done = check.fn(hostile, "python", PATHS, ProcessSandbox(), tmp_path)
    assert done.findings == ()
    assert [note.partition(" could not be installed: ")[0] for note in done.notes] == [
        "not everything was checked: bandit",
        "not everything was checked: ruff",
    ]


def test_a_tool_that_is_gone_is_a_line(hostile: Workspace, tmp_path: Path) -> None:
    sandbox: Sandbox = ProcessSandbox()
    empty = Path(place("python", sandbox.name, tmp_path))
    empty.mkdir()
    (empty / "ready").touch()
    done = check.fn(hostile, "python", PATHS, sandbox, tmp_path)
    assert done.notes == ("not everything was checked: bandit is missing here", "not everything was checked: ruff is missing here")


def test_only_languages_that_are_there_and_wanted_are_checked(hostile: Workspace, tmp_path: Path) -> None:
    assert check_all(hostile, ["README.md", "tests/a.py"], (), ProcessSandbox(), tmp_path).notes == ()
    assert check_all(hostile, PATHS, ("java",), ProcessSandbox(), tmp_path).notes == ()
