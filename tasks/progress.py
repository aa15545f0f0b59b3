"""The progress artifact of a campaign: a bar in the Prefect UI that moves."""

from types import TracebackType
from typing import cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact


class Progress:
    """How many files of one source are done. Use as a context manager, inside a flow run."""

    def __init__(self, total: int) -> None:
        self._total = total

    def __enter__(self) -> "Progress":
        self._artifact = cast(UUID, create_progress_artifact(0.0, key="campaign-progress", description=f"0 of {self._total} files"))
        return self

    def move(self, done: int, description: str) -> None:
        """So many files are done; the last of them is described in one line."""
        update_progress_artifact(self._artifact, 100 * done / self._total, description=f"{done} of {self._total} files. {description}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """The artifact stays."""
