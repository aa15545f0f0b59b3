"""Exploration → Verdicts, test by test. Rejected tests send the file back: the next try reads the history."""

from collections.abc import Iterable, Sequence

from runners.languages import LANGUAGES
from runners.languages.base import Style
from runners.preference import Preference
from runners.sandboxes.base import Sandbox
from runners.select import select
from tasks.execute import execute
from tasks.folder import Folder
from testwright.model import (
    Attempt,
    Case,
    Ending,
    Environment,
    Exploration,
    FileCoverage,
    FileReport,
    Observation,
    Reason,
    RunResult,
    State,
    Status,
    TestCase,
    Verdict,
    Workspace,
)

ENDINGS = {
    "import failed": State.NOT_IMPORTABLE,
    "timeout": State.TIMED_OUT,
    "crashed": State.CRASHED,
    "nothing to test": State.NOTHING_TO_TEST,
}
"""An explorer's last word → the state of a file for which nothing was found."""


class CandidateRejected(Exception):
    """Some tests of a candidate are not worth keeping. The history says which; the next try does without them."""


def judge(
    exploration: Exploration,
    before: FileCoverage | None,
    workspace: Workspace,
    environment: Environment,
    style: Style,
    sandbox: Sandbox,
    folder: Folder,
    *,
    header: str = "",
    last: bool = False,
) -> FileReport:
    """Select, write and run tests for one target, without those that the history says were rejected.

    Raises:
        CandidateRejected: some test is not worth keeping, and this was not the last try.
        SandboxUnavailable: the sandbox failed.
    """
    history = folder.attempts(exploration.target.language, exploration.target.path)
    rejected = _rejected(history)
    observations = select([o for o in exploration.observations if o.id not in rejected], exploration.target)

    def ask(chosen: Sequence[Observation]) -> Attempt:
        candidate = LANGUAGES[exploration.target.language].write(workspace, exploration.target, chosen, style, header)
        if not candidate.tests:
            return Attempt(candidate, RunResult(Ending.EXITED))
        attempt = execute(candidate, exploration.target, workspace, environment, sandbox)
        folder.remember(exploration.target.language, exploration.target.path, attempt)
        return attempt

    attempt = ask(observations)
    failed = _failed(attempt)
    if failed and not last:
        raise CandidateRejected(f"{len(failed)} of {len(attempt.candidate.tests)} tests: {next(iter(failed.values())).detail}")
    useless = {v.test: v for v in gains(attempt, exploration) if not v.kept}
    if failed or useless:
        kept = {o for test in attempt.candidate.tests if test.name not in failed | useless for o in test.observations}
        attempt = ask([o for o in observations if o.id in kept])
    verdicts = _unique((*_verdicts([*history, attempt]), *failed.values(), *useless.values()))
    if not attempt.candidate.tests or attempt.result.problem or _failed(attempt):
        return ended(exploration, before, verdicts, attempt.result.problem)
    return _kept(exploration, attempt, before, verdicts)


def ended(
    exploration: Exploration, before: FileCoverage | None, verdicts: tuple[Verdict, ...] = (), reason: str = "", state: State | None = None
) -> FileReport:
    """The report of a file without kept tests."""
    read, why = _state(exploration)
    state = state or read
    target = exploration.target
    return FileReport(
        target.path, target.language, state, reason or why, before, before, verdicts, None, exploration.findings, exploration.mutants, 0,
        exploration.unreached, exploration.seconds,
    )  # fmt: skip


def _state(exploration: Exploration) -> tuple[State, str]:
    """Read the state off the explorer's last word."""
    word, _, rest = exploration.ending.partition(":")
    if word in ENDINGS:
        return ENDINGS[word], rest.strip() or exploration.ending
    return State.UNCHANGED, "no call was found that adds a line, a branch or a killed mutant and comes out the same every time"


def _rejected(history: Iterable[Attempt]) -> frozenset[str]:
    """Observations whose tests, or rows of tables, were rejected before."""
    return frozenset(
        observation
        for attempt in history
        for test in attempt.candidate.tests
        if test.name in _failed(attempt)
        for observation in _failed_rows(test, attempt.result.cases)
    )


def _failed_rows(test: TestCase, cases: Iterable[Case]) -> tuple[str, ...]:
    """Of a table only the rows that failed, where the runner told them apart; else all of it."""
    rows = [case for case in cases if case.name == test.name]
    failed = tuple(o for o, case in zip(test.observations, rows, strict=False) if case.status is not Status.PASSED)
    return failed if failed and len(rows) == len(test.observations) else test.observations


def _failed(attempt: Attempt) -> dict[str, Verdict]:
    """The tests of an attempt that did not pass."""
    cases: dict[str, list[Case]] = {}
    for case in attempt.result.cases:
        cases.setdefault(case.name, []).append(case)
    silent = next((case.message for case in cases.pop("", [])), "the runner did not report it")  # a case without a name is a whole file's
    asked = {test.name: _object(test.name, cases.get(test.name, []), silent) for test in attempt.candidate.tests}
    return {name: verdict for name, verdict in asked.items() if verdict is not None}


def _object(name: str, cases: Sequence[Case], silent: str) -> Verdict | None:
    """The first filter that objects to a test that was run."""
    if not cases:
        return Verdict(name, Reason.DOES_NOT_COLLECT, silent)
    worst = next((case for case in cases if case.status is not Status.PASSED), None)
    if worst is None:
        return None
    reason = Reason.TIMES_OUT if "timeout: took longer than" in worst.message else Reason.FAILS
    return Verdict(name, reason, worst.message or str(worst.status))


def gains(attempt: Attempt, exploration: Exploration) -> tuple[Verdict, ...]:
    """What each test of a candidate adds, in the order of the file. Only what its run reached counts.

    What several tests reach is the gain of the one that is preferred, as in the selection: of the plain ones before the odd ones.
    """
    target = exploration.target
    measured = next((c for c in attempt.result.coverage if c.path == target.path), FileCoverage(target.path))
    by_id = {o.id: o for o in exploration.observations}
    lines, branches, mutants = set(target.lines & measured.covered_lines), set(target.branches & measured.covered_branches), set[str]()
    preference = Preference(exploration.observations)
    tiers = {o.id: preference.tier(o) for o in exploration.observations}
    verdicts: dict[str, Verdict] = {}
    for test in sorted(attempt.candidate.tests, key=lambda t: min((tiers[i] for i in t.observations if i in tiers), default=0)):
        seen = [by_id[i] for i in test.observations if i in by_id]
        gained = frozenset().union(*(o.lines for o in seen)) & lines
        ways = frozenset().union(*(o.branches for o in seen)) & branches
        killed = frozenset().union(*(o.mutants for o in seen)) - mutants
        lines -= gained
        branches -= ways
        mutants |= killed
        worth = gained or ways or killed
        reason = Reason.KEPT if worth else Reason.NO_GAIN
        verdicts[test.name] = Verdict(test.name, reason, "", gained, ways, len(killed))
    return tuple(verdicts[test.name] for test in attempt.candidate.tests)


def _verdicts(history: Iterable[Attempt]) -> tuple[Verdict, ...]:
    """Every test of the history that did not pass."""
    return tuple(verdict for attempt in history for verdict in _failed(attempt).values())


def _unique(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The last word on each test."""
    return tuple({v.test: v for v in verdicts}.values())


def _kept(exploration: Exploration, attempt: Attempt, before: FileCoverage | None, rejected: tuple[Verdict, ...]) -> FileReport:
    """The report of a file whose every test is worth keeping."""
    target = exploration.target
    verdicts = gains(attempt, exploration)
    names = {v.test for v in verdicts}
    return FileReport(
        target.path, target.language, State.IMPROVED, exploration.ending, before, after(before, attempt, target.path),
        (*verdicts, *(v for v in rejected if v.test not in names)), attempt.candidate,
        exploration.findings, exploration.mutants, sum(v.mutants for v in verdicts), exploration.unreached, exploration.seconds,
    )  # fmt: skip


def after(before: FileCoverage | None, attempt: Attempt, path: str) -> FileCoverage | None:
    """What own and new tests cover together, as measured in the run of the candidate."""
    new = next((c for c in attempt.result.coverage if c.path == path), None)
    if before is None or new is None:
        return new or before
    return before | new
