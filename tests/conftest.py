"""What every test may rely on: nothing of this user is read or written, no model is named, no Prefect server runs unless asked for."""

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_MARK = "testwright-tests-"
for _left in Path(tempfile.gettempdir()).glob(f"{_MARK}[0-9]*-*"):  # of test runs that were killed
    if Path("/proc/self").exists() and not Path("/proc", _left.name.removeprefix(_MARK).partition("-")[0]).exists():
        shutil.rmtree(_left, ignore_errors=True)
_PRIVATE = tempfile.mkdtemp(prefix=f"{_MARK}{os.getpid()}-")


def _leave_nothing() -> None:
    """A test that runs the command line starts a server, which outlives it."""
    from deployments import provision

    provision.down()
    shutil.rmtree(_PRIVATE, ignore_errors=True)


atexit.register(_leave_nothing)
for _name in [name for name in os.environ if name.startswith(("PREFECT_", "LLM_", "OPENAI_"))]:
    del os.environ[_name]
# Prefect reads these when it is first imported, so a fixture would come too late.
os.environ.update(
    PREFECT_HOME=f"{_PRIVATE}/prefect",
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL="CRITICAL",
    DO_NOT_TRACK="1",
    TESTWRIGHT_HOME=f"{_PRIVATE}/testwright",
)
from tests import commands  # noqa: E402, F401  # keeps this environment for all commands that tests start


@pytest.fixture(scope="module", autouse=True)
def _environment_left_as_found() -> Iterator[None]:
    """Starting a server makes this process ask it; the next module's commands must not look for one that has ended."""
    before = os.environ.copy()
    yield
    os.environ.clear()
    os.environ.update(before)
    if "prefect" in sys.modules:
        from prefect.context import refresh_global_settings_context

        refresh_global_settings_context()


@pytest.fixture(scope="module")
def prefect_server() -> None:
    """The one real server that every campaign of these tests tells; it takes ten seconds once, and knows what other tests told it."""
    from deployments import server

    server.ensure()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A Docker test is skipped where no engine answers, unless this machine has to have one."""
    if item.get_closest_marker("docker") and not _docker_answers():
        message = "no Docker engine answers"
        if os.environ.get("TESTWRIGHT_REQUIRE_DOCKER") == "1":
            pytest.fail(f"{message}, and TESTWRIGHT_REQUIRE_DOCKER=1 says that one must")
        pytest.skip(message)


@functools.cache
def _docker_answers() -> bool:
    try:
        return subprocess.run(["docker", "info"], capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
