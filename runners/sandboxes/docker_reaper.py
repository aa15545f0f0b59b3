"""Removes what is left of controllers that died: now, at every start, and by a watcher that outlives its controller.

`python -m runners.sandboxes.docker_reaper SESSION` removes everything of one session; without one, everything whose controller is gone.
"""

import os
import subprocess
import sys
import time
from typing import Any

import docker  # type: ignore[import-untyped]

from runners.sandboxes.docker_profile import DEADLINE, LABEL
from runners.sandboxes.docker_shelves import remove

_ROUNDS = 10


def reap(api: Any, session: str = "") -> int:
    """Remove containers and volumes: of one session, or of all whose controller is gone or deadline has passed. Return how many."""
    label = f"{LABEL}={session}" if session else LABEL
    # The low-level lists: the others inspect each container, and break off when one goes away meanwhile.
    containers = [c for c in api.containers(all=True, filters={"label": label}) if session or _left(c["Labels"])]
    volumes = [v for v in api.volumes(filters={"label": label})["Volumes"] or [] if session or _left(v["Labels"])]
    remove(api, [container["Id"] for container in containers], [volume["Name"] for volume in volumes])
    return len(containers) + len(volumes)


def _left(labels: dict[str, str]) -> bool:
    """True when nobody needs it any more. A session names its process; another machine's we judge by the deadline alone."""
    if int(labels.get(DEADLINE, sys.maxsize)) < time.time():
        return True
    pid = labels[LABEL].partition("-")[0]
    return pid.isdigit() and not os.path.exists(f"/proc/{pid}")  # noqa: PTH110


def watch(session: str, host: str = "") -> None:
    """Start the watcher: its input ends when we do, however we end, and then it removes what is left."""
    script = 'cat >/dev/null; exec "$0" -m runners.sandboxes.docker_reaper "$1"'
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
    subprocess.Popen(
        ["sh", "-c", script, sys.executable, session],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=root,
        env={**os.environ, "DOCKER_HOST": host},
    )


def main() -> None:
    """Remove until nothing is left: an engine may still be starting what its client asked for."""
    session = sys.argv[1] if len(sys.argv) > 1 else ""
    api = docker.from_env(timeout=60).api
    quiet = 0
    for _ in range(_ROUNDS):
        quiet = 0 if reap(api, session) else quiet + 1
        if quiet == 2:
            return
        time.sleep(0.5)


if __name__ == "__main__":
    main()
