"""Report → files and artifacts: what a campaign leaves on disk and in the UI, and how far it is meanwhile."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

import httpx
from prefect import task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.exceptions import PrefectException

from tasks.reports.artifacts import artifact_tables, summary
from tasks.reports.words import inline
from tasks.reports.write import Written, write_report
from testwright.model import Report

_LOG = logging.getLogger("prefect.testwright")


@task(name="report", task_run_name="report", cache_policy=NO_CACHE)
def report(outcome: Report, folder: Path) -> Written:
    """Write every file of the report into the campaign's folder, then publish its tables."""
    written = write_report(outcome, folder)
    publish(written)
    return written


def publish(written: Written) -> None:
    """Artifacts with keys that are the same each time, so that the UI keeps their versions: `coverage-python`, `campaign-summary`."""
    for table in artifact_tables(written.report):
        _tell(create_table_artifact, table=table.rows, key=table.key, description=table.description)
    _tell(create_markdown_artifact, markdown=summary(written), key="campaign-summary", description=written.report.state)


class Progress:
    """How many files of one source are done, as an artifact that moves. Use as a context manager, inside a flow run.

    Several threads may move it. A server that does not answer, or is slow, never costs the campaign more than a warning and a second.
    """

    def __init__(self, total: int, key: str = "campaign-progress", pause: float = 1.0) -> None:
        self._total, self._key, self._pause = total, key, pause
        self._lock = threading.Lock()
        self._most = 0
        self._told = float("-inf")
        self._artifact: UUID | None = None

    def __enter__(self) -> "Progress":
        self._artifact = _tell(create_progress_artifact, progress=0.0, key=self._key, description=f"0 of {self._total:,} files")
        return self

    def move(self, done: int, description: str) -> None:
        """So many files are done; the last of them is described in one line. At most one update in a pause, and always the last one."""
        with self._lock:
            self._most = max(self._most, done)
            late = self._most >= self._total or time.monotonic() - self._told >= self._pause
            if self._artifact is None or not late:
                return
            self._told = time.monotonic()
            share = 100 * min(self._most / self._total, 1) if self._total else 100.0
            words = f"{self._most:,} of {self._total:,} files. {inline(description)}"
            _tell(update_progress_artifact, artifact_id=self._artifact, progress=share, description=words)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """The artifact stays."""


def _tell(say: Callable[..., Any], **what: Any) -> Any:
    """Call the server. A window that is closed must not cost the work behind it."""
    try:
        return say(**what)
    except (httpx.HTTPError, PrefectException) as error:
        _LOG.warning("The UI was not told (%s): %s", getattr(say, "__name__", "artifact"), inline(str(error), 300))
        return None
