"""Code read in a sandbox by TypeScript's parser: what is asked, and what was said. The code is not run; the parser is foreign code too."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from runners.formats.untrusted_json import decode
from runners.images.pinned import IN_IMAGE
from runners.languages.node.commands import tools, variables
from testwright.errors import SandboxUnavailable
from testwright.model import Command, Ending, Environment, Limits, Output

READER = Path(__file__).parent / "reader"
RESULT = "results/read.json"
LARGEST = 8 * 2**20
REMEMBERED = 400
_LIMITS = Limits(seconds=40, memory=1024, output=1)


@dataclass(slots=True)
class _Memory:
    """What was said lately. The same question has the same answer, whoever asks."""

    said: OrderedDict[bytes, object] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def find(self, key: bytes) -> object | None:
        with self.lock:
            return self.said.get(key)

    def keep(self, key: bytes, value: object) -> None:
        with self.lock:
            self.said[key] = value
            while len(self.said) > REMEMBERED:
                self.said.popitem(last=False)


_MEMORY = _Memory()


@dataclass(frozen=True, slots=True)
class Reader:
    """Asks the programs in `reader/` about code."""

    environment: Environment
    run: Callable[[Command], Output]

    def ask(self, job: str, about: Mapping[str, Any], folder: str = "", digest: str = "") -> object:
        """What a job says; None when it could not tell. `folder`: files that it may read, of which `digest` says the contents.

        Raises:
            SandboxUnavailable: the sandbox failed.
        """
        request = json.dumps({"job": job, **about}).encode()
        known = hashlib.sha256(request + b"\0" + digest.encode()).digest()
        found = _MEMORY.find(known)
        if found is not None:
            return found
        output = self.run(self._command(request, folder))
        if output.ending is Ending.INFRASTRUCTURE:
            raise SandboxUnavailable(output.reason)
        try:
            said = decode(output.files.get(RESULT, b""), LARGEST, "reading")
        except ValueError:
            return None
        if said is not None:
            _MEMORY.keep(known, said)
        return said

    def _command(self, request: bytes, folder: str) -> Command:
        place = tools(self.environment)
        return Command(
            argv=(self.environment.runtime, "reader/main.cjs", "request.json"),
            limits=_LIMITS,
            environment=variables(self.environment),
            files={"request.json": request, **{f"reader/{name}": text for name, text in _programs().items()}},
            reads=(*((folder,) if folder else ()), *(() if place == IN_IMAGE else (place,))),
            results=(RESULT,),
            image="node",
        )


@cache
def _programs() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(READER.glob("*.cjs"))}
