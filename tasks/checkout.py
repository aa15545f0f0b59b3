"""Fetch a source into a workspace, as a task of its own."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks import sources
from testwright.model import Workspace


def _run_name(parameters: Mapping[str, Any]) -> str:
    """What the run is called: never with a password in it, always on one line."""
    return f"checkout {sources.shown(sources.redact(str(parameters['source'])))}"


@task(name="checkout", task_run_name=_run_name, cache_policy=NO_CACHE, persist_result=False)
def checkout(source: str, root: Path, skip: Sequence[Path] = ()) -> Workspace:
    """Check a source out into the folder `root`; `skip` are folders of ours that may lie inside it.

    Raises:
        InvalidCampaign: the source is of no kind that is served.
        CheckoutFailed: it could not be fetched or unpacked, or has no files.
    """
    return sources.checkout(source, root, skip)
