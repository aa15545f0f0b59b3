"""Whole campaigns from the command line, on real folders, with a real server."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tasks.reports.json_files import load
from tests.commands import argv, command, environment

pytestmark = [pytest.mark.slow, pytest.mark.network]  # pytest and coverage are fetched for the environment of the source

SHAPES = '''"""Shapes."""


def area(width: float, height: float) -> float:
    """Area of a rectangle."""
    if width < 0 or height < 0:
        raise ValueError("sides must not be negative")
    return width * height


def grade(points: int) -> str:
    """The mark for so many points."""
    if points >= 90:
        return "A"
    if points >= 70:
        return "B"
    return "C"
'''
QUICK = ("--sandbox", "process", "--seconds-per-file", "5")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "shapes.py").write_text(SHAPES)
    return folder


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return command("run", *words, *QUICK, cwd=cwd)


def campaigns(folder: Path) -> list[Path]:
    return sorted((folder / ".testwright/campaigns").glob("*"))


def test_a_campaign_on_a_folder_succeeds_and_says_where_everything_is(project: Path) -> None:
    done = run(".", cwd=project)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"shapes\.py.*0\.0% -> 100\.0%", done.stdout)
    assert "1/1 shapes.py: improved" in done.stdout
    assert done.stdout.isascii()
    places = dict(re.findall(r"^(report|patch|tests|page): +(.+)$", done.stdout, re.MULTILINE))
    assert Path(places["report"]).read_text().lower().startswith("<!doctype html>")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/runs/flow-run/[0-9a-f-]{36}", places["page"])
    assert subprocess.run(("git", "apply", "--check", places["patch"]), cwd=project).returncode == 0
    assert not (project / "tests").exists()


def test_a_source_that_is_not_there_fails_with_one_clear_line(tmp_path: Path) -> None:
    done = run("no-such-folder", cwd=tmp_path)

    assert done.returncode == 1, done.stdout + done.stderr
    assert len([line for line in (done.stdout + done.stderr).splitlines() if "no-such-folder: failed" in line]) == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_one_bad_source_of_two_is_a_partial_success(project: Path) -> None:
    done = run(str(project), "no-such-folder", cwd=project.parent)

    assert done.returncode == 3, done.stdout + done.stderr
    assert "1/1 shapes.py: improved" in done.stdout
    assert "no-such-folder: failed" in done.stdout


def test_ctrl_c_says_how_to_go_on_and_going_on_ends_well(project: Path) -> None:
    (project / "more.py").write_text(SHAPES.replace("grade", "mark"))
    words = argv("run", ".", *QUICK, "--workers", "1")
    process = subprocess.Popen(
        words, cwd=project, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        _wait_for_first_file(project)
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.3)  # a second one that comes at once would be one with the first
        os.kill(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()

    assert process.returncode == 130, said
    found = re.search(r"^  testwright run \. --resume (\S+)$", said, re.MULTILINE)
    assert found, said
    assert found[1] == campaigns(project)[0].name
    assert "Traceback" not in said

    done = run(".", "--resume", found[1], cwd=project)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "2/2" in done.stdout
    assert len(campaigns(project)) == 1
    report = load(campaigns(project)[0] / "report.json")
    assert {file.path for source in report.sources for file in source.files} == {"more.py", "shapes.py"}


def _wait_for_first_file(project: Path) -> None:
    """Until one file is done and the other is in work."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        for folder in campaigns(project):
            events = folder / "events.jsonl"
            if events.exists() and '"done": 1' in events.read_text():
                return
        time.sleep(0.1)
    raise AssertionError("no file was finished")
