"""What Python knows so that somebody else may propose its tests."""

from runners.languages.python.commands import seeded
from runners.languages.python.elsewhere import outlines
from runners.languages.python.focusing import focus
from runners.languages.python.killing import kill, kills
from runners.languages.python.likeness import alike
from runners.languages.python.proposing import adopt, joined, mend, objections, without
from runners.languages.python.surroundings import callers, sample

__all__ = ["adopt", "alike", "callers", "focus", "joined", "kill", "kills", "mend", "objections", "outlines", "sample", "seeded", "without"]
