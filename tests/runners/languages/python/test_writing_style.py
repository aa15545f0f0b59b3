"""New tests look like their neighbours, and go where nothing is in their way."""

from pathlib import Path

import pytest

from runners.languages.base import Style
from runners.languages.python.placing import test_path as path_of
from runners.languages.python.style import style
from testwright.model import Target, Workspace


def workspace(root: Path, files: dict[str, str]) -> Workspace:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return Workspace("w", str(root), "0", "w")


def read(root: Path, files: dict[str, str]) -> Style:
    return style(workspace(root, files), tuple(files))


UNITTEST = "import unittest\n\nclass {}(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(f('a'), 'b')\n"


def test_project_without_tests_gets_the_usual_style(tmp_path: Path) -> None:
    assert read(tmp_path, {"pkg/a.py": "x = 1\n"}) == Style()


def test_unittest_classes_are_recognised_with_their_suffix_and_quotes(tmp_path: Path) -> None:
    found = read(tmp_path, {"test/test_a.py": UNITTEST.format("ATestCase"), "test/test_b.py": UNITTEST.format("BTestCase")})

    assert (found.framework, found.folder, found.quote, dict(found.facts)) == ("unittest", "test", "'", {"class_suffix": "TestCase"})


def test_unittest_classes_that_begin_with_test_have_no_suffix(tmp_path: Path) -> None:
    assert read(tmp_path, {"tests/test_a.py": UNITTEST.format("TestA")}).facts == {}


def test_pytest_classes_are_recognised(tmp_path: Path) -> None:
    assert read(tmp_path, {"tests/test_a.py": "class TestA:\n  def test_b(self):\n    assert f()\n"}) == Style(
        facts={"classes": "yes"}, indent="  "
    )


def test_most_used_framework_wins(tmp_path: Path) -> None:
    files = {"tests/test_a.py": UNITTEST.format("A"), "tests/test_b.py": "def test_a():\n    pass\n\n\ndef test_b():\n    pass\n"}

    assert read(tmp_path, files).framework == "pytest"


def test_names_that_end_in_test_are_recognised(tmp_path: Path) -> None:
    found = read(tmp_path, {"tests/a_test.py": "def test_a():\n    pass\n"})

    assert (found.prefix, found.facts) == ("", {"suffix": "_test"})


def test_folder_with_most_tests_is_taken(tmp_path: Path) -> None:
    test = "def test_a():\n    pass\n"

    assert read(tmp_path, {"pkg/tests/test_a.py": test, "pkg/tests/test_b.py": test, "tests/test_c.py": test}).folder == "pkg/tests"


@pytest.mark.parametrize(
    ("name", "text", "length"),
    [
        ("pyproject.toml", "[tool.ruff]\nline-length = 100\n", 100),
        ("pyproject.toml", "[tool.black]\nline-length = 79\n", 79),
        ("ruff.toml", "line-length = 120\n", 120),
        ("setup.cfg", "[flake8]\nmax-line-length = 99  # wide\n", 99),
        ("tox.ini", "[pycodestyle]\nmax_line_length = 110\n", 110),
        (".flake8", "[flake8]\nmax-line-length = 90\n", 90),
        ("pyproject.toml", "[tool.ruff\n", 88),
        ("pyproject.toml", "tool = 3\n", 88),
        ("pyproject.toml", "[tool]\nruff = 3\n", 88),
        ("pyproject.toml", "[tool.black]\nline-length = 100000\n", 88),
        ("setup.cfg", "max-line-length\n", 88),
    ],
)
def test_line_length_is_the_formatters(name: str, text: str, length: int, tmp_path: Path) -> None:
    assert read(tmp_path, {name: text}).line_length == length


@pytest.mark.parametrize(
    ("settings", "quote"),
    [
        ("[tool.black]\n", '"'),
        ("[tool.black]\nskip-string-normalization = true\n", "'"),
        ("[tool.ruff.format]\nquote-style = 'single'\n", "'"),
        ("[tool.ruff.format]\nquote-style = 'preserve'\n", "'"),
        ("[tool.ruff]\nline-length = 88\n", "'"),
    ],
)
def test_quotes_are_the_formatters_or_else_the_files(settings: str, quote: str, tmp_path: Path) -> None:
    files = {"pyproject.toml": settings, "tests/test_a.py": "def test_a():\n    assert f('a', 'b') == 'c'\n"}

    assert read(tmp_path, files).quote == quote


@pytest.mark.parametrize("text", ["def test(:\n", "\x00", "def test_a():\n\tpass\n" * 100_000])
def test_files_that_cannot_be_read_are_left_out(text: str, tmp_path: Path) -> None:
    assert read(tmp_path, {"tests/test_a.py": text}).framework == "pytest"


def path(root: Path, files: dict[str, str], source: str, module: str, how: Style | None = None) -> str:
    return path_of(workspace(root, files), Target("python", source, module, "0"), how or Style())


@pytest.mark.parametrize(
    ("files", "source", "module", "expected"),
    [
        (["p/a.py"], "p/a.py", "p.a", "tests/test_a.py"),
        (["p/_timer.py"], "p/_timer.py", "p._timer", "tests/test_timer.py"),
        (["p/__init__.py"], "p/__init__.py", "p", "tests/test_p.py"),
        (["p/a.py", "tests/test_a.py"], "p/a.py", "p.a", "tests/test_p_a.py"),
        (["p/a.py", "q/a.py"], "p/a.py", "p.a", "tests/test_p_a.py"),
        (["p/a.py", "p/tests/test_a.py"], "p/a.py", "p.a", "tests/test_p_a.py"),
        (["a.py", "tests/test_a.py"], "a.py", "a", "tests/test_a_more.py"),
    ],
)
def test_file_is_called_like_its_module_unless_that_is_taken(
    files: list[str], source: str, module: str, expected: str, tmp_path: Path
) -> None:
    assert path(tmp_path, dict.fromkeys(files, ""), source, module) == expected


def test_file_name_follows_the_projects_suffix(tmp_path: Path) -> None:
    assert path(tmp_path, {}, "p/a.py", "p.a", Style(folder="p", prefix="", facts={"suffix": "_test"})) == "p/a_test.py"
