"""Whatever ends a campaign, what was finished is kept and not done again, and nothing of it goes on running."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterParentFlowRunId
from prefect.settings import PREFECT_API_URL, temporary_settings

from runners.sandboxes.docker_profile import LABEL
from tasks.folder import Folder
from tasks.reports.json_files import load
from tests.commands import argv, command, environment
from tests.deployments.test_run import SHAPES, campaigns
from testwright.model import State

pytestmark = [pytest.mark.slow, pytest.mark.network, pytest.mark.timeout(600)]
NAMES = ("first", "second", "third")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.py").write_text(SHAPES.replace("grade", name))
    return folder


@contextmanager
def started(project: Path, sandbox: str = "process") -> Iterator[subprocess.Popen[str]]:
    """A campaign that works on one file at a time."""
    words = argv("run", ".", "--sandbox", sandbox, "--seconds-per-file", "5", "--workers", "1")
    process = subprocess.Popen(
        words, cwd=project, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def events(project: Path) -> list[dict[str, object]]:
    lines = [line for folder in campaigns(project) for line in (folder / "events.jsonl").read_text().splitlines()]
    return [json.loads(line) for line in lines]


def until(true: Callable[[], bool], what: str, seconds: float = 240) -> None:
    """Wait for something that comes by itself."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"it never came: {what}"
        time.sleep(0.1)


def one_is_done(project: Path) -> bool:
    return any(folder.joinpath("events.jsonl").exists() for folder in campaigns(project)) and any(e.get("done") for e in events(project))


def running(project: Path) -> list[str]:
    """Programs of the campaign's sandboxes: they all name its environment."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(project) in words:
            found.append(words)
    return found


def test_sigkill_loses_nothing_that_was_finished_and_going_on_does_not_redo_it(project: Path) -> None:
    with started(project) as process:
        until(lambda: one_is_done(project), "the first file")
        process.send_signal(signal.SIGKILL)
        process.wait()
    until(lambda: not running(project), "the end of every sandbox", 60)
    (root,) = campaigns(project)
    folder = Folder(root)
    finished = {str(event["file"]) for event in events(project) if event.get("file")}
    assert finished
    assert len(finished) < len(NAMES)
    before = {path: path.stat().st_mtime_ns for file in finished for path in kept_of(folder, file)}
    assert len(before) == 2 * len(finished)

    done = command("run", ".", "--sandbox", "process", "--seconds-per-file", "5", "--resume", root.name, cwd=project)

    assert done.returncode == 0, done.stdout + done.stderr
    assert {path: path.stat().st_mtime_ns for path in before} == before
    report = load(root / "report.json")
    assert {(file.path, file.state) for file in report.sources[0].files} == {(f"{name}.py", State.IMPROVED) for name in NAMES}
    states = task_states(done.stdout)
    assert states["checkout ."] == "Cached"
    assert {name: states[f"cover {name}.py"] for name in NAMES} == {
        name: "Cached" if f"{name}.py" in finished else "Completed" for name in NAMES
    }


def kept_of(folder: Folder, file: str) -> tuple[Path, Path]:
    """What one file leaves behind: its attempts, and what the search found."""
    history = folder.history("python", file)
    return history, history.with_suffix(".exploration.json")


def task_states(output: str) -> dict[str, str]:
    """Name of each task of the campaign's one source → the state that the server knows, once all of them have ended."""
    found = re.search(r"^page: +(http\S+)/runs/flow-run/(\S+)$", output, re.MULTILINE)
    assert found, output
    inner = FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[UUID(found[2])]))
    states: dict[str, str] = {}

    def all_ended() -> bool:
        with temporary_settings({PREFECT_API_URL: f"{found[1]}/api"}), get_client(sync_client=True) as client:
            runs = client.read_task_runs(flow_run_filter=inner)
        states.update({run.name: run.state_name or "" for run in runs})
        covers = [run for run in runs if run.name.startswith("cover ")]
        return len(covers) == len(NAMES) and all(run.state is not None and run.state.is_final() for run in runs)

    until(all_ended, "the states of all task runs", 60)
    return states


@pytest.mark.parametrize("sandbox", ["process", pytest.param("docker", marks=pytest.mark.docker)])
def test_a_second_ctrl_c_leaves_no_process_and_no_container_behind(project: Path, sandbox: str) -> None:
    with started(project, sandbox) as process:
        until(lambda: one_is_done(project) or process.poll() is not None, "the first file")
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.3)  # a second one that comes at once would be one with the first
        os.kill(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)

    assert process.returncode == 130, said
    assert f"--resume {campaigns(project)[0].name}" in said
    until(lambda: not running(project), "the end of every sandbox", 60)
    if sandbox == "docker":
        until(lambda: not containers(process.pid), "the end of every container", 90)


def containers(pid: int) -> list[str]:
    """Containers of one controller, in whatever state."""
    listed = subprocess.run(
        ("docker", "ps", "--all", "--filter", f"label={LABEL}", "--format", '{{.Label "' + LABEL + '"}}'),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [label for label in listed.split() if label.startswith(f"{pid}-")]
