"""What Python knows so that somebody else may propose its tests."""

import sys
from collections.abc import Callable
from typing import cast

from runners.languages.base import Dialect
from runners.languages.python.commands import seeded
from runners.languages.python.elsewhere import outlines
from runners.languages.python.focusing import focus
from runners.languages.python.killing import kill, kills
from runners.languages.python.likeness import alike
from runners.languages.python.proposing import adopt, joined, mend, objections, without
from runners.languages.python.speaking import brief, words
from runners.languages.python.surroundings import callers, sample
from testwright.model import Command, Environment, Output

__all__ = [
    "adopt",
    "alike",
    "boxed",
    "brief",
    "callers",
    "focus",
    "joined",
    "kill",
    "kills",
    "mend",
    "objections",
    "outlines",
    "sample",
    "seeded",
    "without",
    "words",
]


def boxed(environment: Environment, run: Callable[[Command], Output]) -> Dialect:
    """Itself: its parser only reads, and is on the host."""
    return cast(Dialect, sys.modules[__name__])
