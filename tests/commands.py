"""Commands that tests start: in the environment that the run of the tests began with, whatever other tests left in this process's own."""

import os
import subprocess
import sys
from pathlib import Path

_BEGINNING = dict(os.environ)  # conftest imports this when it has made the environment private


def environment(**more: str) -> dict[str, str]:
    """What a command sees."""
    return {**_BEGINNING, **more}


def argv(*words: str) -> tuple[str, ...]:
    """`testwright WORDS…` as a person calls it."""
    return (str(Path(sys.executable).with_name("testwright")), *words)


def command(*words: str, cwd: Path, timeout: float = 240, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `testwright WORDS…` to its end, with nobody at the keyboard."""
    return subprocess.run(
        argv(*words), cwd=cwd, env=environment(**environ), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout
    )
