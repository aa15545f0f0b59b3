"""The folder of one campaign: the only place a campaign writes to, besides the environments that campaigns share."""

import hashlib
import json
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from testwright.model import Attempt

ATTEMPT: TypeAdapter[Attempt] = TypeAdapter(Attempt)
_appending = threading.Lock()


@dataclass(frozen=True, slots=True)
class Folder:
    """`OUT/campaigns/ID` and what lies in it."""

    root: Path

    @classmethod
    def of(cls, out: str, campaign: str) -> "Folder":
        """The folder of a campaign below the output folder, made when it is not there."""
        folder = cls((Path(out) if out else Path(".testwright")).absolute() / "campaigns" / campaign)
        folder.root.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def id(self) -> str:
        return self.root.name

    @property
    def environments(self) -> Path:
        """Shared by all campaigns of the output folder: an environment is made once."""
        return self.root.parents[1] / "environments"

    @property
    def results(self) -> Path:
        """Persisted task results; what `--resume` goes on from."""
        return self.root / "results"

    def history(self, language: str, path: str) -> Path:
        """The attempts at one file. Keyed by language and path: a task run's id changes when a flow is retried."""
        return self.root / "history" / language / f"{hashlib.sha256(path.encode()).hexdigest()[:16]}.jsonl"

    def attempts(self, language: str, path: str) -> tuple[Attempt, ...]:
        """The history of one file, oldest first. A line cut short by a kill is left out."""
        file = self.history(language, path)
        lines = file.read_bytes().splitlines() if file.exists() else []
        return tuple(_attempts(lines))

    def remember(self, language: str, path: str, attempt: Attempt) -> None:
        """Append one attempt to the history of its file."""
        _append(self.history(language, path), ATTEMPT.dump_json(attempt).decode())

    def put(self, path: Path, content: bytes) -> None:
        """Write a file whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(content)
        part.replace(path)

    def event(self, **fields: str | int | float) -> None:
        """Tell whoever watches the campaign what just happened."""
        _append(self.root / "events.jsonl", json.dumps(fields))


def new_id() -> str:
    """An id that sorts by time and is not given twice."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def gather_attempts(folder: Folder) -> Path:
    """Put the histories of all files together as `attempts.jsonl`, one attempt a line."""
    lines = [line for file in sorted(folder.root.glob("history/*/*.jsonl")) for line in file.read_bytes().splitlines()]
    whole = folder.root / "attempts.jsonl"
    folder.put(whole, b"".join(line + b"\n" for line in lines))
    return whole


def _attempts(lines: Iterable[bytes]) -> Iterable[Attempt]:
    for line in lines:
        try:
            yield ATTEMPT.validate_json(line)
        except ValueError:
            continue


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with _appending, path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
