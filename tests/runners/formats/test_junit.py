"""JUnit reports as pytest, Jest and Maven write them."""

import pytest

from runners.formats import junit
from testwright.model import Case, Status


def suite(*cases: str) -> bytes:
    return f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>".encode()


PLACE = 'classname="tests.test_a" file="tests/test_a.py"'
CLASS = 'classname="tests.test_a.TestB" file="tests/test_a.py"'


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (f'<testcase {PLACE} name="test_x" time="0.25"/>', Case("test_x", Status.PASSED, "tests/test_a.py", seconds=0.25)),
        (f'<testcase {CLASS} name="test_x[1-a]"/>', Case("TestB.test_x", Status.PASSED, "tests/test_a.py", "1-a")),
        ('<testcase file="t.py" name="test_x"><skipped message="why"/></testcase>', Case("test_x", Status.SKIPPED, "t.py", message="why")),
        ('<testcase name="adds[1, 2]" classname="math"/>', Case("math.adds", Status.PASSED, parameters="1, 2")),
        ('<testcase name="x" time="nan"><failure message="m">m\nmore</failure></testcase>', Case("x", Status.FAILED, message="m\nmore")),
        ('<testcase name="x"><failure>f</failure><error>e</error></testcase>', Case("x", Status.ERROR, message="e")),
    ],
)
def test_one_case(case: str, expected: Case) -> None:
    assert junit.parse(suite(case)) == (expected,)


def test_messages_lose_their_escapes_and_their_length() -> None:
    (case,) = junit.parse(suite(f'<testcase name="x"><failure message="a&#x9;b">{"long " * 10_000}</failure></testcase>'))
    assert case.message.startswith("a\tb\nlong")
    assert len(case.message) == 4000


def test_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="no test suite"):
        junit.parse(b"<html/>")


def test_output_of_a_case_is_not_its_message() -> None:
    (case,) = junit.parse(suite('<testcase name="x"><system-out>FAILED</system-out></testcase>'))
    assert (case.status, case.message) == (Status.PASSED, "")
