"""Kept tests → the same, after the dear questions: again, in other orders, and beside the project's own tests."""

from collections.abc import Sequence
from dataclasses import replace

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
    Ending,
    Environment,
    Exploration,
    FileReport,
    Limits,
    Reason,
    State,
    Status,
    Target,
    Verdict,
    Workspace,
)

ORDERS = (1, 2, 3)
"""Seeds of the random orders in which every kept file must pass again, each in a fresh sandbox."""


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
        shaky = _shaky(report, exploration.target, workspace, environment, sandbox)
        if not shaky:
            break
        report = _without(report, shaky, exploration, workspace, environment, style, sandbox, header)
    return report


def _shaky(report: FileReport, target: Target, workspace: Workspace, environment: Environment, sandbox: Sandbox) -> dict[str, Verdict]:
    """Tests that did not pass in one of the orders."""
    assert report.candidate is not None
    shaky: dict[str, Verdict] = {}
    for order in ORDERS:
        attempt = execute(report.candidate, target, workspace, environment, sandbox, order)
        for case in attempt.result.cases:
            if case.status is not Status.PASSED:
                shaky[case.name] = Verdict(case.name, Reason.FLAKY, case.message)
    return shaky


def _without(
    report: FileReport,
    shaky: dict[str, Verdict],
    exploration: Exploration,
    workspace: Workspace,
    environment: Environment,
    style: Style,
    sandbox: Sandbox,
    header: str,
) -> FileReport:
    """Write the file again without the shaky tests."""
    assert report.candidate is not None
    target = exploration.target
    verdicts = tuple(replace(shaky[v.test], engine=v.engine) if v.test in shaky else v for v in report.verdicts)
    if report.candidate.engine == "search":
        keep = {o for test in report.candidate.tests if test.name not in shaky for o in test.observations}
        observations = select([o for o in exploration.observations if o.id in keep], target)
        candidate = LANGUAGES[target.language].write(workspace, target, observations, style, header)
    else:  # a model's tests cannot be written again, only left out
        candidate = DIALECTS[target.language].without(report.candidate, set(shaky), style, target)
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


@task(task_run_name="confirm {workspace.name} as a whole", retries=1, cache_policy=NO_CACHE)
def confirm_together(
    reports: Sequence[FileReport],
    baseline: Baseline,
    workspace: Workspace,
    environment: Environment,
    sandbox: Sandbox,
    limits: Limits = SUITE,
) -> tuple[FileReport, ...]:
    """Run the project's own suite with all kept files added; a file that fails there or breaks an own test is taken out.

    A suite that did not end by itself would not end now either, and says nothing.
    """
    if baseline.state == "timeout":
        return tuple(reports)
    kept = [r for r in reports if r.candidate is not None]
    while kept:
        guilty = _guilty(kept, baseline, workspace, environment, sandbox, limits)
        if not guilty:
            break
        kept = [r for r in kept if r.path not in guilty]
        reports = [_taken_out(r, guilty[r.path]) if r.path in guilty else r for r in reports]
    return tuple(reports)


def _guilty(
    kept: Sequence[FileReport], baseline: Baseline, workspace: Workspace, environment: Environment, sandbox: Sandbox, limits: Limits
) -> dict[str, str]:
    """Path of the tested file → what its tests did wrong beside the others."""
    broken = _broken(kept, baseline, workspace, environment, sandbox, limits)
    own = {r.candidate.path: r.path for r in kept if r.candidate}
    named = {own[file]: message for file, message in broken.items() if file in own}
    if named or not broken:
        return named
    if len(kept) == 1:
        return {kept[0].path: next(iter(broken.values()))}
    for half in (kept[: len(kept) // 2], kept[len(kept) // 2 :]):  # some file breaks an own test: halve until it is found
        if guilty := _guilty(half, baseline, workspace, environment, sandbox, limits):
            return guilty
    return dict.fromkeys((r.path for r in kept), next(iter(broken.values())))  # only together they do


def _broken(
    kept: Sequence[FileReport], baseline: Baseline, workspace: Workspace, environment: Environment, sandbox: Sandbox, limits: Limits
) -> dict[str, str]:
    """Test file → message, of all tests that pass without the kept files but not with them."""
    language = LANGUAGES[environment.language]
    extra = {r.candidate.path: r.candidate.text.encode() for r in kept if r.candidate}
    output = sandbox.run(language.suite(workspace, environment, limits, extra))
    if output.ending is Ending.INFRASTRUCTURE:
        raise SandboxUnavailable(output.reason)
    result = language.result(workspace, output)
    failed_before = {(c.file, c.name, c.parameters) for c in baseline.cases if c.status is not Status.PASSED}
    broken = {
        case.file: case.message or str(case.status)
        for case in result.cases
        if case.status in (Status.FAILED, Status.ERROR) and (case.file, case.name, case.parameters) not in failed_before
    }
    if result.problem and not broken and baseline.state in ("passed", "none"):
        return {"": result.problem}
    return broken


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
