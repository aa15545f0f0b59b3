"""The programs of ours that are put into a sandbox."""

import hashlib
from functools import cache
from pathlib import Path

INSIDE = Path(__file__).parent / "inside"
EXPLORER = Path(__file__).resolve().parents[2] / "explorers" / "node"
SHARED = ("instrument.cjs", "toolbox.cjs", "transpile.cjs")
"""Of the explorer: what counts, and what is run, is the same for it and for runs."""


def fingerprint() -> str:
    """Digest of what makes environments, and of all that runs inside one."""
    parts = (INSIDE.with_name("installing.py"), *sorted(INSIDE.glob("*.*js")), *(EXPLORER / name for name in SHARED))
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:16]


@cache
def programs() -> dict[str, bytes]:
    """Name → text of everything that a run needs beside its request."""
    return {path.name: path.read_bytes() for path in (*sorted(INSIDE.glob("*.*js")), *(EXPLORER / name for name in SHARED))}
