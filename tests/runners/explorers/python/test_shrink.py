"""Making cases small: in few tries, in turns, and without arguments that say nothing."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from runners.explorers.python.cases import Case
from runners.explorers.python.optional import without_defaults
from runners.explorers.python.shrink import TURN, Shrinking, in_turns, shrink
from runners.explorers.python.subjects import parameters_of
from runners.explorers.python.values import Atom, Call, Group, Member, Name, Node, Variable


def case(*args: Node, steps: tuple[tuple[str, Node], ...] = ()) -> Case:
    return Case("f", "function", Call(Name("sample", "f"), args), steps)


class Counting:
    """Says whether a text is in a case, and how often it was asked."""

    def __init__(self, needle: str) -> None:
        self.needle = needle
        self.asked = 0

    def __call__(self, tried: Case) -> bool:
        self.asked += 1
        return self.needle in tried.text()


def long_text(needle: str) -> Atom:
    return Atom("".join(chr(ord("b") + i * 7 % 20) for i in range(300)) + needle + "QRSTUVW" * 40)


def test_a_long_text_is_small_after_tries_that_do_not_grow_with_the_square_of_its_length() -> None:
    still = Counting("<!>")

    made = shrink(case(long_text("<!>")), still, 60)

    assert made.text() == ["from sample import f", "f('<!>')"][1]
    assert still.asked < 90


def test_what_was_reached_stays_when_tries_end_and_it_goes_on_from_there() -> None:
    whole = shrink(case(long_text("<!>")), Counting("<!>"), 60)
    parts = Shrinking(case(long_text("<!>")), Counting("<!>"))
    sizes = [parts.case.size()]
    while not parts.over:
        parts.go(5)
        sizes.append(parts.case.size())

    assert parts.case.text() == whole.text()
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) > 4


def test_all_cases_are_partly_small_when_the_tries_do_not_suffice() -> None:
    counting = [Counting(needle) for needle in ("<1>", "<2>", "<3>", "<4>")]
    going = [Shrinking(case(long_text(still.needle)), still) for still in counting]
    before = going[0].case.size()

    in_turns(going, lambda: sum(still.asked for still in counting) >= 3 * TURN * len(counting))

    assert all(shrinking.case.size() < before / 4 for shrinking in going)
    assert not any(shrinking.over for shrinking in going)


@pytest.mark.parametrize(
    ("call", "needle", "expected"),
    [
        (case(Group("list", tuple(map(Atom, range(5, 60))))), "33", "f([33])"),
        (case(Atom(987654), Atom("x")), "f(", "f()"),
        (case(Variable("x"), steps=(("x", Atom(7)), ("", Call(Member(Variable("x"), "go"))), ("y", Atom(2)))), "f(x", "x = 0\nf(x)"),
    ],
)
def test_everything_that_is_not_needed_goes(call: Case, needle: str, expected: str) -> None:
    assert shrink(call, Counting(needle), 60).text() == expected


@pytest.mark.parametrize(
    ("function", "positional", "named", "expected"),
    [
        (lambda a, b=None, c=5: None, (1, None, 5), {}, "f(1)"),
        (lambda a, b=None, c=5: None, (1, None, 6), {}, "f(1, c=6)"),
        (lambda a, b=None, /, c=5: None, (1, None, 6), {}, "f(1, c=6)"),
        (lambda a=1, b=2, /: None, (1, 3), {}, "f(1, 3)"),
        (lambda a, *rest, b=2: None, (1, 2, 3), {"b": 2}, "f(1, 2, 3, b=2)"),
        (lambda a, b=True, c=0: None, (1,), {"b": 1, "c": 0}, "f(1, b=1)"),
        (lambda a, **more: None, (1,), {"b": 1}, "f(1, b=1)"),
    ],
)
def test_arguments_that_equal_their_defaults_are_left_out(
    function: Callable[..., Any], positional: tuple[Any, ...], named: dict[str, Any], expected: str
) -> None:
    parameters = parameters_of(function, 0, None, ModuleType("sample"))[0]
    call = Call(Name("sample", "f"), tuple(map(Atom, (*positional, *named.values()))), tuple(named))

    made = without_defaults(Case("f", "function", call), lambda found, whole: parameters if whole else [])

    assert made.text() == expected
