"""report.md reads well on a code host, and nothing in it comes to life."""

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tasks.reports.markdown import block, code, report_md
from tests.tasks.reports import builders
from testwright.model import Report


def tokens(text: str) -> list[Token]:
    parsed = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    return [t for block_token in parsed for t in (block_token, *(block_token.children or ()))]


def test_it_tells_the_outcome_the_files_the_tests_and_the_findings() -> None:
    text = report_md(builders.report())

    assert "**Success.** 3 tests kept in 2 of 7 files. Lines 9.8% → 20.5%, branches 6.2% → 20.8%." in text
    assert "| `textkit/cut.py` | improved | 22.5% | 90.0% | 16.7% | 83.3% | 2 |" in text
    assert "- `test_truncate` adds lines 19, 21, 23, 31; branches 9→11, 17→end; 7 mutants" in text
    assert "- `test_now_is_today`: flaky. `failed 1 of 5 times: AssertionError: 2 != 3`" in text
    assert "- **`warning`** `textkit/cut.py:27` `truncate raises IndexError for an empty text`" in text
    assert "- line 79: `no input found in 60 s`" in text
    assert text.index("`textkit/gui/window.py`") < text.index("`textkit/cut.py`")


def test_tables_have_as_many_cells_in_every_row() -> None:
    rows = [line for line in report_md(builders.hostile()).splitlines() if line.startswith("| ")]
    widths = [line.replace("\\|", "").count("|") for line in rows]

    assert widths == [11, 11, 11, 8, 8, 8]


def test_a_failure_says_why() -> None:
    text = report_md(builders.failed())

    assert "**Failure.** No test was kept." in text
    assert "`checkout failed`. `could not resolve host: git.invalid`" in text


@pytest.mark.parametrize("report", [builders.hostile(), builders.report(), Report("empty")])
def test_no_link_picture_or_markup_from_a_source_survives(report: Report) -> None:
    found = tokens(report_md(report))

    assert not [t for t in found if t.type in ("link_open", "image", "html_inline") and "summary" not in t.content]
    assert {t.content.strip() for t in found if t.type == "html_block"} <= {"<details><summary>The tests</summary>", "</details>"}


def test_no_mention_stands_outside_of_code() -> None:
    words = [t.content for t in tokens(report_md(builders.hostile())) if t.type == "text"]

    assert words
    assert not [w for w in words if "@" in w or "<" in w or "\x1b" in w or "\u202e" in w]


@pytest.mark.parametrize("text", ["a`b", "``", "`a", " spaced ", "a|b", "", "x" * 500])
def test_code_holds_any_text(text: str) -> None:
    spans = [t.content for t in tokens(code(text).replace("\\|", "|")) if t.type == "code_inline"]

    assert spans == ([text.strip() if len(text) < 400 else "x" * 399 + "…"] if text else [])


def test_a_block_is_not_ended_by_what_it_holds() -> None:
    assert [t.content for t in tokens(block("```\n# no heading\n````", "python"))] == ["```\n# no heading\n````\n"]


def test_a_long_report_says_what_it_left_out() -> None:
    text = report_md(builders.large(70), most_files=50, most_details=10)

    assert "*20 more files in report.json.*" in text
    assert "*Details of 60 more files in report.json.*" in text
