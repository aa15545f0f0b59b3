"""Inputs as trees."""

from runners.explorers.python.cases import Case
from runners.explorers.python.values import Atom, Call, Group, Name, Node


def call(*args: Node, keywords: tuple[str, ...] = ()) -> Case:
    return Case("f", "function", Call(Name("subject", "f"), args, keywords))


def test_equal_cases_share_a_mark() -> None:
    assert call(Group("list", (Atom("a"), Atom(1)))).mark() == call(Group("list", (Atom("a"), Atom(1)))).mark()


def test_different_cases_have_different_marks() -> None:
    cases = [
        call(Atom(1)),
        call(Atom(True)),
        call(Atom(1.0)),
        call(Atom(1), keywords=("a",)),
        call(Atom(1), keywords=("b",)),
        call(Group("list", (Atom(1),))),
        call(Group("tuple", (Atom(1),))),
        call(Atom(1)).copy(unit="g"),
        call(Atom(1)).copy(steps=(("a", Atom(1)),)),
    ]

    assert len({case.mark() for case in cases}) == len(cases)
