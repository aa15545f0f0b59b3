"""What code under test says beside what it returns: text on standard output, warnings and log records."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Any, TextIO

from runners.explorers.python.guard import Silent

MOST = 4_000
"""Characters of printed text that are kept."""


class Recording(Silent):
    """A stream that keeps the beginning of what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.size = 0

    def write(self, text: str) -> int:
        if self.size < MOST and type(text) is str:
            self.parts.append(text[:MOST])
        self.size += len(text)
        return len(text)

    def text(self) -> str | None:
        """All that was written; None when it was too much, or bytes."""
        told = self.size <= MOST and not self.buffer.getbuffer().nbytes
        return "".join(self.parts) if told else None


class Ear(logging.Handler):
    """Hears the warnings and log records of this process."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.warned: list[tuple[str, Warning]] = []
        self.logged: list[logging.LogRecord] = []

    def show(
        self, message: Any, category: type[Warning], filename: str, lineno: int, file: TextIO | None = None, line: str | None = None
    ) -> None:
        """Stands for `warnings.showwarning`."""
        if len(self.warned) < 20:
            self.warned.append((speaker(), message if isinstance(message, Warning) else category(message)))

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.logged) < 20:
            self.logged.append(record)

    def forget(self) -> None:
        """Begin anew."""
        self.warned.clear()
        self.logged.clear()


EAR = Ear()


def listen() -> None:
    """Hear everything from now on, as a test would; asked before each run, for code under test may change it."""
    if warnings.showwarning != EAR.show:
        warnings.showwarning = EAR.show
        warnings.simplefilter("always")
    handlers = logging.getLogger().handlers
    if EAR not in handlers:
        handlers.append(EAR)
    EAR.forget()


def speaker() -> str:
    """The name of the module whose code warns."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__") in ("warnings", "_py_warnings"):
        frame = frame.f_back
    return str(frame.f_globals.get("__name__"))


def printed() -> str | None:
    """What this run wrote to standard output so far."""
    return sys.stdout.text() if isinstance(sys.stdout, Recording) else ""


def complained() -> str | None:
    """What this run wrote to standard error so far."""
    return sys.stderr.text() if isinstance(sys.stderr, Recording) else ""


def warned(package: str) -> Warning | None:
    """The warning that code of the package gave in this run, when it was one."""
    if not EAR.warned:
        return None
    own = {(type(w), str(w)): w for module, w in EAR.warned if module.partition(".")[0] == package}
    return next(iter(own.values())) if len(own) == 1 else None


def logged(package: str) -> list[str] | None:
    """The messages of this run's log records; None when others than the package logged too, or a record has no text."""
    if not EAR.logged:
        return []
    own = [r for r in EAR.logged if r.name.partition(".")[0] == package or r.name == "root"]
    if len(own) < len(EAR.logged):
        return None
    try:
        return [r.getMessage() for r in own]
    except (TypeError, ValueError):
        return None
