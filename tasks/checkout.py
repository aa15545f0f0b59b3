"""Source → Workspace: fetch what the caller named."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from prefect import task

from tasks import sources
from tasks.persistence import ValueSerializer, key
from testwright.model import Workspace


def _run_name(parameters: dict[str, Any]) -> str:
    """What the run is called: never with a password in it, always on one line."""
    return f"checkout {sources.shown(sources.redact(str(parameters['source'])))}"


@task(
    name="checkout",
    task_run_name=cast(Any, _run_name),  # what is asked for is a callable with this one parameter
    cache_key_fn=key(lambda p: p["source"], lambda p: str(p["root"])),
    result_serializer=ValueSerializer(),
)
def checkout(source: str, root: str | Path, skip: Sequence[str | Path] = ()) -> Workspace:
    """Check a source out into the folder `root`; `skip` are folders of ours that may lie inside it.

    Raises:
        InvalidCampaign: the source is of no kind that is served.
        CheckoutFailed: it could not be fetched or unpacked, or has no files.
    """
    return sources.checkout(source, Path(root), [Path(place) for place in skip])
