"""What is written is what a maintainer would write: golden files, which really pass and are formatted."""

import ast
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.languages.base import Style
from runners.languages.python.layout import expression, laid
from runners.languages.python.writing import write
from tests.runners.languages.python.observed import CLASSES, EVERYTHING, FUNCTIONS
from tests.runners.languages.python.written import SAMPLE, TARGET, WORKSPACE, seen
from testwright.model import Candidate, Observation

GOLDEN = Path(__file__).parent / "golden"
PLAIN = Style()
HEADER = "Written by Testwright; change it as you like."
STYLES = {
    "functions": (FUNCTIONS, Style()),
    "classes": (CLASSES, Style(line_length=79, quote="'")),
    "unittest": (EVERYTHING, Style(framework="unittest", line_length=100)),
    "grouped": (CLASSES, Style(facts={"classes": "yes"}, indent="  ")),
}


def written(observations: tuple[Observation, ...], style: Style = PLAIN, header: str = "") -> Candidate:
    return write(WORKSPACE, TARGET, observations, style, header)


def ruff(*arguments: str, style: Style) -> str:
    quote = {"'": "single", '"': "double"}[style.quote]
    settings = [f"format.quote-style='{quote}'", f"indent-width={len(style.indent)}", "lint.isort.known-first-party=['shapes']"]
    options = [part for setting in settings for part in ("--config", setting)]
    command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache", "--line-length", str(style.line_length), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("name", STYLES)
def test_text_is_the_golden_file(name: str) -> None:
    observations, style = STYLES[name]

    assert written(observations, style, HEADER).text == (GOLDEN / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", STYLES)
def test_golden_file_passes_and_is_formatted_and_clean(name: str, tmp_path: Path) -> None:
    file = tmp_path / "test_texts.py"
    file.write_text((GOLDEN / f"{name}.txt").read_text("utf-8"), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", f"pythonpath={SAMPLE}", "--rootdir", str(tmp_path)]
    done = subprocess.run([*command, "."], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    assert ruff("format", "--diff", str(file), style=STYLES[name][1]) == ""
    assert ruff("check", "--select", "F,E,I", str(file), style=STYLES[name][1]) == ""


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(EVERYTHING), unique=True), st.sampled_from(["pytest", "unittest"]))
def test_every_observation_is_in_exactly_one_test_of_a_name_of_its_own(observations: list[Observation], framework: str) -> None:
    candidate = written(tuple(observations), Style(framework=framework))

    functions = [n.name for n in ast.walk(ast.parse(candidate.text)) if isinstance(n, ast.FunctionDef)]
    assert sorted(functions) == sorted(t.name for t in candidate.tests)
    assert len(set(functions)) == len(functions)
    assert all(len(name) <= 70 for name in functions)
    assert sorted(i for t in candidate.tests for i in t.observations) == sorted(o.id for o in observations)


def test_no_name_of_a_golden_file_holds_a_number() -> None:
    assert [t.name for t in written(EVERYTHING).tests if any(c.isdigit() for c in t.name)] == []


def test_file_of_a_part_imports_only_what_it_uses() -> None:
    text = written((FUNCTIONS[0],)).text

    assert text == 'from shapes.texts import truncate\n\n\ndef test_truncate():\n    assert truncate("abc", 3) == "abc"\n'


def test_observations_that_say_the_same_are_one_test_with_both_ids() -> None:
    twice = seen("truncate('abc', 3)", "result == 'abc'", names="text length", id="again")

    assert written((FUNCTIONS[0], twice)).tests[0].observations == (FUNCTIONS[0].id, "again")


def test_a_parameter_called_like_its_function_does_not_hide_it() -> None:
    assert "def test_shout(shout_value, expected):" in written(FUNCTIONS).text


def test_a_variable_called_like_an_import_does_not_hide_it() -> None:
    shadow = seen("clock.stop()", "raises ClockError: no", unit="Clock.stop", given="clock = clock.Clock('a')")
    hidden = replace(shadow, imports=(("shapes", "clock"), ("shapes.texts", "ClockError")))

    assert "the_clock = clock.Clock" in written((hidden,)).text
    assert "the_clock.stop()" in written((hidden,)).text


def test_two_things_of_one_name_are_told_apart_by_an_alias() -> None:
    here = seen("truncate('a')", "result == 'a'", names="text")
    there = replace(here, id="x", unit="cut", call="truncate('b')", imports=(("os.path", "truncate"),))

    text = written((here, there)).text

    assert "from os import path" in text
    assert 'path.truncate("b")' in text
    assert 'truncate("a")' in text


def test_two_things_of_one_name_are_told_apart_by_an_alias_when_the_name_of_the_module_is_taken() -> None:
    here = seen("truncate(path)", "result == 'a'", names="text", given="path = [1, 2]")
    there = replace(here, id="x", unit="cut", call="truncate('b')", imports=(("os.path", "truncate"),))

    assert "from os.path import truncate as truncate_of_path" in written((here, there)).text


def test_what_pytest_would_collect_is_imported_under_another_name() -> None:
    assert "from shapes.texts import test_it as tested_test_it" in written((seen("test_it(1)", "result == 1"),)).text


def test_message_with_many_escapes_is_cut_so_that_its_line_fits() -> None:
    message = """could not access 'a' from path ['a'], got error: TypeError("'int' object is not subscriptable")""" + " again" * 12
    text = written((seen("truncate(1)", f"raises ValueError: {message}"),)).text

    assert "match=" in text
    assert max(map(len, text.splitlines())) <= PLAIN.line_length


def test_call_with_something_behind_it_is_split_inside_its_parentheses() -> None:
    node = expression(f"clock({'a' * 30!r}, {'b' * 30!r}).start().name.upper()")

    assert laid("name = ", node, "", "    ", PLAIN) == [
        "    name = clock(",
        f'        "{"a" * 30}", "{"b" * 30}"',
        "    ).start().name.upper()",
    ]


def test_comparison_with_a_singleton_goes_through_a_variable() -> None:
    equal = seen("point == None", "result is False", unit="Point.__eq__", kind="operator", given="point = Point(1)")

    assert "    other = None\n\n    assert (Point(1) == other) is False\n" in written((equal,)).text


def test_variable_that_only_holds_a_short_literal_goes() -> None:
    named = seen("truncate(name)", "raises ValueError: no text", given="name = None", names="text")

    assert "        truncate(None)\n" in written((named,)).text


def test_value_that_comes_out_as_it_went_in_is_written_once() -> None:
    text = repr("  one line of some length\n  and another one of some length\n  and a last one\n")
    candidate = written((seen(f"truncate({text})", f"result == {text}", names="text"),))

    assert candidate.text.endswith("    )\n\n    assert truncate(text) == text\n")


def test_value_inside_of_a_named_value_gets_no_name_of_its_own() -> None:
    inner = f"[{', '.join(repr(word * 9) for word in 'abcde')}]"
    candidate = written((seen(f"truncate([Point({inner})], 3, 'and something else')", "result == []", names="text length"),))

    assert candidate.text.count(" = [") == 1


def test_arranged_lambda_is_a_function() -> None:
    called = seen("truncate(key)", "result == 1", given="key = lambda text: text.lower()")

    assert "    def key(text):\n        return text.lower()\n\n" in written((called,)).text


def test_operators_share_a_table_whatever_their_operands_are() -> None:
    rows = [seen(f"Point(1) == {other}", "result is False", unit="Point.__eq__", kind="operator") for other in ("Point(2)", "'a'", "[1]")]

    candidate = written(tuple(rows))

    assert [t.name for t in candidate.tests] == ["test_point_equals_is_false"]
    assert "assert (Point(1) == other) is False" in candidate.text


def test_exceptions_share_a_table_when_their_messages_share_most_of_the_text() -> None:
    raised = [seen(f"truncate({word!r})", f"raises ValueError: {word} is not a valid text") for word in ("a", "b")]
    other = seen("truncate(3)", "raises ValueError: need a text, no number")

    candidate = written((*raised, other))

    assert sorted(len(t.observations) for t in candidate.tests) == [1, 2]
    assert '("a", "a is not a valid text"),' in candidate.text
    assert "    assert str(excinfo.value) == message\n" in candidate.text


def test_exceptions_with_only_a_common_start_are_told_apart_by_their_messages() -> None:
    unknown = seen("truncate('-')", "raises ValueError: Bad expression: Unknown token at column one\\n-")
    unclosed = seen("truncate('(')", "raises ValueError: Bad expression: Unclosed parenthesis at column one\\n(")

    found = [t.name for t in written((unknown, unclosed)).tests]

    assert found == [
        "test_truncate_raises_value_error_unclosed_parenthesis_at_column",
        "test_truncate_raises_value_error_unknown_token_at_column",
    ]


def test_call_that_is_only_consumed_has_the_arguments_of_the_call_inside() -> None:
    rows = [seen(f"list(countdown({n!r}))", "raises ValueError: no number", unit="countdown") for n in ("a", "b")]

    text = written(tuple(rows)).text

    assert '@pytest.mark.parametrize("start", ["a", "b"])\ndef test_countdown_raises_value_error(start):' in text
    assert "        list(countdown(start))\n" in text


def test_a_name_is_imported_from_the_package_that_exports_it() -> None:
    inside, public = seen("Point(1)", "result.x == 1", kind="constructor"), seen("Point(2)", "result.x == 2", kind="constructor")

    text = written((inside, replace(public, imports=(("shapes", "Point"),)))).text

    assert "from shapes import Point\n" in text
    assert "shapes.texts" not in text


def test_a_name_is_not_imported_from_a_package_that_has_another_thing_of_that_name() -> None:
    inside = seen("truncate('ab')", "result == 'ab'", names="text")
    other = replace(inside, id="x", call="truncate('b')", imports=(("shapes", "truncate"),))

    text = written((inside, other)).text

    assert "import shapes\nfrom shapes.texts import truncate\n" in text
    assert 'shapes.truncate("b")' in text


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("no text", 'with pytest.raises(ValueError, match=r"^no text$"):'),
        ("No text.", r'with pytest.raises(ValueError, match=r"^No text\.$"):'),
        ("no text (a)", "with pytest.raises(ValueError) as excinfo:"),
        ("a plain message that is too long to be a pattern on one line", "with pytest.raises(ValueError) as excinfo:"),
    ],
)
def test_short_message_is_matched_as_a_whole_or_compared_where_a_pattern_would_be_hard_to_read(message: str, line: str) -> None:
    text = written((seen("truncate(1)", f"raises ValueError: {message}"),)).text

    assert line in text
    assert ("assert str(excinfo.value) == " in text) == ("excinfo" in line)
    assert max(map(len, text.splitlines())) <= Style().line_length


def test_message_pattern_is_raw_only_where_it_has_to_be_and_short() -> None:
    message = "a (b) failed because of many reasons that nobody would ever want to read in a test file " + "of their own " * 8
    text = written((seen("truncate(1)", f"raises ValueError: {message}"),)).text

    assert r'match=r"a \(b\) failed because of many reasons that nobody would' in text
    assert "test file" not in text


def _value(random: random.Random, depth: int = 0) -> str:
    if depth < 3 and random.random() < 0.6:
        inner = [_value(random, depth + 1) for _ in range(random.randint(1, 5))]
        return random.choice(
            [
                f"[{', '.join(inner)}]",
                f"({', '.join(inner)},)",
                f"Point({', '.join(inner)})",
                f"Point({', '.join(f'{w}={v}' for w, v in zip('abcde', inner, strict=False))})",
                "{" + ", ".join(f"{w!r}: {v}" for w, v in zip("abcde", inner, strict=False)) + "}",
            ]
        )
    words = ["it's", 'a "quote"', "plain words of some length", "é", "\x0b", "line\n", "x" * 20]
    return random.choice([str(random.randint(-5, 10**9)), "1e-05", "None", repr(" ".join(random.choices(words, k=random.randint(0, 4))))])


@pytest.mark.parametrize("seed", range(4))
def test_layout_is_what_the_formatter_makes_of_it(seed: int, tmp_path: Path) -> None:
    values = random.Random(seed)  # noqa: S311
    style = Style(quote="\"'"[seed % 2], line_length=[79, 88, 100, 120][seed])
    pad = style.indent
    statements = [(values.choice(["value = ", "assert f(1) == "]), expression(f"[{_value(values)}]")) for _ in range(150)]
    lines = [line for prefix, node in statements for line in laid(prefix, node, "", pad, style)]
    file = tmp_path / "laid.py"
    file.write_text("def f():\n" + "\n".join(lines) + "\n", "utf-8")

    assert ruff("format", "--diff", str(file), style=style) == ""


def update() -> None:
    """Write the golden files anew; read the difference before it is committed."""
    for name, (observations, style) in STYLES.items():
        (GOLDEN / f"{name}.txt").write_text(written(observations, style, HEADER).text, "utf-8")


if __name__ == "__main__":
    update()
