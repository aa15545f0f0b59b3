"""junit.xml: one test case for each test that was written. A rejected one is skipped with its reason, so that no CI turns red over it."""

from junitparser import Error, JUnitXml, Skipped, TestCase, TestSuite

from tasks.reports.kept import folders
from tasks.reports.words import visible
from testwright.model import FileReport, Reason, Report, Verdict


def junit_xml(report: Report) -> str:
    """The verdicts as JUnit XML: a suite for each file of a source."""
    document = JUnitXml(f"testwright {visible(report.id)}")
    for folder, source in zip(folders(report), report.sources, strict=True):
        for file in source.files:
            if file.verdicts:
                document.append(_suite(file, f"{folder}/{file.path}" if folder else file.path))  # type: ignore[no-untyped-call]
    document.update_statistics()  # type: ignore[no-untyped-call]
    text: bytes = document.tostring()  # type: ignore[no-untyped-call]
    return text.decode("utf-8") + "\n"


def _suite(file: FileReport, name: str) -> TestSuite:
    suite = TestSuite(visible(name))
    for verdict in file.verdicts:
        suite.add_testcase(_case(file, verdict))
    return suite


def _case(file: FileReport, verdict: Verdict) -> TestCase:
    where = file.candidate.path if file.candidate else file.path
    case = TestCase(visible(verdict.test), visible(where))
    if verdict.reason is Reason.SANDBOX:
        case.result = [Error(visible(verdict.detail or str(verdict.reason)), str(verdict.reason))]
    elif not verdict.kept:
        case.result = [
            Skipped(visible(f"{verdict.reason}: {verdict.detail}" if verdict.detail else str(verdict.reason)), str(verdict.reason))
        ]
    return case
