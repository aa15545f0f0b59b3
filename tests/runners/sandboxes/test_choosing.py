"""Which sandbox is taken, and what is said when none can be."""

import os
import sys
from pathlib import Path

import pytest

from runners.sandboxes import SANDBOXES, choose
from runners.sandboxes.process import ProcessSandbox
from runners.sandboxes.selfcheck import PROMISES, verify
from tests.runners.sandboxes.conftest import open_box
from testwright.errors import SandboxUnavailable
from testwright.model import Command, Ending, Limits


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without bubblewrap and without an engine."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")


@pytest.mark.usefixtures("nothing_installed")
def test_auto_never_falls_to_process_and_says_what_to_install() -> None:
    with pytest.raises(SandboxUnavailable, match="install Docker or bubblewrap") as refusal:
        choose("auto")
    assert "\n" not in str(refusal.value)


@pytest.mark.usefixtures("nothing_installed")
@pytest.mark.parametrize(("name", "words"), [("bubblewrap", "apt-get install bubblewrap"), ("docker", "no Docker engine answers at unix:")])
def test_a_sandbox_asked_for_by_name_says_what_is_missing(name: str, words: str) -> None:
    with pytest.raises(SandboxUnavailable, match=words) as refusal:
        choose(name)
    assert "\n" not in str(refusal.value)


def test_auto_takes_bubblewrap_where_no_engine_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        choose("bubblewrap")
    except SandboxUnavailable as reason:
        pytest.skip(str(reason))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    assert choose("auto").name == "bubblewrap"


def test_an_unknown_sandbox_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(SandboxUnavailable, match="docker, bubblewrap, process"):
        choose("chroot")
    assert list(SANDBOXES) == ["docker", "bubblewrap", "process"]


def test_process_says_what_it_does_not_protect() -> None:
    lines = choose("process").check()
    assert sum(line.startswith("NOT protected") for line in lines) >= 3


def test_the_self_check_sees_that_a_plain_process_holds_nothing() -> None:
    with pytest.raises(SandboxUnavailable) as refusal:
        verify(ProcessSandbox(), sys.executable)
    broken = [name for name, promise in PROMISES.items() if promise in str(refusal.value)]
    # Not the network: this machine may have none.
    expected = {"calls", "system", "storage", "processes", "inheritance", "foreign calls"}
    if os.geteuid() == 0:
        expected |= {"privileges", "secrets"}
    assert expected <= set(broken), refusal.value
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["process", "bubblewrap", pytest.param("docker", marks=pytest.mark.docker)])
def test_the_operators_bounds_hold_in_every_sandbox(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    open_box(name)
    for variable, value in {"RUNNER_TIMEOUT_SECS": "3", "RUNNER_MEM_LIMIT": "100m", "RUNNER_CPU_LIMIT": "0.5"}.items():
        monkeypatch.setenv(variable, value)
    sandbox = choose(name)
    hungry = "x = b''\nwhile len(x) < 1 << 29: x += b'x' * (1 << 24)\nimport time; time.sleep(2); print('had it')"

    assert sandbox.run(Command(("sleep", "30"), Limits(seconds=60))).ending is Ending.TIMEOUT
    output = sandbox.run(Command(("/usr/bin/python3", "-c", hungry), Limits(seconds=60, memory=2048, scratch=16)))
    assert (output.ending is Ending.OUT_OF_MEMORY) or b"MemoryError" in output.stderr, output


@pytest.mark.parametrize("name", ["process", "bubblewrap"])
@pytest.mark.parametrize("variable", ["RUNNER_TIMEOUT_SECS", "RUNNER_MEM_LIMIT", "RUNNER_CPU_LIMIT"])
def test_a_bound_that_means_nothing_is_refused_in_every_sandbox(name: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "much")
    with pytest.raises(SandboxUnavailable, match=f"{variable} is 'much'"):
        choose(name)
