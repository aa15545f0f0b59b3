"""Whatever bytes arrive, a reader of reports returns a value or says in one line why it does not."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.formats import coverage_json, junit, sarif
from runners.formats.text import clean, last_line, one_line

READERS: list[Callable[[bytes], object]] = [junit.parse, coverage_json.parse, sarif.parse]
WELL_FORMED = [
    b'<testsuites><testsuite><testcase classname="t.T" file="t.py" name="test_a[1]" time="0.1"><failure message="m">text</failure>'
    b"</testcase></testsuite></testsuites>",
    b'{"files":{"a.py":{"executed_lines":[1],"missing_lines":[2],"executed_branches":[[1,2]],"missing_branches":[]}},'
    b'"tests":{"t.py::test_a":{"a.py":{"lines":[1],"branches":[[1,2]]}}}}',
    b'{"runs":[{"tool":{"driver":{"name":"x"}},"results":[{"ruleId":"R1","level":"error","message":{"text":"m"},"locations":'
    b'[{"physicalLocation":{"artifactLocation":{"uri":"a.py"},"region":{"startLine":3}}}]}]}]}',
]


@pytest.mark.parametrize("reader", READERS)
@given(data=st.binary(max_size=2000))
def test_any_bytes_are_a_value_or_one_line_of_why(reader: Callable[[bytes], object], data: bytes) -> None:
    reads_or_says_why(reader, data)


@pytest.mark.parametrize("reader", READERS)
@given(data=st.data())
def test_damaged_reports_are_a_value_or_one_line_of_why(reader: Callable[[bytes], object], data: st.DataObject) -> None:
    good = WELL_FORMED[READERS.index(reader)]
    start = data.draw(st.integers(0, len(good)))
    stop = data.draw(st.integers(start, len(good)))
    reads_or_says_why(reader, good[:start] + data.draw(st.binary(max_size=20)) + good[stop:])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "data",
    [
        b"<a>" * 1_000_000,
        b"[" * 1_000_000,
        b'{"files":' * 200_000,
        b'{"files":{"a":{"executed_lines":[' + b"9" * 1_000_000 + b"]}}}",
        b'{"runs":[' + b"[]," * 500_000 + b"[]]}",
        b"\xff\xfe" + "<testsuites/>".encode("utf-16-le"),
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><testsuites>&b;</testsuites>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuites/>',
        b"\0" * 1000,
        b"x" * (64 * 2**20 + 1),
    ],
    ids=["tags", "brackets", "objects", "digits", "lists", "utf-16", "entities", "external", "zeros", "huge"],
)
def test_hostile_reports_are_a_value_or_one_line_of_why(reader: Callable[[bytes], object], data: bytes) -> None:
    reads_or_says_why(reader, data)


def test_deep_nesting_and_document_types_are_refused() -> None:
    with pytest.raises(ValueError, match="nested deeper"):
        junit.parse(b"<testsuites>" + b"<a>" * 100)
    with pytest.raises(ValueError, match="document type"):
        junit.parse(b"<!DOCTYPE x><testsuites/>")


@given(text=st.one_of(st.text(), st.binary()))
def test_cleaned_text_has_no_controls_and_is_bounded(text: str | bytes) -> None:
    cleaned = clean(text, 50)
    assert len(cleaned) <= 50
    assert all(character in "\n\t" or character.isprintable() or ord(character) > 0x9F for character in cleaned)
    assert "\n" not in one_line(text)
    cleaned.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        (b"a\0b\r\nc", "ab\nc"),
        ("admin\u202egnp.exe", "admingnp.exe"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        ("x" * 100, "x" * 49 + "…"),
    ],
)
def test_clean(text: str | bytes, expected: str) -> None:
    assert clean(text, 50) == expected


def test_last_line_is_where_programs_say_why() -> None:
    assert last_line(b"Traceback\n  file\nValueError: no\n\n") == "ValueError: no"
    assert last_line(b"\n \n") == ""


def reads_or_says_why(reader: Callable[[bytes], object], data: bytes) -> None:
    said = "read"
    try:
        reader(data)
    except ValueError as error:
        said = str(error)
    assert "\n" not in said
    assert 0 < len(said) < 600
