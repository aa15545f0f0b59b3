"""What is particular to Docker: settings, refusals, the reaper, and an engine that fails in the middle."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runners.images.build import NAMES
from runners.sandboxes import docker_profile
from runners.sandboxes.docker import DockerSandbox
from runners.sandboxes.docker_profile import box, user
from runners.sandboxes.docker_reaper import reap
from runners.sandboxes.docker_settings import DockerSettings
from tests.runners.sandboxes.conftest import open_box
from testwright.errors import SandboxUnavailable
from testwright.model import Command, Ending, Limits

# ---- settings: no engine needed ----------------------------------------------------------------------------------


def test_limits_of_the_operator_bring_down_those_of_a_command() -> None:
    settings = DockerSettings.from_environment({"RUNNER_CPU_LIMIT": "0.5", "RUNNER_MEM_LIMIT": "256m", "RUNNER_TIMEOUT_SECS": "10"})
    bounded = settings.bound(Limits(seconds=60, memory=1024, cpus=2))
    assert (bounded.seconds, bounded.memory, bounded.cpus) == (10, 256, 0.5)
    assert settings.bound(Limits(seconds=5, memory=64, cpus=0.25)) == Limits(seconds=5, memory=64, cpus=0.25)


@pytest.mark.parametrize(
    ("text", "mebibytes"), [("512m", 512), ("2g", 2048), ("1.5G", 1536), ("1GiB", 1024), ("536870912", 512), ("65536k", 64)]
)
def test_sizes_are_read_as_docker_writes_them(text: str, mebibytes: int) -> None:
    assert DockerSettings.from_environment({"RUNNER_MEM_LIMIT": text}).memory == mebibytes


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RUNNER_MEM_LIMIT", "lots"),
        ("RUNNER_MEM_LIMIT", "1m"),
        ("RUNNER_CPU_LIMIT", "-1"),
        ("RUNNER_CPU_LIMIT", "0"),
        ("RUNNER_TIMEOUT_SECS", "soon"),
        ("RUNNER_TIMEOUT_SECS", "nan"),
        ("TESTWRIGHT_RUNTIME", "chroot"),
    ],
)
def test_a_setting_that_means_nothing_is_refused(name: str, value: str) -> None:
    with pytest.raises(SandboxUnavailable, match=name):
        DockerSettings.from_environment({name: value})


def test_the_shell_of_a_container_is_given_nothing_but_arguments() -> None:
    command = Command(("$(id)", "; id"), cwd="`id`", copies={"$(id)": "/somewhere"}, reads=("/usr", "/somewhere"))
    request = box(command, command.limits, "image", "volume", 16, DockerSettings(), {})
    shell, flag, script, *arguments = request["Entrypoint"]
    assert (shell, flag) == ("sh", "-c")
    assert "id)" not in script
    assert arguments == ["sh", "65.0", "`id`", "1", "$(id)", "$(id)", "; id"]
    assert request["User"] == "{}:{}".format(*user())
    assert [mount["Target"] for mount in request["HostConfig"]["Mounts"]] == ["/box", "/somewhere", "/copies/0"]


# ---- with an engine ----------------------------------------------------------------------------------------------


@pytest.fixture
def sandbox() -> Iterator[DockerSandbox]:
    """A sandbox of its own, removed afterwards."""
    open_box("docker")
    sandbox = DockerSandbox()
    yield sandbox
    sandbox.close()


def labelled(sandbox: DockerSandbox) -> list[str]:
    chosen = ["--filter", f"label=testwright.sandbox={sandbox._session}", "-q"]
    lists = [["docker", "ps", "-a", *chosen], ["docker", "volume", "ls", *chosen]]
    return [line for argv in lists for line in subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()]


@pytest.mark.docker
def test_the_image_that_a_command_uses_decides_its_identity_and_is_told() -> None:
    sandbox = open_box("docker").sandbox
    python, node = sandbox.identity(), sandbox.identity("node")

    assert python != node
    assert {name: f"docker-{digest}" for name, digest in sandbox.images.items()} == {"testwright-node": node, "testwright-python": python}
    assert all(digest.startswith("sha256:") for digest in sandbox.images.values())


@pytest.mark.docker
def test_a_runtime_that_the_engine_does_not_know_is_an_error() -> None:
    open_box("docker")
    with pytest.raises(SandboxUnavailable, match="does not know the runtime 'kata'"):
        DockerSandbox(DockerSettings(runtime="kata")).check()


@pytest.mark.docker
@pytest.mark.parametrize("variables", [{"TESTWRIGHT_RUNTIME": "runc"}, {"TESTWRIGHT_USERNS": "host"}], ids=["runtime", "userns"])
def test_a_runtime_and_user_namespaces_are_set_on_every_container(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    open_box("docker")
    asked: list[dict[str, Any]] = []
    for name in ("box", "keeper"):
        real = getattr(docker_profile, name)
        monkeypatch.setattr(docker_profile, name, lambda *given, real=real: asked.append(real(*given)) or asked[-1])
    sandbox = DockerSandbox(DockerSettings.from_environment(variables))
    try:
        assert sandbox.run(Command(("id", "-u"))).exit_code == 0
    finally:
        sandbox.close()

    wanted = {"Runtime": "runc"} if "TESTWRIGHT_RUNTIME" in variables else {"UsernsMode": "host"}
    assert len(asked) >= 2
    assert all(wanted.items() <= request["HostConfig"].items() for request in asked)


@pytest.mark.docker
def test_an_image_that_is_missing_is_an_error_that_says_how_to_make_it() -> None:
    open_box("docker")
    with pytest.raises(SandboxUnavailable, match="make images"):
        DockerSandbox(DockerSettings(image="testwright-no-such-image")).check()


@pytest.mark.docker
def test_an_image_with_volumes_is_refused() -> None:
    open_box("docker")
    recipe = b"FROM testwright-python\nVOLUME /data\n"
    subprocess.run(["docker", "build", "-q", "-t", "testwright-test-volume", "-"], input=recipe, capture_output=True, check=True)
    try:
        with pytest.raises(SandboxUnavailable, match="volumes"):
            DockerSandbox(DockerSettings(image="testwright-test-volume")).check()
    finally:
        subprocess.run(["docker", "rmi", "-f", "testwright-test-volume"], capture_output=True, check=True)


@pytest.mark.docker
def test_a_command_that_needs_an_image_that_is_missing_says_so(sandbox: DockerSandbox) -> None:
    output = sandbox.run(Command(("true",), image="no-such-tools"))
    assert output.ending is Ending.INFRASTRUCTURE
    assert output.reason == "the image testwright-no-such-tools is missing; make it with `make images`"
    assert sandbox.run(Command(("true",))).exit_code == 0


@pytest.mark.docker
def test_every_image_runs_as_nobody_in_particular_and_can_write_to_its_box_alone(sandbox: DockerSandbox) -> None:
    for name in NAMES:
        output = sandbox.run(Command(("sh", "-c", "id -u; touch x && echo own; touch /opt/testwright/x"), image=name))
        assert output.stdout.split()[1:] == [b"own"], name
        assert output.stdout.split()[0] != b"0"
        assert output.exit_code == 1
        assert b"Read-only file system" in output.stderr


@pytest.mark.docker
def test_operator_limits_hold_in_the_container() -> None:
    open_box("docker")
    sandbox = DockerSandbox(DockerSettings(seconds=1.0, memory=64))
    try:
        began = time.monotonic()
        assert sandbox.run(Command(("sleep", "60"), Limits(seconds=60))).ending is Ending.TIMEOUT
        assert time.monotonic() - began < 30
    finally:
        sandbox.close()


@pytest.mark.docker
def test_a_command_that_asks_for_more_processors_than_there_are_gets_those_there_are(sandbox: DockerSandbox) -> None:
    assert sandbox.run(Command(("true",), Limits(cpus=512))).exit_code == 0


@pytest.mark.docker
def test_a_container_that_nobody_stops_stops_itself(sandbox: DockerSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_wait", lambda container, limits: (int(sandbox._api.wait(container, timeout=60)["StatusCode"]), ""))
    output = sandbox.run(Command(("sh", "-c", "trap '' TERM; setsid sleep 300 & sleep 300"), Limits(seconds=1)))
    assert output.ending is Ending.TIMEOUT
    assert output.seconds < 30


@pytest.mark.docker
def test_a_lost_keeper_costs_one_retry_and_no_result(sandbox: DockerSandbox) -> None:
    assert sandbox.run(Command(("true",))).exit_code == 0
    for rack in sandbox._shelves._racks:
        sandbox._api.kill(rack._container, "SIGKILL")
    output = sandbox.run(Command(("cat", "given"), files={"given": b"still here"}))
    assert (output.ending, output.stdout) == (Ending.EXITED, b"still here")


@pytest.mark.docker
def test_a_container_removed_under_our_hands_is_tried_again_and_never_read_as_a_failure(sandbox: DockerSandbox) -> None:
    sandbox.run(Command(("true",)))
    removed: list[str] = []

    def remove_the_first() -> None:
        while not removed:
            for container in sandbox._api.containers(filters={"label": [f"testwright.sandbox={sandbox._session}", "testwright.deadline"]}):
                sandbox._api.remove_container(container["Id"], force=True)
                removed.append(container["Id"])
                return

    remover = threading.Thread(target=remove_the_first)
    remover.start()
    output = sandbox.run(Command(("sh", "-c", "sleep 2; echo whole")))
    remover.join()
    assert len(removed) == 1
    assert (output.ending, output.exit_code, output.stdout) == (Ending.EXITED, 0, b"whole\n")


@pytest.mark.docker
def test_a_folder_that_is_missing_is_infrastructure_with_its_name(sandbox: DockerSandbox, tmp_path: Path) -> None:
    output = sandbox.run(Command(("true",), reads=(f"{tmp_path}/no-such-folder",)))
    assert output.ending is Ending.INFRASTRUCTURE
    assert "no-such-folder" in output.reason


@pytest.mark.docker
def test_the_reaper_removes_what_a_dead_controller_left_and_nothing_else(sandbox: DockerSandbox) -> None:
    sandbox.run(Command(("true",)))
    dead = {"testwright.sandbox": "4194304-dead"}  # above the largest process number there is
    late = {"testwright.sandbox": sandbox._session, "testwright.deadline": "1"}
    for name, labels in (("testwright-test-dead", dead), ("testwright-test-late", late)):
        sandbox._api.create_volume(name, labels=labels)
    container = sandbox._api.create_container_from_config({"Image": sandbox._image, "Entrypoint": ["sleep", "99"], "Labels": dead})["Id"]
    sandbox._api.start(container)
    kept = set(labelled(sandbox)) - {"testwright-test-late"}
    assert sandbox.reap() >= 3
    assert set(labelled(sandbox)) == kept
    assert sandbox.run(Command(("true",))).exit_code == 0


@pytest.mark.docker
def test_what_a_campaign_makes_has_its_name_on_it_and_the_reaper_takes_it_all_the_same() -> None:
    open_box("docker")
    sandbox = DockerSandbox(DockerSettings(campaign="20261124-101500-a1b2"))
    try:
        running = threading.Thread(target=sandbox.run, args=(Command(("sleep", "5")),))
        running.start()
        name = {"label": ["testwright.campaign=20261124-101500-a1b2"]}
        deadline = time.monotonic() + 30
        while len(sandbox._api.containers(filters=name)) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        boxes = sandbox._api.containers(filters=name)
        assert sum("testwright.deadline" in box["Labels"] for box in boxes) == 1
        assert len(boxes) == 2  # the box and the keeper
        assert len(sandbox._api.volumes(filters=name)["Volumes"]) == 8
        running.join()
        assert reap(sandbox._api, sandbox._session) == 9
        assert sandbox._api.volumes(filters=name)["Volumes"] in (None, [])
    finally:
        sandbox.close()


@pytest.mark.docker
def test_closing_leaves_nothing(sandbox: DockerSandbox) -> None:
    sandbox.run(Command(("true",)))
    assert labelled(sandbox)
    sandbox.close()
    assert labelled(sandbox) == []


@pytest.mark.docker
def test_a_private_folder_of_root_is_opened_to_the_box_alone(sandbox: DockerSandbox, tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("only root's folders need opening")
    tmp_path.chmod(0o700)
    (tmp_path / "file").write_text("read")
    assert sandbox.run(Command(("cat", f"{tmp_path}/file"), reads=(str(tmp_path),))).stdout == b"read"
    assert tmp_path.stat().st_mode & 0o777 == 0o750
