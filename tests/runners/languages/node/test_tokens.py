"""JavaScript is taken apart without loss, and what is no single expression is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.languages.node.tokens import is_expression, names, parts, renamed, tokens


@given(st.text(alphabet=st.sampled_from(list("ab1 '\"`/*\\\n(){}[];,.=>$")) | st.characters(), max_size=60))
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(token.text for token in tokens(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "f(1, 'a')",
        "new Map([[1, { a: 2 }]])",
        "(x) => { return x; }",
        "async (a, b) => a + b",
        "a ? b : c",
        "/[)/]+/gi",
        "`a ${f({ b: `c` })} d`",
        "typeof x === 'string'",
        "[...xs, -0]",
        "function* g() { yield 1; }",
        "a / b / c",
        "import('x')",
        "x instanceof Foo",
        "i++",
        "class { get a() { return 1; } }",
        "10n",
        "await f()",
        "tag`x`",
        "x.default",
        "op.delete",
        "a?.in",
        "a.return / b / 2",
        "`${a.case / b / 2}`",
        "x.new.extends()",
    ],
)
def test_an_expression_is_one(text: str) -> None:
    assert is_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "f(",
        "f)",
        "(]",
        "a; b",
        "a, b",
        "a\nb",
        "f() g()",
        "1 2",
        "if (a) b",
        "const a = 1",
        "a // b",
        "a /* b */",
        "'a",
        "`a ${",
        "return 1",
        "import x from 'x'",
        "a +",
        "f(); process.exit()",
        "throw new Error()",
        "f(a; b)",
        "x) + (y",
        "a.delete b",
        "a.in b",
        "delete",
        "a.of /b/",
    ],
)
def test_what_is_no_single_expression_is_refused(text: str) -> None:
    assert not is_expression(text)


def test_parts_are_cut_outside_of_brackets_and_strings() -> None:
    assert parts("a, [b, c], 'd, e', f(g, `h, ${i}`), ") == ["a", "[b, c]", "'d, e'", "f(g, `h, ${i}`)"]


def test_only_free_names_are_renamed() -> None:
    text = "stack.push(stack, { stack: stack }, 'stack', `${stack}`)"
    assert renamed(text, {"stack": "pile"}) == "pile.push(pile, { stack: pile }, 'stack', `${stack}`)"
    assert names("a.b({ c: d }, e ? f : g)") == {"a", "d", "e", "f", "g"}
