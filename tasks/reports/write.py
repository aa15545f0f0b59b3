"""Everything a campaign leaves in its folder, written at once."""

import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from tasks.reports.html import report_html
from tasks.reports.json_files import coverage_json, report_json
from tasks.reports.junit import junit_xml
from tasks.reports.kept import Kept, folders, kept, write_kept
from tasks.reports.markdown import report_md
from tasks.reports.patch import patch
from tasks.reports.sarif import sarif
from testwright.model import Report, SourceReport


@dataclass(frozen=True, slots=True)
class Written:
    """Where the report is."""

    folder: Path
    report: Report
    """As it was written: with a note for each test file that could not be placed."""
    patches: tuple[Path, ...] = ()
    """One for each source that got tests."""

    @property
    def html(self) -> Path:
        return self.folder / "report.html"

    @property
    def tests(self) -> Path:
        return self.folder / "tests"


def write_report(report: Report, folder: Path) -> Written:
    """Write report.html, .md and .json, coverage.json, junit.xml, findings.sarif, the patch and tests/ into the campaign's folder.

    What an earlier run of the same campaign left is replaced.
    With more than one source each has its own folder in tests/ and its own patch in patches/.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sets: list[tuple[Kept, ...]] = []
    sources = []
    for source in report.sources:
        files, refused = kept(source)
        sets.append(files)
        sources.append(without_secrets(replace(source, notes=(*source.notes, *refused))))
    report = replace(report, sources=tuple(sources))
    names = folders(report)
    _tests(folder, dict(zip(names, sets, strict=True)))
    report, patches = _patches(report, folder, dict(zip(names, sets, strict=True)))
    _text(folder / "report.json", report_json(report))
    _text(folder / "coverage.json", coverage_json(report))
    _text(folder / "report.md", report_md(report))
    _text(folder / "junit.xml", junit_xml(report))
    _text(folder / "findings.sarif", sarif(report))
    _text(folder / "report.html", report_html(report, [str(p.relative_to(folder)) if p else "" for p in patches]))
    return Written(folder, report, tuple(p for p in patches if p))


def without_secrets(source: SourceReport) -> SourceReport:
    """The source with user names, passwords and tokens taken out of its web addresses: reports get passed around."""
    space = source.workspace
    clean = space and replace(space, name=_mask(space.name), origin=_mask(space.origin), notes=tuple(map(_mask, space.notes)))
    notes = tuple(map(_mask, source.notes))
    return replace(source, source=_mask(source.source), reason=_mask(source.reason), workspace=clean, notes=notes)


def _mask(text: str) -> str:
    return re.sub(r"(https?://)[^/\s@]+@", r"\1***@", text, flags=re.IGNORECASE)


def _tests(folder: Path, sets: dict[str, tuple[Kept, ...]]) -> None:
    fresh = folder / "tests.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for name, files in sets.items():
        if files:
            (fresh / name).mkdir(exist_ok=True)
            write_kept(files, fresh / name)
    shutil.rmtree(folder / "tests", ignore_errors=True)
    fresh.replace(folder / "tests")


def _patches(report: Report, folder: Path, sets: dict[str, tuple[Kept, ...]]) -> tuple[Report, list[Path | None]]:
    """Write a patch for each source that got tests; a source whose patch git could not make gets a note instead."""
    shutil.rmtree(folder / "patches", ignore_errors=True)
    (folder / "tests.patch").unlink(missing_ok=True)
    places: list[Path | None] = []
    sources = list(report.sources)
    for number, (name, files) in enumerate(sets.items()):
        try:
            content = patch(files)
        except (OSError, subprocess.SubprocessError) as error:
            sources[number] = replace(sources[number], notes=(*sources[number].notes, f"no patch was made, git failed: {_said(error)}"))
            content = b""
        place = (folder / "patches" / f"{name}.patch" if name else folder / "tests.patch") if content else None
        if place:
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(content)
        places.append(place)
    return replace(report, sources=tuple(sources)), places


def _said(error: Exception) -> str:
    text = error.stderr.decode("utf-8", "replace") if isinstance(error, subprocess.CalledProcessError) and error.stderr else str(error)
    return text.strip().splitlines()[0] if text.strip() else type(error).__name__


def _text(place: Path, content: str) -> None:
    """Whole or not at all: someone may have the file open, or end us now."""
    fresh = place.with_name(place.name + ".new")
    fresh.write_bytes(content.encode("utf-8", "backslashreplace"))
    fresh.replace(place)
