"""Tests that somebody else wrote, taken in."""

import ast
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.languages.base import Style
from runners.languages.python.proposing import adopt, joined, mend, objections, without
from runners.languages.python.salvage import statements
from testwright.model import Candidate, Case, Environment, Reason, Status, Target, TestCase, Workspace

TARGET = Target("python", "pkg/shapes.py", "pkg.shapes", "1" * 64)


@pytest.fixture
def take(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Adopt texts as tests of `pkg.shapes`."""
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/__init__.py").write_text("")
    (tmp_path / "pkg/other.py").write_text("class Other: ...\n")
    (tmp_path / "pkg/shapes.py").write_text("import re\nclass Box: ...\ndef area(box): ...\ndef _hidden(): ...\n")
    workspace = Workspace("pkg", str(tmp_path), "0" * 64, "pkg")
    environment = Environment("python", str(Path(sys.prefix).parent), sys.executable, "key", (".",))

    def adopted(*blocks: str) -> Candidate:
        return adopt(blocks, workspace, environment, TARGET, Style())

    return adopted


LINES = [
    "def test_a():\n", "    assert f()\n", "class TestA:\n", "    def test_b(self):\n", "        x = (\n", "@p\n", "'''\n", "import a\n",
    "\n", "prose here\n", "x = 1\n", "async def test_c():\n", ")\n", "\t\n", "from . import *\n", "é\\\n",
]  # fmt: skip
A = "def test_a():\n    assert area(Box()) == 0\n"
B = "def test_b():\n    assert area(None) == 1\n"


def test_imports_that_are_missing_are_added_in_order(take) -> None:  # type: ignore[no-untyped-def]
    candidate = take("@pytest.mark.skip\ndef test_a():\n    with patch('x.y') as p:\n        assert area(Box()) == math.pi\n")

    assert candidate.text.startswith(
        "import math\nfrom unittest.mock import patch\n\nimport pytest\n\nfrom pkg.shapes import Box, area\n\n\n@pytest.mark.skip\n"
    )


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("from shapes import area, Box", "from pkg.shapes import Box, area"),
        ("from src.pkg.shapes import area, Box", "from pkg.shapes import Box, area"),
        ("from .shapes import area, Box", "from pkg.shapes import Box, area"),
        ("from pkg.shapes import *", "from pkg.shapes import Box, area"),
        ("from your_module import area, Box", "from pkg.shapes import Box, area"),
        ("from pkg.other import area, Box", "from pkg.shapes import Box, area"),
    ],
)
def test_a_wrong_module_path_is_put_right(line: str, right: str, take) -> None:  # type: ignore[no-untyped-def]
    assert take(f"{line}\n\n{A}").text == f"{right}\n\n\n{A}"


def test_a_hallucinated_import_costs_only_the_test_that_needs_it(take) -> None:  # type: ignore[no-untyped-def]
    text = take(f"from pkg.helpers import make_box\nimport nosuchpackage\n\n{A}\ndef test_c():\n    assert make_box()\n").text

    assert "helpers" not in text
    assert "nosuchpackage" not in text
    assert "test_c" in text


def test_whole_tests_are_kept_of_text_that_is_broken_in_between(take) -> None:  # type: ignore[no-untyped-def]
    candidate = take(
        f"Sure! Here are the tests:\n\n{A}\ndef test_broken(:\n    assert (\n\n{B}\n\nThat covers it.\n\ndef test_cut():\n    assert area("
    )

    assert [t.name for t in candidate.tests] == ["test_a", "test_b"]


def test_a_class_that_was_cut_off_keeps_its_whole_methods(take) -> None:  # type: ignore[no-untyped-def]
    candidate = take(
        "class TestArea:\n    def test_a(self):\n        assert area(Box()) == 0\n\n    def test_b(self):\n        assert area("
    )

    assert [t.name for t in candidate.tests] == ["TestArea.test_a"]
    ast.parse(candidate.text)


def test_the_same_test_twice_is_one(take) -> None:  # type: ignore[no-untyped-def]
    assert [t.name for t in take(A, A.replace("test_a", "test_again"), B).tests] == ["test_a", "test_b"]


def test_what_runs_at_import_is_left_out(take) -> None:  # type: ignore[no-untyped-def]
    text = take(f"print('hello')\n{A}\nif __name__ == '__main__':\n    pytest.main()\n").text

    assert "print" not in text
    assert "main" not in text


def test_without_takes_helpers_and_imports_along(take) -> None:  # type: ignore[no-untyped-def]
    candidate = take(f"import json\n\n\ndef helper():\n    return json.dumps(1)\n\n\n{A}\n\ndef test_c():\n    assert helper() == '1'\n")

    assert without(candidate, {"test_c"}, Style(), TARGET).text == f"from pkg.shapes import Box, area\n\n\n{A}"


def test_without_takes_a_method_out_of_its_class(take) -> None:  # type: ignore[no-untyped-def]
    candidate = take(
        "class TestArea:\n    def test_a(self):\n        assert area(1) == 0\n\n    def test_b(self):\n        assert area(2) == 1\n"
    )
    left = without(candidate, {"TestArea.test_a"}, Style(), TARGET)

    assert [t.name for t in left.tests] == ["TestArea.test_b"]
    assert "area(1)" not in left.text


def test_joined_files_keep_every_test_under_a_name_of_its_own(take) -> None:  # type: ignore[no-untyped-def]
    first = Candidate(
        "tests/test_shapes.py", f"# Written by Testwright.\n\nfrom pkg.shapes import Box, area\n\n\n{A}", (TestCase("test_a", A, ("o1",)),)
    )
    both = joined(first, take("def test_a():\n    assert area(3) == 9\n", B), Style(), TARGET)

    assert [(t.name, t.observations) for t in both.tests] == [("test_a", ("o1",)), ("test_a_more", ()), ("test_b", ())]
    assert both.text.startswith("# Written by Testwright.\n\nfrom pkg.shapes import Box, area\n\n\ndef test_a")
    assert both.path == first.path


def test_joined_files_import_a_class_of_the_package_once_and_keep_other_namesakes_apart() -> None:
    def candidate(name: str, imports: str, body: str) -> Candidate:
        test = f"def {name}():\n    {body}\n"
        return Candidate("tests/test_shapes.py", f"{imports}\n\n\n{test}", (TestCase(name, test),))

    first = candidate("test_a", "from json import loads\nfrom pkg.shapes import AreaError, area", "assert area(loads('1')) == AreaError(1)")
    second = candidate("test_b", "from pkg.errors import AreaError\nfrom pkg.texts import loads", "assert loads('b') == AreaError('loads')")
    both = joined(first, second, Style(), TARGET).text

    assert "from json import loads\n" in both
    assert "from pkg.shapes import AreaError, area\n" in both
    assert "from pkg.texts import loads as pkg_texts_loads\n" in both
    assert "pkg.errors" not in both
    assert "assert area(loads('1')) == AreaError(1)" in both
    assert "assert pkg_texts_loads('b') == AreaError('loads')" in both


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("area(Box())", Reason.ASSERTS_NOTHING),
        ("assert True", Reason.ASSERTS_NOTHING),
        ("assert area(Box()) is not None", Reason.ASSERTS_NOTHING),
        ("x = area(1)\n    assert x == x", Reason.ASSERTS_NOTHING),
        ("assert area(1) is area(1)", None),
        ("assert Box()._size == 1", Reason.PRIVATE),
        ("monkeypatch.setattr('pkg.shapes._hidden', 1)\n    assert area(1) == 1", Reason.PRIVATE),
        ("assert _hidden() == 1", Reason.PRIVATE),
        ("assert area(1) == 1", None),
        ("with pytest.raises(ValueError):\n        area(1)", None),
        ("for _, _x in [(1, 2)]:\n        assert area(_x) == 1", None),
        ("try:\n        assert area(1) == 7\n    except AssertionError:\n        pass", Reason.ASSERTS_NOTHING),
        ("try:\n        assert area(1) == 7\n    except:\n        print('well')", Reason.ASSERTS_NOTHING),
        ("try:\n        area(1)\n    except Exception as error:\n        assert str(error) == 'no'", None),
        ("try:\n        assert area(1) == 7\n    except ValueError:\n        raise", None),
        ("import contextlib\n    with contextlib.suppress(Exception):\n        assert area(1) == 7", Reason.ASSERTS_NOTHING),
        ("from unittest.mock import ANY\n    assert area(1) == ANY", Reason.ASSERTS_NOTHING),
        ("pytest.raises = print\n    with pytest.raises(ValueError):\n        area(1)", Reason.ASSERTS_NOTHING),
        ("monkeypatch.setattr(pytest, 'raises', print)\n    assert area(1) == 7", Reason.ASSERTS_NOTHING),
        ("monkeypatch.setattr('builtins.AssertionError', ValueError)\n    assert area(1) == 7", Reason.ASSERTS_NOTHING),
        ("monkeypatch.setattr('builtins.input', lambda: '1')\n    assert area(1) == 7", None),
        ("import _pytest.reports\n    assert area(1) == 7", Reason.ASSERTS_NOTHING),
    ],
)
def test_what_need_not_be_run_to_be_refused(body: str, reason: Reason | None, take) -> None:  # type: ignore[no-untyped-def]
    found = objections(take(f"def test_a(monkeypatch):\n    {body}\n"), TARGET)

    assert [v.reason for v in found] == ([reason] if reason else [])


LIAR = "class Liar:\n    def __eq__(self, other):\n        return True\n\n\n"
FIXTURE = "@pytest.fixture(autouse=True)\ndef quiet():\n    pytest.raises = print\n\n\n"


@pytest.mark.parametrize(("helper", "use"), [(LIAR, "Liar()"), (FIXTURE, "1")], ids=["equal to anything", "a fixture that changes pytest"])
def test_a_helper_that_makes_every_test_pass_is_seen(helper: str, use: str, take) -> None:  # type: ignore[no-untyped-def]
    found = objections(take(f"{helper}def test_a(quiet=None):\n    assert area(1) == {use}\n"), TARGET)

    assert [v.reason for v in found] == [Reason.ASSERTS_NOTHING]


@pytest.mark.parametrize(
    ("assertion", "said", "mended"),
    [
        ("assert area(1) == 0.33333333", "assert 0.3333333333333333 == 0.33333333", "assert area(1) == 0.3333333333333333"),
        ("assert area(1) == 'a  b'", "assert 'a b' == 'a  b'", "assert area(1) == 'a b'"),
        ("assert area(1) == 3", "assert 4 == 3", None),
        ("assert area(1) == 'yes'", "assert 'no' == 'yes'", None),
        ("assert area(1) == 'Yes'", "assert 'yes' == 'Yes'", None),
    ],
)
def test_only_what_is_plainly_right_is_mended(assertion: str, said: str, mended: str | None, take) -> None:  # type: ignore[no-untyped-def]
    candidate = take(f"def test_a():\n    {assertion}\n")
    line = candidate.text[: candidate.text.index("assert")].count("\n") + 1
    message = f"AssertionError: {said}\n{candidate.path}:{line}: in test_a\n    {assertion}\nE   AssertionError: {said}"

    changed = mend(candidate, [Case("test_a", Status.FAILED, candidate.path, message=message)], Style(), TARGET)

    assert (changed and changed.text.strip().split("\n")[-1].strip()) == mended


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(LINES),
        max_size=30,
    ).map("".join)
)  # fmt: skip
def test_no_text_breaks_the_salvage_and_all_it_yields_is_python(text: str) -> None:
    for statement in statements(text):
        ast.parse(statement)
