"""SARIF 2.1.0 → findings."""

from collections.abc import Mapping
from urllib.parse import unquote

from runners.formats.text import one_line
from runners.formats.untrusted_json import decode, row, table
from testwright.model import Finding

MAX_BYTES = 32 * 2**20
MAX_FINDINGS = 100_000
_WHAT = "SARIF log"
_LEVELS = {"error": "error", "warning": "warning", "": "warning"}


def parse(data: bytes) -> tuple[Finding, ...]:
    """The findings of every run, in the order of the file; each names one place at most.

    Raises:
        ValueError: one line that says why this is not SARIF.
    """
    findings: list[Finding] = []
    for each in row(table(decode(data, MAX_BYTES, _WHAT), _WHAT).get("runs"), _WHAT):
        run = table(each, _WHAT)
        tool = one_line(_text(_inner(run, "tool", "driver"), "name"), 100) or "unknown"
        results = row(run.get("results") or [], _WHAT)
        findings += [_finding(tool, table(result, _WHAT)) for result in results[: MAX_FINDINGS - len(findings)]]
    return tuple(findings)


def _finding(tool: str, result: Mapping[str, object]) -> Finding:
    locations = row(result.get("locations") or [], _WHAT)
    place = _inner(table(locations[0], _WHAT), "physicalLocation") if locations else {}
    line = _inner(place, "region").get("startLine")
    return Finding(
        tool=tool,
        rule=one_line(_text(result, "ruleId"), 200),
        message=one_line(_text(_inner(result, "message"), "text"), 1000),
        path=one_line(unquote(_text(_inner(place, "artifactLocation"), "uri").removeprefix("file://").removeprefix("./")), 1000),
        line=line if type(line) is int and 0 <= line < 2**31 else 0,
        severity=_LEVELS.get(_text(result, "level"), "note"),
    )


def _inner(value: Mapping[str, object], *keys: str) -> Mapping[str, object]:
    for key in keys:
        value = table(value.get(key) or {}, _WHAT)
    return value


def _text(value: Mapping[str, object], key: str) -> str:
    text = value.get(key)
    return text if isinstance(text, str) else ""
