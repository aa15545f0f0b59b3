"""Names say unit, condition and outcome."""

import re

import pytest

from runners.languages.python.naming import LOOSEST, condition_words, describe, names, slug, snake
from runners.languages.python.signatures import Signatures
from runners.languages.python.tables import plans
from tests.runners.languages.python.written import seen
from testwright.model import Observation


def named(*observations: Observation) -> list[str]:
    return names(plans(observations, Signatures()))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("HTTPError", "http_error"), ("Version.bump_build", "version_bump_build"), ("__init__", "init"), ("camelCase", "camel_case")],
)
def test_snake(name: str, expected: str) -> None:
    assert snake(name) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("''", "empty string"),
        ('b""', "empty bytes"),
        ("[]", "empty list"),
        ("{}", "empty dict"),
        ("None", "none"),
        ("0", "zero"),
        ("-3", "negative number"),
        ("b'a'", "bytes"),
        ("' '", "blank string"),
        ("'a\\nb'", "multiline string"),
        ("'é'", "non_ascii string"),
        ("float('nan')", "nan"),
        ("math.inf", "infinity"),
        ("lambda x: x", "function"),
        ("pkg.HttpError(3)", "http_error"),
        ("'abc'", ""),
        ("True", ""),
        ("3", ""),
    ],
)
def test_describe(source: str, expected: str) -> None:
    assert describe(source) == expected


@pytest.mark.parametrize(("text", "expected"), [("Big Ben", "big_ben"), ("x" * 30, ""), ("a\nb", ""), ("12", ""), ("a > b", "a_b")])
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("strict", "strict"),
        ("not strict", "not_strict"),
        ("token is None", "token_is_none"),
        ("n > 3", "n_over_3"),
        ("not (not is_string(text))", ""),
        ("a and b", ""),
        ("", ""),
    ],
)
def test_condition_words(condition: str, expected: str) -> None:
    assert condition_words(condition) == expected


def test_argument_of_another_type_than_usual_is_named_by_its_type() -> None:
    assert named(seen("f('a')", "result == 'a'"), seen("f(0)", "raises ValueError: no"))[1] == "test_f_raises_value_error_for_int"


def test_exception_is_named_with_what_only_its_input_has() -> None:
    found = named(
        seen("cut('a', 1)", "result == 'a'", names="text length"), seen("cut('a', -1)", "raises ValueError: no", names="text length")
    )

    assert found == ["test_cut", "test_cut_raises_value_error_for_negative_length"]


def test_option_that_siblings_do_not_have_is_named() -> None:
    found = named(seen("f('a')", "result == 1"), seen("f('a', strict=True)", "result == 2"), seen("f('a', depth=None)", "result == 3"))

    assert found == ["test_f", "test_f_with_strict", "test_f_with_depth_none"]


def test_call_without_an_option_that_all_siblings_have_is_named() -> None:
    found = named(seen("bump()", "result == 1"), seen("bump(token='a')", "result == 2"), seen("bump(token='a', x=1)", "result == 3"))

    assert found[0] == "test_bump_without_token"


def test_of_several_missing_options_the_first_is_named() -> None:
    """Not the first of a set, which is another one in every process."""
    given = ", ".join(f"{name}='a'" for name in ("rate", "token", "depth", "alpha", "zone", "match", "limit", "kind"))
    found = named(seen("bump()", "result == 1"), seen(f"bump({given})", "result == 2"), seen(f"bump({given}, x=1)", "result == 3"))

    assert found[0] == "test_bump_without_rate"


def test_what_was_done_before_is_named() -> None:
    stopped = seen("t.stop()", "raises TimerError: not running", unit="Timer.stop", given="t = Timer()")
    started = seen("t.stop()", "result == 1", unit="Timer.stop", given="t = Timer()\nt.start()")

    assert named(stopped, started) == ["test_stop_after_start", "test_stop_raises_timer_error_without_start"]


def test_class_is_named_when_there_are_several() -> None:
    assert named(seen("a.go()", "result == 1", unit="A.go"), seen("b.go()", "result == 1", unit="B.go")) == ["test_a_go", "test_b_go"]


def test_condition_tells_when_inputs_do_not() -> None:
    found = named(
        seen("f(object())", "result == 1", "result.a == 2", condition="len(x) > 3"),
        seen("f(object(), *a)", "result == 1", condition="x is None"),
    )

    assert len(set(found)) == 2
    assert all(name.startswith("test_f") for name in found)


def test_names_are_never_too_long() -> None:
    long = "a_function_with_a_really_very_long_name_that_somebody_chose"
    found = named(seen(f"{long}('')", "raises ValueError: a"), seen(f"{long}(3)", "raises KeyError: b"), seen(f"{long}(3)", "result == 1"))

    assert all(len(name) <= LOOSEST for name in found)
    assert len(set(found)) == 3


def test_a_test_is_named_by_the_attribute_that_only_it_looks_at() -> None:
    found = named(
        seen("sections('a')", "result.title == 'a'", "result.body == 'b'"),
        seen("sections('b')", "result.title == 'b'", "result.notes == ['c']"),
    )

    assert any(name.endswith("gives_notes") for name in found)


def test_a_test_is_named_by_words_of_a_text_inside_of_its_arrangement() -> None:
    facts = {"first": ("len(result) == 1",), "other": ("len(result) == 1", "str(result) == 'a'"), "third": ("str(result) == 'a'",)}
    found = named(
        *(seen("clock.stop()", *fact, unit="Clock.stop", given=f"clock = Clock(word(['{word}']))") for word, fact in facts.items())
    )

    assert found == ["test_stop", "test_stop_for_other", "test_stop_for_third"]


def test_names_tell_what_kind_of_input_it_was() -> None:
    rows = [
        seen(f"f({text!r})", f"result.size == {n}", f"result.{extra} == 1", names="text")
        for n, (text, extra) in enumerate({"a": "one", "a\n b": "two", "((": "three", "]]": "four"}.items())
    ]

    found = named(*rows)

    assert len(set(filter(None, found))) == 4
    assert not any(re.search(r"\d|variant|case", name) for name in found)


def test_positional_arguments_of_the_receiver_are_told_apart_by_their_names() -> None:
    known = Signatures({}, {"Timer": ("name", "text")}, {})
    first = seen("timer.stop()", "raises ValueError: a", unit="Timer.stop", given="timer = Timer('a', None)", names="")
    second = seen("timer.stop()", "raises ValueError: b", unit="Timer.stop", given="timer = Timer('a')", names="")

    found = names(plans([first, second], known), known)

    assert sorted(name.removeprefix("test_stop_raises_value_error_") for name in found) == ["for_text_none", "without_text"]


def test_what_was_called_before_hides_no_argument_of_the_call() -> None:
    first = seen(
        "reader.parse('b')",
        "result == 1",
        "reader.size == 2",
        unit="Reader.parse",
        given="reader = Reader()\nreader.parse(text='a')",
        names="text",
    )
    second = seen("reader.parse('c')", "result == 1", "reader.last == 'c'", unit="Reader.parse", given="reader = Reader()", names="text")

    assert not any("with_text" in name for name in named(first, second))
