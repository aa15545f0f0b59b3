"""report.md and the summary that the UI shows: GitHub-flavoured, with everything that comes from a source inside code spans.

A code span is the one place where neither HTML nor links, images or @mentions of a hostile name come to life.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from tasks.reports.kept import slug
from tasks.reports.models import models
from tasks.reports.numbers import Change, Total, by_language, coverage, findings, overall, title, total, unreached, worst_first
from tasks.reports.words import NOTHING, arcs, duration, inline, many, percent, ranges, visible
from testwright.model import FileReport, Finding, Report, SourceReport, Verdict


def code(text: str, most: int = 400) -> str:
    """A code span that holds any text, also in a table."""
    line = inline(text, most)
    if not line:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    space = " " if line[0] in "` " or line[-1] in "` " else ""
    return f"{fence}{space}{line}{space}{fence}".replace("|", "\\|")


def block(text: str, language: str = "") -> str:
    """A fenced block that holds any text; `language` is a plain word of ours."""
    shown = visible(text).rstrip("\n")
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    return f"{fence}{language}\n{shown}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: int) -> str:
    """A table whose columns after the first `right` ones are numbers, aligned to the right."""
    marks = ["---" if i < right else "--:" for i in range(len(head))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in ([*head], marks, *rows))


def headline(report: Report) -> str:
    """The outcome in two short sentences."""
    whole = overall(report)
    if not whole.files:
        return outcome(report)
    return f"{outcome(report)} Lines {_arrow(whole.coverage.lines)}, branches {_arrow(whole.coverage.branches)}."


def outcome(report: Report) -> str:
    """How many tests were kept, and where."""
    whole = overall(report)
    served = sum(1 for f in whole.files if any(v.kept for v in f.verdicts))
    return f"{many(whole.kept, 'test')} kept in {served:,} of {many(len(whole.files), 'file')}." if whole.kept else "No test was kept."


def _arrow(of: Change) -> str:
    return f"{percent(of.before.rate)} → {percent(of.after.rate)}"


def report_md(report: Report, *, most_files: int = 300, most_details: int = 60) -> str:
    """The report as Markdown. `most_files` rows and `most_details` sections at most, with a line that says what was left out."""
    parts = [f"# Campaign {code(report.id)}", f"**{report.state.capitalize()}.** {headline(report)}", _models(report), _languages(report)]
    for source in report.sources:
        parts += _source(source, most_files, most_details)
    parts.append(_facts(report))
    return "\n\n".join(p for p in parts if p) + "\n"


def _models(report: Report) -> str:
    return "\n".join(f"- {code(line)}" for line in models(report))


def _languages(report: Report) -> str:
    totals = [t for s in report.sources for t in by_language(s)]
    if not totals:
        return ""
    if len(totals) > 1:
        totals.append(total((f for t in totals for f in t.files), "all"))
    head = ["Source", "Language", "Files", "Lines before", "after", "Branches before", "after", "Tests kept", "Rejected", "Mutants killed"]
    return table(head, [_language_row(t) for t in totals], 2)


def _language_row(of: Total) -> list[str]:
    lines, branches = of.coverage.lines, of.coverage.branches
    rates = [percent(c.rate) for c in (lines.before, lines.after, branches.before, branches.after)]
    killed = f"{of.mutants.covered:,} of {of.mutants.total:,}" if of.mutants.total else NOTHING
    return [code(of.name), code(of.language), f"{len(of.files):,}", *rates, f"{of.kept:,}", f"{of.rejected:,}", killed]


def _source(source: SourceReport, most_files: int, most_details: int) -> Iterator[str]:
    yield f"## {code(title(source))}"
    ended = f"{_sentence(source.state)} {code(source.reason)}".strip()
    states = ", ".join(f"{n:,} {state}" for state, n in total(source.files).states.items())
    yield ended + (f" Files: {states}." if states else "")
    yield "\n".join(f"- {code(note)}" for note in source.notes)
    for language, baseline in source.baseline.items():
        reason = f": {code(baseline.reason)}" if baseline.reason else ""
        yield f"Own tests ({code(language)}): {many(len(baseline.cases), 'case')}, {code(baseline.state)}{reason}."
    files = worst_first(source.files)
    if files:
        yield _files(files, most_files)
    found = findings(source)
    if found:
        yield "### Findings"
        yield "\n".join(_finding(f) for f in found[:200]) + _more(found[200:], "finding")
    yield from _details([f for f in files if f.verdicts or unreached(f)], most_details)


def _sentence(state: str) -> str:
    return "Completed." if state == "completed" else f"{code(state)}."


def _files(files: Sequence[FileReport], most: int) -> str:
    head = ["File", "State", "Lines before", "after", "Branches before", "after", "Tests kept"]
    return table(head, [_file_row(f) for f in files[:most]], 2) + _more(files[most:], "file")


def _file_row(file: FileReport) -> list[str]:
    of = coverage(file)
    rates = [percent(c.rate) for c in (of.lines.before, of.lines.after, of.branches.before, of.branches.after)]
    return [code(file.path, 160), str(file.state), *rates, str(sum(v.kept for v in file.verdicts))]


def _more(rest: Sequence[object], word: str) -> str:
    return f"\n\n*{many(len(rest), 'more ' + word)} in report.json.*" if rest else ""


def _finding(of: Finding) -> str:
    place = f"{of.path}:{of.line}" if of.line else of.path
    example = f" Shown by {code(of.example, 200)}." if of.example else ""
    return f"- **{code(of.severity)}** {code(place)} {code(of.message)} ({code(of.tool)} {code(of.rule)}).{example}"


def _details(files: Sequence[FileReport], most: int) -> Iterator[str]:
    for file in files[:most]:
        yield f"### {code(file.path, 160)}"
        if file.reason:
            yield f"{file.state}: {code(file.reason)}"
        if file.polished:
            yield "A model named and ordered the tests." if file.polished == "done" else f"Not polished: {code(file.polished)}"
        yield from _verdicts(file)
        if file.candidate:
            yield f"<details><summary>The tests</summary>\n\n{block(file.candidate.text, slug(file.language))}\n\n</details>"
    if len(files) > most:
        yield f"*Details of {many(len(files) - most, 'more file')} in report.json.*"


def _verdicts(file: FileReport) -> Iterator[str]:
    kept = [v for v in file.verdicts if v.kept]
    dropped = [v for v in file.verdicts if not v.kept]
    if kept:
        where = f" in {code(file.candidate.path, 160)}" if file.candidate else ""
        tests = [f"- {code(v.test)}{_by(v)}{_adds(ranges(v.lines), arcs(v.branches), v.mutants)}" for v in kept]
        yield f"Kept{where}:\n\n" + "\n".join(tests)
    if dropped:
        yield "Rejected:\n\n" + "\n".join(f"- {code(v.test)}: {v.reason}. {code(v.detail)}".rstrip() for v in dropped)
    still_open = unreached(file)
    if still_open:
        yield "Not reached:\n\n" + "\n".join(f"- line {line}: {code(why)}" for line, why in still_open.items())


def _by(verdict: Verdict) -> str:
    return " by a model" if verdict.engine == "llm" else ""


def _adds(lines: str, branches: str, mutants: int) -> str:
    gains = [f"lines {lines}" if lines else "", f"branches {branches}" if branches else "", many(mutants, "mutant") if mutants else ""]
    return " adds " + "; ".join(g for g in gains if g) if any(gains) else ""


def _facts(report: Report) -> str:
    digests = [f"{code(title(s))} {code(s.workspace.digest)}" for s in report.sources if s.workspace]
    facts = [f"seed {report.seed}", f"engine {code(report.engine)}", f"sandbox {code(report.sandbox)}" if report.sandbox else ""]
    facts += [f"image {code(name)} {code(digest)}" for name, digest in report.images.items()]
    facts += [f"started {code(report.started)}" if report.started else "", f"took {duration(report.seconds)}", *digests]
    return "---\n\n" + " · ".join(f for f in facts if f)
