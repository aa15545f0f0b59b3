"""The doctor names what is there, what is missing, and the command that mends it."""

import sys
from collections import namedtuple
from pathlib import Path

import pytest

from deployments import doctor, server
from deployments.doctor import Health, Line
from testwright.campaign import SandboxName
from testwright.errors import SandboxUnavailable


def of(lines: tuple[Line, ...], what: str) -> Line:
    return next(line for line in lines if line.what == what)


def test_every_part_of_this_machine_has_a_line_and_what_is_missing_has_a_command() -> None:
    lines = doctor.examine()

    assert {
        "Python",
        "uv",
        "git",
        "docker",
        "bubblewrap",
        "isolation",
        "language python",
        "language javascript",
        "chromium",
        "Prefect",
        "disk",
    } == {line.what for line in lines}
    assert of(lines, "Python").detail.endswith(sys.executable)
    assert not [line for line in lines if line.health is not Health.GOOD and not line.mend]


def test_a_machine_without_git_is_told_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tool = tmp_path / "apt-get"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    line = doctor._git()

    assert line.health is Health.MISSING
    assert line.mend == "sudo apt-get install -y git"


def test_no_sandbox_at_all_is_missing_and_says_what_process_does_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> object:
        raise SandboxUnavailable(f"{name} is not here")

    monkeypatch.setattr(doctor, "choose", refuse)
    boxes = tuple(doctor._sandbox(name) for name in (SandboxName.DOCKER, SandboxName.BUBBLEWRAP))

    assert [(line.health, line.detail) for line in boxes] == [
        (Health.OPTIONAL, "docker is not here"),
        (Health.OPTIONAL, "bubblewrap is not here"),
    ]
    assert doctor._isolation(boxes).health is Health.MISSING
    assert "isolates nothing" in doctor._isolation(boxes).detail
    assert "bubblewrap" in doctor._isolation(boxes).mend


def test_a_full_disk_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda place: usage(2**40, 2**40, 2**20))

    line = doctor._disk()

    assert line.health is Health.OPTIONAL
    assert "0.0 GiB free" in line.detail
    assert line.mend


def test_a_named_server_that_does_not_answer_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "configured", lambda: "http://127.0.0.1:9/api")

    line = doctor._server()

    assert line.health is Health.MISSING
    assert "http://127.0.0.1:9/api does not answer" in line.detail


@pytest.mark.parametrize(("health", "status"), [(Health.GOOD, 0), (Health.OPTIONAL, 0), (Health.MISSING, 1)])
def test_the_exit_status_is_one_only_when_a_campaign_cannot_run(health: Health, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.show((Line("thing", health, "it is so", "make it so"),)) == status
    assert capsys.readouterr().out.splitlines() == [f"{health:<8}thing  it is so", "               mend: make it so"]
