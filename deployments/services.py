"""Background services of ours (the Prefect server, a worker): at most one of each name in a state folder, and stopped for sure."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


class ServiceFailed(Exception):
    """A service could not be started or stopped. The message is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Running:
    """A service that runs."""

    pid: int
    """Also the id of its process group."""
    address: str
    """What it serves: an API address, or the pool it works for."""
    version: str = ""
    """Of the code it was started from."""


@dataclass(frozen=True, slots=True)
class Service:
    """A named background process.

    The process inherits a locked file, so "does it run?" is asked of the kernel and not of a process id that may long be another's.
    """

    name: str
    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def _note(self) -> Path:
        return self.folder / f"{self.name}.json"

    def running(self) -> Running | None:
        """The service, if it runs (one that is just being started is waited for)."""
        deadline = time.monotonic() + 10
        while self._locked():
            if (found := self._read()) is not None:
                return found
            if time.monotonic() > deadline:
                raise ServiceFailed(f"{self._lock} is held by a process that did not say who it is; end it and try again")
            time.sleep(0.1)
        return None

    def start(self, argv: Sequence[str], environment: Mapping[str, str], cwd: Path, address: str, version: str = "") -> Running:
        """Start it in a session of its own; when it already runs, that one is returned."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                found = self.running()
                return found or self.start(argv, environment, cwd, address, version)
            self._note.unlink(missing_ok=True)
            with self.log.open("wb") as log:
                process = subprocess.Popen(
                    argv,
                    env=dict(environment),
                    cwd=cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=(lock.fileno(),),
                )
            started = Running(process.pid, address, version)
            _replace(self._note, json.dumps(asdict(started)))
        return started

    def stop(self, patience: float = 15.0) -> bool:
        """Stop it and everything it started. False when it did not run."""
        found = self.running()
        if found is None:
            return False
        for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(found.pid, number)
            if _gone(found.pid, seconds):
                self._note.unlink(missing_ok=True)
                return True
        raise ServiceFailed(f"{self.name} (process {found.pid}) cannot be stopped; end it by hand")

    def said(self) -> str:
        """All that it wrote to its log since it was started."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def complaint(self) -> str:
        """The last thing it wrote to its log, for a message."""
        lines = [line.strip() for line in self.said().splitlines() if line.strip()]
        return lines[-1][:300] if lines else "it said nothing"

    @property
    def _lock(self) -> Path:
        return self.folder / f"{self.name}.lock"

    def _locked(self) -> bool:
        if not self._lock.exists():
            return False
        with self._lock.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _read(self) -> Running | None:
        try:
            return Running(**json.loads(self._note.read_text()))
        except (OSError, ValueError, TypeError):
            return None


def _gone(group: int, seconds: float) -> bool:
    return any(not _alive(group) for _ in _ticks(seconds))


def _ticks(seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(0.1)


def _alive(group: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(-group, os.WNOHANG)  # when it is our own child, it must be reaped to be gone
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _replace(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)
