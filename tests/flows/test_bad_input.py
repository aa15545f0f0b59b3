"""One campaign over sources that are as bad as they come: each ends in one clear line, and costs no other file anything."""

import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from tasks.reports.json_files import load
from tests.commands import command
from tests.runners.sandboxes.conftest import open_box
from testwright.model import FileReport, Report, SourceReport, State

pytestmark = [pytest.mark.slow, pytest.mark.network, pytest.mark.timeout(600)]

GOOD = '''"""Marks."""


def grade(points: int) -> str:
    """The mark for so many points."""
    if points >= 90:
        return "A"
    if points >= 70:
        return "B"
    return "C"
'''
AFTER = "\n\n\ndef double(number):\n    return 2 * number\n"
OWN_TESTS = """import time

import good


def test_good():
    assert good.grade(95) == "A"


def test_fails():
    assert good.grade(5) == "A"


def test_hangs():
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass
"""
NASTY = {
    "good.py": GOOD.encode(),
    "syntax.py": b"def broken(:\n    pass\n",
    "latin.py": b'NAME = "caf\xe9"\n\n\ndef double(number):\n    return 2 * number\n',
    "needs.py": f"import module_that_nobody_has{AFTER}".encode(),
    "raises.py": f'raise RuntimeError("no configuration\\nsecond line"){AFTER}'.encode(),
    "loops.py": f"while True:\n    pass{AFTER}".encode(),
    "leaves.py": f"import os\n\nos._exit(0){AFTER}".encode(),
    "crashes.py": f"import os\n\nos.kill(os.getpid(), {int(signal.SIGSEGV)}){AFTER}".encode(),
    "huge.py": f"{GOOD}TABLE = [\n".encode() + b"    1234567,\n" * 900_000 + b"]\n",
    "constants.py": b"LIMIT = 1\n",
    "empty.py": b"",
    "has space.py": GOOD.encode(),
    "two\nlines.py": GOOD.encode(),
    "test_own.py": OWN_TESTS.encode(),
    "requirements.txt": b"no-such-package-of-anyone==9.9.9\n",
}
STATES = {
    "good.py": (State.IMPROVED, ""),
    "syntax.py": (State.NOT_PARSABLE, "line 1"),
    "latin.py": (State.NOT_PARSABLE, "encoding"),
    "needs.py": (State.NOT_IMPORTABLE, "No module named 'module_that_nobody_has' (installing requirements.txt failed"),
    "raises.py": (State.NOT_IMPORTABLE, "RuntimeError: no configuration"),
    "loops.py": (State.TIMED_OUT, "importing it does not"),
    "leaves.py": (State.NOT_IMPORTABLE, "exited with status 0"),
    "crashes.py": (State.NOT_IMPORTABLE, "signal 11"),
    "huge.py": (State.TOO_LARGE, "files over 1 MiB are not served"),
    "constants.py": (State.NOTHING_TO_TEST, "no functions"),
    "empty.py": (State.NOTHING_TO_TEST, "no functions"),
    "has space.py": (State.NOT_IMPORTABLE, "'has space' is no name that Python can import"),
    "two\nlines.py": (State.NOT_IMPORTABLE, "is no name that Python can import"),
}
TESTED = ("good.py", "loops.py", "leaves.py", "crashes.py")
"""Of those the ones that behave badly when they run, which is what a sandbox is for."""
WORSE = {
    "prints.py": f"import sys\n\nwhile True:\n    sys.stdout.write('x' * 1_000_000){AFTER}".encode(),
    "grows.py": f"HOARD = []\nwhile True:\n    HOARD.append(bytearray(50_000_000)){AFTER}".encode(),
    "forks.py": f"import os\n\nwhile True:\n    os.fork(){AFTER}".encode(),
    "test_own.py": OWN_TESTS.encode(),
}
"""And what no one would try without one."""
GONE, EMPTY, NO_PYTHON, UNREACHABLE, UNBUILDABLE = "gone", "empty", "no-python", "https://127.0.0.1:9/team/project.git", "unbuildable"


@dataclass(frozen=True)
class Ended:
    """A campaign, seen from outside."""

    status: int
    output: str
    report: Report

    def source(self, name: str) -> SourceReport:
        return next(source for source in self.report.sources if source.source == name)

    def file(self, path: str, source: str = "nasty") -> FileReport:
        return next(file for file in self.source(source).files if file.path == path)


def make(place: Path) -> None:
    """All the sources that are folders."""
    for name, content in NASTY.items():
        (place / "nasty").mkdir(exist_ok=True)
        (place / "nasty" / name).write_bytes(content)
    (place / "nasty" / "circle").symlink_to(place / "nasty")
    (place / "nasty" / "itself.py").symlink_to("itself.py")
    (place / "outside.py").write_text(GOOD)
    (place / "nasty" / "linked.py").symlink_to(place / "outside.py")
    (place / EMPTY).mkdir()
    (place / NO_PYTHON).mkdir()
    (place / NO_PYTHON / "README.md").write_text("# Words\n")
    (place / UNBUILDABLE).mkdir()
    (place / UNBUILDABLE / "good.py").write_text(GOOD)
    (place / UNBUILDABLE / "setup.py").write_text("raise SystemExit('a compiler is missing')\n")


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    place = tmp_path_factory.mktemp("bad")
    make(place)
    sources = ("nasty", GONE, EMPTY, NO_PYTHON, UNREACHABLE, UNBUILDABLE)
    done = command("run", *sources, "--sandbox", "process", "--seconds-per-file", "4", cwd=place, timeout=540)
    assert done.returncode == 3, done.stdout + done.stderr
    (folder,) = (place / ".testwright/campaigns").iterdir()
    return Ended(done.returncode, done.stdout + done.stderr, load(folder / "report.json"))


def test_the_campaign_is_a_partial_success_without_a_traceback(ended: Ended) -> None:
    assert ended.status == 3, ended.output
    assert "Traceback" not in ended.output


@pytest.mark.parametrize("path", STATES)
def test_every_file_ends_in_a_named_state_with_one_line_of_why(ended: Ended, path: str) -> None:
    file, (state, reason) = ended.file(path), STATES[path]

    assert file.state is state
    assert reason in file.reason
    assert "\n" not in file.reason
    assert file.reason or state is State.IMPROVED


def test_no_other_file_is_reported(ended: Ended) -> None:
    assert {file.path for file in ended.source("nasty").files} == set(STATES)


def test_links_that_lead_nowhere_or_out_are_noted_and_not_followed(ended: Ended) -> None:
    notes = "\n".join(ended.source("nasty").notes)

    assert all(name in notes for name in ("circle", "itself.py", "linked.py")), notes


def test_what_cannot_be_installed_is_one_line_at_once_and_a_note(ended: Ended) -> None:
    for source, why in (("nasty", "no-such-package-of-anyone"), (UNBUILDABLE, "a compiler is missing")):
        assert [note for note in ended.source(source).notes if " failed: " in note and why in note], ended.source(source).notes
        assert [line for line in ended.output.splitlines() if line.startswith("prepare python: installing") and why in line], ended.output
    assert ended.file("good.py", UNBUILDABLE).state is State.IMPROVED


def test_own_tests_that_fail_and_hang_are_named_and_still_measured(ended: Ended) -> None:
    baseline = ended.source("nasty").baseline["python"]
    good = ended.file("good.py")

    assert (baseline.state, baseline.reason) == ("timeout", "test_own.py: test_hangs did not end")
    assert "test_own.py: test_hangs did not end" in ended.output
    assert good.before is not None
    assert good.after is not None
    assert 0 < len(good.before.covered_lines) < len(good.after.covered_lines)


@pytest.mark.parametrize(
    ("source", "state", "why"),
    [
        (GONE, "failed", "gone"),
        (EMPTY, "failed", "no files"),
        (NO_PYTHON, "nothing to test", "no source file of a known language"),
        (UNREACHABLE, "failed", "127.0.0.1"),
    ],
)
def test_a_source_that_cannot_be_served_is_one_clear_line(ended: Ended, source: str, state: str, why: str) -> None:
    found = ended.source(source)
    (line,) = [line for line in ended.output.splitlines() if line.startswith(f"{source}: {state}")]

    assert found.state == state
    assert why in line
    assert "\n" not in found.reason


@pytest.fixture(scope="module")
def boxed(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The same in a sandbox that isolates, with what no one would try without one."""
    open_box("bubblewrap")
    place = tmp_path_factory.mktemp("boxed")
    (place / "nasty").mkdir()
    for name, content in {**{name: NASTY[name] for name in TESTED}, **WORSE}.items():
        (place / "nasty" / name).write_bytes(content)
    done = command("run", "nasty", "--sandbox", "bubblewrap", "--seconds-per-file", "4", cwd=place, timeout=540)
    assert done.returncode == 3, done.stdout + done.stderr
    (folder,) = (place / ".testwright/campaigns").iterdir()
    return Ended(done.returncode, done.stdout + done.stderr, load(folder / "report.json"))


@pytest.mark.parametrize("path", TESTED)
def test_in_a_sandbox_every_file_ends_in_the_same_state(boxed: Ended, path: str) -> None:
    file, (state, reason) = boxed.file(path), STATES[path]

    assert (file.state, "\n" in file.reason) == (state, False)
    assert reason in file.reason


@pytest.mark.parametrize("path", [name for name in WORSE if not name.startswith("test_")])
def test_in_a_sandbox_what_floods_grows_or_forks_costs_only_itself(boxed: Ended, path: str) -> None:
    file = boxed.file(path)

    assert file.state in (State.NOT_IMPORTABLE, State.TIMED_OUT, State.CRASHED)
    assert file.reason
    assert "\n" not in file.reason


def test_in_a_sandbox_own_tests_that_hang_are_named_too(boxed: Ended) -> None:
    assert boxed.source("nasty").baseline["python"].reason == "test_own.py: test_hangs did not end"
    assert "Traceback" not in boxed.output
