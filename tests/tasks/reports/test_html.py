"""report.html needs nothing but itself, is well-formed, and nothing of a source comes to life in it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tasks.reports.html import report_html
from tasks.reports.write import write_report
from tests.browser import chromium
from tests.tasks.reports import builders
from testwright.model import Report

VOID = {"meta", "br", "wbr", "img", "hr", "input", "link"}
HOSTILE_FREE = [builders.report(), builders.failed(), Report("empty"), builders.report(builders.source(), builders.source(name="two"))]


class Page(HTMLParser):
    """Reads a page and remembers what is wrong with it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)


@pytest.mark.parametrize("report", [*HOSTILE_FREE, builders.hostile(), builders.large(30)])
def test_the_page_is_well_formed_and_ids_and_links_are_sound(report: Report) -> None:
    page = Page(report_html(report))
    ids = [value for _, name, value in page.attributes if name == "id"]

    assert page.wrong == []
    assert len(ids) == len(set(ids))
    assert {value[1:] for _, name, value in page.attributes if name == "href" and value.startswith("#")} <= set(ids)


@pytest.mark.parametrize("report", [*HOSTILE_FREE, builders.hostile()])
def test_the_page_fetches_nothing_and_runs_nothing(report: Report) -> None:
    text = report_html(report)
    page = Page(text)

    assert page.tags.isdisjoint({"script", "img", "link", "iframe", "object", "embed", "form", "base", "audio", "video"})
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] == "src"]
    assert all(value.startswith(("#", "tests/")) for _, name, value in page.attributes if name == "href")
    style = re.findall(r"<style>.*?</style>", text, re.DOTALL)
    assert len(style) == 1
    assert "url(" not in style[0]
    assert "@import" not in style[0]


def test_hostile_text_is_shown_and_never_interpreted() -> None:
    text = report_html(builders.hostile())

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; \\x1b[31mred\\x1b[0m \\u202egnp.exe" in text
    assert not re.search("[\x00\x1b\u202e]", text)


def test_it_tells_tests_with_their_gains_rejections_findings_and_open_lines() -> None:
    words = " ".join(" ".join(Page(report_html(builders.report(), ["tests.patch"])).words).split())

    for told in (
        "3 tests kept in 2 of 7 files.",
        "90 of 439, before 9.8%",
        "test_truncate_raises_value_error_for_negative_length",
        "lines 19, 21, 23, 31",
        'pytest.raises(ValueError, match="length must not be negative")',
        "flaky failed 1 of 5 times",
        "truncate raises IndexError for an empty text",
        "73, 75, 77 needs a terminal",
        "No module named 'tkinter'",
        "link out of the tree left out: data → /etc",
        "seed 7",
        "docker testwright-python sha256:3d1e3d1e",
        "5f0c" * 16,
        "git apply tests.patch",
    ):
        assert told in words


def test_pictures_show_what_was_covered_before_and_what_was_gained() -> None:
    text = report_html(builders.report())

    assert 'aria-label="Lines: 22.5% before, 90.0% after"' in text
    assert '<rect class="b" width="22.5" height="6"/><rect class="g" x="22.5" width="67.5" height="6"/>' in text
    assert '<path class="b" d="M0 0h17v1h-17z"/><path class="g" d="M18 0h53v1h-53z"/><path class="m" d="M72 0h7v1h-7z"/>' in text


def test_a_failure_says_why() -> None:
    words = " ".join(Page(report_html(builders.failed())).words)

    assert "No test was kept." in words
    assert "could not resolve host: git.invalid" in words


@pytest.mark.slow
def test_two_thousand_files_fit_into_one_page_with_a_line_about_what_was_cut() -> None:
    text = report_html(builders.large(2000))

    assert len(text.encode()) < 5_000_000
    assert text.count('<span class="path"><a ') > 100
    assert "module_1999" in text
    assert "are only in report.json." in text


@pytest.mark.slow
def test_chromium_shows_the_page_without_running_or_fetching(tmp_path: Path) -> None:
    for name, report in (("told", builders.report()), ("hostile", builders.hostile())):
        page = write_report(report, tmp_path / name).html
        picture = tmp_path / f"{name}.png"
        shown = Page(chromium(page.as_uri(), "--dump-dom", tmp_path / name / "profile").decode())
        chromium(page.as_uri(), f"--screenshot={picture}", tmp_path / name / "profile")
        assert shown.wrong == []
        assert "script" not in shown.tags
        assert "Tests kept" in shown.words
        assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        assert picture.stat().st_size > 20_000
