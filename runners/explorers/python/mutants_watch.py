"""The parent's side of the mutant phase: starts it, watches it, and adds its kills to what was observed."""

from __future__ import annotations

import json
import os
from typing import Any

RESERVE = 0.14
"""Share of the time that is left for observing the new cases."""
LEAST = 1.0
"""A phase shorter than this is not begun."""
SILENCE = 5.0
"""Seconds without a sign of life after which it is begun again without the mutant that hangs."""
RESTARTS = 8


class MutantWatch:
    """The mutant phase of one exploration."""

    def __init__(self, parent: Any) -> None:
        self.parent = parent
        self.skip: list[str] = []
        self.restarts = 0
        self.executed = 0
        self.process: Any = None
        self._start()

    @property
    def over(self) -> bool:
        """Whether it ended, or was never begun."""
        return self.process is None

    def _start(self) -> None:
        parent = self.parent
        seconds = parent.seconds * (1 - RESERVE) - parent.elapsed()
        if seconds >= LEAST and "failed" not in parent.final and parent.batches():
            self.process = parent.start_mutants(seconds, self.skip, self.executed)
        else:
            parent.cut = parent.cut or seconds < LEAST
            self._said()

    def _said(self) -> None:
        """Hand the new cases to the observers, and tell them that no more will come."""
        folder, number = self.parent.folder, len(self.parent.batches()) + 1
        new = os.path.join(folder, "new.jsonl")
        if os.path.exists(new):
            os.rename(new, os.path.join(folder, f"batch-{number:03d}.jsonl"))
        with open(os.path.join(folder, "said.json"), "w", encoding="utf-8") as file:
            json.dump({}, file)

    def watch(self) -> None:
        """Look after it: its end, its silence, its death, the end of its time."""
        if self.process is None:
            return
        status = self.process.process.poll()
        late = self.parent.elapsed() > self.parent.seconds * (1 - RESERVE / 2)
        if status is None and not late and self.process.silent() < self.parent.patience(SILENCE):
            return
        running = self.process.last[1]
        self.executed += self.process.last[0]
        self.parent.cut = self.parent.cut or late
        died = status != 0 and not late
        self.stop()
        self.process = None
        if died and running and self.restarts < RESTARTS:
            self.restarts += 1
            self.skip.append(str(running))
            self._start()
        else:
            self._said()

    def stop(self) -> None:
        """End it, if it still runs."""
        if self.process is not None:
            self.process.kill()

    def total(self) -> int:
        """Add to each observation the mutants that it kills; how many mutants were tried."""
        told = self._told()
        kills = told.get("kills", {})
        path = self.parent.out
        if not kills or not os.path.exists(path):
            return int(told.get("mutants", 0))
        with open(path, encoding="utf-8") as file, open(path + ".part", "w", encoding="utf-8") as new:
            for line in file:
                new.write(with_kills(line, kills))
        os.replace(path + ".part", path)
        return int(told["mutants"])

    def _told(self) -> dict[str, Any]:
        try:
            with open(os.path.join(self.parent.folder, "kills.json"), encoding="utf-8") as file:
                told: dict[str, Any] = json.load(file)
                return told
        except (OSError, ValueError):
            return {}


def with_kills(line: str, kills: dict[str, dict[str, Any]]) -> str:
    """A line of the stream, with the kills of its case when it is an observation."""
    try:
        row = json.loads(line)
    except ValueError:
        return line
    if row.get("type") != "observation" or row.get("id") not in kills:
        return line
    return json.dumps({**row, **kills[row["id"]]}) + "\n"
