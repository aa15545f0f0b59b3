"""Cases that a reader likes: texts without junk, objects by their constructors."""

import importlib
import sys
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest

from runners.explorers.python.cases import Case, run_case
from runners.explorers.python.shrink import plain_value, shrink
from runners.explorers.python.tidy import constructed, indented, pleasanter, tidy
from runners.explorers.python.values import Atom, Call, Name, Node, Printer


def case(text: str) -> Case:
    return Case("f", "function", Call(Name("sample", "f"), (Atom(text),)))


def text_of(made: Case) -> str:
    call = made.call
    assert isinstance(call, Call)
    return "".join(str(atom.value) for atom in call.args if isinstance(atom, Atom))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Args:\n a\n  b\nc", "Args:\n    a\n        b\nc"), ("a:\n\tb", "a:\n    b"), (" a", "    a"), ("a\n\n b", "a\n\n    b")],
)
def test_levels_of_indentation_stay(text: str, expected: str) -> None:
    assert indented(text) == expected


def test_blanks_that_nothing_needs_go() -> None:
    assert text_of(tidy(case("Args:\n a \n \n"), lambda c: text_of(c).startswith("Args:") and " a" in text_of(c))) == "Args:\n    a"


def test_blanks_that_are_needed_stay() -> None:
    assert text_of(tidy(case("a \nb"), lambda c: "a \n" in text_of(c))) == "a \nb"


def test_a_plain_text_is_left_alone() -> None:
    assert pleasanter("abc") == []


def test_shrinking_ends_with_a_pleasant_text() -> None:
    made = shrink(case("-x-Args:\n  name: y\n \n"), lambda c: "Args:\n" in text_of(c) and ": y" in text_of(c), 5)

    assert text_of(made) in ("Args:\n: y", "Args:\n    : y")


@pytest.fixture
def points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    (tmp_path / "points_sample.py").write_text("""
class Point:
    def __init__(self, x, y=0):
        self.x, self.y = x, y
    def __eq__(self, other):
        return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)
    def moved(self, by):
        return Point(self.x + by, self.y)
""")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "points_sample", raising=False)
    return importlib.import_module("points_sample")


def written(node: Node | None) -> str:
    return "" if node is None else node.source(Printer())


def test_an_object_is_written_as_a_call_of_its_class(points: ModuleType) -> None:
    assert written(constructed(points.Point(1, 2), points)) == "Point(1, 2)"
    assert written(constructed(points.Point(1), points)) == "Point(1)"


def test_what_cannot_tell_equal_from_unequal_has_no_such_call(points: ModuleType) -> None:
    assert constructed(object(), points) is None
    assert constructed([Fraction(1, 2)], points) is None


def test_an_object_that_other_calls_gave_is_written_as_a_call_of_its_class(points: ModuleType) -> None:
    start = Call(Name("points_sample", "Point"), (Atom(1),))
    moved = Call(Name("points_sample", "Point.moved"), (start, Atom(22)))

    found = plain_value(moved, lambda c: run_case(c, points), points)

    assert [written(node) for node in found] == ["Point(23)"]
