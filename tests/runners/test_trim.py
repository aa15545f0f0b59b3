"""Of many checks on an object those stay that prove something."""

from collections.abc import Mapping
from dataclasses import replace

from runners.trim import trimmed
from testwright.model import Check, How, Observation

ATTRIBUTES = ("scheme", "host", "port", "path")


def url(id: str, unit: str = "Url", **proofs: str) -> Observation:
    """An object with four attributes; `host="m1 m2"`: that attribute tells these mutants."""
    checks = (Check("result", How.TYPE, "Url"), *(Check(f"result.{name}", How.EQUALS, repr(f"{id} {name}")) for name in ATTRIBUTES))
    told: Mapping[str, frozenset[str]] = {f"result.{name}": frozenset(mutants.split()) for name, mutants in proofs.items()}
    return Observation(id, unit, "constructor", f"Url({id!r})", checks=checks, mutants=frozenset().union(*told.values()), proofs=told)


def subjects(o: Observation) -> list[str]:
    return [c.subject.removeprefix("result.") for c in o.checks]


def test_checks_stay_that_tell_a_mutant_by_themselves() -> None:
    (o,) = trimmed([url("a", scheme="m1", host="m1 m2", port="m3", path="m2")])

    assert subjects(o) == ["host", "port"]


def test_two_checks_stay_even_if_one_tells_all() -> None:
    (o,) = trimmed([url("a", path="m1 m2", host="m1")])

    assert subjects(o) == ["scheme", "path"]


def test_what_an_earlier_test_tells_is_not_told_again() -> None:
    first, second = trimmed([url("a", host="m1", port="m2", path="m3"), url("b", "parse", host="m1", port="m2", path="m3", scheme="m4")])

    assert subjects(first) == ["host", "port", "path"]
    assert subjects(second) == ["scheme", "host"]


def test_rows_of_one_table_keep_the_same_checks() -> None:
    first, second = trimmed([url("a", host="m1"), url("b", path="m2")])

    assert subjects(first) == subjects(second) == ["host", "path"]


def test_changed_state_is_always_asserted_and_tells_what_it_tells() -> None:
    o = url("a", host="m1", port="m2")
    o = replace(o, checks=(*o.checks, Check("parent.count", How.EQUALS, "1")), proofs={**o.proofs, "parent.count": frozenset({"m2"})})

    assert subjects(trimmed([o])[0]) == ["scheme", "host", "parent.count"]


def test_nothing_goes_where_it_was_not_asked_what_the_checks_prove() -> None:
    o = replace(url("a", host="m1"), proofs={})

    assert trimmed([o]) == (o,)


def test_two_checks_are_none_too_many() -> None:
    o = replace(url("a", host="m1"), checks=(Check("result", How.TYPE, "Url"), Check("result.host", How.EQUALS, "'a'")))

    assert trimmed([o]) == (o,)


def test_what_is_said_of_a_long_text_stays_together() -> None:
    subjects_of_text = ("len(result)", "result.splitlines()[0]", "result.splitlines()[-1]")
    checks = tuple(Check(subject, How.EQUALS, "1") for subject in subjects_of_text)
    o = replace(url("a", host="m1"), checks=checks, proofs={"len(result)": frozenset({"m1"})})

    assert trimmed([o]) == (o,)


def test_of_checks_that_tell_the_same_a_value_stays_before_a_length() -> None:
    o = url("a", host="m1")
    checks = (Check("len(result.comment)", How.EQUALS, "632"), *o.checks)
    (o,) = trimmed([replace(o, checks=checks, proofs={**o.proofs, "len(result.comment)": frozenset({"m1"})})])

    assert subjects(o) == ["scheme", "host"]
