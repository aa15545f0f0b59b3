"""The programs of ours that are put into a sandbox."""

import hashlib
from functools import cache
from pathlib import Path

INSIDE = Path(__file__).parent / "inside"
EXPLORER = Path(__file__).resolve().parents[2] / "explorers" / "python"


def fingerprint() -> str:
    """Digest of what makes environments, and of all that runs inside one."""
    parts = (INSIDE.with_name("installing.py"), *sorted(INSIDE.glob("*.py")))
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:16]


@cache
def program(name: str) -> bytes:
    """The text of one of them."""
    return (INSIDE / name).read_bytes()
