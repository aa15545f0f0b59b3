"""What was left out and why: one line each, and never a thousand lines."""

from collections import Counter

_MOST = 10


class Notes:
    """Collects lines; of each kind only the first few are kept, the rest is counted."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lines: dict[str, list[str]] = {}
        self._seen: Counter[str] = Counter()

    def add(self, kind: str, line: str) -> None:
        """Note one thing; `kind` groups the like, and names them when they are too many."""
        self._seen[kind] += 1
        if self._seen[kind] <= _MOST:
            self._lines.setdefault(kind, []).append(line)

    def lines(self) -> tuple[str, ...]:
        """Everything that was noted, in the order of the first of each kind."""
        found: list[str] = []
        for kind, lines in self._lines.items():
            found += lines
            if (more := self._seen[kind] - len(lines)) > 0:
                found.append(f"… and {more} more: {kind}")
        return tuple(found)
