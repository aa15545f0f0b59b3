"""What of ours runs, and Prefect's own command line pointed at it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

from deployments import provision, server
from deployments.services import ServiceFailed


def lines() -> Iterator[str]:
    """One line for the server and one for the worker."""
    own = server.service().running()
    named = os.environ.get("PREFECT_API_URL", "")
    if named:
        yield f"server: {named} (named by PREFECT_API_URL){'' if server.answers(named) else ', does not answer'}"
    elif own is None:
        yield "server: not running; `testwright up` starts it"
    else:
        health = "" if server.answers(own.address) else ", does not answer yet"
        yield f"server: {own.address.removesuffix('/api')} (process {own.pid}){health}"
    worker = provision.worker().running()
    yield "worker: not running; `testwright up` starts it" if worker is None else f"worker: pool {provision.POOL} (process {worker.pid})"


def ask_prefect(words: Sequence[str]) -> int:
    """Run `prefect WORDS…` against our server; returns its exit status."""
    own = server.service().running()
    api = os.environ.get("PREFECT_API_URL") or (own and own.address)
    if not api:
        raise ServiceFailed("no Prefect server of ours is running; start it with `testwright up`, or set PREFECT_API_URL")
    return subprocess.run((sys.executable, "-m", "prefect", *words), env=server.child_environment(os.environ, api)).returncode
