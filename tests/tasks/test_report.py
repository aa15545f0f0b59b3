"""The task writes the files, publishes artifacts under stable keys, and the progress artifact moves."""

from pathlib import Path

import pytest
from prefect import flow
from prefect.artifacts import Artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from tasks.report import Progress, report
from tasks.reports.json_files import load
from tasks.reports.write import Written
from tests.tasks.reports import builders

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_server")]


@flow
def campaign(folder: Path) -> Written:
    return report(builders.report(), folder)


@flow
def moving() -> list[tuple[float, str]]:
    seen = []
    with Progress(4, "moving-progress", pause=0) as progress:
        for done, words in ((0, ""), (1, "a.py: improved"), (3, "c.py: improved"), (2, "b.py\n\x1b[2J: improved"), (4, "d.py: excluded")):
            if done:
                progress.move(done, words)
            found = Artifact.get("moving-progress")
            seen.append((found.data, found.description))
    return seen


@flow
def hurried() -> float:
    with Progress(3, "hurried-progress", pause=3600) as progress:
        progress.move(1, "told: the first")
        progress.move(2, "not told: within the pause")
        middle = Artifact.get("hurried-progress").data
        progress.move(3, "told: the last")
    return middle


def versions(key: str) -> list[object]:
    with get_client(sync_client=True) as client:
        return [a.data for a in client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])))]


def test_the_task_writes_the_report_and_each_campaign_adds_a_version_of_the_same_tables(tmp_path: Path) -> None:
    keys = ("coverage-python", "coverage-python-textkit", "coverage-javascript", "findings")
    before = [len(versions(key)) for key in keys]
    first = campaign(tmp_path / "one")
    campaign(tmp_path / "two")

    assert load(first.folder / "report.json") == builders.report()
    assert [len(versions(key)) for key in keys] == [number + 2 for number in before]
    assert '"Place": "textkit/cut.py:12", "Message": "Mutable default argument", "Rule": "ruff B006"' in Artifact.get("findings").data
    assert "report.html" in Artifact.get("campaign-summary").data
    assert Artifact.get("coverage-python").description.startswith("Campaign `20261124-101500-a1b2`: lines 10.3% → 16.7%")


def test_progress_moves_forward_only_and_says_what_was_done_last() -> None:
    assert moving() == [
        (0.0, "0 of 4 files"),
        (25.0, "1 of 4 files. a.py: improved"),
        (75.0, "3 of 4 files. c.py: improved"),
        (75.0, "3 of 4 files. b.py\\n\\x1b[2J: improved"),
        (100.0, "4 of 4 files. d.py: excluded"),
    ]


def test_progress_spares_the_server_but_tells_the_end() -> None:
    assert hurried() == pytest.approx(100 / 3)
    assert Artifact.get("hurried-progress").data == 100.0


def test_a_server_that_is_gone_costs_no_report(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api", PREFECT_CLIENT_MAX_RETRIES: 0}):
        written = report.fn(builders.report(), tmp_path)
        with Progress(1) as progress:
            progress.move(1, "a.py")

    assert written.html.stat().st_size > 10_000
    assert "The UI was not told (create_markdown_artifact)" in caplog.text
