"""The tables of the HTML report, built with great-tables and dressed by the page's own style."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from great_tables import GT
from markupsafe import Markup, escape

from tasks.reports.numbers import Coverage, Total, coverage
from tasks.reports.pictures import bar
from tasks.reports.words import inline, percent
from testwright.model import FileReport

_RATES = ["lines_bar", "lines_before", "lines_after", "branches_bar", "branches_before", "branches_after"]
_LABELS: dict[str, Any] = {
    "file": "File",
    "language": "Language",
    "files": "Files",
    "state": "State",
    "kept": "Tests",
    "rejected": "Rejected",
    "mutants": "Mutants killed",
    **dict.fromkeys(("lines_bar", "branches_bar"), ""),
    **dict.fromkeys(("lines_before", "branches_before"), "before"),
    **dict.fromkeys(("lines_after", "branches_after"), "after"),
}


def files_table(files: Sequence[FileReport], anchors: Mapping[tuple[str, str], str], name: str) -> Markup:
    """One row for each file, in the order given; names link to the details that the page has."""
    rows = [_file_row(f, anchors.get((f.language, f.path), "")) for f in files]
    return _render(pd.DataFrame(rows, dtype=object), name, ["kept"], "files")


def _file_row(file: FileReport, anchor: str) -> dict[str, Markup]:
    path = escape(inline(file.path, 160)).replace("/", Markup("/<wbr>"))
    shown = Markup('<a href="#{}">{}</a>').format(anchor, path) if anchor else path
    number = sum(v.kept for v in file.verdicts)
    return {
        "file": Markup('<span class="path">{}</span>').format(shown),
        "state": state_mark(file) + (Markup('<span class="why">{}</span>').format(inline(file.reason, 240)) if file.reason else ""),
        **_rates(coverage(file)),
        "kept": Markup("{}").format(number or ""),
    }


def state_mark(file: FileReport) -> Markup:
    """The state of a file as a word with a dot."""
    return Markup('<span class="state {}">{}</span>').format(file.state.name.lower().replace("_", "-"), str(file.state))


def languages_table(totals: Sequence[Total], name: str) -> Markup:
    """One row for each language of each source."""
    return _render(
        pd.DataFrame([_total_row(t, len({t.name for t in totals}) > 1) for t in totals], dtype=object),
        name,
        ["files", "kept", "rejected", "mutants"],
        "languages",
    )


def _total_row(of: Total, named: bool) -> dict[str, Markup]:
    source = Markup(' <span class="of">{}</span>').format(inline(of.name, 120)) if named else Markup()
    return {
        "language": escape(inline(of.language, 60)) + source,
        **_rates(of.coverage),
        "files": Markup(f"{len(of.files):,}"),  # noqa: S704 (a number)
        "kept": Markup(f"{of.kept:,}"),  # noqa: S704 (a number)
        "rejected": Markup(f"{of.rejected:,}"),  # noqa: S704 (a number)
        "mutants": escape(percent(of.mutants.rate)),
    }


def _rates(of: Coverage) -> dict[str, Markup]:
    found: dict[str, Markup] = {}
    for kind, change in (("lines", of.lines), ("branches", of.branches)):
        found[f"{kind}_bar"] = bar(change, kind.capitalize())
        found[f"{kind}_before"] = escape(percent(change.before.rate))
        found[f"{kind}_after"] = escape(percent(change.after.rate))
    return found


def _render(frame: pd.DataFrame, name: str, numbers: Sequence[str], kind: str) -> Markup:
    right = [c for c in frame.columns if c in numbers or c.endswith(("_before", "_after"))]
    marked = [c for c in frame.columns if c in ("file", "state", "language") or c.endswith("_bar")]
    built = (
        GT(frame, id=name)
        .fmt(lambda cell: cell, columns=marked)  # these are Markup, escaped where they were made; the others are digits and signs
        .tab_spanner("Lines", columns=_RATES[:3])
        .tab_spanner("Branches", columns=_RATES[3:])
        .cols_label({c: _LABELS[c] for c in frame.columns})
        .cols_align("right", columns=right)
    )
    html = re.sub(r"<style>.*?</style>", "", built.as_raw_html(), count=1, flags=re.DOTALL)
    html = re.sub(r' style="[^"]*"', "", html, count=1)
    html = re.sub(r' headers="[^"]*"', "", html)  # a tenth of the size; scope= on the headings says the same
    return Markup(html.replace('class="gt_table"', f'class="gt_table {kind}"', 1))  # noqa: S704 (built from escaped cells)
