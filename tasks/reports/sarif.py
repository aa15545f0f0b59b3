"""findings.sarif: the findings for code hosts and editors, as SARIF 2.1.0."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from tasks.reports.kept import folders
from tasks.reports.numbers import findings, title
from tasks.reports.words import visible
from testwright import __version__
from testwright.model import Finding, Report

_LEVELS = ("error", "warning", "note")
Located = tuple[str, Finding]
"""Name of the folder that paths are relative to, and a finding."""


def sarif(report: Report) -> str:
    """One run for each tool that found something; a single empty run of ours when nothing was found."""
    names = [f"{folder.upper()}-SRCROOT" if folder else "SRCROOT" for folder in folders(report)]
    every = [(name, x) for name, source in zip(names, report.sources, strict=True) for x in findings(source)]
    bases = {n: {"description": {"text": visible(f"The folder of {title(s)}.")}} for n, s in zip(names, report.sources, strict=True)}
    tools = list(dict.fromkeys(x.tool for _, x in every)) or ["testwright"]
    runs = [_run(report, tool, [e for e in every if e[1].tool == tool], bases) for tool in tools]
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": runs}
    return json.dumps(document, indent=1) + "\n"


def _run(report: Report, tool: str, found: Sequence[Located], bases: dict[str, Any]) -> dict[str, Any]:
    rules = list(dict.fromkeys(x.rule for _, x in found))
    driver: dict[str, Any] = {"name": visible(tool) or "unknown", "rules": [{"id": visible(r) or "finding"} for r in rules]}
    if tool == "testwright":
        driver["version"] = __version__
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": visible(f"testwright/{tool}/{report.id}")},
        "originalUriBaseIds": bases,
        "results": [_result(base, x, rules.index(x.rule)) for base, x in found],
    }


def _result(base: str, found: Finding, rule: int) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(found.path.encode("utf-8", "surrogateescape")), "uriBaseId": base}}
    if found.line > 0:
        place["region"] = {"startLine": found.line}
    shown = f"\n\nShown by: {visible(found.example)}" if found.example else ""
    result: dict[str, Any] = {
        "ruleId": visible(found.rule) or "finding",
        "ruleIndex": rule,
        "level": found.severity if found.severity in _LEVELS else "note",
        "message": {"text": (visible(found.message) or "finding") + shown},
        "partialFingerprints": {"testwright/1": _fingerprint(found)},
    }
    if found.path:
        result["locations"] = [{"physicalLocation": place}]
    return result


def _fingerprint(found: Finding) -> str:
    """The same finding next time, also when lines above it have come or gone."""
    text = "\0".join((found.tool, found.rule, found.path, found.message, found.example))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
