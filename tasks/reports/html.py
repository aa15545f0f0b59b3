"""report.html: one file that needs nothing else. No scripts; a content policy that forbids every fetch."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tasks.reports import words
from tasks.reports.kept import folders
from tasks.reports.markdown import outcome
from tasks.reports.models import models
from tasks.reports.numbers import Total, by_language, coverage, findings, overall, title, total, unreached, worst_first
from tasks.reports.pictures import bar, strip
from tasks.reports.tables import files_table, languages_table, state_mark
from testwright import __version__
from testwright.model import FileReport, Finding, Report, SourceReport

MOST_ROWS = 2000
"""Files in a table."""
MOST_DETAILS = 2_000_000
"""Characters of details about single files."""
MOST_FINDINGS = 500
FIRST_ROWS = 100
"""Files, and findings, that are seen without unfolding the rest."""
FIRST_FINDINGS = 20
_OPEN = 8
"""With more files than this, details start folded."""


@dataclass(frozen=True, slots=True)
class Section:
    """One source, ready to be laid out."""

    source: SourceReport
    number: int
    title: str
    total: Total
    files: Markup
    other_files: Markup
    folded_files: int
    more_files: int
    details: tuple[Markup, ...]
    more_details: int
    findings: tuple[Finding, ...]
    other_findings: tuple[Finding, ...]
    more_findings: int
    patch: str


def report_html(report: Report, patches: Sequence[str] = ()) -> str:
    """The report as one page. `patches`: relative path of each source's patch, '' where there is none."""
    whole = overall(report)
    left = MOST_DETAILS
    sections: list[Section] = []
    for number, (source, folder) in enumerate(zip(report.sources, folders(report), strict=True)):
        section = _section(source, number, folder, left, patches[number] if patches else "")
        left -= sum(map(len, section.details))
        sections.append(section)
    rows = [t for s in report.sources for t in by_language(s)]
    languages = languages_table(rows, "languages") if len(rows) > 1 else Markup()
    page = _templates().get_template("report.html.jinja")
    return page.render(
        report=report, whole=whole, sections=sections, languages=languages, models=models(report), outcome=outcome(report),
        style=_style(), version=__version__,
    )  # fmt: skip


def _section(source: SourceReport, number: int, folder: str, room: int, patch: str) -> Section:
    files = worst_first(source.files)
    told = [f for f in files if f.verdicts or unreached(f)]
    details, anchors = _details(told, number, folder, room, len(files) <= _OPEN)
    found = findings(source)
    return Section(
        source,
        number,
        title(source),
        total(source.files),
        _table(files[:FIRST_ROWS], anchors, f"files-{number}"),
        _table(files[FIRST_ROWS:MOST_ROWS], anchors, f"files-{number}-more"),
        len(files[FIRST_ROWS:MOST_ROWS]),
        len(files[MOST_ROWS:]),
        details,
        len(told) - len(details),
        found[:FIRST_FINDINGS],
        found[FIRST_FINDINGS:MOST_FINDINGS],
        len(found[MOST_FINDINGS:]),
        patch,
    )


def _table(files: Sequence[FileReport], anchors: Mapping[tuple[str, str], str], name: str) -> Markup:
    return files_table(files, anchors, name) if files else Markup()


def _details(
    files: Sequence[FileReport], number: int, folder: str, room: int, unfolded: bool
) -> tuple[tuple[Markup, ...], Mapping[tuple[str, str], str]]:
    """Details of as many files as there is room for, and where on the page they are."""
    template = _templates().get_template("file.html.jinja")
    made: list[Markup] = []
    anchors: dict[tuple[str, str], str] = {}
    for file in files:
        anchor = f"f{number}-{len(made)}"
        text = template.render(file=file, anchor=anchor, unfolded=unfolded, **_facts(file, folder))
        if room < len(text):
            break
        room -= len(text)
        anchors[file.language, file.path] = anchor
        made.append(Markup(text))  # noqa: S704 (from an escaping template)
    return tuple(made), anchors


def _facts(file: FileReport, folder: str) -> dict[str, Any]:
    texts = {t.name: t.text for t in file.candidate.tests} if file.candidate else {}
    kept = [(v, texts.get(v.test, "")) for v in file.verdicts if v.kept]
    link = "/".join(p for p in ("tests", folder, file.candidate.path) if p) if file.candidate else ""
    return {
        "coverage": coverage(file),
        "kept": kept,
        "rejected": [v for v in file.verdicts if not v.kept],
        "unreached": _by_reason(unreached(file)),
        "open": len(unreached(file)),
        "link": quote(link.encode("utf-8", "surrogateescape")),
    }


def _by_reason(lines_why: Mapping[int, str]) -> list[tuple[str, str]]:
    """Lines that share a reason together, in the order of their first line."""
    reasons: dict[str, list[int]] = defaultdict(list)
    for line, why in lines_why.items():
        reasons[why].append(line)
    return [(words.ranges(lines), why) for why, lines in reasons.items()]


def _finalize(value: object) -> object:
    """Every plain string that reaches the page goes through `visible`; no template can forget it."""
    return words.visible(value) if type(value) is str else value


@cache
def _templates() -> Environment:
    folder = FileSystemLoader(Path(__file__).parent)
    made = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_finalize)
    made.filters.update(
        {n: getattr(words, n) for n in ("inline", "percent", "points", "ranges", "arcs", "many", "duration")},
    )
    made.globals.update(bar=bar, strip=strip, state_mark=state_mark)
    return made


@cache
def _style() -> Markup:
    return Markup((Path(__file__).parent / "report.css").read_text("utf-8"))  # noqa: S704 (our own file)
