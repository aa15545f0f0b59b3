"""Target → FileReport: search → judge → propose → confirm → polish for one file, as a mapped task; its retries are the repair loop."""

import re
import time
from dataclasses import replace
from typing import Any

from prefect import runtime, task
from pydantic import TypeAdapter

from runners.languages import DIALECTS
from runners.languages.base import Style
from runners.sandboxes.base import Sandbox
from tasks.again import search_again
from tasks.confirm import confirm
from tasks.folder import Folder
from tasks.generators.engine import Place
from tasks.judge import CandidateRejected, ended, judge
from tasks.models import Wish, gateway
from tasks.persistence import ValueSerializer, key
from tasks.polish import polish
from tasks.propose import place_known, propose, stops
from tasks.search import search
from testwright.campaign import Engine
from testwright.errors import SandboxUnavailable
from testwright.model import Environment, Exploration, FileCoverage, FileReport, State, Target, Workspace

REPAIRS = 5
REPORT: TypeAdapter[FileReport] = TypeAdapter(FileReport)
MISSING = re.compile(r"ModuleNotFoundError|Error: Cannot find (?:module|package) '[^./']")
"""What an import says that lacks a package."""
UNSERVED = (State.NOT_IMPORTABLE, State.NOTHING_TO_TEST)
"""States in which no model could do better."""


def worth_another_try(task: Any, task_run: Any, state: Any) -> bool:
    """A rejected candidate is repaired and a failed sandbox asked again; anything else would go the same way."""
    return isinstance(state.data, CandidateRejected | SandboxUnavailable)


def _in_time(parameters: dict[str, Any]) -> bool | None:
    """None (nothing is cached) when the campaign's minutes are over: a resumed campaign shall try this file again."""
    return None if _over(parameters["deadline"]) else True


@task(
    task_run_name="cover {target.path}",
    retries=REPAIRS,
    retry_delay_seconds=0,
    retry_condition_fn=worth_another_try,
    cache_key_fn=key(
        lambda p: (p["target"].language, p["target"].path, p["target"].digest),
        lambda p: sorted(p["target"].lines) + sorted(p["target"].branches),
        lambda p: (p["environment"].key, p["seed"], p["seconds"], p["executions"]),
        lambda p: (str(p["wish"]), stops(p["folder"], p["target"])),
        _in_time,
    ),
    result_serializer=ValueSerializer(),
)
def cover(
    target: Target,
    before: FileCoverage | None,
    workspace: Workspace,
    environment: Environment,
    style: Style,
    sandbox: Sandbox,
    folder: Folder,
    seed: int,
    seconds: float,
    deadline: float | None = None,
    header: str = "",
    wish: Wish | None = None,
    executions: int | None = None,
) -> FileReport:
    """Give one file its tests; what the search leaves goes to the model that `wish` names.

    Raises:
        CandidateRejected: Prefect tries again; the next try reads the history and does without what was rejected.
        SandboxUnavailable: nothing could be run.
    """
    if _over(deadline):
        return ended(Exploration(target), before, state=State.NOT_REACHED, reason="the campaign's minutes were over")
    base, exploration = FileReport(target.path, target.language, State.UNCHANGED, "", before, before), Exploration(target)
    if wish is None or wish.engine is not Engine.LLM or target.language not in DIALECTS:
        exploration = search(target, workspace, environment, sandbox, folder, seed, seconds, executions=executions)
        base = _searched(exploration, before, workspace, environment, style, sandbox, folder, header)
    if wish is None or base.state in UNSERVED:
        return base
    if target.language not in DIALECTS:
        return replace(base, polished=f"not asked: no model is asked for {target.language}") if wish.polish and base.candidate else base
    place = Place(
        target, workspace, environment, style, sandbox, folder, base.after, place_known(exploration.observations, base.candidate),
        tuple(test.name for test in base.candidate.tests) if base.candidate else (), header, wish.candidates, wish.repairs + 1,
        _killed(exploration, base),
        f"{wish.engine} {seed} {seconds}{f' {executions}' if executions else ''}",
    )  # fmt: skip
    asked, report = gateway(wish, folder), base
    if wish.engine is not Engine.SEARCH:
        report = propose(place, base, asked)
    if wish.engine is Engine.HYBRID:
        report = search_again(place, report, seed, seconds, executions)
    if report.candidate != base.candidate:
        report = confirm(report, exploration, workspace, environment, style, sandbox, header)
    return polish(place, report, asked) if wish.polish else report


def _searched(
    exploration: Exploration,
    before: FileCoverage | None,
    workspace: Workspace,
    environment: Environment,
    style: Style,
    sandbox: Sandbox,
    folder: Folder,
    header: str,
) -> FileReport:
    """What the search alone gives the file, from disk when an earlier try got there."""
    target = exploration.target
    found = folder.history(target.language, target.path).with_suffix(".searched.json")
    if found.exists():
        stored = REPORT.validate_json(found.read_bytes())
        if stored.before == before:
            return stored
    last = runtime.task_run.run_count > REPAIRS
    report = judge(exploration, before, workspace, environment, style, sandbox, folder, header=header, last=last)
    report = _explained(confirm(report, exploration, workspace, environment, style, sandbox, header), environment)
    folder.put(found, REPORT.dump_json(report))
    return report


def _killed(exploration: Exploration, base: FileReport) -> frozenset[str]:
    """Mutants that the kept tests of the search kill."""
    kept = {o for test in base.candidate.tests for o in test.observations} if base.candidate else set()
    return frozenset().union(*(o.mutants for o in exploration.observations if o.id in kept))


def _explained(report: FileReport, environment: Environment) -> FileReport:
    """Say what a person could do about a file that could not even be imported."""
    if report.state is State.TIMED_OUT and report.reason == "timeout":
        return replace(report, reason="it did not come to an end, most often because importing it does not")
    if report.state is not State.NOT_IMPORTABLE or not MISSING.match(report.reason):
        return report
    missing = next((note for note in environment.notes if " failed: " in note), "")
    advice = missing if missing and not environment.complete else "is it declared as a dependency? --requirements installs it"
    return replace(report, reason=f"{report.reason} ({advice[:200]})")


def _over(deadline: float | None) -> bool:
    return deadline is not None and time.time() > deadline
