"""Code out of whatever a model writes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.generators.replies import read

PIECES = [
    "```", "python", "\n", "def test_a():", "    assert f()", "~~~", '{"a": "', "\\n", '"}', "FINDING x: y", "import", " ", "\\", "'''",
    '"""', "é", "\0",
]  # fmt: skip
CODE = "def test_a():\n    assert 1 == 1\n"


@pytest.mark.parametrize(
    "text",
    [
        f"```python\n{CODE}```",
        f"Here it is:\n\n```py\n{CODE}```\nI hope it helps.",
        f"~~~\n{CODE}~~~",
        f"````python\n{CODE}````",
        "  ```python\n  def test_a():\n      assert 1 == 1\n  ```",
        f"```python\n{CODE}",
        CODE,
        json.dumps({"tests": CODE}),
        json.dumps([{"file": "test_a.py", "content": CODE}]),
        f"```json\n{json.dumps({'code': CODE})}\n```",
        json.dumps({"code": CODE})[:-3],
        json.dumps({"answer": f"```python\n{CODE}```"}),
        f"<think>```python\nno\n```</think>```python\n{CODE}```",
        CODE.replace("\n", "\r\n"),
    ],
)
def test_the_code_is_found(text: str) -> None:
    assert [block.strip() for block in read(text).blocks] == [CODE.strip()]


def test_several_blocks_stay_in_order_and_output_is_no_code() -> None:
    text = f"```python\nimport a\n```\n```console\n$ pytest\n```\n```python\n{CODE}```"

    assert [block.strip() for block in read(text).blocks] == ["import a", CODE.strip()]


@pytest.mark.parametrize(
    ("text", "declined"),
    [
        ("```python\n```", True),
        ("```\n\n# nothing of it can be reached\n```\n", True),
        ("```python\n# FINDING f: it is wrong\n```", True),
        ("", False),
        ("```python\n", False),
        ("Sure!\n```python\n```", False),
        (f"```python\n{CODE}```", False),
    ],
)
def test_an_empty_block_alone_says_that_nothing_can_be_reached(text: str, declined: bool) -> None:
    assert read(text).declined is declined


def test_findings_are_read_wherever_they_stand() -> None:
    first = "FINDING Timer.stop: raises KeyError where the docstring says ValueError"
    text = f"{first}\n```python\n# FINDING: `area`: negative for a flipped box\n{CODE}```"

    assert read(text).findings == (
        ("Timer.stop", "raises KeyError where the docstring says ValueError"),
        ("area", "negative for a flipped box"),
    )


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("UNREACHABLE: line 12 because both sides are checked above", [12]),
        ("# UNREACHABLE line 12: both sides are checked above", [12]),
        ("    # UNREACHABLE: lines 3-5, 9 because the list is never empty", [3, 4, 5, 9]),
        ("- UNREACHABLE: #7 — never", [7]),
        ("UNREACHABLE: the second line", []),
        ("UNREACHABLE: line 12", []),
        ("UNREACHABLE: lines 1-9999999 because", []),
    ],
)
def test_lines_that_are_called_unreachable_are_read_with_the_reason(said: str, lines: list[int]) -> None:
    reply = read(f"```python\n{CODE}\n{said}\n```")

    assert [line for line, _ in reply.unreachable] == lines
    assert all(why[0].isalpha() and "because" not in why for _, why in reply.unreachable)


def test_a_block_of_nothing_but_claims_is_the_end() -> None:
    reply = read("```python\n# UNREACHABLE: line 3 because it is dead\n```")

    assert reply.declined
    assert reply.unreachable == ((3, "it is dead"),)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "```", "```python\n```", "I cannot help with that.", '{"a": 1}', "[" * 5000, "```json\n{\n```"]
)
def test_nothing_in_it_is_no_error(text: str) -> None:
    read(text)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "```",
                "python",
                "\n",
                "def test_a():",
                "    assert f()",
                "~~~",
                '{"a": "',
                "\\n",
                '"}',
                "FINDING x: y",
                "UNREACHABLE: line 1-",
                "9 because",
                "import",
                " ",
                "\\",
                "'''",
                '"""',
                "é",
                "\0",
            ]
        ),
        max_size=40,
    ).map("".join)
)
def test_no_text_breaks_it(text: str) -> None:
    reply = read(text)

    assert all(isinstance(block, str) for block in reply.blocks)
