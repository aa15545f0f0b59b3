"""The local Prefect server: SQLite, this machine only, started when PREFECT_API_URL names none."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from deployments import ports
from deployments.places import home
from deployments.services import Running, Service, ServiceFailed

FIRST_PORT = 4200
PORTS = 5
"""So many ports are tried that another program takes in the moment between finding and using them."""
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
        _wait(named)
        return Server(named, ours=False)
    found = _start(own, say)
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


def _start(own: Service, say: Callable[[str], None]) -> Running:
    """Our server once it answers. Another program may take its port before it does: then it gets another one."""
    lost: set[int] = set()
    for _ in range(PORTS):
        found = own.running()
        if found is None:
            say("Starting a local Prefect server ...")
            found = _begin(own, ports.free(_last_port(own), FIRST_PORT, lost))
        if _await(own, found):
            return found
        lost.add(ports.of(found.address))
    raise ServiceFailed(f"other programs took every port that was tried ({', '.join(map(str, sorted(lost)))}); try again")


def _begin(own: Service, port: int) -> Running:
    argv = (sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port))
    own.folder.mkdir(parents=True, exist_ok=True)
    (own.folder / "port").write_text(str(port))
    return own.start(argv, server_environment(os.environ, own.folder, port), own.folder, f"http://127.0.0.1:{port}/api")


def _await(own: Service, found: Running) -> bool:
    """Wait until our server answers. False when it is gone because its port was another's, or another one was started meanwhile."""
    deadline = time.monotonic() + PATIENCE
    while not _is_ours(found.address, own):
        now = own.running()
        if now is None and ports.TAKEN not in own.said():
            raise ServiceFailed(f"the Prefect server ended at once: {own.complaint()} (all of it: {own.log})")
        if now is None or now.pid != found.pid:
            return False
        if time.monotonic() > deadline:
            raise ServiceFailed(f"the Prefect server does not answer at {found.address}; its log is {own.log}; `testwright down` stops it")
        time.sleep(0.2)
    return True


def _wait(named: str) -> None:
    deadline = time.monotonic() + NAMED_PATIENCE
    while not answers(named):
        if time.monotonic() > deadline:
            raise ServiceFailed(f"the Prefect server that PREFECT_API_URL names ({named}) does not answer; start or unset it")
        time.sleep(0.2)


def answers(api: str) -> bool:
    """Whether a Prefect server is well at this address."""
    try:
        return httpx.get(f"{api.rstrip('/')}/health", timeout=10).is_success
    except httpx.HTTPError:
        return False


def _is_ours(api: str, own: Service) -> bool:
    """Whether what answers there is our server, and not one that took the port from it: each has a home of its own."""
    try:
        answer = httpx.get(f"{api}/admin/settings", timeout=10)
        home_of_it = answer.json()["home"] if answer.is_success else ""
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return False
    return isinstance(home_of_it, str) and Path(home_of_it).resolve() == (own.folder / "home").resolve()


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
