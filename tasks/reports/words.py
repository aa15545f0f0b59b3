"""Text that is safe to show: what comes from a source may hold control characters, terminal escapes and reversed writing."""

import re
from collections.abc import Iterable
from itertools import pairwise

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f]"
)


NOTHING = "\N{EN DASH}"
"""Stands where there is nothing to count."""


def visible(text: str) -> str:
    """The text with every character that a reader cannot see, or that steers a terminal, spelled out. Line ends and tabs stay."""
    return _HIDDEN.sub(_spell, text.replace("\r\n", "\n"))


def inline(text: str, most: int = 400) -> str:
    """The text as one visible line, cut when it is very long."""
    line = visible(text.strip()).replace("\n", "\\n").replace("\t", "\\t")
    return line if len(line) <= most else line[: most - 1] + "…"


def _spell(match: re.Match[str]) -> str:
    code = ord(match[0])
    return "\\r" if code == 13 else f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def percent(rate: float | None) -> str:
    """`87.5%`; never 100.0% or 0.0% unless it is exactly that. An en dash when there is nothing to count."""
    if rate is None:
        return NOTHING
    shown = min(max(rate * 100, 0.1), 99.9) if 0 < rate < 1 else rate * 100
    return f"{shown:.1f}%"


def points(difference: float | None) -> str:
    """`+12.5`: percentage points gained, with a real minus sign; empty when there are none."""
    if difference is None or round(difference * 100, 1) == 0:
        return ""
    return f"{difference * 100:+.1f}".replace("-", "\N{MINUS SIGN}")


def ranges(numbers: Iterable[int], most: int = 40) -> str:
    """`3, 7-9, 12`: line numbers as a person writes them."""
    ordered = sorted(set(numbers))
    breaks = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(ordered)) if b != a + 1), len(ordered)]
    spans = [(ordered[a], ordered[b - 1]) for a, b in pairwise(breaks) if a < b]
    shown = [str(a) if a == b else f"{a}\N{EN DASH}{b}" for a, b in spans[:most]]
    return ", ".join(shown) + (f" and {len(spans) - most} more places" if len(spans) > most else "")


def arc(branch: tuple[int, int]) -> str:
    """`12→15`; `12→end` when the branch leaves the function."""
    return f"{branch[0]}→{branch[1] if branch[1] > 0 else 'end'}"


def arcs(branches: Iterable[tuple[int, int]], most: int = 40) -> str:
    """Branches in the order of their lines."""
    ordered = sorted(branches)
    shown = ", ".join(arc(b) for b in ordered[:most])
    return shown + (f" and {len(ordered) - most} more" if len(ordered) > most else "")


def many(number: int, word: str, plural: str = "") -> str:
    """`1 file`, `2,000 files`."""
    return f"{number:,} {word if number == 1 else plural or word + 's'}"


def duration(seconds: float) -> str:
    """`41 s`, `3 min 20 s`, `2 h 05 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if 0 < seconds < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
