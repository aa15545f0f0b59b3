"""Candidate → Attempt: run it in a fresh sandbox; when the run as a whole says nothing, run its tests one by one."""

from collections.abc import Mapping
from dataclasses import replace

from runners.languages import LANGUAGES
from runners.sandboxes.base import Sandbox
from testwright.errors import SandboxUnavailable
from testwright.model import Attempt, Candidate, Case, Ending, Environment, Limits, RunResult, Status, Target, Workspace

CANDIDATE = Limits(seconds=60, memory=1024)
ALONE = 50
"""At most this many tests of a file are told apart by running each alone."""


def execute(
    candidate: Candidate, target: Target, workspace: Workspace, environment: Environment, sandbox: Sandbox, order: int | None = None
) -> Attempt:
    """Run a candidate, its tests in the given order.

    Raises:
        SandboxUnavailable: the sandbox failed, so nothing is known about the candidate.
    """
    result = _run(candidate, target, workspace, environment, sandbox, order, ())
    if not result.problem:
        return Attempt(candidate, result)
    names = {test.name for test in candidate.tests}
    if any(case.name in names and case.status is not Status.PASSED for case in result.cases):  # what brought it down is known
        return Attempt(candidate, _with_rest(candidate, target, workspace, environment, sandbox, replace(result, problem="")))
    return Attempt(candidate, _one_by_one(candidate, target, workspace, environment, sandbox, result))


def _run(
    candidate: Candidate,
    target: Target,
    workspace: Workspace,
    environment: Environment,
    sandbox: Sandbox,
    order: int | None,
    only: tuple[str, ...],
) -> RunResult:
    language = LANGUAGES[target.language]
    output = sandbox.run(language.run(workspace, environment, [candidate], CANDIDATE, target=target, order=order, only=only))
    if output.ending is Ending.INFRASTRUCTURE:
        raise SandboxUnavailable(output.reason)
    expected = replace(candidate, tests=tuple(t for t in candidate.tests if not only or t.name in only))
    return language.result(workspace, output, [expected])


def _with_rest(
    candidate: Candidate, target: Target, workspace: Workspace, environment: Environment, sandbox: Sandbox, result: RunResult
) -> RunResult:
    """The result with those tests run again that had not had their turn when another ended the run."""
    for _ in range(ALONE):
        said = {case.name for case in result.cases}
        left = tuple(test.name for test in candidate.tests if test.name not in said)
        if not left or "" in said:  # a case without a name is that of the file: all has been said
            break
        more = _run(candidate, target, workspace, environment, sandbox, None, left)
        if said.issuperset(case.name for case in more.cases):
            break
        result = _both(result, more)
    return result


def _both(first: RunResult, second: RunResult) -> RunResult:
    """What two runs of one candidate said."""
    known = {file.path: file for file in first.coverage}
    coverage = {**known, **{file.path: known.get(file.path, file) | file for file in second.coverage}}
    return replace(
        first,
        cases=(*first.cases, *second.cases),
        coverage=tuple(coverage.values()),
        gains={**second.gains, **first.gains},
        seconds=first.seconds + second.seconds,
    )


def _one_by_one(
    candidate: Candidate, target: Target, workspace: Workspace, environment: Environment, sandbox: Sandbox, whole: RunResult
) -> RunResult:
    """Which tests brought the whole run down: those that do the same when they run alone."""
    cases: list[Case] = []
    gains: dict[str, Mapping[str, frozenset[int]]] = {}
    for test in candidate.tests[:ALONE]:
        alone = _run(candidate, target, workspace, environment, sandbox, None, (test.name,))
        gains |= dict(alone.gains)
        cases += alone.cases if not alone.problem else [Case(test.name, Status.ERROR, candidate.path, message=alone.problem)]
    cases += [Case(test.name, Status.ERROR, candidate.path, message=whole.problem) for test in candidate.tests[ALONE:]]
    if all(case.status is Status.PASSED for case in cases):  # they only fail together
        return replace(whole, cases=tuple(cases), gains=gains)
    return RunResult(whole.ending, tuple(cases), whole.coverage, gains, "", whole.seconds)
