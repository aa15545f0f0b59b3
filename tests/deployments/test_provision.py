"""`testwright up` on a state folder of its own: a run of the deployment goes to its end, and a wrong parameter is refused."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployments.places import ROOT
from tests.browser import words
from tests.commands import command

pytestmark = [pytest.mark.slow, pytest.mark.network]


class Door:
    """The command line, with a state folder."""

    def __init__(self, home: Path) -> None:
        self.home = str(home)

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        return command(*words, cwd=ROOT, timeout=280, TESTWRIGHT_HOME=self.home, COLUMNS="300")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    opened = Door(tmp_path_factory.mktemp("state"))
    try:
        yield opened
    finally:
        opened("down")


@pytest.fixture(scope="module")
def address(door: Door) -> str:
    """Where what is up is reached."""
    return up(door)


def up(door: Door) -> str:
    done = door("up")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "  campaign/nightly\n  campaign/on-demand\n" in done.stdout
    return next(line.rpartition(" ")[2] for line in done.stdout.splitlines() if line.startswith("Prefect is up: "))


def test_up_may_be_repeated_and_changes_nothing(door: Door, address: str) -> None:
    before = door("status").stdout
    again, after = up(door), door("status").stdout

    assert again == address
    assert before == after
    assert "worker: pool testwright" in after


@pytest.mark.usefixtures("address")
@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"sources": []}, "campaign.sources"),
        ({"sources": ["."], "workers": 99}, "99 is greater than the maximum of 64"),
        ({"sources": ["."], "engine": "magic"}, "campaign.engine"),
        ({"sources": ["."], "speed": 1}, "speed"),
    ],
)
def test_a_wrong_parameter_is_refused_by_the_server_with_a_readable_reason(door: Door, parameters: dict[str, object], reason: str) -> None:
    done = door("prefect", "deployment", "run", "campaign/on-demand", "-p", f"campaign={json.dumps(parameters)}")

    assert done.returncode != 0
    assert "Error creating flow run: Validation failed" in done.stdout + done.stderr
    assert reason in done.stdout + done.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources") / "project"
    folder.mkdir()
    (folder / "double.py").write_text("def double(number: int) -> int:\n    return 2 * number\n")
    return folder


@pytest.fixture(scope="module")
def ended(door: Door, address: str, project: Path) -> subprocess.CompletedProcess[str]:
    """A run of the deployment, waited for."""
    out = str(project.parent / "out")
    campaign = {"sources": [str(project)], "out": out, "sandbox": "process", "seconds_per_file": 3}
    return door("prefect", "deployment", "run", "campaign/on-demand", "-p", f"campaign={json.dumps(campaign)}", "--watch")


@pytest.mark.timeout(400)
def test_a_run_of_the_deployment_goes_to_its_end_and_leaves_artifacts(
    address: str, ended: subprocess.CompletedProcess[str], project: Path
) -> None:
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [run["state"]["name"] for run in asked(address, "flow_runs", flows={"name": {"any_": ["campaign"]}})] == ["Completed"]
    assert {"campaign-summary", "coverage-python"} <= {artifact["key"] for artifact in asked(address, "artifacts/latest")}
    assert list((project.parent / "out/campaigns").glob("*/report.html"))


@pytest.mark.usefixtures("ended")
def test_chromium_shows_the_page_of_the_run_and_its_artifacts(address: str, tmp_path: Path) -> None:
    (run,) = asked(address, "flow_runs", flows={"name": {"any_": ["campaign"]}})
    page = words(f"{address}/runs/flow-run/{run['id']}", tmp_path)
    latest = {found["key"]: found["latest_id"] for found in asked(address, "artifacts/latest")}
    keys = ("campaign-summary", "coverage-python", "coverage-python-project")
    summary, sources, files = (words(f"{address}/artifacts/artifact/{latest[key]}", tmp_path) for key in keys)

    assert "Completed" in page
    assert "1 test kept in 1 of 1 file." in page
    assert "report.html" in summary
    assert "1 Item Source Lines before %" in sources
    assert "double.py" in files


def asked(address: str, what: str, **filters: object) -> list[dict[str, Any]]:
    """What the server knows of something."""
    found: list[dict[str, Any]] = httpx.post(f"{address}/api/{what}/filter", json=filters, headers=_token(address)).json()
    return found


def _token(address: str) -> dict[str, str]:
    answer = httpx.get(f"{address}/api/csrf-token", params={"client": "tests"}).json()
    return {"Prefect-Csrf-Token": answer["token"], "Prefect-Csrf-Client": "tests"}


def test_down_stops_the_worker_and_the_server(door: Door, address: str) -> None:
    done = door("down")

    assert done.stdout == f"Stopped: worker, server (state folder: {door.home}).\n"
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/api/health")
