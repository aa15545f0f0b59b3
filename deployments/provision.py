"""What `testwright up` sets up: a server, a process work pool, a worker for it, and the deployments of prefect.yaml."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from deployments import server
from deployments.places import ROOT, home
from deployments.services import Service, ServiceFailed

POOL = "testwright"
RUNS_AT_ONCE = 2
"""Flow runs of one worker; each campaign brings its own parallel files."""


@dataclass(frozen=True, slots=True)
class Provision:
    """What is up."""

    server: server.Server
    deployments: tuple[str, ...]


def worker() -> Service:
    """Our worker as a background service."""
    return Service("worker", home() / "prefect")


def up(say: Callable[[str], None]) -> Provision:
    """Start what is missing; may be called again at any time."""
    found = server.ensure(say)
    _pool()
    say("Registering the deployments ...")
    _deploy(found.api)
    _worker(found.api)
    return Provision(found, _deployed())


def down() -> tuple[str, ...]:
    """Stop the worker and its runs, then the server; returns the names of what was stopped."""
    return tuple(own.name for own in (worker(), server.service()) if own.stop())


def _pool() -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectNotFound
    from prefect.workers.process import ProcessWorker

    with get_client(sync_client=True) as client:
        try:
            client.read_work_pool(POOL)
        except ObjectNotFound:
            template = ProcessWorker.get_default_base_job_template()
            client.create_work_pool(WorkPoolCreate(name=POOL, type=ProcessWorker.type, base_job_template=template))


def _deploy(api: str) -> None:
    argv = (sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all")
    done = subprocess.run(
        argv, cwd=ROOT, env=server.child_environment(os.environ, api), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise ServiceFailed(f"the deployments of prefect.yaml could not be registered: {' '.join(lines[-3:])}")


def _worker(api: str) -> None:
    argv = (
        sys.executable,
        "-m",
        "prefect",
        "worker",
        "start",
        "--pool",
        POOL,
        "--type",
        "process",
        "--name",
        POOL,
        "--limit",
        str(RUNS_AT_ONCE),
    )
    own = worker()
    running = own.running()
    if running is not None and running.address != api:
        own.stop()  # it works for a server that is no longer ours
    own.start(argv, server.child_environment(os.environ, api), ROOT, api)


def _deployed() -> tuple[str, ...]:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName

    with get_client(sync_client=True) as client:
        found = client.read_deployments(flow_filter=FlowFilter(name=FlowFilterName(any_=["campaign"])))
    return tuple(sorted(f"campaign/{deployment.name}" for deployment in found))
