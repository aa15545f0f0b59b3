"""The arithmetic of a report: counts of lines and branches before and after, for files, languages, sources and the whole."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from testwright.model import FileCoverage, FileReport, Finding, Report, SourceReport, State


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many."""

    covered: int = 0
    total: int = 0

    @property
    def rate(self) -> float | None:
        """Between 0 and 1; None when there is nothing to count."""
        return self.covered / self.total if self.total else None

    @property
    def missing(self) -> int:
        return self.total - self.covered

    def __add__(self, other: "Count") -> "Count":
        return Count(self.covered + other.covered, self.total + other.total)


@dataclass(frozen=True, slots=True)
class Change:
    """A count before the campaign and after it."""

    before: Count = Count()
    after: Count = Count()

    @property
    def gain(self) -> float | None:
        """Difference of the rates."""
        before, after = self.before.rate, self.after.rate
        return None if before is None or after is None else after - before

    def __add__(self, other: "Change") -> "Change":
        return Change(self.before + other.before, self.after + other.after)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Lines and branches of a file or of many; sums are weighted by size, never averages of rates."""

    lines: Change = Change()
    branches: Change = Change()

    @property
    def missing(self) -> int:
        return self.lines.after.missing + self.branches.after.missing

    def __add__(self, other: "Coverage") -> "Coverage":
        return Coverage(self.lines + other.lines, self.branches + other.branches)


@dataclass(frozen=True, slots=True)
class Total:
    """What came of the files of one language in one source, or of everything."""

    name: str = ""
    language: str = ""
    files: tuple[FileReport, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)

    @property
    def kept(self) -> int:
        return sum(v.kept for f in self.files for v in f.verdicts)

    @property
    def rejected(self) -> int:
        return sum(not v.kept for f in self.files for v in f.verdicts)

    @property
    def mutants(self) -> Count:
        return Count(sum(f.killed for f in self.files), sum(f.mutants for f in self.files))

    @property
    def states(self) -> dict[State, int]:
        """How many files ended in each state, most frequent first."""
        return dict(Counter(f.state for f in self.files).most_common())


def coverage(file: FileReport) -> Coverage:
    """Of one file. What was not measured afterwards is as it was before; without a baseline nothing was covered before."""
    after = file.after or file.before
    if after is None:
        return Coverage()
    before = file.before or FileCoverage(file.path, after.lines, frozenset(), after.branches, frozenset())
    return Coverage(
        Change(_lines(before), _lines(after)),
        Change(_branches(before), _branches(after)),
    )


def unreached(file: FileReport) -> dict[int, str]:
    """Why lines are still open. What a search could not reach but a kept test or an import covers after all is left out."""
    after = file.after or file.before
    covered = after.covered_lines if after else frozenset()
    return {line: why or "reason not known" for line, why in sorted(file.unreached.items()) if line not in covered}


def _lines(of: FileCoverage) -> Count:
    return Count(len(of.covered_lines & of.lines), len(of.lines))


def _branches(of: FileCoverage) -> Count:
    return Count(len(of.covered_branches & of.branches), len(of.branches))


def total(files: Iterable[FileReport], name: str = "", language: str = "") -> Total:
    """Everything about these files together."""
    counted = tuple(files)
    return Total(name, language, counted, sum((coverage(f) for f in counted), Coverage()))


def overall(report: Report) -> Total:
    """All files of the campaign."""
    return total(f for s in report.sources for f in s.files)


def by_language(source: SourceReport) -> tuple[Total, ...]:
    """One total for each language of a source, largest first."""
    languages = Counter(f.language for f in source.files)
    return tuple(total((f for f in source.files if f.language == x), title(source), x) for x, _ in languages.most_common())


def worst_first(files: Iterable[FileReport]) -> list[FileReport]:
    """Least covered first, of those with equal rates the one with most to do; files that were never measured last."""
    return sorted(files, key=_order)


def _order(file: FileReport) -> tuple[float, int, str]:
    found = coverage(file)
    both = found.lines.after + found.branches.after
    return (2.0 if both.rate is None else both.rate, -both.missing, file.path)


def findings(source: SourceReport) -> tuple[Finding, ...]:
    """All findings of a source, each once, gravest first."""
    every = dict.fromkeys([*source.findings, *(x for f in source.files for x in f.findings)])
    rank = {"error": 0, "warning": 1}
    return tuple(sorted(every, key=lambda x: (rank.get(x.severity, 2), x.path, x.line, x.rule)))


def title(source: SourceReport) -> str:
    """What a reader calls the source."""
    return source.workspace.name if source.workspace else source.source
