"""Background services: one of a name, known to run or not, and stopped for sure."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployments.services import Running, Service

SLEEP = "import time; time.sleep(600)"
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"])
open("child", "w").write(str(child.pid))
time.sleep(600)
"""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    own = Service("napper", tmp_path / "state")
    yield own
    own.stop(patience=0.5)


def start(service: Service, program: str, address: str = "here") -> Running:
    return service.start((sys.executable, "-c", program), os.environ, service.folder.parent, address)


def eventually(true: Callable[[], object]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_service_that_was_never_started_is_not_running_and_stopping_it_says_so(service: Service) -> None:
    assert service.running() is None
    assert service.stop() is False


def test_a_started_service_is_known_to_run_with_its_address(service: Service) -> None:
    started = start(service, SLEEP, "http://127.0.0.1:1")

    assert service.running() == started
    assert started.address == "http://127.0.0.1:1"


def test_starting_again_returns_the_one_that_runs(service: Service) -> None:
    assert start(service, SLEEP).pid == start(service, SLEEP).pid


def test_many_starts_at_once_start_one(service: Service) -> None:
    pids: list[int] = []
    threads = [threading.Thread(target=lambda: pids.append(start(service, SLEEP).pid)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(pids) == 8
    assert len(set(pids)) == 1


def test_a_killed_service_is_not_running_even_though_its_note_is_there(service: Service) -> None:
    started = start(service, SLEEP)
    os.kill(started.pid, signal.SIGKILL)

    assert eventually(lambda: service.running() is None)
    assert (service.folder / "napper.json").exists()


def test_stop_ends_a_service_and_its_children_that_ignore_the_polite_signal(service: Service) -> None:
    started = start(service, STUBBORN)
    note = service.folder.parent / "child"
    assert eventually(lambda: note.exists() and note.read_text())
    child = int(note.read_text())

    assert service.stop(patience=0.5) is True
    assert service.running() is None
    assert not alive(started.pid)
    assert not alive(child)


def test_the_complaint_of_a_service_that_failed_is_the_last_line_of_its_log(service: Service) -> None:
    start(service, "import sys; sys.exit('the port is taken')")

    assert eventually(lambda: service.running() is None)
    assert service.complaint() == "the port is taken"
