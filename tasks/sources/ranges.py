"""npm's ranges of versions: `^1.2.3`, `~1.2`, `1.x`, `>=1.2 <3`, `1 - 2`, `^1 || ^2`."""

import re
from collections.abc import Iterable, Sequence

_VERSION = re.compile(r"v?(\d{1,15})\.(\d{1,15})\.(\d{1,15})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
_PARTIAL = re.compile(r"(\^|~>?|[<>]=?|=)?\s*v?([\dxX*]+(?:\.[\dxX*]+){0,2})?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
_LONGEST = 200

Key = tuple[tuple[int, ...], tuple[tuple[int, int, str], ...]]
"""What versions are ordered by: their numbers, then what a release comes after."""
Bound = tuple[str, Key]
_RELEASE = ((2, 0, ""),)


def best(wanted: str, versions: Iterable[str], latest: str = "") -> str:
    """The version that npm would choose: the latest when it is in the range, else the newest that is; '' for none.

    Raises:
        ValueError: it is no range.
    """
    if len(wanted) > _LONGEST:
        raise ValueError("too long")
    alternatives = [_bounds(part.strip()) for part in wanted.split("||")]
    fitting = {version: key for version in versions if (key := _key(version)) and any(_within(key, each) for each in alternatives)}
    return latest if latest in fitting else max(fitting, key=lambda version: fitting[version], default="")


def _key(version: str) -> Key | None:
    found = _VERSION.fullmatch(version)
    return _ordered([int(number) for number in found.groups()[:3]], found[4] or "") if found else None


def _ordered(numbers: Sequence[int], before: str = "") -> Key:
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in before.split(".")[:20]) if before else _RELEASE
    return (*numbers, 0, 0)[:3], parts


def _within(key: Key, bounds: Sequence[Bound]) -> bool:
    """Whether all bounds hold; what comes before a release has to be asked for by its numbers."""
    asked = key[1] == _RELEASE or any(other[0] == key[0] and other[1] not in (_RELEASE, ()) for _, other in bounds)
    return asked and all(key >= other if sign == ">=" else key < other if sign == "<" else key > other for sign, other in bounds)


def _bounds(text: str) -> list[Bound]:
    if between := re.fullmatch(r"(\S+)\s+-\s+(\S+)", text):
        return [*_comparator(f">={between[1]}"), *_comparator(f"<={between[2]}")]
    words = re.sub(r"(\^|~>?|[<>]=?|=)\s+", r"\1", text).split()
    return [bound for word in words for bound in _comparator(word)]


def _comparator(word: str) -> list[Bound]:
    found = _PARTIAL.fullmatch(word)
    if not found or not found[2]:
        raise ValueError(f"{word!r} is no version")
    numbers: list[int] = []
    for part in (found[2] or "").split("."):
        if not part.isdigit():
            break
        numbers.append(int(part[:15]))
    if not numbers:
        return []
    return _signed(found[1] or "", numbers, (found[3] or "") if len(numbers) == 3 else "")


def _signed(sign: str, numbers: list[int], before: str) -> list[Bound]:
    floor, whole, last = _ordered(numbers, before), len(numbers) == 3, len(numbers) - 1
    match sign:
        case "^":
            return [(">=", floor), ("<", _above(numbers, next((i for i, number in enumerate(numbers) if number), last)))]
        case "~" | "~>":
            return [(">=", floor), ("<", _above(numbers, min(1, last)))]
        case ">=":
            return [(">=", floor)]
        case ">":
            return [(">", floor)] if whole else [(">=", _above(numbers, last))]
        case "<":
            return [("<", floor if whole else (floor[0], ()))]
        case "<=":
            return [("<", (floor[0], (*floor[1], (0, 0, ""))) if whole else _above(numbers, last))]
    return [(">=", floor), ("<", (floor[0], (*floor[1], (0, 0, ""))) if whole else _above(numbers, last))]


def _above(numbers: Sequence[int], at: int) -> Key:
    """Lower than every version whose number at this place is one higher."""
    return _ordered([*numbers[:at], numbers[at] + 1])[0], ()
