"""The report as the UI shows it: tables with keys that stay the same from campaign to campaign, and a summary."""

import re
from dataclasses import dataclass

from tasks.reports.kept import slug
from tasks.reports.markdown import code, headline, report_md
from tasks.reports.numbers import Coverage, Total, by_language, coverage, findings, title, total, worst_first
from tasks.reports.words import inline, many, percent
from tasks.reports.write import Written
from testwright.model import Report, SourceReport

MOST_ROWS = 1000
MOST_SUMMARY = 150_000
"""Characters. The UI gets slow with more."""
Row = dict[str, str | int | float | None]


@dataclass(frozen=True, slots=True)
class ArtifactTable:
    """One table for the UI."""

    key: str
    rows: list[Row]
    description: str


def artifact_tables(report: Report) -> tuple[ArtifactTable, ...]:
    """For each language `coverage-LANGUAGE` with a row for each source, and for each project `coverage-LANGUAGE-PROJECT` with its files.

    The first shows what this campaign did; versions of the second are the history of one project. `findings` has a row for each finding.
    """
    tables: list[ArtifactTable] = []
    languages: dict[str, list[tuple[SourceReport, Total]]] = {}
    for source in report.sources:
        for of in by_language(source):
            languages.setdefault(of.language, []).append((source, of))
    for language, totals in languages.items():
        whole = total(f for _, t in totals for f in t.files)
        rows: list[Row] = [_row("Source", inline(t.name), t) for _, t in totals]
        rows += [_row("Source", "all", whole)] if len(totals) > 1 else []
        tables.append(ArtifactTable(f"coverage-{slug(language)}", rows, _description(report, whole)))
        tables += [_project(report, language, source, of) for source, of in totals]
    tables.append(_findings(report))
    return tuple({t.key: t for t in tables}.values())


def _project(report: Report, language: str, source: SourceReport, of: Total) -> ArtifactTable:
    files = worst_first(of.files)
    rows: list[Row] = [
        {"File": inline(f.path), "State": str(f.state), **_rates(coverage(f)), "Tests kept": sum(v.kept for v in f.verdicts)} for f in files
    ]
    cut = f" The {MOST_ROWS:,} least covered of {len(files):,} files." if len(files) > MOST_ROWS else ""
    return ArtifactTable(f"coverage-{slug(language)}-{slug(project(source))}", rows[:MOST_ROWS], _description(report, of) + cut)


def _findings(report: Report) -> ArtifactTable:
    every = [(source, found) for source in report.sources for found in findings(source)]
    rows: list[Row] = [
        {
            **({"Source": inline(title(source))} if len(report.sources) > 1 else {}),
            "Severity": found.severity,
            "Place": inline(f"{found.path}:{found.line}" if found.line else found.path),
            "Message": inline(found.message),
            "Rule": inline(f"{found.tool} {found.rule}"),
        }
        for source, found in every[:MOST_ROWS]
    ]
    cut = f" The first {MOST_ROWS:,} of them are shown." if len(every) > MOST_ROWS else ""
    return ArtifactTable("findings", rows, f"Campaign {code(report.id)}: {many(len(every), 'finding')}.{cut}")


def project(source: SourceReport) -> str:
    """The source's name without its version, so that the next version is compared with this one."""
    return re.sub(r"\s+v?\d[\w.+-]*$", "", title(source))


def _row(kind: str, name: str, of: Total) -> Row:
    counts: Row = {"Files": len(of.files), "Tests kept": of.kept, "Rejected": of.rejected, "Mutants killed %": _points(of.mutants.rate)}
    return {kind: name, **_rates(of.coverage), **counts}


def _rates(of: Coverage) -> Row:
    return {
        "Lines before %": _points(of.lines.before.rate),
        "Lines after %": _points(of.lines.after.rate),
        "Branches before %": _points(of.branches.before.rate),
        "Branches after %": _points(of.branches.after.rate),
    }


def _points(rate: float | None) -> float | None:
    return None if rate is None else round(rate * 100, 1)


def _description(report: Report, of: Total) -> str:
    lines, branches = of.coverage.lines, of.coverage.branches
    return (
        f"Campaign {code(report.id)}: lines {percent(lines.before.rate)} → {percent(lines.after.rate)}, "
        f"branches {percent(branches.before.rate)} → {percent(branches.after.rate)}."
    )


def summary(written: Written) -> str:
    """report.md for the UI: shorter, and with the place of the whole report."""
    place = f"The whole report: {code(str(written.html), 4000)}"
    for most in (60, 15, 0):
        text = report_md(written.report, most_files=4 * most, most_details=most)
        if len(text) < MOST_SUMMARY:
            return f"{text}\n{place}\n"
    return f"{headline(written.report)}\n\n{place}\n"
