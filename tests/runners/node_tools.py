"""The pinned tools of Node for tests that run JavaScript: installed once a machine, as the product does it."""

import fcntl
import functools
import tempfile
from pathlib import Path

import pytest

from runners.checks.tools import install
from runners.images import pinned
from runners.sandboxes.process import ProcessSandbox
from testwright.model import Environment


@functools.cache
def tools() -> str:
    """Their folder. The test is skipped where they are not and cannot be fetched."""
    root = Path(tempfile.gettempdir(), "testwright-test-tools")
    place = pinned.folder("node", root)
    root.mkdir(exist_ok=True)
    with (root / "lock").open("w") as lock:  # another process of the same tests may want them, too
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not Path(place, pinned.READY).exists():
            output = ProcessSandbox().run(install("node", (), place))
            if not Path(place, pinned.READY).exists():
                pytest.skip(f"the tools of Node could not be installed: {output.reason or output.stderr[-300:].decode(errors='replace')}")
    return place


def node_environment(root: Path | str = "/nowhere") -> Environment:
    """An environment without dependencies of a project."""
    return Environment("javascript", str(root), f"{tools()}/bin/node", "key", (".",))
