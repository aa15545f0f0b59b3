"""How Python and its tests are spoken of to somebody who shall write them: the words of the rules, and what an error says."""

import re
from itertools import takewhile

from runners.languages.base import Style, Words
from testwright.model import Target, Workspace

_ABSOLUTE = re.compile(r"^/(?:[^/\n:]+/)*(?=[^/\n:]+:\d+: in )", re.MULTILINE)
_SUBTESTS = "one method that loops over them with `self.subTest`; every test is a method of a `unittest.TestCase`"
_DIFF = re.compile(r"E\s+Full diff:")


def words(workspace: Workspace, target: Target, style: Style) -> Words:
    """How the file and its tests are spoken of."""
    return Words(
        language=target.language,
        module=f"`{target.module}`",
        tables=f"Inputs with one kind of outcome are {_SUBTESTS if style.framework == 'unittest' else 'one parametrized test'}.",
        private="nothing that begins with an underscore",
        remarks="No comments, no docstrings.",
        comment="#",
    )


def brief(detail: str) -> str:
    """The lines of an error that say what happened: where, and what pytest marks with an E. No folder of this machine, no diff."""
    lines = _ABSOLUTE.sub("", detail).split("\n")
    place = [line for line in lines if re.match(r"\S+:\d+: in ", line)]
    said = [line for line in takewhile(lambda line: not _DIFF.match(line), lines) if re.match(r"E\s+\S", line)]
    return "\n".join([*place, *said] if said else lines)
