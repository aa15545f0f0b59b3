"""How far the model's part of one file got: what one try leaves for the next. Values only."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tasks.generators.prompts import Refused
from testwright.model import Arc, Attempt, Candidate, FileCoverage, Finding, Reason, Status, Target, Usage, Verdict

ENGINE = "llm"
_LATE = re.compile("timeout: took longer than|did not end in time|time is up|interpreter ended in this test")


@dataclass(frozen=True, slots=True)
class Progress:
    """The history of a file, as the next question needs it."""

    round: int = 0
    kept: Candidate | None = None
    """Tests that passed and add something, as one file."""
    lines: frozenset[int] = frozenset()
    """Lines that the kept tests add."""
    branches: frozenset[Arc] = frozenset()
    imported: frozenset[int] = frozenset()
    """Lines that importing the module runs: nobody wins them."""
    killed: frozenset[str] = frozenset()
    """Mutants that the kept tests kill, and those of the search do not."""
    mutants: int = 0
    """How many there are."""
    verdicts: tuple[Verdict, ...] = ()
    refused: tuple[Refused, ...] = ()
    """Of the last round: what the model is asked to write again."""
    empty: bool = False
    """The last answers held no test."""
    findings: tuple[Finding, ...] = ()
    claims: Mapping[int, str] = field(default_factory=dict)
    """Line → why a model says that nothing reaches it. It is not asked for again, and counts as nothing else."""
    stopped: str = ""
    """Why no more is asked."""
    usage: Usage = Usage()
    """What asking took, in all processes that worked on the file."""
    path: str = ""
    """The file."""
    asked: tuple[int, ...] = ()
    """On how many pieces of it each round asked."""
    course: str = ""
    """Under which this is remembered for later campaigns once it came to its end; '' where it went as an earlier one."""


def missing(target: Target, covered: FileCoverage | None, progress: Progress) -> tuple[frozenset[int], frozenset[Arc]]:
    """What is still uncovered of a target."""
    lines, branches = target.lines - progress.lines - progress.imported, target.branches - progress.branches
    if covered is not None:
        lines, branches = lines - covered.covered_lines, branches - covered.covered_branches
    return lines, branches


def asked_for(target: Target, covered: FileCoverage | None, progress: Progress) -> tuple[frozenset[int], frozenset[Arc]]:
    """What is still uncovered and not claimed to be out of reach."""
    lines, branches = missing(target, covered, progress)
    claimed = progress.claims.keys()
    return lines - claimed, frozenset(arc for arc in branches if claimed.isdisjoint(arc))


def failures(attempt: Attempt) -> dict[str, Verdict]:
    """The tests of an attempt that did not pass, each with its first objection."""
    broken = next((c.message for c in attempt.result.cases if not c.name), attempt.result.problem)
    found: dict[str, Verdict] = {}
    for test in attempt.candidate.tests:
        cases = [c for c in attempt.result.cases if c.name == test.name]
        worst = next((c for c in cases if c.status in (Status.FAILED, Status.ERROR)), None)
        if not cases:
            found[test.name] = Verdict(test.name, Reason.DOES_NOT_COLLECT, broken or "the runner did not report it", engine=ENGINE)
        elif worst is not None:
            late = _LATE.search(worst.message[:300]) is not None
            reason = Reason.TIMES_OUT if late else Reason.FAILS
            found[test.name] = Verdict(test.name, reason, worst.message or str(worst.status), engine=ENGINE)
        elif all(c.status is Status.SKIPPED for c in cases):
            found[test.name] = Verdict(test.name, Reason.ASSERTS_NOTHING, "it is skipped", engine=ENGINE)
    return found


def ran(attempt: Attempt, test: str, target: Target) -> frozenset[int]:
    """Lines of the target that a test ran."""
    return attempt.result.gains.get(test, {}).get(target.path, frozenset())


def by_lines(attempt: Attempt, target: Target, lines: frozenset[int]) -> tuple[str, ...]:
    """The tests that add a line to those before them, the best first. What importing reaches is nobody's."""
    names = [test.name for test in attempt.candidate.tests]
    left = lines - ran(attempt, "", target)
    chosen: list[str] = []
    while names:
        best = max(names, key=lambda name: len(ran(attempt, name, target) & left))
        if not ran(attempt, best, target) & left:
            break
        names.remove(best)
        chosen.append(best)
        left -= ran(attempt, best, target)
    return tuple(chosen)


def gained(
    attempt: Attempt,
    target: Target,
    left: tuple[frozenset[int], frozenset[Arc]],
    first: Sequence[str],
    ways: Mapping[str, frozenset[Arc]],
) -> tuple[Verdict, ...]:
    """What each test adds: first those that add lines, then those that only take another way. In the order of the file."""
    lines, branches = left[0] - ran(attempt, "", target), left[1]
    names = [test.name for test in attempt.candidate.tests]
    others = sorted((n for n in names if n not in first), key=lambda n: -len(ways.get(n, frozenset()) & branches))
    verdicts: dict[str, Verdict] = {}
    for name in (*first, *others):
        got, took = ran(attempt, name, target) & lines, ways.get(name, frozenset()) & branches
        verdicts[name] = Verdict(name, Reason.KEPT if got or took else Reason.NO_GAIN, "", got, took, engine=ENGINE)
        lines, branches = lines - got, branches - took
    return tuple(verdicts[name] for name in names)


def with_kills(verdicts: Sequence[Verdict], kills: Mapping[str, frozenset[str]]) -> tuple[tuple[Verdict, ...], frozenset[str]]:
    """The same, with the mutants that each test adds to those before it; what adds nothing else is kept for them. And all of these mutants.

    Tests that add lines or branches count first, then those that kill most.
    """
    found: dict[str, Verdict] = {}
    killed: frozenset[str] = frozenset()
    for verdict in sorted(verdicts, key=lambda v: (not v.kept, -len(kills.get(v.test, ())))):
        more = kills.get(verdict.test, frozenset()) - killed
        reason = Reason.KEPT if verdict.kept or more else verdict.reason
        found[verdict.test] = replace(verdict, reason=reason, mutants=len(more))
        killed |= more
    return tuple(found[verdict.test] for verdict in verdicts), killed
