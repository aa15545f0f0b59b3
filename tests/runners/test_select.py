"""What is selected keeps everything, and nothing that is not needed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.preference import Preference, is_private, selectable
from runners.select import EXAMPLES, goals, select
from testwright.model import Argument, Check, How, Observation, Origin, Raised, Step, Target

TARGET = Target("python", "m.py", "m", "0", lines=frozenset(range(1, 20)), branches=frozenset({(1, 2), (1, 3), (4, -1)}))


def observed(id: str, lines: set[int], **fields: object) -> Observation:
    usual = Observation(
        id, "f", "function", f"f({id})", "f", (Argument("x", id),), checks=(Check("result", How.EQUALS, "1"),), result_type="int", size=1
    )
    return replace(usual, lines=frozenset(lines), **fields)  # type: ignore[arg-type]


def ids(observations: tuple[Observation, ...]) -> list[str]:
    return [o.id for o in observations]


def test_one_that_reaches_all_makes_the_others_redundant() -> None:
    assert ids(select([observed("a", {1}), observed("b", {2}), observed("c", {1, 2})], TARGET)) == ["c"]


def test_two_short_ones_are_not_replaced_when_each_is_needed() -> None:
    assert ids(select([observed("a", {1, 2}), observed("b", {2, 3}), observed("c", {3, 4})], TARGET)) == ["a", "c"]


def test_lines_that_are_covered_already_earn_nothing() -> None:
    assert select([observed("a", {77})], TARGET) == ()


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"origin": Origin.DOCUMENTATION}, {"origin": Origin.PROJECT}),
        ({"origin": Origin.PROJECT}, {"origin": Origin.SEARCH}),
        ({"origin": Origin.SEARCH}, {"origin": Origin.STUB}),
        ({"size": 3}, {"size": 30}),
        ({"unit": "f"}, {"unit": "_f"}),
        ({"unit": "C.__len__"}, {"unit": "C._len"}),
        ({"arguments": (Argument("x", '"abc"'),)}, {"arguments": (Argument("x", r'"}\x0b"'),)}),
        ({}, {"stable": False}),
        ({}, {"checks": (Check("result", How.TYPE, "int"),)}),
    ],
)
def test_at_equal_gain_the_better_is_taken(better: dict[str, object], worse: dict[str, object]) -> None:
    good, bad = observed("z", {1, 2}, **better), observed("a", {1, 2}, **worse)

    assert ids(select([bad, good], TARGET)) == ["z"]


def test_a_value_is_preferred_to_a_declared_error_that_reaches_the_same_lines() -> None:
    error = {"checks": (), "raised": Raised("ValueError", "no", declared=True), "result_type": "ValueError"}

    assert "a" not in ids(select([observed("a", {1}, **error, unit="g"), observed("b", {1}, unit="h")], replace(TARGET, lines=frozenset())))


@pytest.mark.parametrize("crash", ["TypeError", "AttributeError", "builtins.KeyError", "NullPointerException"])
def test_a_crash_is_never_selected(crash: str) -> None:
    assert select([observed("a", {1}, checks=(), raised=Raised(crash))], TARGET) == ()


def test_a_type_error_raised_on_purpose_is_selected() -> None:
    assert ids(select([observed("a", {1}, checks=(), raised=Raised("TypeError", declared=True))], TARGET)) == ["a"]


def test_an_undeclared_error_is_selected_only_for_what_nothing_else_reaches() -> None:
    error = observed("a", {1, 2}, checks=(), raised=Raised("ValueError"))

    assert ids(select([error, observed("b", {1, 2})], TARGET)) == ["b"]
    assert ids(select([error, observed("b", {1})], TARGET)) == ["b", "a"]


def test_what_asserts_nothing_is_not_selected() -> None:
    assert select([observed("a", {1}, checks=())], TARGET) == ()


def test_what_cannot_fail_is_not_selected() -> None:
    assert select([observed("a", {1}, call="T( 1)", checks=(Check("result", How.EQUALS, "T(1)"),))], TARGET) == ()


def test_outcomes_alone_earn_no_test_of_their_own() -> None:
    truths = [observed(v, {1}, checks=(Check("result", How.IS, v),), result_type="bool") for v in ("True", "False")]
    error = observed("error", {1}, checks=(), raised=Raised("ValueError", declared=True), result_type="ValueError")

    assert len(select([*truths, error], TARGET)) == 1


def test_another_kind_of_value_may_be_a_row_of_a_table_that_is_there_anyway() -> None:
    empty = observed("empty", set(), checks=(Check("result", How.EQUALS, '""'),), result_type="str")
    filled = observed("filled", {1}, checks=(Check("result", How.EQUALS, '"x"'),), result_type="str")
    again = observed("again", set(), checks=(Check("result", How.EQUALS, '"y"'),), result_type="str")
    named = replace(empty, id="named", arguments=(Argument("x", "named", keyword=True),))

    assert set(ids(select([empty, filled, again], TARGET))) == {"empty", "filled"}
    assert ids(select([named, filled, again], TARGET)) == ["filled"]


def test_mutants_that_no_other_kills_earn_a_test() -> None:
    killers = [observed(i, {1}, mutants=frozenset(m)) for i, m in (("a", "x"), ("b", "y"), ("c", "x"))]

    assert ids(select(killers, TARGET)) == ["a", "b"]


def test_an_input_made_by_another_unit_is_taken_only_for_what_nothing_else_reaches() -> None:
    nested = observed("a", {1, 2, 3}, arguments=(Argument("x", "g(1)"),))
    direct = [observed("b", {1}), observed("c", {2}, unit="g")]

    assert ids(select([nested, *direct], TARGET)) == ["b", "c", "a"] or ids(select([nested, *direct], TARGET)) == ["b", "a", "c"]
    assert ids(select([nested, *direct], replace(TARGET, lines=frozenset({1, 2})))) == ["b", "c"]


def test_a_step_that_has_nothing_to_do_with_the_call_is_taken_only_for_what_nothing_else_reaches() -> None:
    padded = observed("a", {1, 2}, arrange=(Step("T()", "t"), Step("U(3)")))
    plain = observed("b", {1}, arrange=(Step("T()", "t"), Step("t.go()"), Step("U()", "u")))

    assert ids(select([padded, plain], TARGET)) == ["b", "a"]
    assert ids(select([padded, plain], replace(TARGET, lines=frozenset({1})))) == ["b"]


def test_what_calls_something_private_is_taken_only_for_lines_and_branches() -> None:
    private = observed("a", {1}, call="f(t._inner(1))", mutants=frozenset({"m"}))

    assert ids(select([private, observed("b", {1})], TARGET)) == ["b"]
    assert ids(select([private], TARGET)) == ["a"]


def test_results_of_a_type_that_comes_out_once_are_not_shown_when_there_are_many_types() -> None:
    kinds = [observed(t, {1}, result_type=t, checks=(Check("result", How.EQUALS, t),)) for t in ("bytes", "list", "tuple", "dict")]
    usual = [observed("a", {1}, result_type="str"), observed("b", {1}, result_type="str")]

    assert ids(select([*kinds, *usual], TARGET)) == ["a"]
    assert len(select(kinds[:3], TARGET)) == 3


def test_documented_examples_stay_up_to_a_small_number() -> None:
    examples = [observed(f"d{i}", {1}, origin=Origin.DOCUMENTATION) for i in range(9)]

    assert len(select(examples, TARGET)) == EXAMPLES


def test_units_come_in_the_order_of_the_code() -> None:
    assert ids(select([observed("a", {9}, unit="a"), observed("b", {3}, unit="z")], TARGET)) == ["b", "a"]


def test_private_is_told_by_the_name_of_any_part() -> None:
    assert [u for u in ("f", "_f", "C.m", "C._m", "_C.m", "C.__init__", "C.#m") if is_private(u)] == ["_f", "C._m", "_C.m", "C.#m"]


def _drawn(number: int, lines: frozenset[int], mutants: frozenset[str], kind: int, origin: Origin, unit: str, stable: bool) -> Observation:
    outcome: dict[str, object] = [
        {},
        {"checks": (Check("result", How.IS, "True"),), "result_type": "bool"},
        {"checks": (), "raised": Raised("ValueError", "m", declared=True), "result_type": "ValueError"},
        {"checks": (), "raised": Raised("ValueError"), "result_type": "ValueError"},
        {"checks": (), "raised": Raised("TypeError"), "result_type": "TypeError"},
        {"checks": ()},
    ][kind]
    return observed(f"o{number}", set(lines), mutants=mutants, origin=origin, unit=unit, stable=stable, size=number % 7, **outcome)


observations = st.lists(
    st.tuples(
        st.frozensets(st.integers(1, 24), max_size=6),
        st.frozensets(st.sampled_from("abcd"), max_size=2),
        st.integers(0, 5),
        st.sampled_from(Origin),
        st.sampled_from(["f", "C.m", "_g"]),
        st.booleans(),
    ),
    max_size=25,
).map(lambda drawn: [_drawn(i, *d) for i, d in enumerate(drawn)])


def _goals(pool: list[Observation]) -> list[frozenset[object]]:
    wanted = [o for o in pool if selectable(o)]
    preference = Preference(wanted)
    return [frozenset(goals(o, TARGET, preference)) for o in pool]


@given(observations)
def test_selection_keeps_everything_and_needs_each(pool: list[Observation]) -> None:
    everything = frozenset().union(*(g for g, o in zip(_goals(pool), pool, strict=True) if selectable(o)))
    by_id = dict(zip(ids(tuple(pool)), _goals(pool), strict=True))

    chosen = ids(select(pool, TARGET))

    assert frozenset().union(*(by_id[i] for i in chosen)) == everything
    tiers = {o.id: Preference([o for o in pool if selectable(o)]).tier(o) for o in pool}
    kinds = {o.id: (o.unit, o.raised is None) for o in pool}
    others = {i: [j for j in chosen if kinds[j] != kinds[i] and tiers[j] <= tiers[i]] for i in chosen}
    needed = {kinds[i] for i in chosen if by_id[i] - frozenset().union(*(by_id[j] for j in others[i]))}
    assert {kinds[i] for i in chosen} == needed


@given(observations, st.randoms(use_true_random=False))
def test_selection_does_not_depend_on_the_order_of_observations(pool: list[Observation], random: object) -> None:
    shuffled = list(pool)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert select(shuffled, TARGET) == select(pool, TARGET)


def test_two_thousand_observations_are_selected_from() -> None:
    pool = [observed(f"o{i}", {i % 19 + 1, (i * 7) % 19 + 1}, mutants=frozenset({f"m{i % 300}", f"m{i * 31 % 300}"})) for i in range(2000)]

    chosen = select(pool, TARGET)

    assert {m for o in chosen for m in o.mutants} == {f"m{i}" for i in range(300)}
