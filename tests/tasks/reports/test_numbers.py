"""Counts are weighted, never flattered, and put the worst first."""

import pytest

from tasks.reports.numbers import Count, by_language, coverage, findings, overall, total, unreached, worst_first
from tasks.reports.words import duration, inline, percent, points, ranges, visible
from tests.tasks.reports import builders
from testwright.model import FileReport, State


def test_totals_are_weighted_by_size_and_not_averages_of_rates() -> None:
    small = FileReport("s.py", "python", State.IMPROVED, before=builders.measured("s.py", 1, 0), after=builders.measured("s.py", 1, 1))
    big = FileReport("b.py", "python", State.UNCHANGED, before=builders.measured("b.py", 99, 0), after=builders.measured("b.py", 99, 0))

    assert total([small, big]).coverage.lines.after == Count(1, 100)


def test_a_file_without_baseline_had_nothing_covered_before() -> None:
    lines = coverage(FileReport("a.py", "python", State.IMPROVED, after=builders.measured("a.py", 10, 4))).lines

    assert (lines.before, lines.after) == (Count(0, 10), Count(4, 10))


def test_a_file_that_was_not_measured_again_is_as_it_was() -> None:
    lines = coverage(FileReport("a.py", "python", State.CRASHED, before=builders.measured("a.py", 10, 4))).lines

    assert lines.before == lines.after == Count(4, 10)


def test_a_line_that_is_covered_after_all_is_not_called_unreached() -> None:
    after = builders.measured("a.py", 3, 1)
    file = FileReport("a.py", "python", State.IMPROVED, after=after, unreached={5: "no input found", 1: "no input found", 3: ""})

    assert unreached(file) == {3: "reason not known", 5: "no input found"}


def test_covered_lines_that_do_not_count_are_not_counted() -> None:
    after = builders.measured("a.py", 2, 2)
    odd = type(after)("a.py", after.lines, after.covered_lines | {998, 999}, after.branches, after.covered_branches)

    assert coverage(FileReport("a.py", "python", State.IMPROVED, after=odd)).lines.after == Count(2, 2)


def test_worst_covered_files_come_first_and_unmeasured_ones_last() -> None:
    paths = [f.path for f in worst_first(builders.files())]

    assert paths[:2] == ["textkit/gui/window.py", "textkit/late.py"]
    assert paths[-1] == "textkit/old.py"


def test_languages_of_a_source_are_told_apart() -> None:
    python, javascript = by_language(builders.source())

    assert (python.language, len(python.files), python.kept, python.rejected, python.mutants) == ("python", 6, 2, 3, Count(20, 24))
    assert (javascript.language, javascript.kept, javascript.coverage.branches.after) == ("javascript", 1, Count(6, 6))
    assert sum(python.states.values()) == 6


def test_a_campaign_without_files_has_no_rate() -> None:
    whole = overall(builders.failed())

    assert whole.coverage.lines.after.rate is None
    assert whole.coverage.lines.gain is None


def test_a_finding_that_is_named_twice_is_told_once_and_the_gravest_first() -> None:
    found = findings(builders.source(contents=(builders.improved(), builders.improved())))

    assert [f.severity for f in found] == ["error", "warning", "note"]


@pytest.mark.parametrize(
    ("rate", "shown"), [(None, "\N{EN DASH}"), (0.0, "0.0%"), (1.0, "100.0%"), (0.99999, "99.9%"), (0.00001, "0.1%"), (0.875, "87.5%")]
)
def test_percent_never_rounds_to_all_or_nothing(rate: float | None, shown: str) -> None:
    assert percent(rate) == shown


@pytest.mark.parametrize(("gain", "shown"), [(None, ""), (0.0, ""), (0.125, "+12.5"), (-0.02, "\N{MINUS SIGN}2.0")])
def test_points_show_a_sign(gain: float | None, shown: str) -> None:
    assert points(gain) == shown


@pytest.mark.parametrize(
    ("numbers", "shown"), [([], ""), ([7], "7"), ([3, 1, 2], "1\N{EN DASH}3"), ([1, 2, 5, 9, 10], "1\N{EN DASH}2, 5, 9\N{EN DASH}10")]
)
def test_ranges(numbers: list[int], shown: str) -> None:
    assert ranges(numbers) == shown


def test_ranges_say_how_many_places_were_left_out() -> None:
    assert ranges(range(0, 100, 2), most=2) == "0, 2 and 48 more places"


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0 s"), (4.21, "4.2 s"), (41, "41 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")])
def test_duration(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text\n\tkept", "plain text\n\tkept"),
        ("größe 文字", "größe 文字"),
        ("\x1b[31m\x00\x9b", "\\x1b[31m\\x00\\x9b"),
        ("gnp.\u202eexe", "gnp.\\u202eexe"),
        ("a\r\nb\rc", "a\nb\\rc"),
        ("\ud800\udcff\ufeff\u2028", "\\ud800\\udcff\\ufeff\\u2028"),
    ],
)
def test_visible_spells_out_what_cannot_be_seen(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_inline_is_one_line_and_cut() -> None:
    assert inline("a\nb") == "a\\nb"
    assert len(inline("x" * 1000)) == 400
