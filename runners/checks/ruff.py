"""ruff: what is probably wrong in Python code. No matter of style, and nothing that bandit says already."""

from collections.abc import Sequence
from dataclasses import replace

from runners.checks import base
from runners.formats import sarif
from testwright.model import Command, Finding, Output, Workspace

NAME = "ruff"
IMAGE = "python"
SUFFIXES = (".py", ".pyi")
_SELECT = "E9,F,B,PLE,ASYNC,W605"
_LEFT_OUT = "F401,F403,F405,F811,B904,B905,B028"
"""Often meant: names that a package passes on, and arguments that have a good default."""
_UNREADABLE = ("", "invalid-syntax")
_SEVERE = ("E9", "F82", "F50", "F6", "F7", "PLE", _UNREADABLE[1])


def command(workspace: Workspace, paths: Sequence[str], tools: str) -> Command:
    """Run ruff by our rules, whatever the project's own are. The newest syntax is allowed."""
    options = ("--isolated", "--no-cache", "--quiet", "--target-version", "py314", "--output-format", "sarif")
    rules = ("--select", _SELECT, "--ignore", _LEFT_OUT, "--force-exclude", "--config", "exclude=[]")
    return base.command(workspace, (f"{tools}/bin/ruff", "check", *options, *rules), paths, tools)


def findings(workspace: Workspace, output: Output) -> tuple[Finding, ...]:
    """What ruff found: an error is what cannot work, a warning what surprises, the rest are notes.

    Raises:
        ValueError: one line that says why it said nothing usable.
    """
    found = base.inside(workspace, sarif.parse(base.answer(output, NAME)))
    broken: set[str] = set()
    kept = []
    for each in found:
        if each.rule in _UNREADABLE:  # what follows the first is its echo
            if each.path in broken:
                continue
            broken.add(each.path)
        kept.append(replace(each, tool=NAME, rule=each.rule or _UNREADABLE[1], severity=_severity(each.rule)))
    return tuple(kept)


def _severity(rule: str) -> str:
    if not rule or rule.startswith(_SEVERE):
        return "error"
    return "warning" if rule.startswith(("B", "ASYNC")) else "note"
