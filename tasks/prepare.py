"""Workspace → Environment: install its dependencies, in the sandbox. The only step with network."""

import fcntl
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from pydantic import TypeAdapter

from runners.languages import LANGUAGES
from runners.languages.base import Language
from runners.sandboxes.base import Sandbox
from runners.sandboxes.folders import remove, weight
from testwright.model import Environment, Workspace

ENVIRONMENT: TypeAdapter[Environment] = TypeAdapter(Environment)
LARGEST = 8 * 2**30
"""Bytes of an environment, looked at after each command: the folder lies on the disk of this machine."""


@task(task_run_name="prepare {workspace.name} ({language})", cache_policy=NO_CACHE)
def prepare(
    workspace: Workspace,
    language: str,
    paths: Sequence[str],
    sandbox: Sandbox,
    folder: Path,
    requirements: Sequence[str] = (),
    setup: Sequence[str] = (),
) -> Environment:
    """Make the environment of a workspace, or take the one that campaigns with the same manifests made before.

    Dependencies that cannot be installed are named in `Environment.notes`; the campaign goes on with what works.
    """
    module = LANGUAGES[language]
    images = {command.image for command in module.prepare(workspace, str(folder), requirements, setup)}
    key = environment_key(workspace, module, paths, [sandbox.identity(image) for image in sorted(images)], requirements, setup)
    place = folder / key
    ready = place / "environment.json"
    with alone(folder / f"{key}.lock"):
        if ready.exists():
            return ENVIRONMENT.validate_json(ready.read_bytes())
        place.mkdir(parents=True, exist_ok=True)
        outputs = []
        for command in module.prepare(workspace, str(place), requirements, setup):
            outputs.append(sandbox.run(command))
            if (size := weight(str(place))) > LARGEST:
                made = module.environment(workspace, str(place), key, outputs)
                remove(str(place))
                return replace(made, complete=False, usable=False, notes=(_too_large(size), *made.notes))
        environment = module.environment(workspace, str(place), key, outputs)
        if environment.complete:  # one that lacks something is tried again by the next campaign
            ready.write_bytes(ENVIRONMENT.dump_json(environment))
        return environment


def environment_key(
    workspace: Workspace,
    language: Language,
    paths: Sequence[str],
    identities: Sequence[str],
    requirements: Sequence[str],
    setup: Sequence[str],
) -> str:
    """Digest of all that decides what gets installed, and where it runs."""
    manifests = sorted(p for p in paths if any(fnmatch(p, pattern) for pattern in language.MANIFESTS))
    contents = [(p, hashlib.sha256((Path(workspace.root) / p).read_bytes()).hexdigest()) for p in manifests]
    parts = [language.NAME, language.VERSION, *identities, contents, list(requirements), list(setup)]
    return f"{language.NAME}-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]}"


def _too_large(size: int) -> str:
    return f"what was installed is over {LARGEST >> 30} GiB ({size >> 20} MiB) and was removed: install less, or leave extra packages out"


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Two campaigns never make one environment at once."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
