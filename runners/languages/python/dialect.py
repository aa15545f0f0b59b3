"""What Python knows so that somebody else may propose its tests."""

from runners.languages.python.focusing import focus, outlines, sample
from runners.languages.python.proposing import adopt, joined, mend, objections, without

__all__ = ["adopt", "focus", "joined", "mend", "objections", "outlines", "sample", "without"]
