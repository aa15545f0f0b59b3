"""The programs of ours that are put into a sandbox."""

from functools import cache
from pathlib import Path

INSIDE = Path(__file__).parent / "inside"
EXPLORER = Path(__file__).resolve().parents[2] / "explorers" / "python"


@cache
def program(name: str) -> bytes:
    """The text of one of them."""
    return (INSIDE / name).read_bytes()
