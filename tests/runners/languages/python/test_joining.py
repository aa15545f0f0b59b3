"""Statements of several lines in one."""

import ast

import pytest

from runners.languages.python.joining import joinable, joined, without_notes


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("if (\n    a\n    and b\n):", "if (a and b):"),
        ("    call(\n        1,  # first\n        [\n            2,\n        ],\n    )", "    call(1, [2])"),
        ("x = a + \\\n    b", "x = a + b"),
        ("x = (text.strip()\n     .lower())", "x = (text.strip().lower())"),
        ('x = (\n    "( a"\n    " , )"\n)', 'x = ("( a" " , )")'),
        ("for x in (\n    # nothing else\n    1,\n):", "for x in (1):"),
    ],
)
def test_statements_of_several_lines_are_told_in_one(text: str, one: str) -> None:
    assert joined(text.split("\n")) == one


@pytest.mark.parametrize("text", ['x = """a\n  b"""', "x = f'''a\n{b}\n'''", "x = (\n"], ids=["text", "f-string", "open"])
def test_what_would_read_otherwise_in_one_line_stays(text: str) -> None:
    assert joined(text.split("\n")) == ""


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("x = 1  # type: ignore[misc]", "x = 1"),
        ("if x:  # pragma: no branch", "if x:"),
        ("x = 1  # the first", "x = 1  # the first"),
        ('x = "a  # noqa"', 'x = "a  # noqa"'),
    ],
)
def test_what_a_line_says_to_other_tools_goes(line: str, left: str) -> None:
    assert without_notes(line) == left


CODE = """def f(a):
    def g(
        b,
    ):
        return b
    if (
        a
    ):
        return g(
            a
        )
    match a:
        case 1:
            return 2
    return 1
"""


def test_bodies_definitions_and_statements_of_one_line_are_not_joined() -> None:
    assert [(part.start, part.stop) for part in joinable(ast.parse(CODE).body[0])] == [(6, 9), (9, 12)]
