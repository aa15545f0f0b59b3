"""junit.xml and findings.sarif are what other programs expect of them."""

import json
from dataclasses import replace
from typing import Any

import pytest
from junitparser import JUnitXml, Skipped

from tasks.reports.junit import junit_xml
from tasks.reports.sarif import sarif
from tests.tasks.reports import builders
from testwright.model import Finding, Reason, Report, Verdict


def test_each_written_test_is_a_case_and_rejected_ones_are_skipped_with_their_reason() -> None:
    document = JUnitXml.fromstring(junit_xml(builders.report()))
    cases = {case.name: case for suite in document for case in suite}

    assert (document.tests, document.failures, document.errors, document.skipped) == (6, 0, 0, 3)
    assert cases["test_truncate"].is_passed
    assert cases["test_truncate"].classname == "tests/test_cut.py"
    [result] = cases["test_now_is_today"].result
    assert isinstance(result, Skipped)
    assert (result.type, result.message) == ("flaky", "flaky: failed 1 of 5 times: AssertionError: 2 != 3")


def test_a_test_that_no_sandbox_could_run_is_an_error() -> None:
    file = replace(builders.improved(), verdicts=(Verdict("test_x", Reason.SANDBOX, "docker is gone"),))

    assert JUnitXml.fromstring(junit_xml(builders.report(builders.source(contents=(file,))))).errors == 1


@pytest.mark.parametrize("report", [builders.hostile(), builders.failed(), Report("empty")])
def test_junit_is_well_formed_whatever_the_names(report: Report) -> None:
    assert JUnitXml.fromstring(junit_xml(report)).tests == sum(len(f.verdicts) for s in report.sources for f in s.files)


def check_required(document: dict[str, Any]) -> None:
    """What the SARIF 2.1.0 schema requires of the parts that are used here."""
    assert document["version"] == "2.1.0"
    assert document["runs"]
    for run in document["runs"]:
        driver = run["tool"]["driver"]
        assert driver["name"]
        ids = [rule["id"] for rule in driver["rules"]]
        assert len(ids) == len(set(ids))
        for result in run["results"]:
            assert result["message"]["text"]
            assert result["level"] in ("none", "note", "warning", "error")
            assert ids[result["ruleIndex"]] == result["ruleId"]
            for location in result.get("locations", ()):
                place = location["physicalLocation"]
                assert place.get("region", {"startLine": 1})["startLine"] >= 1
                assert place["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
                assert not set('<>" \\^`{|}') & set(place["artifactLocation"]["uri"])


@pytest.mark.parametrize(
    "report",
    [builders.report(), builders.hostile(), builders.failed(), Report("empty"), builders.report(builders.source(), builders.source())],
)
def test_sarif_has_what_the_standard_requires(report: Report) -> None:
    check_required(json.loads(sarif(report)))


def test_findings_of_each_tool_are_a_run_of_their_own() -> None:
    runs = json.loads(sarif(builders.report()))["runs"]

    assert [(r["tool"]["driver"]["name"], len(r["results"])) for r in runs] == [("testwright", 2), ("ruff", 1)]
    crash = runs[0]["results"][1]
    assert crash["message"]["text"] == 'truncate raises IndexError for an empty text\n\nShown by: truncate("", 3)'
    assert crash["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "textkit/cut.py", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 27},
    }


def test_a_finding_keeps_its_fingerprint_when_it_moves_to_another_line() -> None:
    def prints(line: int) -> object:
        found = Finding("testwright", "crash", "boom", "a.py", line)
        document = json.loads(sarif(builders.report(builders.source(contents=(replace(builders.improved(), findings=(found,)),)))))
        return document["runs"][0]["results"][1]["partialFingerprints"]

    assert prints(3) == prints(30)
