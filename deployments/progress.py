"""A live view of a campaign: a bar in a terminal, plain lines elsewhere. It reads the events that the campaign appends to its folder."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

EVERY = 0.25
"""Seconds between two looks at the file."""
Event = dict[str, Any]


class View(Protocol):
    """How events are shown."""

    def show(self, event: Event) -> None:
        """Show one event."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class Bar:
    """One moving line."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            BarColumn(30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("preparing", total=None)
        self._progress.start()

    def show(self, event: Event) -> None:
        """Move the bar, and say what was last done."""
        total = event.get("total")
        self._progress.update(self._task, completed=event.get("done"), total=total, description=describe(event))

    def close(self) -> None:
        """Take the line away."""
        self._progress.stop()


class Lines:
    """One plain line for each event that says something new."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = ""

    def show(self, event: Event) -> None:
        """Print it."""
        count = f"{event['done']}/{event['total']} " if "done" in event and "total" in event else ""
        line = f"{count}{describe(event)}".strip()
        if line and line != self._last:
            self._last = line
            self._console.print(line, markup=False)

    def close(self) -> None:
        """Nothing to put back."""


class Follower:
    """Follows the campaign of one flow run while a `with` block runs it."""

    def __init__(self, campaigns: Path, console: Console, resumed: str = "") -> None:
        self._campaigns = campaigns
        self._view: View = Bar(console) if console.is_terminal else Lines(console)
        self._run = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="progress", daemon=True)
        self._offset = 0
        self.campaign = resumed
        """ID of the campaign, once it is known."""

    def begin(self, run: str) -> None:
        """The flow run whose campaign is to be followed."""
        self._run = run

    def __enter__(self) -> "Follower":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join(timeout=5)
        self._view.close()

    def _follow(self) -> None:
        path: Path | None = None
        while True:
            last = self._ended.is_set()
            path = path or self._find()
            for event in self._news(path) if path else ():
                self._view.show(event)
            if last:
                return
            self._ended.wait(EVERY)

    def _find(self) -> Path | None:
        """The events of the folder whose campaign says that it is our run."""
        if not self._run:
            return None
        for path in self._campaigns.glob(f"{self.campaign or '*'}/events.jsonl"):
            needle = f'"{self._run}"'
            if needle in path.read_text(encoding="utf-8", errors="replace"):
                self.campaign = path.parent.name
                self._offset = _last_start(path, needle)
                return path
        return None

    def _news(self, path: Path) -> Iterator[Event]:
        with path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return  # it is being written
                self._offset += len(line)
                try:
                    event = json.loads(line)
                except ValueError:
                    continue
                if isinstance(event, dict):
                    yield event


def describe(event: Event) -> str:
    """What an event says, for a person."""
    words = [str(event[name]) for name in ("file", "step", "state") if event.get(name)]
    return ": ".join(words)


def _last_start(path: Path, needle: str) -> int:
    """Where the lines of this run begin: a resumed campaign has older ones."""
    offset = 0
    for line in path.read_bytes().splitlines(keepends=True):
        if needle.encode() in line:
            return offset
        offset += len(line)
    return offset
