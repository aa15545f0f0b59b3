"""`testwright up` on a state folder of its own: a run of the deployment goes to its end, and a wrong parameter is refused."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.network]


class Door:
    """The command line, with a state folder."""

    def __init__(self, home: Path) -> None:
        own = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}  # of a server for other tests
        self.environ = {**own, "TESTWRIGHT_HOME": str(home), "COLUMNS": "300"}

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        argv = (str(Path(sys.executable).with_name("testwright")), *words)
        return subprocess.run(argv, env=self.environ, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=280)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    opened = Door(tmp_path_factory.mktemp("state"))
    try:
        yield opened
    finally:
        opened("down")


def up(door: Door) -> str:
    done = door("up")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "  campaign/nightly\n  campaign/on-demand\n" in done.stdout
    return next(line.rpartition(" ")[2] for line in done.stdout.splitlines() if line.startswith("Prefect is up: "))


def test_up_may_be_repeated_and_changes_nothing(door: Door) -> None:
    first, before = up(door), door("status").stdout
    second, after = up(door), door("status").stdout

    assert first == second
    assert before == after
    assert "worker: pool testwright" in after


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
    up(door)
    done = door("prefect", "deployment", "run", "campaign/on-demand", "-p", f"campaign={json.dumps(parameters)}")

    assert done.returncode != 0
    assert "Error creating flow run: Validation failed" in done.stdout + done.stderr
    assert reason in done.stdout + done.stderr


@pytest.mark.timeout(400)
def test_a_run_of_the_deployment_goes_to_its_end_and_leaves_artifacts(door: Door, tmp_path: Path) -> None:
    address = up(door)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "double.py").write_text("def double(number: int) -> int:\n    return 2 * number\n")
    campaign = {"sources": [str(tmp_path / "project")], "out": str(tmp_path / "out"), "sandbox": "process", "seconds_per_file": 3}
    done = door("prefect", "deployment", "run", "campaign/on-demand", "-p", f"campaign={json.dumps(campaign)}", "--watch")

    assert done.returncode == 0, done.stdout + done.stderr
    runs = httpx.post(f"{address}/api/flow_runs/filter", json={"flows": {"name": {"any_": ["campaign"]}}}, headers=_token(address)).json()
    assert [run["state"]["name"] for run in runs] == ["Completed"]
    artifacts = httpx.post(f"{address}/api/artifacts/latest/filter", json={}, headers=_token(address)).json()
    assert {"campaign-summary", "coverage-python"} <= {artifact["key"] for artifact in artifacts}
    assert list((tmp_path / "out/campaigns").glob("*/report.html"))


def _token(address: str) -> dict[str, str]:
    answer = httpx.get(f"{address}/api/csrf-token", params={"client": "tests"}).json()
    return {"Prefect-Csrf-Token": answer["token"], "Prefect-Csrf-Client": "tests"}


def test_down_stops_the_worker_and_the_server(door: Door) -> None:
    address = up(door)
    done = door("down")

    assert done.stdout == f"Stopped: worker, server (state folder: {door.environ['TESTWRIGHT_HOME']}).\n"
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/api/health")
