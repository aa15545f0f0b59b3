"""Target → FileReport with a model's tests: each try is one round; what it leaves lies on disk, where the next one reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from tasks.execute import execute
from tasks.folder import Folder
from tasks.generators.engine import Place, another_round, may_be_shown, worth_asking
from tasks.generators.gateway import Gateway
from tasks.generators.progress import ENGINE, Progress, failures
from tasks.judge import CandidateRejected, after
from testwright.model import Candidate, FileReport, Observation, Reason, State, Target, Usage, Verdict

PROGRESS: TypeAdapter[Progress] = TypeAdapter(Progress)
KNOWN = 12
CLAIMED = "the model claims that nothing reaches it: "
"""How the report begins what a model says of a line. It is said, not believed."""


def propose(place: Place, base: FileReport, gateway: Gateway) -> FileReport:
    """One round of at most `place.rounds` for one file, on top of what `base` holds already.

    Raises:
        CandidateRejected: one more round may bring something; what this one brought is on disk.
        SandboxUnavailable: nothing could be run.
    """
    file = _file(place.folder, place.target)
    progress = PROGRESS.validate_json(file.read_bytes()) if file.exists() else Progress()
    if not may_be_shown(gateway.settings.exclude)(place.target.path):
        progress = replace(progress, stopped="not asked: its file is on the exclude list")
    if worth_asking(place, progress):
        progress = another_round(place, progress, gateway)
        place.folder.put(file, PROGRESS.dump_json(progress))
        if worth_asking(place, progress):
            raise CandidateRejected(_why(progress))
    if progress.stopped not in ("", "done"):
        _mark(place.folder, place.target, progress)
    elif progress.course:
        gateway.keep_course(progress.course, progress.asked)
    return _report(place, base, progress)


def place_known(observations: Sequence[Observation], candidate: Candidate | None) -> tuple[str, ...]:
    """Short calls of what is tested already, one for each unit."""
    kept = {o for test in candidate.tests for o in test.observations} if candidate else set()
    shortest: dict[str, str] = {}
    for o in observations:
        if o.id in kept and o.call and (o.unit not in shortest or len(o.call) < len(shortest[o.unit])):
            shortest[o.unit] = o.call
    return tuple(list(shortest.values())[:KNOWN])


def stops(folder: Folder, target: Target) -> int:
    """How often the model's part of a file was stopped: a campaign that goes on does it again."""
    file = _file(folder, target).with_suffix(".stops")
    return int(file.read_text()) if file.exists() else 0


def spent(folder: Folder) -> Mapping[str, Usage]:
    """What a campaign's earlier processes used, file by file."""
    found = (PROGRESS.validate_json(file.read_bytes()) for file in sorted(folder.root.glob("history/*/*.model.json")))
    used: dict[str, Usage] = {}
    for progress in found:
        if progress.path:
            used[progress.path] = used.get(progress.path, Usage()) + progress.usage
    return used


def mark_stop(folder: Folder, target: Target) -> None:
    """Remember that the model's part of a file was stopped."""
    folder.put(_file(folder, target).with_suffix(".stops"), str(stops(folder, target) + 1).encode())


def _mark(folder: Folder, target: Target, progress: Progress) -> None:
    """Nothing but what was used is remembered: answers that came are in the cache."""
    mark_stop(folder, target)
    folder.put(_file(folder, target), PROGRESS.dump_json(Progress(usage=progress.usage, path=target.path)))


def _file(folder: Folder, target: Target) -> Path:
    return folder.history(target.language, target.path).with_suffix(".model.json")


def _why(progress: Progress) -> str:
    bad = [v for v in progress.verdicts if not v.kept and v.reason is not Reason.NO_GAIN]
    if progress.empty:
        return "the model's answer held no test"
    return f"{len(progress.refused)} tests refused: {bad[-1].test}: {bad[-1].reason}" if progress.refused and bad else "more can be reached"


def _report(place: Place, base: FileReport, progress: Progress) -> FileReport:
    """What the search and the model hold together."""
    ended = progress.stopped or "done"
    claims = {line: CLAIMED + why for line, why in progress.claims.items()}
    unreached = {**claims, **{line: f"{why}; {claims[line]}" if line in claims else why for line, why in base.unreached.items()}}
    base = replace(base, usage=progress.usage, model=ended, findings=(*base.findings, *progress.findings), unreached=unreached)
    if progress.kept is None:
        verdicts = (*base.verdicts, *progress.verdicts)
        state = base.state if base.candidate else _state(base, ended)
        reason = base.reason if base.candidate or ended == "done" else ended
        if not base.candidate and ended == "done":
            reason = "no test of the model passes and adds a line, a branch or a killed mutant"
        return replace(base, state=state, reason=reason, verdicts=verdicts)
    return _joined(place, base, progress)


def _state(base: FileReport, ended: str) -> State:
    if ended.startswith("budget"):
        return State.BUDGET
    return State.NO_MODEL if ended.startswith("no model") else State.UNCHANGED


def _joined(place: Place, base: FileReport, progress: Progress) -> FileReport:
    """One file of both engines' tests, run once as it is."""
    dialect, target = place.dialect, place.target
    assert progress.kept is not None
    candidate = dialect.joined(base.candidate, progress.kept, place.style, target) if base.candidate else progress.kept
    verdicts = {v.test: v for v in (*base.verdicts, *progress.verdicts)}
    while candidate.tests:
        attempt = execute(candidate, target, place.workspace, place.environment, place.sandbox)
        failed = failures(attempt)
        if not failed and not attempt.result.problem:
            whole = after(base.before, attempt, target.path)
            killed = base.killed + sum(v.mutants for v in progress.verdicts if v.kept and verdicts[v.test].kept)
            return replace(
                base,
                state=State.IMPROVED,
                reason=progress.stopped,
                verdicts=tuple(verdicts.values()),
                candidate=candidate,
                after=whole,
                mutants=max(base.mutants, progress.mutants),
                killed=killed,
            )
        own = {test.name for test in progress.kept.tests}
        guilty = set(failed) or own
        verdicts |= {name: Verdict(name, Reason.ORDER_DEPENDENT, "it fails beside the others", engine=ENGINE) for name in guilty}
        candidate = dialect.without(candidate, guilty, place.style, target)
    return replace(base, verdicts=tuple(verdicts.values()))
