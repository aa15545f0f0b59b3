"""JSON that untrusted code wrote → plain values, step by step: the first thing that is wrong ends the reading.

A validator that collects every error is no use here: a list of ten million wrong elements costs it minutes and gigabytes.
"""

from pydantic_core import from_json

from testwright.model import Arc

_LARGEST = 10_000_000


def decode(data: bytes, limit: int, what: str) -> object:
    """The value.

    Raises:
        ValueError: one line that says why there is none.
    """
    if len(data) > limit:
        raise ValueError(f"{what} of {len(data)} bytes: more than {limit} are not read")
    try:
        return from_json(data, allow_inf_nan=False)
    except ValueError as error:
        raise ValueError(f"not a {what}: {str(error)[:200]}") from None


def table(value: object, what: str) -> dict[str, object]:
    """The value, which has to be an object."""
    if not isinstance(value, dict):
        raise ValueError(f"not a {what}: an object is missing")
    return value


def row(value: object, what: str) -> list[object]:
    """The value, which has to be an array."""
    if not isinstance(value, list):
        raise ValueError(f"not a {what}: an array is missing")
    return value


def lines(value: object, what: str) -> frozenset[int]:
    """The value, which has to be an array of line numbers."""
    found = row(value, what)
    if not all(type(each) is int and 0 <= each <= _LARGEST for each in found):
        raise ValueError(f"not a {what}: a line number is missing")
    return frozenset(found)  # type: ignore[arg-type]


def branches(value: object, what: str) -> frozenset[Arc]:
    """The value, which has to be an array of pairs of line numbers; negative ones leave a code object."""
    found = row(value, what)
    for each in found:
        if not (isinstance(each, list) and len(each) == 2 and all(type(end) is int and -_LARGEST <= end <= _LARGEST for end in each)):
            raise ValueError(f"not a {what}: a branch is missing")
    return frozenset(map(tuple, found))  # type: ignore[arg-type]
