"""report.json loads back as it was written, and says no to what it is not."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tasks.reports.json_files import coverage_json, load, report_json, report_schema
from tests.tasks.reports import builders
from testwright.errors import CampaignError
from testwright.model import Report

EVERY = [
    builders.report(),
    builders.failed(),
    builders.hostile(),
    Report("empty"),
    builders.report(builders.source(), builders.source(name="x 2")),
]


@pytest.mark.parametrize("report", EVERY)
def test_a_report_loads_back_equal(report: Report, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(report_json(report), "utf-8")

    assert load(tmp_path / "report.json") == report


def test_a_name_that_is_no_utf8_survives(tmp_path: Path) -> None:
    odd = builders.report(builders.source(contents=(replace(builders.improved(), path="caf\udce9.py"),)))
    (tmp_path / "report.json").write_text(report_json(odd), "utf-8")

    assert load(tmp_path / "report.json") == odd


@pytest.mark.parametrize("report", EVERY)
def test_the_published_schema_describes_it(report: Report) -> None:
    Draft202012Validator(report_schema()).validate(json.loads(report_json(report)))


def test_sets_are_written_in_order() -> None:
    after = json.loads(report_json(builders.report()))["report"]["sources"][0]["files"][0]["after"]

    assert after["lines"] == sorted(after["lines"])
    assert after["covered_branches"] == sorted(after["covered_branches"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"schema": "testwright.report/2", "report": {}}', "schema is 'testwright.report/2'"),
        ("[]", "schema is None"),
        ("{", "is not a report"),
        ('{"schema": "testwright.report/1"}', "is not a report"),
        ('{"schema": "testwright.report/1", "report": {"sources": 3}}', "is not a report"),
    ],
)
def test_what_is_no_report_of_this_version_is_refused_in_one_line(content: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(content)

    with pytest.raises(CampaignError, match=words) as caught:
        load(tmp_path / "report.json")
    assert "\n" not in str(caught.value)


def test_a_report_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="No such file"):
        load(tmp_path / "report.json")


def test_coverage_has_lines_and_branches_before_and_after_for_each_file() -> None:
    document = json.loads(coverage_json(builders.report()))

    cut = document["sources"][0]["files"][0]
    assert cut["path"] == "textkit/cut.py"
    assert cut["lines"] == {"before": {"covered": 9, "total": 40, "rate": 0.225}, "after": {"covered": 36, "total": 40, "rate": 0.9}}
    assert cut["branches"]["after"] == {"covered": 10, "total": 12, "rate": 0.833333}
    assert document["lines"]["after"] == {"covered": 90, "total": 439, "rate": 0.205011}
