"""Report → files and artifacts: what a campaign leaves on disk and in the UI, and how far it is meanwhile."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
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
    """A progress artifact that moves while files are done. Safe to move from several threads.

    What is expected may grow as sources are measured; the bar never goes back. At most one update a second reaches the server.
    """

    def __init__(self, key: str = "campaign-progress", pause: float = 1.0) -> None:
        self._lock = threading.Lock()
        self._pause = pause
        self._expected = self._done = 0
        self._shown = self._told = 0.0
        self._artifact: UUID | None = _tell(create_progress_artifact, progress=0.0, key=key, description="looking for files")

    def expect(self, files: int) -> None:
        """So many more files will be done."""
        with self._lock:
            self._expected += files
            self._move(f"{self._done:,} of {self._expected:,} files")

    def advance(self, last: str = "") -> None:
        """One more file is done: this one."""
        with self._lock:
            self._done += 1
            self._move(f"{self._done:,} of {self._expected:,} files" + (f", last {inline(last, 120)}" if last else ""))

    def finish(self, words: str = "done") -> None:
        """The campaign is at its end."""
        with self._lock:
            self._done = max(self._done, self._expected, 1)
            self._expected = self._done
            self._move(words, now=True)

    def _move(self, words: str, *, now: bool = False) -> None:
        if self._artifact is None or (not now and time.monotonic() - self._told < self._pause):
            return
        self._told = time.monotonic()
        self._shown = max(self._shown, 100 * min(self._done / max(self._expected, 1), 1))
        _tell(update_progress_artifact, artifact_id=self._artifact, progress=round(self._shown, 1), description=words)


def _tell(say: Callable[..., Any], **what: Any) -> Any:
    """Call the server. A window that is closed must not cost the work behind it."""
    try:
        return say(**what)
    except (httpx.HTTPError, PrefectException) as error:
        _LOG.warning("The UI was not told (%s): %s", getattr(say, "__name__", "artifact"), inline(str(error), 300))
        return None
