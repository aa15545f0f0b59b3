"""SARIF 2.1.0 → findings."""

from typing import Annotated

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from runners.formats.text import one_line
from testwright.model import Finding

MAX_BYTES = 64 * 2**20
MAX_FINDINGS = 100_000
_LEVELS = {"error": "error", "warning": "warning"}


class _Text(BaseModel):
    text: str = ""


class _Artifact(BaseModel):
    uri: str = ""


class _Region(BaseModel):
    startLine: Annotated[int, Field(ge=0, le=2**31)] = 0  # noqa: N815


class _Physical(BaseModel):
    artifactLocation: _Artifact = _Artifact()  # noqa: N815
    region: _Region = _Region()


class _Location(BaseModel):
    physicalLocation: _Physical = _Physical()  # noqa: N815


class _Result(BaseModel):
    ruleId: str = ""  # noqa: N815
    level: str = "warning"
    message: _Text = _Text()
    locations: list[_Location] = []


class _Driver(BaseModel):
    name: str = ""


class _Tool(BaseModel):
    driver: _Driver = _Driver()


class _Run(BaseModel):
    tool: _Tool = _Tool()
    results: list[_Result] | None = None


class _Log(BaseModel):
    runs: list[_Run]


_LOG = TypeAdapter(_Log)


def parse(data: bytes) -> tuple[Finding, ...]:
    """The findings of every run, in the order of the file; each names one place at most.

    Raises:
        ValueError: one line that says why this is not SARIF.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"SARIF file of {len(data)} bytes: more than {MAX_BYTES} are not read")
    try:
        log = _LOG.validate_json(data)
    except ValidationError as error:
        raise ValueError(
            f"not SARIF: {error.errors(include_url=False, include_input=False, include_context=False)[0]['msg'][:200]}"
        ) from None
    findings = [_finding(run.tool.driver.name, result) for run in log.runs for result in run.results or ()]
    return tuple(findings[:MAX_FINDINGS])


def _finding(tool: str, result: _Result) -> Finding:
    place = result.locations[0].physicalLocation if result.locations else _Physical()
    return Finding(
        tool=one_line(tool, 100) or "unknown",
        rule=one_line(result.ruleId, 200),
        message=one_line(result.message.text, 1000),
        path=one_line(place.artifactLocation.uri.removeprefix("file://").removeprefix("./"), 1000),
        line=place.region.startLine,
        severity=_LEVELS.get(result.level, "note"),
    )
