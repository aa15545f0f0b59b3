"""Kept tests → the same, after the dear questions: again, in other orders, and beside the project's own tests."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from prefect import task
from prefect.cache_policies import NO_CACHE

from runners.languages import DIALECTS, LANGUAGES
from runners.languages.base import Style
from runners.sandboxes.base import Sandbox
from runners.select import select
from tasks.execute import execute
from tasks.judge import after
from tasks.measure import SUITE
from testwright.errors import SandboxUnavailable
from testwright.model import (
    Baseline,
    Candidate,
    Case,
    Ending,
    Environment,
    Exploration,
    FileReport,
    Limits,
    Reason,
    State,
    Status,
    Target,
    TestCase,
    Verdict,
    Workspace,
)

STYLE = Style()
ORDERS = (1, 2, 3)
"""Seeds of the random orders in which every kept file must pass again, each in a fresh sandbox."""
ROUNDS = 3
"""How often an own test must fail with our files and pass without them: one that fails by a coin's toss is blamed on us once in 128."""


def confirm(
    report: FileReport,
    exploration: Exploration,
    workspace: Workspace,
    environment: Environment,
    style: Style,
    sandbox: Sandbox,
    header: str = "",
) -> FileReport:
    """Run kept tests again in random orders; what does not pass every time is taken out, and the rest is asked again."""
    while report.candidate is not None:
        shaky = _shaky(report.candidate, exploration.target, workspace, environment, sandbox)
        if not shaky:
            break
        report = _without(report, shaky, exploration, workspace, environment, style, sandbox, header)
    return report


def _shaky(
    candidate: Candidate, target: Target, workspace: Workspace, environment: Environment, sandbox: Sandbox
) -> dict[str, tuple[Case, ...]]:
    """Tests that did not pass in one of the orders → what of them did not: rows, where they are tables."""
    shaky: dict[str, tuple[Case, ...]] = {}
    for order in ORDERS:
        for case in execute(candidate, target, workspace, environment, sandbox, order).result.cases:
            if case.status is not Status.PASSED:
                shaky[case.name] = (*shaky.get(case.name, ()), case)
    return shaky


def _without(
    report: FileReport,
    shaky: dict[str, tuple[Case, ...]],
    exploration: Exploration,
    workspace: Workspace,
    environment: Environment,
    style: Style,
    sandbox: Sandbox,
    header: str,
) -> FileReport:
    """Write the file again without the shaky tests; of a table only the shaky rows go."""
    assert report.candidate is not None
    target = exploration.target
    if report.candidate.engine == "search":
        tables = any(len(test.observations) > 1 for test in report.candidate.tests if test.name in shaky)
        rows = execute(report.candidate, target, workspace, environment, sandbox).result.cases if tables else ()
        keep = {o for test in report.candidate.tests for o in steady(test, shaky.get(test.name, ()), rows)}
        observations = select([o for o in exploration.observations if o.id in keep], target)
        candidate = LANGUAGES[target.language].write(workspace, target, observations, style, header)
    else:  # a model's tests cannot be written again, only left out
        candidate = DIALECTS[target.language].boxed(environment, sandbox.run).without(report.candidate, set(shaky), style, target)
    gone = set(shaky) - {test.name for test in candidate.tests}
    verdicts = tuple(
        Verdict(v.test, Reason.FLAKY, shaky[v.test][0].message, engine=v.engine) if v.test in gone else v for v in report.verdicts
    )
    if not candidate.tests:
        return replace(
            report,
            state=State.UNCHANGED,
            reason="no test passes every time",
            verdicts=verdicts,
            candidate=None,
            after=report.before,
            killed=0,
        )
    attempt = execute(candidate, target, workspace, environment, sandbox)
    return replace(report, verdicts=verdicts, candidate=candidate, after=after(report.before, attempt, target.path))


def steady(test: TestCase, failed: Sequence[Case], cases: Sequence[Case]) -> tuple[str, ...]:
    """The observations of a test that passed every time; `cases` are in the order of the file.

    None of a test that failed and whose rows cannot be told apart.
    """
    if not failed:
        return test.observations
    rows = [case.parameters for case in cases if case.name == test.name]
    if len(rows) != len(test.observations) or len(set(rows)) < len(rows):
        return ()
    shaky = {case.parameters for case in failed}
    return tuple(o for o, row in zip(test.observations, rows, strict=True) if row not in shaky)


@task(task_run_name="confirm {workspace.name} as a whole", retries=1, cache_policy=NO_CACHE)
def confirm_together(
    reports: Sequence[FileReport],
    baseline: Baseline,
    workspace: Workspace,
    environment: Environment,
    sandbox: Sandbox,
    limits: Limits = SUITE,
    targets: Mapping[str, Target] = MappingProxyType({}),
    style: Style = STYLE,
) -> tuple[FileReport, ...]:
    """Run the project's own suite with all kept files added; a file that breaks an own test there is taken out, a test that fails too.

    A suite that did not end by itself would not end now either, and says nothing. `targets`: path → the target of that file; of files
    without one no single test can be taken out.
    """
    if baseline.state == "timeout":
        return tuple(reports)
    suite = _Suite(baseline, workspace, environment, sandbox, limits)
    current = {r.path: r for r in reports}
    spared: set[str] = set()
    while kept := [r for r in current.values() if r.candidate is not None]:
        guilty = _guilty(kept, suite)
        if not guilty:
            break
        for path, (message, tests) in guilty.items():
            target = targets.get(path) if path not in spared else None
            less = _with_fewer(current[path], tests, message, target, environment, style, sandbox) if target else None
            spared |= {path} if less else set()
            current[path] = less or _taken_out(current[path], message)
    for path in [p for p in spared if current[p].candidate is not None]:
        current[path] = _measured(current[path], targets[path], workspace, environment, sandbox)
    return tuple(current.values())


def _with_fewer(
    report: FileReport, tests: Collection[str], message: str, target: Target, environment: Environment, style: Style, sandbox: Sandbox
) -> FileReport | None:
    """The report without these tests; None when nothing is left, or it is not by its own tests that the file does harm."""
    assert report.candidate is not None
    dialect = DIALECTS.get(report.language)
    if dialect is None or not tests or {test.name for test in report.candidate.tests} <= set(tests):
        return None
    candidate = dialect.boxed(environment, sandbox.run).without(report.candidate, tests, style, target)
    verdicts = tuple(replace(v, reason=Reason.BREAKS_SUITE, detail=message) if v.test in tests and v.kept else v for v in report.verdicts)
    return replace(report, candidate=candidate, verdicts=verdicts, killed=sum(v.mutants for v in verdicts if v.kept))


def _measured(report: FileReport, target: Target, workspace: Workspace, environment: Environment, sandbox: Sandbox) -> FileReport:
    """The report with what its tests cover now."""
    assert report.candidate is not None
    attempt = execute(report.candidate, target, workspace, environment, sandbox)
    return replace(report, after=after(report.before, attempt, target.path))


_Test = tuple[str, str, str]
"""File, name and parameters."""


@dataclass(frozen=True, slots=True)
class _Suite:
    """The project's own tests, to be run with whatever files are added."""

    baseline: Baseline
    workspace: Workspace
    environment: Environment
    sandbox: Sandbox
    limits: Limits
    flaky: set[_Test] = field(default_factory=set)
    """Own tests that did not come out the same twice: they say nothing about anybody."""

    def broken(self, kept: Sequence[FileReport]) -> dict[_Test, str]:
        """Message of every test that fails with these kept files and was well before."""
        language = LANGUAGES[self.environment.language]
        extra = {r.candidate.path: r.candidate.text.encode() for r in kept if r.candidate}
        output = self.sandbox.run(language.suite(self.workspace, self.environment, self.limits, extra))
        if output.ending is Ending.INFRASTRUCTURE:
            raise SandboxUnavailable(output.reason)
        result = language.result(self.workspace, output)
        ill = {_test(c) for c in self.baseline.cases if c.status is not Status.PASSED} | self.flaky
        failed = {_test(c): c.message or str(c.status) for c in result.cases if c.status in (Status.FAILED, Status.ERROR)}
        if result.problem and not failed and self.baseline.state in ("passed", "none"):
            failed = {("", "", ""): result.problem}
        return {test: message for test, message in failed.items() if test not in ill}

    def proven(self, kept: Sequence[FileReport], broken: Mapping[_Test, str]) -> dict[_Test, str]:
        """Of tests that failed with these files, those that do so every time and never without them. The others are flaky."""
        proven = dict(broken)
        for _ in range(ROUNDS):
            again = self.broken(kept)
            proven = {test: message for test, message in proven.items() if test in again}
            alone = self.broken(()) if proven else {}
            proven = {test: message for test, message in proven.items() if test not in alone}
        self.flaky.update(broken.keys() - proven.keys())
        return proven


def _test(case: Case) -> _Test:
    return case.file, case.name, case.parameters


_Guilt = tuple[str, frozenset[str]]
"""What went wrong beside the others, and the tests that failed themselves."""


def _guilty(kept: Sequence[FileReport], suite: _Suite) -> dict[str, _Guilt]:
    """Path of the tested file → what its tests did wrong."""
    broken = suite.broken(kept)
    own = {r.candidate.path: r.path for r in kept if r.candidate}
    named: dict[str, _Guilt] = {}
    for (file, name, _), message in broken.items():
        if file in own:
            first, names = named.get(own[file], (message, frozenset()))
            named[own[file]] = first, names | {name}
    if named or not broken:
        return named
    broken = suite.proven(kept, broken)
    if broken and len(kept) > 1:
        for half in (kept[: len(kept) // 2], kept[len(kept) // 2 :]):  # some file breaks an own test: halve until it is found
            if guilty := _guilty(half, suite):
                return guilty
        broken = suite.proven(kept, broken)  # only together they do
    return {r.path: (message, frozenset()) for r in kept for message in list(broken.values())[:1]}


def _taken_out(report: FileReport, message: str) -> FileReport:
    verdicts = tuple(Verdict(v.test, Reason.BREAKS_SUITE, message) if v.kept else v for v in report.verdicts)
    return replace(
        report,
        state=State.UNCHANGED,
        reason=f"breaks the suite: {message}",
        verdicts=verdicts,
        candidate=None,
        after=report.before,
        killed=0,
    )
