"""report.json, which loads back as it was, and coverage.json, a small table for other programs."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tasks.reports.numbers import Change, Count, Coverage, coverage, overall, title
from testwright.errors import CampaignError
from testwright.model import Report

REPORT_SCHEMA = "testwright.report/1"
COVERAGE_SCHEMA = "testwright.coverage/1"
_REPORT: TypeAdapter[Report] = TypeAdapter(Report)


def report_json(report: Report) -> str:
    """The whole report: `{"schema": "testwright.report/1", "state": …, "report": …}` with the fields of `testwright.model.Report`."""
    document = {"schema": REPORT_SCHEMA, "state": report.state, "report": _REPORT.dump_python(report)}
    return json.dumps(document, default=sorted, separators=(",", ":")) + "\n"  # `sorted` turns sets into lists that never change order


def load(path: str | Path) -> Report:
    """Read a report.json back; equal to the report it was written from.

    Raises:
        CampaignError: it is not a report, or one of a version this program does not know.
    """
    try:
        document = json.loads(Path(path).read_text("utf-8"))
        found = document.get("schema") if isinstance(document, dict) else None
        if found != REPORT_SCHEMA:
            raise CampaignError(f"{path}: schema is {found!r}, not {REPORT_SCHEMA!r}; read it with the version that wrote it")
        return _REPORT.validate_python(document["report"])
    except (OSError, ValueError, KeyError, ValidationError) as error:
        raise CampaignError(f"{path} is not a report: {str(error).splitlines()[0]}") from error


def report_schema() -> dict[str, Any]:
    """The JSON schema of report.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Testwright report",
        "type": "object",
        "required": ["schema", "state", "report"],
        "properties": {
            "schema": {"const": REPORT_SCHEMA},
            "state": {"enum": ["success", "partial", "failure"]},
            "report": {"$ref": "#/$defs/Report"},
        },
        "$defs": _definitions(),
    }


def _definitions() -> dict[str, Any]:
    schema = _REPORT.json_schema()
    inner = schema.pop("$defs")
    return {**inner, "Report": schema}


def coverage_json(report: Report) -> str:
    """Lines and branches before and after: of the campaign, of each source and of each file."""
    document = {
        "schema": COVERAGE_SCHEMA,
        "campaign": report.id,
        **_coverage(overall(report).coverage),
        "sources": [
            {
                "source": source.source,
                "name": title(source),
                **_coverage(sum((coverage(f) for f in source.files), Coverage())),
                "files": [{"path": f.path, "language": f.language, "state": f.state, **_coverage(coverage(f))} for f in source.files],
            }
            for source in report.sources
        ],
    }
    return json.dumps(document, indent=1) + "\n"


def _coverage(of: Coverage) -> dict[str, Any]:
    return {"lines": _change(of.lines), "branches": _change(of.branches)}


def _change(of: Change) -> dict[str, Any]:
    return {"before": _count(of.before), "after": _count(of.after)}


def _count(of: Count) -> dict[str, Any]:
    return {"covered": of.covered, "total": of.total, "rate": None if of.rate is None else round(of.rate, 6)}
