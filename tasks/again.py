"""FileReport with a model's tests → the same, after a second, short search that begins from the inputs which the model found."""

from dataclasses import replace

from tasks.execute import execute
from tasks.folder import Folder
from tasks.generators.engine import Place
from tasks.generators.progress import ENGINE, failures
from tasks.judge import after, judge
from tasks.propose import CLAIMED
from tasks.search import search
from testwright.model import FileReport

SHARE, LEAST, MOST = 0.25, 2.0, 15.0
"""Of the seconds of the first search, the second has this share; and its bounds."""


def search_again(place: Place, report: FileReport, seed: int, seconds: float, executions: int | None = None) -> FileReport:
    """What a search finds in addition that knows the calls and literals of the model's tests.

    Raises:
        SandboxUnavailable: nothing could be run.
    """
    covered = report.after
    won = any(v.kept and v.engine == ENGINE for v in report.verdicts)
    if report.candidate is None or covered is None or not won:
        return report
    left = replace(
        place.target, lines=place.target.lines - covered.covered_lines, branches=place.target.branches - covered.covered_branches
    )
    if not left.lines and not left.branches:
        return report
    folder = Folder(place.folder.root / "again")  # ids of observations are unique in one search only, so its history is its own
    counted = None if executions is None else max(1, int(SHARE * executions))
    time = seconds if counted else min(MOST, max(LEAST, SHARE * seconds))
    exploration = search(left, place.workspace, place.environment, place.sandbox, folder, seed, time, report.candidate.text, counted)
    reaching = [o for o in exploration.observations if o.lines & left.lines or o.branches & left.branches]
    plain = tuple(replace(o, mutants=frozenset()) for o in reaching)  # what they kill may be killed by the first search's tests
    found = judge(
        replace(exploration, observations=plain),
        covered,
        place.workspace,
        place.environment,
        place.style,
        place.sandbox,
        folder,
        header=place.header,
        last=True,
    )
    return _joined(place, report, found) if found.candidate else report


def _joined(place: Place, report: FileReport, found: FileReport) -> FileReport:
    """The tests of both, when they pass as one file."""
    assert report.candidate is not None
    assert found.candidate is not None
    candidate = place.dialect.joined(report.candidate, found.candidate, place.style, place.target)
    added = candidate.tests[len(report.candidate.tests) :]
    attempt = execute(candidate, place.target, place.workspace, place.environment, place.sandbox)
    if len(added) != len(found.candidate.tests) or attempt.result.problem or failures(attempt):
        return report
    names = {old.name: new.name for old, new in zip(found.candidate.tests, added, strict=True)}
    verdicts = [replace(v, test=names[v.test]) for v in found.verdicts if v.kept and v.test in names]
    return replace(
        report,
        verdicts=(*report.verdicts, *verdicts),
        candidate=candidate,
        after=after(report.after, attempt, place.target.path),
        unreached={**found.unreached, **{line: why for line, why in report.unreached.items() if CLAIMED in why}},
        seconds=report.seconds + found.seconds,
    )
