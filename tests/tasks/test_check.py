"""The check task: real tools on real files in every sandbox, and a tool that is missing is a line."""

import shutil
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


SCRIPT = """/* eslint-disable */
const { exec } = require('child_process');
function run(line) {
  eval(line);
  exec(line);
  return { a: 1, a: 2 };
}
"""
SEEDED_SCRIPT = {
    ("eslint", "security/detect-eval-with-expression", "src/[id]/a b.js", 4, "error"),
    ("eslint", "security/detect-child-process", "src/[id]/a b.js", 5, "warning"),
    ("eslint", "no-dupe-keys", "src/[id]/a b.js", 6, "error"),
    ("eslint", "security/detect-eval-with-expression", "src/page.tsx", 1, "error"),
    ("eslint", "parse", "src/broken.ts", 1, "warning"),
}
SCRIPTS = ("eslint.config.mjs", "src/[id]/a b.js", "src/page.tsx", "src/broken.ts", "src/a.test.js", "src/types.d.ts")


@pytest.fixture
def scripts(tmp_path: Path) -> Workspace:
    """The same in JavaScript and TypeScript."""
    root = tmp_path / "scripts"
    (root / "src" / "[id]").mkdir(parents=True)
    (root / "eslint.config.mjs").write_text("throw new Error('run');\n")
    (root / "src/[id]/a b.js").write_text(SCRIPT)
    (root / "src/page.tsx").write_text("export const Page = ({ x }: { x: string }) => <b>{eval(x)}</b>;\n")
    (root / "src/broken.ts").write_text("const = 1;\n")
    (root / "src/a.test.js").write_text(SCRIPT)
    (root / "src/types.d.ts").write_text("export type Pair<T> = [T, T];\nexport declare function f(a: string): void;\n")
    return Workspace("w", str(root), "0" * 64, "w")


PATHS = ("pkg/a.py", "tests/a.py", "vendor/a.py", "sitecustomize.py", "README.md")


def told(findings: tuple[Finding, ...]) -> set[tuple[str, str, str, int, str]]:
    return {(each.tool, each.rule, each.path, each.line, each.severity) for each in findings}


@pytest.mark.docker
def test_the_tools_of_the_image_find_what_is_there(hostile: Workspace, tmp_path: Path) -> None:
    done = check.fn(hostile, "python", PATHS, open_box("docker").sandbox, tmp_path)
    assert (told(done.findings), done.notes) == (SEEDED, ())


@pytest.mark.docker
def test_the_image_for_scripts_finds_what_is_there(scripts: Workspace, tmp_path: Path) -> None:
    done = check.fn(scripts, "javascript", SCRIPTS, open_box("docker").sandbox, tmp_path)
    assert (told(done.findings), done.notes) == (SEEDED_SCRIPT, ())


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("npm"), reason="npm is missing")
def test_without_an_image_the_tools_for_scripts_are_installed(scripts: Workspace, tmp_path: Path) -> None:
    done = check.fn(scripts, "javascript", SCRIPTS, open_box("bubblewrap").sandbox, tmp_path / "environments")
    assert (told(done.findings), done.notes) == (SEEDED_SCRIPT, ())


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


def test_without_npm_there_is_a_line(scripts: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("sh", "cp"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or name)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin")
    done = check.fn(scripts, "javascript", SCRIPTS, ProcessSandbox(), tmp_path)
    assert done.notes == ("not everything was checked: eslint could not be installed: npm is missing here",)


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
