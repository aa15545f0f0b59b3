"""The lines and branches of a file that count, by coverage.py's own parser: for files that no run has reported."""

from pathlib import Path

from coverage.config import DEFAULT_EXCLUDE
from coverage.exceptions import CoverageException
from coverage.parser import PythonParser
from coverage.python import get_python_source

from testwright.model import FileCoverage

_EXCLUDE = "|".join(f"(?:{pattern})" for pattern in DEFAULT_EXCLUDE)


def statements(file: Path, path: str) -> FileCoverage:
    """Everything that counts, nothing of it covered; empty when the file cannot be read or parsed."""
    try:
        parser = PythonParser(text=get_python_source(str(file)), filename=str(file), exclude=_EXCLUDE)
        parser.parse_source()
        ways_out = parser.exit_counts()
        branches = frozenset(arc for arc in parser.arcs() if ways_out.get(arc[0], 0) > 1)
    except (CoverageException, OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return FileCoverage(path)
    return FileCoverage(path, lines=frozenset(parser.statements), branches=branches)
