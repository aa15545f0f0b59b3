"""What is asserted of a live value."""

import collections
import dataclasses
import datetime
import decimal
import enum
import math
import pathlib
import re
import sys
import types
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from runners.explorers.python import cases, describe_case, describe_source, shrink, values
from runners.explorers.python.describe import describe, snapshot, state_checks
from runners.explorers.python.describe_judge import Judge
from runners.languages.python import bodies, tables

HERE = sys.modules[__name__]


class Color(enum.Enum):
    RED = 1


class Right(enum.Flag):
    READ = 1
    WRITE = 2


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


class Pair(NamedTuple):
    left: str
    right: int = 1


class Version:
    """A plain class with an equality of its own."""

    def __init__(self, major: int, minor: int = 0, build: Any = None) -> None:
        self._major, self.minor, self.build = major, minor, build

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and (self._major, self.minor, self.build) == (other._major, other.minor, other.build)

    __hash__ = None  # type: ignore[assignment]


class Cart:
    """No equality, one private field, a property and a text."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self._secret = 1
        self.note = None

    @property
    def total(self) -> int:
        return len(self.names)

    def __str__(self) -> str:
        return "Cart of " + ", ".join(self.names)


class _Hidden:
    value = 1


class Text(str):
    __slots__ = ()


def facts(value: Any) -> list[tuple[str, str, str]]:
    checks, _, _ = describe(value, "result", HERE)
    return [(c["subject"], c["how"], c["expected"]) for c in checks]


@pytest.mark.parametrize(
    ("value", "how", "expected"),
    [
        (True, "is", "True"),
        (None, "is", "None"),
        (Color.RED, "is", "Color.RED"),
        (Right.READ | Right.WRITE, "equals", "Right.READ | Right.WRITE"),
        (int, "is", "int"),
        (Point, "is", "Point"),
        ("abc", "equals", "'abc'"),
        (b"ab", "equals", "b'ab'"),
        (0.5, "equals", "0.5"),
        (0.1 + 0.2, "close", "0.3"),
        (math.inf, "equals", "float('inf')"),
        ([0.1 + 0.2, 1], "close", "[0.3, 1]"),
        ({"b": 1, "a": {2, 1}}, "equals", "{'a': {1, 2}, 'b': 1}"),
        ((), "equals", "()"),
        ((1,), "equals", "(1,)"),
        (frozenset(), "equals", "frozenset()"),
        (Point(1), "equals", "Point(x=1)"),
        ([Point(1, 2)], "equals", "[Point(x=1, y=2)]"),
        (Pair("a"), "equals", "Pair(left='a')"),
        (Version(1, 2), "equals", "Version(1, 2)"),
        (Version(1, build="x"), "equals", "Version(1, build='x')"),
        (decimal.Decimal("1.50"), "equals", "Decimal('1.50')"),
        (datetime.date(2020, 1, 2), "equals", "datetime.date(2020, 1, 2)"),
        (uuid.UUID(int=3), "equals", "uuid.UUID('00000000-0000-0000-0000-000000000003')"),
        (pathlib.Path("a/b"), "equals", "Path('a/b')"),
        (re.compile("a+", re.I), "equals", "re.compile('a+', re.IGNORECASE)"),
        (range(3), "equals", "range(0, 3)"),
        (collections.deque([1], 2), "equals", "collections.deque([1], maxlen=2)"),
        (collections.OrderedDict(a=1), "equals", "collections.OrderedDict([('a', 1)])"),
    ],
)
def test_a_readable_value_is_one_check(value: Any, how: str, expected: str) -> None:
    assert facts(value) == [("result", how, expected)]


def test_imports_name_what_the_expected_text_uses() -> None:
    assert describe([Point(1)], "result", HERE)[1] == {(__name__, "Point")}
    assert describe(decimal.Decimal(1), "result", HERE)[1] == {("decimal", "Decimal")}
    assert describe(datetime.timedelta(1), "result", HERE)[1] == {("datetime", "")}


def test_the_type_name_is_short() -> None:
    assert [describe(value, "result", HERE)[2] for value in (None, "a", Cart())] == ["NoneType", "str", "Cart"]


def test_nan_is_asked_for_by_name() -> None:
    assert facts(math.nan) == [("math.isnan(result)", "true", "")]
    assert facts([math.nan]) == [("len(result)", "equals", "1"), ("math.isnan(result[0])", "true", "")]


def test_a_long_text_is_described_by_its_length_and_ends() -> None:
    assert facts("a" * 200 + "b" * 200) == [
        ("len(result)", "equals", "400"),
        ("result[:40]", "equals", repr("a" * 40)),
        ("result[-40:]", "equals", repr("b" * 40)),
    ]


def test_a_long_list_is_described_by_its_length_and_ends() -> None:
    assert facts(list(range(500))) == [
        ("len(result)", "equals", "500"),
        ("result[:3]", "equals", "[0, 1, 2]"),
        ("result[-3:]", "equals", "[497, 498, 499]"),
    ]


def test_no_expected_text_is_longer_than_a_reader_follows() -> None:
    big = {f"key{i}": [Cart("a" * i), list(range(i)), "x" * i] for i in range(60)}
    assert all(len(expected) <= 300 for _, _, expected in facts(big))


def test_an_object_without_equality_shows_type_text_and_public_attributes() -> None:
    assert facts(Cart("pen", "ink")) == [
        ("result", "type", "Cart"),
        ("str(result)", "equals", "'Cart of pen, ink'"),
        ("result.names", "equals", "['pen', 'ink']"),
        ("result.note", "is", "None"),
        ("result.total", "equals", "2"),
    ]


def test_attributes_come_in_one_order_whatever_they_hold() -> None:
    noted = Cart("pen")
    noted.note = "gift"  # type: ignore[assignment]

    assert [subject for subject, _, _ in facts(noted)] == [subject for subject, _, _ in facts(Cart("pen"))]


def test_a_private_class_is_never_named() -> None:
    assert not any("_Hidden" in "".join(fact) for fact in facts(_Hidden()) + facts([_Hidden(), _Hidden()]))


def test_objects_in_a_list_are_described_part_by_part() -> None:
    assert facts([Cart("a"), Cart("b", "c")])[:2] == [
        ("len(result)", "equals", "2"),
        ("[item.names for item in result]", "equals", "[['a'], ['b', 'c']]"),
    ]


def test_an_iterator_is_read_once_and_an_endless_one_only_a_little() -> None:
    def endless() -> Iterator[int]:
        while True:
            yield 7

    assert facts(iter([1, 2])) == [("list(result)", "equals", "[1, 2]")]
    assert facts(endless()) == [("list(itertools.islice(result, 5))", "equals", "[7, 7, 7, 7, 7]")]
    assert facts(iter([Cart("a"), Cart("b")])) == [
        ("[(item.names, item.note, item.total) for item in result]", "equals", "[(['a'], None, 1), (['b'], None, 1)]")
    ]


def test_a_subclass_of_a_builtin_is_compared_with_the_plain_value() -> None:
    assert facts(Text("a")) == [("result", "equals", "'a'"), ("result", "type", "Text")]


def test_a_returned_exception_shows_type_and_message() -> None:
    assert facts(ValueError("bad")) == [("result", "type", "ValueError"), ("str(result)", "equals", "'bad'")]


def test_a_match_shows_its_groups() -> None:
    assert facts(re.match("(a)(b)?", "ab")) == [("result.group()", "equals", "'ab'"), ("result.groups()", "equals", "('a', 'b')")]


def test_addresses_machine_paths_and_the_clock_are_not_asserted() -> None:
    for value in (f"<{object()!r}>", str(pathlib.Path.cwd() / "x"), datetime.datetime.now(), datetime.date.today().isoformat()):
        assert [how for _, how, _ in facts(value)] == ["type"]


def test_classes_that_raise_when_looked_at_do_not_stop_it() -> None:
    class Angry:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError("no")

        __hash__ = None  # type: ignore[assignment]

        @property
        def size(self) -> int:
            raise RuntimeError("no")

        def __str__(self) -> str:
            raise RuntimeError("no")

    assert facts(Angry()) == []


def test_a_value_that_contains_itself_ends() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    assert facts(loop)[0] == ("len(result)", "equals", "2")


def test_only_changed_state_is_asserted() -> None:
    cart = Cart("pen")
    before = snapshot(cart, HERE)
    cart.names.append("ink")
    checks, imports = state_checks(before, snapshot(cart, HERE), "cart")
    assert [(c["subject"], c["expected"]) for c in checks] == [
        ("str(cart)", "'Cart of pen, ink'"),
        ("cart.names", "['pen', 'ink']"),
        ("cart.total", "2"),
    ]
    assert imports == set()


def test_a_changed_list_is_shown_whole_and_an_unchanged_one_not_at_all() -> None:
    items = [2, 1]
    before = snapshot(items, HERE)
    assert state_checks(before, snapshot(items, HERE), "items") == ([], set())
    items.sort()
    assert state_checks(before, snapshot(items, HERE), "items")[0] == [{"subject": "items", "how": "equals", "expected": "[1, 2]"}]


def test_values_that_cannot_change_have_no_state() -> None:
    assert [snapshot(value, HERE)[0] for value in ("a", 1, None, (1,), int, Color.RED)] == [[]] * 6


@pytest.mark.parametrize(
    "value",
    [1, 0.1 + 0.2, math.nan, "a", [Point(1)], Version(1, 2), Cart("a"), {"a": [0.1, 1 / 3]}, [1 / 3, 2], re.match("a(b)", "ab"), "x" * 999],
)
def test_every_check_holds_for_the_value_it_describes(value: Any) -> None:
    checks, imports, _ = describe(value, "result", HERE)
    assert checks
    assert Judge(checks, imports, HERE).failing({"result": value}) == -1


@pytest.mark.parametrize(
    ("value", "other"),
    [(1, 2), (0.1 + 0.2, 0.31), ([Point(1)], [Point(2)]), (Cart("a"), Cart("b")), (True, 1), ("a", b"a"), (math.nan, 1.0), (None, 0)],
)
def test_some_check_fails_for_another_value(value: Any, other: Any) -> None:
    checks, imports, _ = describe(value, "result", HERE)
    assert Judge(checks, imports, HERE).failing({"result": other}) >= 0


def test_the_live_module_stands_for_its_name() -> None:
    live = types.ModuleType(__name__)
    exec("class Point:\n  def __init__(self, x): self.x = x\n  def __eq__(self, other): return self.x == other.x", live.__dict__)  # noqa: S102
    live.Point.__module__ = __name__  # type: ignore[attr-defined]
    checks, imports, _ = describe(live.Point(3), "result", live)  # type: ignore[attr-defined]
    assert checks == [{"subject": "result", "how": "equals", "expected": "Point(3)"}]
    assert Judge(checks, imports, live).failing({"result": live.Point(3)}) == -1  # type: ignore[attr-defined]


def test_the_explorer_compares_messages_as_the_writer_does() -> None:
    assert (describe_case.WHOLE, describe_case.MATCHED <= bodies.MATCH) == (tables.WHOLE, True)


def test_what_the_interpreter_says_of_itself_is_not_asserted() -> None:
    longest = max((int.__doc__ or "").splitlines(), key=len)

    assert describe_source.unstable(f"about:\n  {longest}")
    assert not describe_source.unstable("a text of twenty characters and more")


def test_a_folder_that_modules_are_imported_from_is_another_one_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Installing a to /srv/elsewhere/fonts"

    assert not describe_source.unstable(text)
    monkeypatch.setattr(sys, "path", [*sys.path, "/srv/elsewhere"])
    assert describe_source.unstable(text)


def test_a_call_that_gives_something_plain_is_replaced_by_it() -> None:
    def run(case: cases.Case) -> cases.Outcome:
        return cases.run_case(case, HERE)

    long = values.Call(values.Name(__name__, "Point"), (values.Atom(1),))
    assert shrink.plain_value(long, run, math) == []
    assert [node.value for node in shrink.plain_value(values.Call(values.Name("math", "floor"), (values.Atom(1.5),)), run, math)] == [1]


def test_an_attribute_that_differs_from_day_to_day_is_left_out() -> None:
    class Letter:
        def __init__(self) -> None:
            self.sender = "a"
            self.written = datetime.date.today().isoformat()

    checks, _, _ = describe([Letter()], "result", HERE)

    assert not any("written" in check["subject"] for check in checks)
    assert any("sender" in check["subject"] for check in checks)


class Link:
    """Its text is one of its attributes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.host = url.partition("/")[0]

    def __str__(self) -> str:
        return self.url


def test_an_attribute_that_repeats_the_text_of_the_object_is_not_asserted_beside_it() -> None:
    subjects = [subject for subject, _, _ in facts(Link("example.org/a"))]

    assert "str(result)" in subjects
    assert "result.host" in subjects
    assert "result.url" not in subjects


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<Link to a at 0x7f0001234567>", [("result.startswith('<Link to a ')", "true", "")]),
        ("at 0x7f0001234567", [("result", "type", "str")]),
    ],
)
def test_of_a_text_with_an_address_the_beginning_is_asserted_if_it_tells(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert facts(text) == expected
