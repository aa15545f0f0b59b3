"""coverage.py's JSON report → values, with the extension of our own runner that tells tests apart (`tests`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from runners.formats.untrusted_json import branches, decode, lines, table
from testwright.model import Arc, FileCoverage, Output

MAX_BYTES = 32 * 2**20
_WHAT = "coverage report"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a report said."""

    files: tuple[FileCoverage, ...] = ()
    lines: Mapping[str, Mapping[str, frozenset[int]]] = field(default_factory=dict)
    """Test → file → lines it ran; '' is what ran outside every test (imports)."""
    branches: Mapping[str, Mapping[str, frozenset[Arc]]] = field(default_factory=dict)


def parse(data: bytes, limit: int = MAX_BYTES) -> Coverage:
    """What a report said, files in its order, paths with forward slashes.

    Raises:
        ValueError: one line that says why this is not such a report.
    """
    report = table(decode(data, limit, _WHAT), _WHAT)
    files = [_file(path, table(file, _WHAT)) for path, file in table(report.get("files"), _WHAT).items()]
    tests = {name: table(shares, _WHAT) for name, shares in table(report.get("tests", {}), _WHAT).items()}
    return Coverage(
        files=tuple(files),
        lines={name: {_slashes(p): lines(_get(s, "lines"), _WHAT) for p, s in shares.items()} for name, shares in tests.items()},
        branches={name: {_slashes(p): branches(_get(s, "branches"), _WHAT) for p, s in shares.items()} for name, shares in tests.items()},
    )


def _file(path: str, file: Mapping[str, object]) -> FileCoverage:
    covered_lines, covered_branches = lines(_get(file, "executed_lines"), _WHAT), branches(_get(file, "executed_branches"), _WHAT)
    return FileCoverage(
        path=_slashes(path),
        lines=covered_lines | lines(_get(file, "missing_lines"), _WHAT),
        covered_lines=covered_lines,
        branches=covered_branches | branches(_get(file, "missing_branches"), _WHAT),
        covered_branches=covered_branches,
    )


def _get(value: object, key: str) -> object:
    return table(value, _WHAT).get(key, [])


def _slashes(path: str) -> str:
    return path.replace("\\", "/")


def of(output: Output, limit: int = MAX_BYTES) -> Coverage | str:
    """What the coverage report of a run says, or why it says nothing."""
    data = output.files.get("results/coverage.json")
    if data is None:
        return "the run left no coverage report"
    try:
        return parse(data, limit)
    except ValueError as error:
        return str(error)
