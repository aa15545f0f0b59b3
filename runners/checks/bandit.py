"""bandit: what is dangerous in Python code. A `# nosec` comment hides nothing."""

from collections.abc import Mapping, Sequence

from runners.checks import base
from runners.formats.text import one_line
from runners.formats.untrusted_json import decode, row, table
from testwright.model import Command, Finding, Output, Workspace

NAME = "bandit"
IMAGE = "python"
SUFFIXES = (".py",)
MAX_BYTES = 32 * 2**20
_WHAT = "bandit report"
_OBVIOUS = "B101,B404"
"""`assert` is meant, and what is imported says nothing yet."""
_SEVERITIES = {"HIGH": "error", "MEDIUM": "warning"}


def command(workspace: Workspace, paths: Sequence[str], tools: str) -> Command:
    """Run bandit; files are named one by one, so that it looks for no settings in the workspace."""
    options = ("--quiet", "--format", "json", "--ignore-nosec", "--confidence-level", "medium", "--skip", _OBVIOUS, "--exclude", "")
    return base.command(workspace, (f"{tools}/bin/bandit", *options), paths, tools)


def findings(workspace: Workspace, output: Output) -> tuple[Finding, ...]:
    """What bandit found; its severities high, medium and low are error, warning and note.

    Raises:
        ValueError: one line that says why it said nothing usable.
    """
    report = table(decode(base.answer(output, NAME), MAX_BYTES, _WHAT), _WHAT)
    return base.inside(workspace, [_finding(table(each, _WHAT)) for each in row(report.get("results"), _WHAT)])


def _finding(found: Mapping[str, object]) -> Finding:
    line = found.get("line_number")
    return Finding(
        tool=NAME,
        rule=one_line(str(found.get("test_id", "")), 20),
        message=one_line(str(found.get("issue_text", "")), 1000),
        path=one_line(str(found.get("filename", "")), 1000),
        line=line if type(line) is int and 0 < line < 2**31 else 0,
        severity=_SEVERITIES.get(str(found.get("issue_severity")), "note"),
    )
