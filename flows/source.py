"""One source: checkout → prepare → measure → discover → search → judge → confirm, per language and per file."""

import time
from collections.abc import Sequence
from pathlib import Path

from prefect import flow, unmapped
from prefect.futures import PrefectFuture, PrefectFutureList, as_completed

from runners.languages import LANGUAGES
from runners.languages.base import Language, Style
from tasks.check import check_all
from tasks.checkout import checkout
from tasks.confirm import confirm_together
from tasks.cover import REPAIRS, cover
from tasks.discover import coverage_of, discover
from tasks.folder import Folder
from tasks.ingest import files
from tasks.measure import measure, patience
from tasks.models import wish
from tasks.prepare import prepare
from tasks.report import Progress
from tasks.sandbox import sandbox_of
from tasks.settings import narrow
from tasks.sources import redact
from testwright.campaign import Campaign, Engine
from testwright.errors import SandboxUnavailable
from testwright.model import Baseline, Environment, FileCoverage, FileReport, SourceReport, State, Target, Workspace

HEADER = "Written by Testwright."
"""The one line on where a test file comes from."""
UNDONE = (
    State.NOT_IMPORTABLE,
    State.NOT_PARSABLE,
    State.TOO_LARGE,
    State.TIMED_OUT,
    State.CRASHED,
    State.NOT_REACHED,
    State.NO_INTERPRETER,
    State.BROKEN,
)
"""States of files that were not served."""
SERVED = (State.IMPROVED, State.COVERED, State.UNCHANGED)


@flow(name="source", persist_result=False)
def improve(campaign: Campaign, number: int, folder: str) -> SourceReport:
    """Give one source its tests.

    Raises:
        CheckoutFailed: it could not be fetched.
        SandboxUnavailable: the sandbox broke.
    """
    clock, place = time.monotonic(), Folder(Path(folder))
    place.event(step=f"check out {redact(campaign.sources[number])}")
    fetch = checkout.with_options(result_storage=place.results, persist_result=True)
    workspace = fetch(campaign.sources[number], place.root / "sources" / str(number), (place.root.parents[1],))
    include, exclude, most, notes = narrow(campaign, workspace)
    everything = files(workspace, (), ())
    chosen = set(files(workspace, include, exclude))
    place.event(step="check")
    checked = check_all(workspace, chosen, campaign.languages, sandbox_of(campaign, place), place.environments)
    ended: list[FileReport] = []
    baselines: dict[str, Baseline] = {}
    for language in _languages(campaign, workspace, everything):
        baseline, reports, more = _language(campaign, workspace, language, everything, chosen, most, place)
        baselines[language] = baseline
        ended += reports
        notes = (*notes, *more)
    state, reason = _state(ended)
    return SourceReport(
        redact(campaign.sources[number]),
        workspace,
        state,
        reason,
        baselines,
        tuple(ended),
        checked.findings,
        (*workspace.notes, *notes, *checked.notes),
        time.monotonic() - clock,
    )


def _languages(campaign: Campaign, workspace: Workspace, paths: Sequence[str]) -> list[str]:
    """The known languages that the workspace has code in, of those asked for."""
    wanted = campaign.languages or tuple(LANGUAGES)
    return [name for name in wanted if name in LANGUAGES and LANGUAGES[name].sources(workspace, paths)]


def _language(
    campaign: Campaign, workspace: Workspace, name: str, everything: Sequence[str], chosen: set[str], most: int | None, place: Folder
) -> tuple[Baseline, list[FileReport], tuple[str, ...]]:
    """All files of one language, each to its end."""
    language, sandbox = LANGUAGES[name], sandbox_of(campaign, place)
    place.event(step=f"prepare {name}")
    environment = prepare(workspace, name, everything, sandbox, place.environments, campaign.requirements, campaign.setup)
    sources = language.sources(workspace, everything)
    _tell_what_is_missing(environment, place)
    if not environment.usable:
        return _unusable(language, workspace, environment, [path for path in sources if path in chosen])
    place.event(step=f"measure {name}")
    limits = patience(len(sources), campaign.seconds_per_file)
    baseline = measure.with_options(result_storage=place.results, persist_result=True)(
        workspace, environment, everything, sources, sandbox, limits
    )
    if baseline.state not in ("passed", "none"):
        place.event(step=f"the project's own {name} tests", state=f"{baseline.state}: {baseline.reason}")
    wanted = [path for path in sources if path in chosen]
    targets, ended = discover(workspace, environment, wanted, baseline, most)
    left_out = [FileReport(path, name, State.EXCLUDED, "by include and exclude patterns") for path in sources if path not in chosen]
    place.event(step="search", done=0, total=len(targets))
    style = language.style(workspace, everything)
    reports = _cover(campaign, targets, workspace, environment, baseline, style, place)
    place.event(step="confirm together")
    notes = environment.notes
    if baseline.state == "timeout":
        notes = (*notes, f"kept tests were not run together with the project's own, which do not end: {baseline.reason}")
    try:
        by_path = {target.path: target for target in targets}
        reports = list(confirm_together(reports, baseline, workspace, environment, sandbox, limits, by_path, style))
    except SandboxUnavailable as problem:  # what was found so far is not lost
        notes = (*notes, f"kept tests were not run together with the project's own: {problem}")
    return baseline, [*reports, *ended, *left_out], notes


def _tell_what_is_missing(environment: Environment, place: Folder) -> None:
    for note in environment.notes if not environment.complete else ():
        place.event(step=f"prepare {environment.language}", state=note)


def _unusable(
    language: Language, workspace: Workspace, environment: Environment, paths: Sequence[str]
) -> tuple[Baseline, list[FileReport], tuple[str, ...]]:
    """Every file of a language for which no test can run here."""
    reason = f"no test can run: {next(iter(environment.notes), 'nothing could be installed')}"
    baseline = language.baseline(workspace, environment, paths, None)
    state = State.BROKEN if environment.runtime else State.NO_INTERPRETER
    ended = [FileReport(path, language.NAME, state, reason, coverage_of(baseline, path)) for path in paths]
    return baseline, ended, environment.notes


def _cover(
    campaign: Campaign,
    targets: Sequence[Target],
    workspace: Workspace,
    environment: Environment,
    baseline: Baseline,
    style: Style,
    place: Folder,
) -> list[FileReport]:
    """One mapped task per file. A task that fails is a report of its own file, and costs no other."""
    before = [coverage_of(baseline, target.path) for target in targets]
    deadline = time.time() + campaign.minutes * 60 if campaign.minutes else None
    tries = REPAIRS + (campaign.repairs if campaign.engine is not Engine.SEARCH else 0)
    runs = cover.with_options(result_storage=place.results, persist_result=True, retries=tries).map(
        list(targets),
        before,
        workspace=unmapped(workspace),
        environment=unmapped(environment),
        style=unmapped(style),
        sandbox=unmapped(sandbox_of(campaign, place)),
        folder=unmapped(place),
        seed=unmapped(campaign.seed),
        seconds=unmapped(campaign.seconds_per_file),
        executions=unmapped(campaign.executions_per_file),
        deadline=unmapped(deadline),
        header=unmapped(HEADER if campaign.header else ""),
        wish=unmapped(wish(campaign)),
    )
    _watch(runs, place)
    return [_outcome(target, measured, run) for target, measured, run in zip(targets, before, runs, strict=True)]


def _watch(runs: PrefectFutureList[FileReport], place: Folder) -> None:
    """Say of each file that ended that it did: on the terminal, and in the UI."""
    with Progress(len(runs)) as progress:
        for done, run in enumerate(as_completed(list(runs)), 1):
            report = run.result(raise_on_failure=False)
            file, state = (report.path, str(report.state)) if isinstance(report, FileReport) else ("", str(State.BROKEN))
            place.event(done=done, total=len(runs), file=file, state=state)
            progress.move(done, f"{file}: {state}")


def _outcome(target: Target, before: FileCoverage | None, run: PrefectFuture[FileReport]) -> FileReport:
    """What a task returned, or why it did not."""
    result = run.result(raise_on_failure=False)
    if isinstance(result, FileReport):
        return result
    reason = " ".join(str(result).split()) or str(run.state.name)
    return FileReport(target.path, target.language, State.BROKEN, reason, before, before)


def _state(files: Sequence[FileReport]) -> tuple[str, str]:
    """How a source ended, from how its files did."""
    if not files:
        return "nothing to test", "no source file of a known language was found: check the path and the include and exclude patterns"
    undone = [f for f in files if f.state in (*UNDONE, State.NO_MODEL, State.BUDGET)]
    if undone:
        first = f"{undone[0].path}: {undone[0].reason or undone[0].state}"
        some = any(f.state in SERVED for f in files)
        return "partial" if some else "failed", f"{len(undone)} of {len(files)} files were not served, the first: {first}"
    return "completed", ""
