"""Workspace → Findings: static checks of whatever languages are found, in the sandbox. They read code and never run it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from runners.checks import CHECKS, readable
from runners.checks.base import MOST_FILES, Check
from runners.checks.tools import install, place
from runners.formats.text import last_line
from runners.sandboxes.base import Sandbox
from tasks.prepare import alone
from testwright.model import Ending, Finding, Workspace

MOST_FINDINGS = 5000
"""Of one tool."""
_READY = "ready"


@dataclass(frozen=True, slots=True)
class Checked:
    """What checks said."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be checked, and why: one line each."""


def check_all(workspace: Workspace, paths: Iterable[str], languages: Sequence[str], sandbox: Sandbox, folder: Path) -> Checked:
    """Check these files of a workspace with every tool there is for what they are written in; `languages` () means any."""
    files = sorted(paths)
    done = [check(workspace, name, files, sandbox, folder) for name in _languages(files, languages)]
    return Checked(tuple(f for each in done for f in each.findings), tuple(dict.fromkeys(n for each in done for n in each.notes)))


def _languages(files: Sequence[str], wanted: Sequence[str]) -> list[str]:
    return [name for name, tools in CHECKS.items() if (not wanted or name in wanted) and any(readable(tool, files) for tool in tools)]


@task(task_run_name="check {workspace.name} ({language})", cache_policy=NO_CACHE)
def check(workspace: Workspace, language: str, paths: Sequence[str], sandbox: Sandbox, folder: Path) -> Checked:
    """Run every tool of one language on these files. A tool that is missing or fails is a note, and costs nothing else."""
    findings: list[Finding] = []
    notes: list[str] = []
    for tool in CHECKS[language]:
        found: list[Finding] = []
        try:
            where = _tools(tool, sandbox, folder)
            chosen = readable(tool, paths)
            for start in range(0, len(chosen), MOST_FILES):
                output = sandbox.run(tool.command(workspace, chosen[start : start + MOST_FILES], where))
                found += tool.findings(workspace, output)
        except ValueError as reason:
            notes.append(f"not everything was checked: {reason}")
        if len(found) > MOST_FINDINGS:
            notes.append(f"{tool.NAME} found {len(found):,} places; the first {MOST_FINDINGS:,} are told")
        findings += found[:MOST_FINDINGS]
    return Checked(tuple(findings), tuple(notes))


def _tools(tool: Check, sandbox: Sandbox, folder: Path) -> str:
    """Where the tool is; one that no campaign has installed yet is installed.

    Raises:
        ValueError: it cannot be; the line says why.
    """
    where = place(tool.IMAGE, sandbox.name, folder)
    if not where.startswith(f"{folder}/") or Path(where, _READY).exists():
        return where
    with alone(Path(f"{where}.lock")):
        if not Path(where, _READY).exists():
            names = sorted({each.NAME for tools in CHECKS.values() for each in tools if each.IMAGE == tool.IMAGE})
            output = sandbox.run(install(tool.IMAGE, names, where))
            if output.ending is not Ending.EXITED or output.exit_code:
                raise ValueError(f"{tool.NAME} could not be installed: {output.reason or last_line(output.stderr)}")
            Path(where, _READY).touch()
    return where
