"""What a campaign says at its end on a terminal, and with which status the command ends."""

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tasks.reports.markdown import headline
from tasks.reports.models import models
from tasks.reports.numbers import Change, Total, by_language, coverage, total, worst_first
from tasks.reports.words import inline, many, percent, points
from tasks.reports.write import Written
from testwright.model import FileReport, Report, State

SUCCESS = 0
FAILURE = 1
"""Nothing could be done, or the world broke."""
INVALID = 2
"""The campaign cannot be run as it was asked for."""
PARTIAL = 3
"""Something was not done; the report says what."""

_SERVED = {State.IMPROVED, State.COVERED, State.EXCLUDED, State.NOTHING_TO_TEST}
_STATUS = {"success": SUCCESS, "partial": PARTIAL, "failure": FAILURE}


def exit_status(report: Report) -> int:
    """0 success, 3 partial, 1 failure."""
    return _STATUS[report.state]


def show(written: Written, console: Console, page: str = "", most: int = 20) -> None:
    """Print the coverage table, what went wrong, and where everything is. Plain ASCII when this is not a terminal."""
    report = written.report
    plain = not console.is_terminal
    if any(s.files for s in report.sources):
        console.print(coverage_table(report, plain=plain, most=most))
    ends = (*troubles(report), *unserved(report), _ascii(headline(report), plain))
    for line in (*ends, *map(inline, models(report)), *places(written, page)):
        console.print(Text(line), soft_wrap=True)  # a path that is broken in two cannot be opened


def coverage_table(report: Report, *, plain: bool = False, most: int = 20) -> Table:
    """Before and after: the files that were worked on, worst first, and a total for each language of each source."""
    table = Table(box=box.ASCII if plain else box.SIMPLE_HEAD, header_style="" if plain else "dim", show_footer=False)
    table.add_column("File", overflow="fold", ratio=1)
    for name in ("Lines", "Branches", "Tests", "State"):
        table.add_column(name, justify="left" if name == "State" else "right", no_wrap=name != "State")
    totals = [t for s in report.sources for t in by_language(s)]
    for of in totals:
        files = worst_first(of.files)
        for file in files[:most]:
            table.add_row(*(_cell(c, plain) for c in _file(file)))
        if len(files) > most:
            table.add_row(_cell(f"... {many(len(files) - most, 'more file')}", plain))
        table.add_section()
        table.add_row(*(_cell(c, plain, "bold") for c in _total(of, f"{of.name}, {of.language}" if len(totals) > 1 else "All")))
        table.add_section()
    if len(totals) > 1:
        table.add_row(*(_cell(c, plain, "bold") for c in _total(total(f for t in totals for f in t.files), "All")))
    return table


def _file(file: FileReport) -> list[str]:
    of = coverage(file)
    kept = sum(v.kept for v in file.verdicts)
    return [inline(file.path, 120), _change(of.lines), _change(of.branches), str(kept or ""), str(file.state)]


def _total(of: Total, name: str) -> list[str]:
    return [inline(name, 120), _change(of.coverage.lines), _change(of.coverage.branches), str(of.kept), ""]


def _change(of: Change) -> str:
    after = percent(of.after.rate)
    return f"{percent(of.before.rate)} → {after}" if points(of.gain) else after


def _cell(text: str, plain: bool, style: str = "") -> Text:
    return Text(_ascii(text, plain), "" if plain else style)


def _ascii(text: str, plain: bool) -> str:
    """Our own arrows and dashes, for logs and pipes; names of files stay as they are."""
    return text.replace("→", "->").replace("\N{EN DASH}", "-").replace("\N{MINUS SIGN}", "-") if plain else text


def troubles(report: Report) -> tuple[str, ...]:
    """One line for each source that was not completed."""
    ended = (s for s in report.sources if s.state != "completed")
    return tuple(inline(f"{s.source}: {s.state}{f': {s.reason}' if s.reason else ''}", 600) for s in ended)


def unserved(report: Report, most: int = 10) -> tuple[str, ...]:
    """One line for each file that was wanted, got no test and has a reason."""
    files = [f for s in report.sources for f in s.files if f.state not in _SERVED and f.reason]
    lines = [inline(f"{f.path}: {f.state}: {f.reason}", 300) for f in worst_first(files)]
    return (*lines[:most], f"... {many(len(lines) - most, 'more file')} with a reason in the report") if len(lines) > most else tuple(lines)


def places(written: Written, page: str = "") -> tuple[str, ...]:
    """Where the report, the patch, the tests and the page in the UI are."""
    lines: list[tuple[str, str | Path]] = [("report", written.html)]
    lines += [("patch", patch) for patch in written.patches]
    if written.patches:
        lines.append(("tests", written.tests))
    if page:
        lines.append(("page", page))
    return tuple(_place(name, place) for name, place in lines)


def _place(name: str, place: str | Path) -> str:
    return f"{name + ':':<8}{inline(str(place), 4000)}"


def patch_command(patches: Sequence[Path]) -> str:
    """What to type in the source's folder; empty when there is no patch."""
    return f"git apply {patches[0]}" if len(patches) == 1 else ""
