"""FileReport → the same tests under better names, in better order and groups, as a model puts them; or as they were, with the reason."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import TypeAdapter

from runners.languages.base import Row
from tasks.confirm import ORDERS
from tasks.execute import execute
from tasks.generators import prompts, replies
from tasks.generators.asking import Answer, Request
from tasks.generators.engine import Place, may_be_shown, subject, tried
from tasks.generators.gateway import Gateway
from tasks.generators.progress import Progress, failures
from tasks.judge import after
from tasks.propose import PROGRESS, mark_stop
from testwright.model import Arc, Candidate, FileCoverage, FileReport, Reason, TestCase, Usage, Verdict

T = TypeVar("T")

DONE = "done"
TEMPLATES = ("naming", "polish")
LOOKS = 2
"""How often a mutant is tried that one file kills and the other does not."""
CODE = 6_000
"""Characters of the code under test that go with its tests; longer code stays away."""
AN_ANSWER = 2.5
"""Characters of tests for each token that an answer may have: longer files are asked for in parts."""


@dataclass(frozen=True, slots=True)
class Said:
    """Some tests, and what a model made of them."""

    tests: Candidate
    answer: Answer

    def kept(self) -> object:
        """As a JSON value, for campaigns to come. They pay nothing for it."""
        return TypeAdapter(Said).dump_python(replace(self, answer=replace(self.answer, usage=Usage(cached=1))), mode="json")


SAID = TypeAdapter(tuple[Said, ...])


@dataclass(frozen=True, slots=True)
class _Part:
    """Some tests of a file: how they are to be, which rows of the old ones each of them has, and why they stayed as they were."""

    candidate: Candidate
    origins: Mapping[str, tuple[Row, ...]]
    reason: str = ""


def polish(place: Place, report: FileReport, gateway: Gateway) -> FileReport:
    """Let a model name and order the kept tests of one file. What they call, assert and cover stays the same, else nothing changes.

    Raises:
        SandboxUnavailable: nothing could be run.
    """
    old = report.candidate
    if old is None:
        return report
    if not may_be_shown(gateway.settings.exclude)(place.target.path):
        return replace(report, polished="not asked: its file is on the exclude list")
    pieces = list(_pieces(place, old, int(AN_ANSWER * gateway.settings.max_tokens)))
    context = _context(place, gateway)
    requests = [_request(place, report, piece, context, gateway) for piece in pieces]
    course = _course(place, context)
    earlier = _earlier(gateway, course, requests)
    answers = [said.answer for said in earlier] if earlier else gateway.ask_all(requests)
    report = replace(report, usage=_used(place, report, answers))
    if earlier:
        parts = _as_before(place, old, earlier)
    else:
        parts = [_part(place, piece, answer) for piece, answer in zip(pieces, answers, strict=True)]
        if not any(answer.stopped for answer in answers):
            gateway.keep_course(course, [Said(*pair).kept() for pair in zip(pieces, answers, strict=True)])
    reasons = tuple(dict.fromkeys(part.reason for part in parts if part.reason))
    if all(part.reason for part in parts):
        return replace(report, polished=reasons[0])
    whole = _joined(place, parts)
    if objection := _objection(place, report, whole.candidate):
        return replace(report, polished=objection)
    whole = _named_alike(whole, old)
    return replace(
        report,
        candidate=_with_observations(whole, old),
        verdicts=(*_verdicts(whole, report), *(v for v in report.verdicts if not v.kept)),
        polished=f"in parts: {reasons[0]}" if reasons else DONE,
    )


# ---- asking ----------------------------------------------------------------------------------------------------------


def _pieces(place: Place, candidate: Candidate, most: int) -> Iterator[Candidate]:
    """The file as it is when an answer can hold it, else neighbouring tests together until a part is full."""
    if len(candidate.text) <= most:
        yield candidate
        return
    groups: list[list[TestCase]] = [[]]
    for test in candidate.tests:
        if groups[-1] and sum(len(t.text) for t in groups[-1]) + len(test.text) > most:
            groups.append([])
        groups[-1].append(test)
    everything = {test.name for test in candidate.tests}
    for group in groups:
        others = everything - {test.name for test in group}
        yield place.dialect.without(candidate, others, place.style, place.target)


def _context(place: Place, gateway: Gateway) -> prompts.Context:
    dialect = place.dialect
    words = dialect.words(place.workspace, place.target, place.style)
    sample = dialect.sample(place.workspace, place.style, may_be_shown(gateway.settings.exclude))
    return prompts.Context(place.target, place.style, words, sample)


def _request(place: Place, report: FileReport, piece: Candidate, context: prompts.Context, gateway: Gateway) -> Request:
    dialect = place.dialect
    won = frozenset().union(*(v.lines for v in report.verdicts if v.kept))
    shown = dialect.focus(place.workspace, place.target, won, frozenset(), CODE)
    code = shown[0].text if len(shown) == 1 and len(shown[0].text) <= CODE else ""
    messages = prompts.polish(context, piece.text, code, [gateway.settings.key.reveal()])
    return Request(messages, prompts.version(context, *TEMPLATES), place.target.path)


def _course(place: Place, context: prompts.Context) -> list[object]:
    """What the names of the tests of a file are asked by, whichever tests a search finds."""
    return ["polish", *subject(place, context), prompts.version(context, *TEMPLATES), place.rounds, place.candidates]


def _earlier(gateway: Gateway, course: object, requests: Sequence[Request]) -> tuple["Said", ...]:
    """What a model said of the tests that an earlier campaign kept; nothing where these very tests were asked about, or none were."""
    if all(gateway.knows(request) for request in requests):
        return ()
    try:
        return SAID.validate_python(gateway.course(course))
    except ValueError:
        return ()


def _used(place: Place, report: FileReport, answers: Sequence[Answer]) -> Usage:
    """What it took, remembered for a campaign that goes on; and that it was stopped, so that it is tried again there."""
    used = sum((answer.usage for answer in answers), Usage())
    file = place.folder.history(place.target.language, place.target.path).with_suffix(".polish.model.json")
    place.folder.put(file, PROGRESS.dump_json(Progress(usage=used, path=place.target.path)))
    if any(answer.stopped for answer in answers):
        mark_stop(place.folder, place.target)
    return report.usage + used


# ---- comparing -------------------------------------------------------------------------------------------------------


def _part(place: Place, piece: Candidate, answer: Answer) -> _Part:
    """What an answer makes of some tests."""
    dialect = place.dialect
    origins, _ = dialect.alike(piece, piece)
    same = _Part(piece, origins)
    if answer.stopped or answer.cut:
        return replace(same, reason=answer.stopped or "the answer was cut off")
    blocks = replies.read(answer.text).blocks
    proposed = dialect.adopt(blocks, place.workspace, place.environment, place.target, place.style, place.header)
    if not proposed.tests:
        return replace(same, reason="the answer held no test")
    origins, differing = dialect.alike(piece, proposed)
    return replace(same, reason=differing) if differing else _Part(proposed, origins)


def _as_before(place: Place, old: Candidate, earlier: Sequence[Said]) -> list[_Part]:
    """Of the tests that there were in an earlier campaign the names that they got there; the others as they are."""
    texts = {test.name: test.text for test in old.tests}
    parts, named = [], set[str]()
    for said in earlier:
        part = _part(place, said.tests, said.answer)
        same = {test.name for test in said.tests.tests if texts.get(test.name) == test.text}
        part = part if part.reason else _of_these(place, part, same)
        parts.append(part)
        named |= set() if part.reason else _sources([row for rows in part.origins.values() for row in rows], same)
    reason = next((part.reason for part in parts if part.reason), "a model was asked about other tests before, and is not asked again")
    parts = [part for part in parts if part.candidate.tests and not part.reason]
    rest = place.dialect.without(old, named, place.style, place.target)
    return [*parts, _Part(rest, place.dialect.alike(rest, rest)[0], reason)] if rest.tests else parts


def _of_these(place: Place, part: _Part, same: AbstractSet[str]) -> _Part:
    """The part without tests that have a row of others than these old ones, and without those that share an old test with such."""
    origins = dict(part.origins)
    while gone := [test for test, rows in origins.items() if not _sources(rows, same) <= same]:
        same = same - frozenset().union(*(_sources(origins.pop(test), same) for test in gone))
    fewer = place.dialect.without(part.candidate, part.origins.keys() - origins.keys(), place.style, place.target)
    return _Part(fewer, origins)


def _sources(rows: Iterable[Row], names: AbstractSet[str]) -> frozenset[str]:
    """The old tests that rows are of, without their class where these names have none."""
    return frozenset(name if name in names or (short := name.rpartition(".")[2]) not in names else short for name, _ in rows)


def _joined(place: Place, parts: Sequence[_Part]) -> _Part:
    """One file of all parts; a name that is taken is changed."""
    whole = parts[0]
    for part in parts[1:]:
        both = place.dialect.joined(whole.candidate, part.candidate, place.style, place.target)
        rows = [one.origins.get(test.name, ()) for one in (whole, part) for test in one.candidate.tests]
        whole = _Part(both, {test.name: taken for test, taken in zip(both.tests, rows, strict=True)})
    return whole


def _objection(place: Place, report: FileReport, candidate: Candidate) -> str:
    """Why the tests cannot take the place of the old ones; '' when they pass in every order, cover the same and kill the same."""
    for order in (None, *ORDERS):
        attempt = execute(candidate, place.target, place.workspace, place.environment, place.sandbox, order)
        failed = failures(attempt)
        if failed or attempt.result.problem:
            return f"renamed tests do not pass: {next(iter(failed), attempt.result.problem)}"
        whole = after(report.before, attempt, place.target.path)
        same = whole is None or report.after is None or _covers(whole) == _covers(report.after)
        if order is None and not same:
            return "renamed tests cover something else"
    assert report.candidate is not None
    others = _kill_otherwise(place, report.candidate, candidate)
    return f"renamed tests kill other mutants: {min(others)}" if others else ""


def _kill_otherwise(place: Place, old: Candidate, new: Candidate) -> frozenset[str]:
    """Mutants that only one of two files kills, of those that were tried on both. A second look decides, where a clock may have."""
    others = seen = frozenset[str]()
    for _ in range(LOOKS):
        before, after_ = (_fates(tried(place, candidate, seen - others)[0]) for candidate in (old, new))
        both = before.keys() & after_.keys()
        differ = frozenset(mutant for mutant in both if before[mutant] != after_[mutant])
        others = differ & others if seen else differ
        if not others:
            break
        seen |= both
    return others


def _fates(kills: Mapping[str, frozenset[str]]) -> Mapping[str, bool]:
    """Mutant → whether any test kills it."""
    return {mutant: bool(test) for test in sorted(kills) for mutant in kills[test]}


def _covers(coverage: FileCoverage) -> tuple[frozenset[int], frozenset[Arc]]:
    return coverage.covered_lines, coverage.covered_branches


# ---- what is known of the tests --------------------------------------------------------------------------------------


def _of(known: Mapping[str, T], test: str, otherwise: T) -> T:
    """What is known of a test, also where the search names no class."""
    return known.get(test, known.get(test.rpartition(".")[2], otherwise))


def _named_alike(part: _Part, old: Candidate) -> _Part:
    """Without the names of classes before those of tests where the search names none."""
    short = {test.name: test.name.rpartition(".")[2] for test in part.candidate.tests}
    named = all(re.fullmatch(r"\w+\.\w+", name) for name in short)
    if not named or any("." in test.name for test in old.tests) or len(set(short.values())) < len(short):
        return part
    tests = tuple(replace(test, name=short[test.name]) for test in part.candidate.tests)
    return _Part(replace(part.candidate, tests=tests), {short[test]: rows for test, rows in part.origins.items()})


def _with_observations(part: _Part, old: Candidate) -> Candidate:
    """The new tests with the observations of the rows that they took over."""
    known = {test.name: test.observations for test in old.tests}
    sizes = Counter(name for rows in part.origins.values() for name, _ in rows)

    def of(row: Row) -> tuple[str, ...]:
        observations = _of(known, row[0], ())
        return observations[row[1] : row[1] + 1] if len(observations) == sizes[row[0]] else observations

    def taken(test: TestCase) -> tuple[str, ...]:
        return tuple(dict.fromkeys(o for row in part.origins.get(test.name, ()) for o in of(row)))

    tests = tuple(replace(test, observations=taken(test)) for test in part.candidate.tests)
    return replace(part.candidate, tests=tests, engine=old.engine)


def _verdicts(part: _Part, report: FileReport) -> Iterator[Verdict]:
    """What each new test adds: the gain of an old one goes to where its first row went."""
    old = {v.test: v for v in report.verdicts if v.kept}
    for test in part.candidate.tests:
        rows = [(_of(old, name, Verdict(name, Reason.KEPT)), number) for name, number in part.origins.get(test.name, ())]
        first = [verdict for verdict, number in rows if number == 0]
        lines = frozenset[int]().union(*(v.lines for v in first))
        branches = frozenset[Arc]().union(*(v.branches for v in first))
        yield Verdict(test.name, Reason.KEPT, "", lines, branches, sum(v.mutants for v in first), rows[0][0].engine)
