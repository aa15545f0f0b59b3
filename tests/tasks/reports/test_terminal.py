"""What is printed at the end, and the exit status."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from tasks.reports.terminal import FAILURE, INVALID, PARTIAL, SUCCESS, exit_status, show
from tasks.reports.write import Written
from tests.tasks.reports import builders
from testwright.model import FileReport, Report, State


def printed(report: Report, *, terminal: bool = False, width: int = 100, folder: str = "/out", most: int = 20) -> str:
    stream = io.StringIO()
    show(
        Written(Path(folder), report, (Path(folder) / "tests.patch",)),
        Console(file=stream, force_terminal=terminal, width=width),
        "http://127.0.0.1:4200/runs/1",
        most,
    )
    return stream.getvalue()


def test_a_pipe_gets_plain_ascii_with_all_places() -> None:
    text = printed(builders.report())

    assert text.isascii()
    assert "22.5% -> 90.0%" in text
    assert re.search(r"\| textkit/cut.py +\| 22.5% -> 90.0% \| 16.7% -> 83.3% \| +2 \| improved", text)
    assert text.splitlines()[-5:] == [
        "3 tests kept in 2 of 7 files. Lines 9.8% -> 20.5%, branches 6.2% -> 20.8%.",
        "report: /out/report.html",
        "patch:  /out/tests.patch",
        "tests:  /out/tests",
        "page:   http://127.0.0.1:4200/runs/1",
    ]


def test_a_terminal_gets_arrows() -> None:
    assert "22.5% → 90.0%" in printed(builders.report(), terminal=True)


def test_a_long_path_is_not_broken_in_two() -> None:
    assert f"report: /{'deep/' * 60}report.html\n" in printed(builders.report(), width=60, folder="/" + "deep/" * 60)


def test_many_files_are_cut_with_a_line() -> None:
    assert "... 33 more files" in printed(builders.large(40), most=7)


def test_names_cannot_steer_the_terminal_or_the_markup() -> None:
    text = printed(builders.hostile(), terminal=True, width=300) + printed(
        builders.report(builders.source(name="[bold]x[/nope] 1")), terminal=True
    )

    assert "\x1b[31mred" not in text
    assert "\u202e" not in text
    assert "\x00" not in text


def test_a_source_that_failed_gets_one_line() -> None:
    assert "https://git.invalid/x.git: checkout failed: could not resolve host: git.invalid" in printed(builders.failed()).splitlines()


def test_a_file_without_tests_says_why() -> None:
    (source,) = builders.report().sources
    lost = FileReport("a.py", "python", State.UNCHANGED, "breaks the suite: 1 != 2")
    files = (*(replace(lost, path=f"f{number}.py") for number in range(12)), FileReport("b.py", "python", State.EXCLUDED, "by patterns"))
    lines = printed(builders.report(replace(source, files=files)), width=300).splitlines()

    assert "f0.py: no test kept: breaks the suite: 1 != 2" in lines
    assert "... 2 more files with a reason in the report" in lines
    assert not [line for line in lines if "by patterns" in line]


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (builders.report(), SUCCESS),
        (builders.report(builders.source(), *builders.failed().sources), PARTIAL),
        (builders.report(replace(builders.source(), state="partial")), PARTIAL),
        (builders.failed(), FAILURE),
        (Report("empty"), FAILURE),
    ],
)
def test_exit_status_tells_success_partial_and_failure_apart(report: Report, status: int) -> None:
    assert exit_status(report) == status
    assert len({SUCCESS, FAILURE, INVALID, PARTIAL}) == 4
