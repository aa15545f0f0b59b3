"""One round with a language model for one file: ask, take in, run, mend, judge test by test. What it leaves is a Progress."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pathspec import GitIgnoreSpec

from runners.languages import DIALECTS
from runners.languages.base import Dialect, Focus, Style
from runners.sandboxes.base import Sandbox
from tasks.execute import execute
from tasks.folder import Folder
from tasks.generators import prompts, replies
from tasks.generators.asking import Answer, Request
from tasks.generators.gateway import Gateway
from tasks.generators.progress import Progress, asked_for, by_lines, failures, gained, missing, ran, with_kills
from tasks.generators.prompts import Refused
from testwright.errors import SandboxUnavailable
from testwright.model import Arc, Attempt, Candidate, Ending, Environment, FileCoverage, Finding, Reason, Target, Verdict, Workspace

LARGEST_PIECE = 14_000
"""Characters of code in one question."""
ANOTHER_ORDER = 1
KILLING = 15.0
"""Seconds for trying mutants on the tests of an answer."""
ALONE = 30
"""At most this many tests of an answer are run alone to see which branches they take."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file is served: everything that stays the same while it is."""

    target: Target
    workspace: Workspace
    environment: Environment
    style: Style
    sandbox: Sandbox
    folder: Folder
    covered: FileCoverage | None = None
    """What the project's own tests and those of the search cover."""
    known: tuple[str, ...] = ()
    """Calls that are tested already."""
    taken: tuple[str, ...] = ()
    """Names of tests that there are already."""
    header: str = ""
    candidates: int = 1
    """Answers that are asked for to the first question."""
    rounds: int = 1
    """At most so many times is asked."""
    killed: frozenset[str] = frozenset()
    """Mutants that the search's tests kill."""
    about: str = ""
    """What else the answers depend on: engine, seed, seconds."""

    @property
    def name(self) -> str:
        """Under which the history of the model's part lies."""
        return f"{self.target.path}:llm"

    @property
    def dialect(self) -> Dialect:
        """What its language knows, with a box to read code in."""
        return DIALECTS[self.target.language].boxed(self.environment, self.sandbox.run)


def another_round(place: Place, progress: Progress, gateway: Gateway) -> Progress:
    """Ask for what is missing and judge what comes back."""
    context = context_of(place, gateway)
    course = _course(place, context)
    before = None if progress.course else _as_before(place, context, course, gateway)
    progress = replace(progress, course=course if before is None else "")
    requests = _requests(place, context, progress, gateway) if before is None else next(iter(before[progress.round :]), [])
    if not requests:
        return replace(progress, stopped="done")
    answers = gateway.ask_all(_each(place, requests, progress.round))
    progress = replace(
        progress,
        round=progress.round + 1,
        asked=(*progress.asked, len(requests)),
        stopped=next((a.stopped for a in answers if a.stopped), ""),
        empty=True,
        refused=(),
        usage=sum((a.usage for a in answers), progress.usage),
        path=place.target.path,
    )
    for start in range(0, len(answers), len(requests)):  # one after the other: the next counts what the last one won
        progress = _taken_in(place, progress, answers[start : start + len(requests)])
    said = [replies.read(answer.text) for answer in answers if not answer.stopped]
    declined = progress.empty and said and all(reply.declined for reply in said)
    return replace(progress, stopped=progress.stopped or "done") if declined else progress


def _taken_in(place: Place, progress: Progress, answers: Sequence[Answer]) -> Progress:
    """One candidate of all that some answers hold, judged; what it brings is added."""
    read = [replies.read(answer.text) for answer in answers if not answer.stopped]
    findings = tuple(_finding(place.target, unit, message) for reply in read for unit, message in reply.findings)
    progress = replace(progress, findings=tuple(dict.fromkeys((*progress.findings, *findings))), claims=_claims(place, progress, read))
    blocks = [block for reply in read for block in reply.blocks]
    taken = (*place.taken, *(test.name for test in progress.kept.tests)) if progress.kept else place.taken
    candidate = place.dialect.adopt(blocks, place.workspace, place.environment, place.target, place.style, place.header, taken)
    left = missing(place.target, place.covered, progress)
    if not candidate.tests or not (left[0] or left[1]):
        return progress
    return _judged(place, replace(progress, empty=False), candidate, left)


def worth_asking(place: Place, progress: Progress) -> bool:
    """Whether one more question may bring something."""
    if progress.stopped or progress.round >= place.rounds:
        return False
    if progress.round == 0 or progress.refused or progress.empty:
        return True
    lines, branches = asked_for(place.target, place.covered, progress)
    won = any(v.lines or v.branches for v in progress.verdicts if v.kept)
    return won and bool(lines or branches)


def _claims(place: Place, progress: Progress, read: Sequence[replies.Reply]) -> Mapping[int, str]:
    """What was claimed of lines that are asked for; of others nobody wants to know."""
    lines, branches = missing(place.target, place.covered, progress)
    open_ = lines | {line for line, _ in branches}
    said = {line: why for reply in read for line, why in reply.unreachable if line in open_}
    return {**said, **progress.claims}


def may_be_shown(exclude: Sequence[str]) -> Callable[[str], bool]:
    """Whether a prompt may hold anything of a file."""
    spec = GitIgnoreSpec.from_lines(exclude)
    return lambda path: not spec.match_file(path)


# ---- asking ----------------------------------------------------------------------------------------------------------


def context_of(place: Place, gateway: Gateway) -> prompts.Context:
    """What is the same in all questions about a file."""
    dialect, target = place.dialect, place.target
    allowed = may_be_shown(gateway.settings.exclude)
    return prompts.Context(
        target,
        place.style,
        dialect.words(place.workspace, target, place.style),
        dialect.sample(place.workspace, place.style, allowed),
        dialect.outlines(place.workspace, target, place.environment.roots or (".",), allowed),
        dialect.callers(place.workspace, target, allowed),
    )


def _requests(place: Place, context: prompts.Context, progress: Progress, gateway: Gateway) -> list[Request]:
    """One question for each piece of what is left."""
    left = asked_for(place.target, place.covered, progress)
    pieces = place.dialect.focus(place.workspace, place.target, *left, LARGEST_PIECE)
    secrets = [gateway.settings.key.reveal()]
    requests = []
    for number, piece in enumerate(pieces):
        if progress.round == 0:
            messages = prompts.propose(context, piece, place.known, secrets)
        else:
            mine = _of_piece(progress.refused, piece, pieces)
            messages = prompts.repair(context, piece, mine, progress.empty, secrets)
        requests.append(replace(_request(place, context, progress.round, number), messages=messages))
    return requests


def _each(place: Place, requests: Sequence[Request], number: int) -> list[Request]:
    """As often as the questions of a round are asked."""
    times = place.candidates if number == 0 else 1
    return [replace(request, again=again) for again in range(times) for request in requests]


def _as_before(place: Place, context: prompts.Context, course: str, gateway: Gateway) -> list[list[Request]] | None:
    """The questions of each round of an earlier campaign, for their answers; None when it had no end, or an answer is gone.

    A search that the clock stops leaves other lines each time, and so other pieces; what was asked then stands for what would be asked now.
    """
    asked = gateway.course(course)
    if not isinstance(asked, list) or not all(isinstance(count, int) for count in asked):
        return None
    rounds = [[_request(place, context, number, piece) for piece in range(count)] for number, count in enumerate(asked)]
    known = all(gateway.knows(request) for number, requests in enumerate(rounds) for request in _each(place, requests, number))
    return rounds if known else None


def _of_piece(refused: Sequence[Refused], piece: Focus, pieces: Sequence[Focus]) -> list[Refused]:
    """The refused tests that speak of this piece; the first piece takes those that speak of none."""

    def speaks(test: Refused, focus: Focus) -> bool:
        return any(unit.rpartition(".")[2] in test.text for unit in focus.units)

    homeless = [r for r in refused if not any(speaks(r, p) for p in pieces)] if piece is pieces[0] else []
    return [r for r in refused if speaks(r, piece)] + homeless


def _request(place: Place, context: prompts.Context, number: int, piece: int) -> Request:
    """The question on a piece in a round, still without its words: what is left to ask may differ from run to run, and is judged anyway."""
    about = json.dumps([*subject(place, context), number, piece])
    return Request((), prompts.version(context), place.target.path, hashlib.sha256(about.encode()).hexdigest())


def _course(place: Place, context: prompts.Context) -> str:
    """What the asking of all rounds is about."""
    return json.dumps([*subject(place, context), prompts.version(context), place.rounds, place.candidates])


def subject(place: Place, context: prompts.Context) -> list[object]:
    """What all questions about a file are about."""
    target = place.target
    return [
        target.language, target.path, target.module, target.digest, sorted(target.lines), sorted(target.branches),
        context.sample, context.outlines, sorted(context.callers.items()), place.style.framework, place.about,
    ]  # fmt: skip


def _finding(target: Target, unit: str, message: str) -> Finding:
    return Finding("testwright", "contradiction", f"{unit}: {message}", target.path)


# ---- judging ---------------------------------------------------------------------------------------------------------


def _judged(place: Place, progress: Progress, candidate: Candidate, left: tuple[frozenset[int], frozenset[Arc]]) -> Progress:
    """Test by test: refuse what need not be run, run the rest, mend by rule, keep what passes and adds something."""
    dialect = place.dialect
    texts = {test.name: test.text for test in candidate.tests}
    bad = {v.test: replace(v, engine="llm") for v in dialect.objections(candidate, place.target)}
    runnable = dialect.without(candidate, set(bad), place.style, place.target)
    good: tuple[Verdict, ...] = ()
    if runnable.tests:
        attempt = _mended(place, _run(place, runnable))
        texts |= {test.name: test.text for test in attempt.candidate.tests}
        bad |= failures(attempt)
        progress = replace(progress, imported=progress.imported | ran(attempt, "", place.target))
        passing = dialect.without(attempt.candidate, set(bad), place.style, place.target)
        if shaky := _shaky(place, passing):  # what would be taken out later must not stand for what it covers now
            bad |= shaky
            passing = dialect.without(passing, set(shaky), place.style, place.target)
        attempt = replace(attempt, candidate=passing)
        kills, mutants = _kills(place, progress, passing)
        good, killed = with_kills(_gained(place, attempt, left), kills)
        progress = replace(progress, killed=progress.killed | killed, mutants=max(progress.mutants, mutants))
        progress = _with(place, progress, dialect.without(passing, {v.test for v in good if not v.kept}, place.style, place.target), good)
    whole = [v for v in bad.values() if v.reason is not Reason.DOES_NOT_PARSE]
    refused = tuple(Refused(texts[v.test], str(v.reason), dialect.brief(v.detail)) for v in whole)
    last = {v.test: v for v in (*progress.verdicts, *bad.values(), *good)}
    return replace(progress, verdicts=tuple(last.values()), refused=(*progress.refused, *refused))


def _run(place: Place, candidate: Candidate) -> Attempt:
    attempt = execute(candidate, place.target, place.workspace, place.environment, place.sandbox)
    place.folder.remember(place.target.language, place.name, attempt)
    return attempt


def _shaky(place: Place, candidate: Candidate) -> dict[str, Verdict]:
    """Tests that do not pass again in another order, with other hashes."""
    if not candidate.tests:
        return {}
    again = execute(candidate, place.target, place.workspace, place.environment, place.sandbox, ANOTHER_ORDER)
    return {name: replace(verdict, reason=Reason.FLAKY) for name, verdict in failures(again).items()}


def _mended(place: Place, attempt: Attempt) -> Attempt:
    """The attempt after rules mended what they can; the first one when they made nothing better."""
    failed = failures(attempt)
    if not failed:
        return attempt
    dialect = place.dialect
    cases = [c for c in attempt.result.cases if c.name in failed and c.message]
    mended = dialect.mend(attempt.candidate, cases, place.style, place.target)
    if mended is None:
        return attempt
    again = _run(place, mended)
    return again if len(failures(again)) < len(failed) else attempt


def _gained(place: Place, attempt: Attempt, left: tuple[frozenset[int], frozenset[Arc]]) -> tuple[Verdict, ...]:
    """What each test adds. One run without the tests that add no line shows whether any of them takes a way of its own."""
    names = {test.name for test in attempt.candidate.tests}
    first = by_lines(attempt, place.target, left[0])
    others = names - set(first)
    together = _covered(place, attempt) & left[1]
    ways: dict[str, frozenset[Arc]] = {}
    alike = _covered(place, _without(place, attempt.candidate, others)) if first and others else together if first else frozenset()
    lost = together - alike
    for name in sorted(others, key=lambda n: -len(_forks(place, attempt, n, lost)))[:ALONE]:
        if _forks(place, attempt, name, lost):
            ways[name] = _covered(place, _without(place, attempt.candidate, names - {name})) & lost
    for name in first:
        ways[name] = _forks(place, attempt, name, together - lost)
    return gained(attempt, place.target, left, first, ways)


def _kills(place: Place, progress: Progress, candidate: Candidate) -> tuple[Mapping[str, frozenset[str]], int]:
    """Mutants that no kept test kills and one of these does."""
    known = place.killed | progress.killed
    found, mutants = tried(place, candidate, known) if candidate.tests else ({}, 0)
    return {test: ids - known for test, ids in found.items()}, mutants


def tried(place: Place, candidate: Candidate, known: frozenset[str]) -> tuple[Mapping[str, frozenset[str]], int]:
    """Which mutants each test kills, '' → those that live, as far as time allows; and how many there are. Nothing where nothing can try.

    Raises:
        SandboxUnavailable: nothing could be run.
    """
    dialect = place.dialect
    command = dialect.kill(place.workspace, place.environment, place.target, candidate, known, KILLING)
    if command is None:
        return {}, 0
    output = place.sandbox.run(command)
    if output.ending is Ending.INFRASTRUCTURE:
        raise SandboxUnavailable(output.reason)
    return dialect.kills(output)


def _forks(place: Place, attempt: Attempt, test: str, branches: frozenset[Arc]) -> frozenset[Arc]:
    """Those of the branches that a test came to. One inside of a statement of several lines belongs to the first of these."""
    lines, coverage = ran(attempt, test, place.target), _coverage(place, attempt)
    begins = sorted(coverage.lines) if coverage is not None else []
    return frozenset(arc for arc in branches if begins and begins[max(0, bisect_right(begins, arc[0]) - 1)] in lines)


def _without(place: Place, candidate: Candidate, names: set[str]) -> Attempt:
    fewer = place.dialect.without(candidate, names, place.style, place.target)
    return execute(fewer, place.target, place.workspace, place.environment, place.sandbox)


def _covered(place: Place, attempt: Attempt) -> frozenset[Arc]:
    coverage = _coverage(place, attempt)
    return coverage.covered_branches if coverage is not None else frozenset()


def _coverage(place: Place, attempt: Attempt) -> FileCoverage | None:
    return next((c for c in attempt.result.coverage if c.path == place.target.path), None)


def _with(place: Place, progress: Progress, candidate: Candidate, verdicts: Sequence[Verdict]) -> Progress:
    """Add what was kept."""
    if not candidate.tests:
        return progress
    dialect = place.dialect
    kept = dialect.joined(progress.kept, candidate, place.style, place.target) if progress.kept else candidate
    return replace(
        progress,
        kept=replace(kept, engine="llm"),
        lines=progress.lines.union(*(v.lines for v in verdicts)),
        branches=progress.branches.union(*(v.branches for v in verdicts)),
    )
