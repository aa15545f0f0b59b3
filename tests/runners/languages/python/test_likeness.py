"""Two test files that make the same calls and assertions, and two that do not."""

import pytest

from runners.languages.python.likeness import alike
from testwright.model import Candidate

HEAD = "import pytest\n\nfrom pkg.shapes import Box, area\n\n\n"
TABLE = """@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (1, 1),
        (2, 4),
    ],
)
def test_area_1(width, expected):
    box = Box(width)

    assert area(box) == expected
"""
ALONE = "def test_area_2():\n    box = Box(0)\n\n    assert area(box) == 0\n"
RAISES = 'def test_area_3():\n    with pytest.raises(ValueError, match="none"):\n        area(None)\n'
FIRST = "\n\n".join((TABLE, ALONE, RAISES))


def differs(*tests: str, head: str = HEAD, first: str = FIRST) -> str:
    _, reason = alike(Candidate("t.py", HEAD + first), Candidate("t.py", head + "\n\n".join(tests)))
    return reason


def test_names_of_tests_columns_and_variables_order_ids_comments_and_grouping_make_no_difference() -> None:
    table = """@pytest.mark.parametrize("size, squared", [
    pytest.param(2, 4, id="two"),  # twice as wide
    (0, 0),
    (1, 1),
], ids=["b", "c", "d"])
def test_area_is_the_square_of_the_width(size, squared):
    shape = Box(size)
    assert area(shape) == squared
"""
    raises = RAISES.replace("test_area_3", "test_area_raises_value_error_for_none")
    origins, reason = alike(Candidate("t.py", HEAD + FIRST), Candidate("t.py", HEAD + raises + "\n\n" + table))

    assert reason == ""
    assert origins == {
        "test_area_raises_value_error_for_none": (("test_area_3", 0),),
        "test_area_is_the_square_of_the_width": (("test_area_1", 1), ("test_area_2", 0), ("test_area_1", 0)),
    }


def test_a_table_may_be_taken_apart_and_loses_the_import_of_pytest() -> None:
    head = HEAD.replace("import pytest\n\n", "")
    apart = [f"def test_area_of_{n}():\n    box = Box({n})\n    assert area(box) == {n * n}\n" for n in (1, 2, 0)]

    assert differs(*apart, head=head, first=TABLE + "\n\n" + ALONE) == ""


def test_a_class_around_tests_makes_no_difference() -> None:
    inside = "".join("    " + line if line.strip() else line for line in ALONE.replace("()", "(self)").splitlines(keepends=True))

    assert differs(f"class TestArea:\n{inside}", TABLE, RAISES) == ""


def test_options_of_a_row_may_be_written_out_as_keywords() -> None:
    table = '@pytest.mark.parametrize(("n", "options", "expected"), [(1, {"double": True}, 2), (2, {"double": True}, 4)])\n'
    table += "def test_area_with_options(n, options, expected):\n    assert area(n, **options) == expected\n"
    spelled = '@pytest.mark.parametrize(("n", "expected"), [(2, 4), (1, 2)])\n'
    spelled += "def test_area_is_doubled(n, expected):\n    assert area(n, double=True) == expected\n"

    assert differs(spelled, first=table) == ""
    assert differs(spelled.replace("True", "False"), first=table)
    assert differs(spelled.replace("double=", "half="), first=table)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Box(0)", "Box(7)"),
        ("== 0", "== 0 or True"),
        ("== 0", "!= 1"),
        ("(2, 4)", "(2, 5)"),
        ("        (2, 4),\n", ""),
        ("        (2, 4),\n", "        (2, 4),\n        (3, 9),\n"),
        ('match="none"', 'match="n"'),
        ("ValueError", "Exception"),
        ("area(box) == expected", "area(box) == width * width"),
        ("    box = Box(0)\n\n    assert area(box) == 0", "    assert area(Box(0)) == 0"),
        ("def test_area_2():", "@pytest.mark.skip\ndef test_area_2():"),
        ("def test_area_2():", "def test_area_2(tmp_path):"),
        ("def test_area_2():", "async def test_area_2():"),
        ("(1, 1),", "pytest.param(1, 1, marks=pytest.mark.skip),"),
        ("    [\n        (1, 1),\n        (2, 4),\n    ],", "    [],"),
        ("    ],\n)", "    ],\n    indirect=True,\n)"),
        ("def test_area_2", "def check_area_2"),
        ("from pkg.shapes import Box, area", "from pkg.other import Box, area"),
        ("\n\n\n@pytest", "\n\nlimit = print(1)\n\n\n@pytest"),
        ("def test_area_2():", "class TestMore:\n    def setup_method(self):\n        area(1)\n\n\ndef test_area_2():"),
    ],
)
def test_everything_else_does(old: str, new: str) -> None:
    whole = HEAD + FIRST
    assert old in whole
    _, reason = alike(Candidate("t.py", whole), Candidate("t.py", whole.replace(old, new, 1)))

    assert reason


LOOP = """import unittest

from pkg.shapes import Box, area


class TestShapes(unittest.TestCase):
    def test_area(self):
        for width, expected in [
            (1, 1),
            (2, 4),
        ]:
            with self.subTest(width=width):
                self.assertEqual(area(Box(width)), expected)
"""


def test_loops_with_sub_tests_are_tables() -> None:
    apart = LOOP[: LOOP.index("    def test")] + "".join(
        f"    def test_area_of_{n}(self):\n        self.assertEqual(area(Box({n})), {n * n})\n\n" for n in (2, 1)
    )

    assert alike(Candidate("t.py", LOOP), Candidate("t.py", apart)) == (
        {"TestShapes.test_area_of_2": (("TestShapes.test_area", 1),), "TestShapes.test_area_of_1": (("TestShapes.test_area", 0),)},
        "",
    )
    assert alike(Candidate("t.py", LOOP), Candidate("t.py", LOOP.replace("unittest.TestCase", "object")))[1]
