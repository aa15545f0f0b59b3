"""Answers on disk: the cache that never pays twice, and the recording that replays without a network. One mechanism for both.

Beside the answers lies how the asking for a file went, as its courses: where a search leaves other lines than the time before, the
questions of that time are the ones whose answers are there.
"""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.generators.asking import Answer, Request
from testwright.model import Usage

LARGEST = 4 * 2**20
FORMAT = 1


def key(request: Request, model: str, temperature: float | None, max_tokens: int) -> str:
    """Digest of everything that the answer depends on."""
    about = request.identity or [[message.role, message.content] for message in request.messages]
    parts = [FORMAT, about, request.version, request.again, model, temperature, max_tokens]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answers:
    """A folder of answers, one file each. Safe for several threads and processes."""

    root: Path

    def find(self, key: str) -> Answer | None:
        """The stored answer; None when there is none, or its file is damaged."""
        try:
            file = self._file(key)
            if file.stat().st_size > LARGEST:
                return None
            stored = json.loads(file.read_bytes())
            return Answer(str(stored["text"]), str(stored["model"]), bool(stored["cut"]), Usage(cached=1))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, key: str, answer: Answer) -> None:
        """Store an answer, whole or not at all. The same answer gives the same bytes."""
        self._put(self._file(key), {"model": answer.model, "cut": answer.cut, "text": answer.text})

    def course(self, key: str) -> Any:
        """How asking for a file went when it came to its end, as it was kept; None when it never did, or its file is damaged."""
        try:
            file = self._file(key, ".course.json")
            return None if file.stat().st_size > LARGEST else json.loads(file.read_bytes())
        except (OSError, ValueError):
            return None

    def keep_course(self, key: str, course: object) -> None:
        """Store how asking for a file went: a JSON value."""
        self._put(self._file(key, ".course.json"), course)

    def _put(self, file: Path, value: object) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=file.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(json.dumps(value, indent=1, sort_keys=True))
        Path(part).replace(file)

    def _file(self, key: str, suffix: str = ".json") -> Path:
        return self.root / key[:2] / f"{key}{suffix}"
