"""Patterns as in .gitignore, and which of them are safe to run when a stranger wrote them."""

from collections.abc import Iterable

from pathspec import GitIgnoreSpec

_LONGEST = 200
_MOST = 500


def bounded(lines: Iterable[str]) -> tuple[list[str], list[str]]:
    """Patterns that cost little on any name, and the others: each further `*` multiplies the time a match may take."""
    good: list[str] = []
    bad: list[str] = []
    for line in lines:
        stars = max((part.count("*") for part in line.split("/") if part != "**"), default=0)
        cheap = len(line) <= _LONGEST and stars <= 2 and line.split("/").count("**") <= 2
        (good if cheap and len(good) < _MOST and _reads(line) else bad).append(line)
    return good, bad


def _reads(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
