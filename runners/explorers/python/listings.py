"""Another order for folders: no file system promises one, so a second look with names the other way round shows what depends on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any


class Reversed:
    """What `os.scandir` gives, backwards."""

    def __init__(self, entries: Any) -> None:
        with entries:
            self.entries: Iterator[Any] = iter(list(entries)[::-1])

    def __iter__(self) -> Iterator[Any]:
        return self.entries

    def __next__(self) -> Any:
        return next(self.entries)

    def __enter__(self) -> Reversed:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is open any more."""


def turn() -> None:
    """List folders backwards in this process; to be called before the code under test is imported."""
    listed, scanned = os.listdir, os.scandir
    os.listdir = lambda *args, **kwargs: listed(*args, **kwargs)[::-1]  # type: ignore[assignment]
    os.scandir = lambda *args, **kwargs: Reversed(scanned(*args, **kwargs))  # type: ignore[assignment]
