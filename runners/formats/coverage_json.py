"""coverage.py's JSON report → values, with the extension of our own runner that tells tests apart (`tests`)."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from testwright.model import Arc, FileCoverage

MAX_BYTES = 64 * 2**20
_Line = Annotated[int, Field(ge=-10_000_000, le=10_000_000, strict=True)]
_Branch = tuple[_Line, _Line]
_Path = Annotated[str, Field(min_length=1, max_length=4096)]
_TestName = Annotated[str, Field(max_length=4096)]


class _File(BaseModel):
    executed_lines: frozenset[_Line] = frozenset()
    missing_lines: frozenset[_Line] = frozenset()
    executed_branches: frozenset[_Branch] = frozenset()
    missing_branches: frozenset[_Branch] = frozenset()


class _Share(BaseModel):
    lines: frozenset[_Line] = frozenset()
    branches: frozenset[_Branch] = frozenset()


class _Report(BaseModel):
    files: dict[_Path, _File]
    tests: dict[_TestName, dict[_Path, _Share]] = {}


class Coverage(BaseModel):
    """What a report said."""

    files: tuple[FileCoverage, ...]
    lines: Mapping[str, Mapping[str, frozenset[int]]]
    """Test → file → lines it ran; '' is what ran outside every test (imports)."""
    branches: Mapping[str, Mapping[str, frozenset[Arc]]]


_REPORT = TypeAdapter(_Report)


def parse(data: bytes) -> Coverage:
    """What a report said, files in its order, paths with forward slashes.

    Raises:
        ValueError: one line that says why this is not such a report.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"coverage report of {len(data)} bytes: more than {MAX_BYTES} are not read")
    try:
        report = _REPORT.validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part)[:60] for part in first["loc"][:4])
        raise ValueError(f"not a coverage report: {first['msg'][:200]}" + (f" at {where!r}" if where else "")) from None
    return Coverage.model_construct(
        files=tuple(_file(path, file) for path, file in report.files.items()),
        lines={test: {_slashes(path): share.lines for path, share in shares.items()} for test, shares in report.tests.items()},
        branches={test: {_slashes(path): share.branches for path, share in shares.items()} for test, shares in report.tests.items()},
    )


def _file(path: str, file: _File) -> FileCoverage:
    return FileCoverage(
        path=_slashes(path),
        lines=file.executed_lines | file.missing_lines,
        covered_lines=file.executed_lines,
        branches=file.executed_branches | file.missing_branches,
        covered_branches=file.executed_branches,
    )


def _slashes(path: str) -> str:
    return path.replace("\\", "/")
