"""The local Prefect server: SQLite, this machine only, started when PREFECT_API_URL names none."""

import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from deployments.places import home
from deployments.services import Running, Service, ServiceFailed

FIRST_PORT = 4200
PATIENCE = 120.0
"""Seconds until a server must answer; making its database took 4 to 21 seconds on two cores."""

NAMED_PATIENCE = 15.0
"""Seconds for a server that somebody else started."""


@dataclass(frozen=True, slots=True)
class Server:
    """A Prefect server that answers."""

    api: str
    ours: bool
    """Started by us, so `testwright down` stops it."""

    @property
    def ui(self) -> str:
        """Address of its start page."""
        return self.api.removesuffix("/api")


def service(folder: Path | None = None) -> Service:
    """Our server as a background service."""
    return Service("server", (folder or home()) / "prefect")


def ensure(say: Callable[[str], None] = lambda line: None, folder: Path | None = None) -> Server:
    """The server that Prefect's settings name, else the local one, started when it does not run."""
    own = service(folder)
    found = own.running()
    named = configured()
    if named and (found is None or named != found.address):
        _wait(
            named,
            lambda: None,
            NAMED_PATIENCE,
            f"the Prefect server that PREFECT_API_URL names ({named}) does not answer; start or unset it",
        )
        return Server(named, ours=False)
    if found is None:
        say("Starting a local Prefect server ...")
        found = _start(own)
    _await(own, found)
    _use(found.address)
    return Server(found.address, ours=True)


def configured() -> str | None:
    """The API address of the environment or of the user's active Prefect profile."""
    from prefect.settings import get_current_settings

    return get_current_settings().api.url


def child_environment(environ: Mapping[str, str], api: str) -> dict[str, str]:
    """For a worker: what the caller has, without one setting of the server, which a worker would hand on to what it starts."""
    kept = {name: value for name, value in environ.items() if not name.startswith("PREFECT_SERVER_")}
    return {**kept, "PREFECT_API_URL": api, "DO_NOT_TRACK": "1"}


def server_environment(environ: Mapping[str, str], folder: Path, port: int) -> dict[str, str]:
    """For the server: nothing of the caller's Prefect, its own home, and only this machine may ask it."""
    kept = {name: value for name, value in environ.items() if not name.startswith("PREFECT_")}
    address = f"http://127.0.0.1:{port}"
    recorder = "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER"
    return {
        **kept,
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(folder / "home"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_UI_API_URL": f"{address}/api",  # else the UI asks port 4200, whatever the port is
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",  # else any page in the user's browser could start a run
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": address,
        f"{recorder}_BATCH_SIZE": "100",  # one by one, task runs appear several seconds late
        f"{recorder}_READ_BATCH_SIZE": "100",
        f"{recorder}_FLUSH_INTERVAL": "1",
    }


def _start(own: Service) -> Running:
    port = _free_port(_last_port(own))
    argv = (sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port))
    own.folder.mkdir(parents=True, exist_ok=True)
    (own.folder / "port").write_text(str(port))
    return own.start(argv, server_environment(os.environ, own.folder, port), own.folder, f"http://127.0.0.1:{port}/api")


def _await(own: Service, found: Running) -> None:
    def check() -> None:
        if own.running() is None:
            raise ServiceFailed(f"the Prefect server ended at once: {own.complaint()} (all of it: {own.log})")

    _wait(
        found.address,
        check,
        PATIENCE,
        f"the Prefect server does not answer at {found.address}; its log is {own.log}; `testwright down` stops it",
    )


def _wait(api: str, check: Callable[[], None], seconds: float, complaint: str) -> None:
    deadline = time.monotonic() + seconds
    while not answers(api):
        check()
        if time.monotonic() > deadline:
            raise ServiceFailed(complaint)
        time.sleep(0.2)


def answers(api: str) -> bool:
    """Whether a Prefect server is well at this address."""
    try:
        return httpx.get(f"{api.rstrip('/')}/health", timeout=5).is_success
    except httpx.HTTPError:
        return False


def _use(api: str) -> None:
    """Make this process's Prefect ask that server."""
    from prefect.context import refresh_global_settings_context

    os.environ["PREFECT_API_URL"] = api
    refresh_global_settings_context()


def _last_port(own: Service) -> int:
    """The port of last time, so that an open page of the UI stays right."""
    try:
        return int((own.folder / "port").read_text())
    except (OSError, ValueError):
        return FIRST_PORT


def _free_port(wanted: int) -> int:
    for port in (wanted, *range(FIRST_PORT, FIRST_PORT + 100), 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServiceFailed("no free port on 127.0.0.1")
