"""Calls that are passed their arguments in the same way share a table; objects made for one call need no name."""

from runners.languages.base import Style
from runners.languages.python.writing import write
from tests.runners.languages.python.written import TARGET, WORKSPACE, seen
from testwright.model import Candidate, Observation


def written(*observations: Observation) -> Candidate:
    return write(WORKSPACE, TARGET, observations, Style())


def test_optional_argument_is_passed_by_keyword_everywhere_when_it_is_somewhere() -> None:
    first = seen("truncate('abcd', 2)", "result == 'ab'", names="text length")
    second = seen("truncate('abcd', length=1)", "result == 'a'", names="text")

    candidate = written(first, second)

    assert [t.observations for t in candidate.tests] == [(second.id, first.id)]
    assert "assert truncate('abcd', length=length) == expected".replace("'", '"') in candidate.text


def test_argument_that_has_to_be_given_stays_where_it_is() -> None:
    by_place, by_name = seen("colour('red')", "result == 1", names="name"), seen("colour(name='blue')", "result == 2")

    assert 'colour("red")' in written(by_place, by_name).text


def test_many_sets_of_optional_arguments_share_a_table() -> None:
    calls = {"length=1": "a", "length=2, strict=False": "ab", "strict=True": "abc"}
    rows = [seen(f"truncate('abc', {options})", f"result == {out!r}", names="text") for options, out in calls.items()]

    text = written(*rows).text

    assert '({"length": 2, "strict": False}, "ab"),' in text
    assert "def test_truncate(options, expected):" in text
    assert 'assert truncate("abc", **options) == expected' in text


def test_two_sets_of_optional_arguments_are_two_tests() -> None:
    rows = [seen(f"truncate('abc', {options})", "result == 'a'", names="text") for options in ("length=1", "strict=True")]

    assert "**" not in written(*rows).text


def test_object_made_for_one_short_call_needs_no_name() -> None:
    text = written(seen("point.norm", "result == 5.0", unit="Point.norm", kind="property", given="point = Point(3, 4)")).text

    assert "    assert Point(3, 4).norm == 5.0\n" in text


def test_object_that_is_looked_at_afterwards_keeps_its_name() -> None:
    moved = seen("point.moved(1)", "result == 1", "point.x == 2", unit="Point.moved", given="point = Point(3, 4)")

    assert "    point = Point(3, 4)\n" in written(moved).text


def test_columns_that_say_the_same_are_one() -> None:
    rows = [seen(f"truncate({t!r})", f"str(result) == {e!r}", f"result.text == {e!r}") for t, e in (("a", "first"), ("b", "second"))]

    text = written(*rows).text

    assert '("a", "first"),' in text
    assert "assert result.text == expected" in text


def test_powers_are_written_as_formatters_do() -> None:
    assert '[(2**70, "big"), (3**50, "bigger")]' in written(
        *(seen(f"is_word({n})", f"result == {w!r}", names="text") for n, w in (("2 ** 70", "big"), ("3 ** 50", "bigger")))
    ).text.replace(",\n        ", ", ").replace("[\n        ", "[").replace(",\n    ]", "]")


def test_a_long_chain_of_calls_has_one_call_on_a_line() -> None:
    made = "table = Table().header(['first', 'second', 'third']).align(['left', 'right', 'center']).width([10, 20, 30])"
    text = written(seen("table.draw()", "result == 'a'", "table.rows == 1", unit="Table.draw", given=made)).text

    assert '    table = (\n        Table()\n        .header(["first", "second", "third"])\n        .align([' in text
    assert "        .width([10, 20, 30])\n    )\n" in text


def test_a_variable_does_not_hide_what_is_built_in() -> None:
    step = "hash = Hash('a')\nhash.add('b')"
    text = written(seen("hash.canonical()", "result == '#a'", given=step, unit="Hash.canonical")).text

    assert '    hash_ = Hash("a")\n    hash_.add("b")\n\n    assert hash_.canonical() == "#a"\n' in text


def test_what_was_entered_while_it_was_made_is_left_with_a_with_statement() -> None:
    entered = "timer = Timer('a').__enter__()"
    text = written(seen("timer.__exit__()", "timer.last == 2", given=entered, unit="Timer.__exit__", kind="context")).text

    assert '    with Timer("a") as timer:\n        pass\n\n    assert timer.last == 2\n' in text


def test_what_nobody_asks_for_after_it_was_left_has_no_name() -> None:
    entered = "timer = Timer('a').__enter__()"
    text = written(seen("timer.__exit__()", "printed == 'a'", given=entered, unit="Timer.__exit__", kind="context")).text

    assert '    with Timer("a"):\n        pass\n\n    assert capsys.readouterr().out == "a"\n' in text


def test_a_test_of_a_private_function_says_why_it_is_there() -> None:
    text = written(seen("_cut('abc')", "result == 'ab'"), seen("join('a')", "result == 'a'")).text

    assert 'def test_cut():\n    # Private, but no public call was found that gets here.\n    assert _cut("abc") == "ab"\n' in text
    assert text.count("# Private") == 1


def test_a_text_of_many_lines_stands_line_by_line() -> None:
    text = written(seen("parse('a\\nb:\\n  c\\n\\nd')", "result == 'w\\nx\\ny\\nz\\n'", names="source")).text

    expected = (
        '    source = textwrap.dedent("""\\\n        a\n        b:\n          c\n\n        d""")\n'
        "\n"
        "    result = parse(source)\n"
        "\n"
        '    expected = textwrap.dedent("""\\\n        w\n        x\n        y\n        z\n        """)\n'
        "    assert result == expected\n"
    )
    assert expected in text
