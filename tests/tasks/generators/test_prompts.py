"""What a prompt holds."""

import sys
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from runners.languages import DIALECTS
from runners.languages.base import Focus, Style
from runners.languages.python.statements import statements
from tasks.generators import prompts
from tasks.generators.engine import may_be_shown
from testwright.model import Target, Workspace

CODE = '''"""A long description of the module that nobody needs."""

import json
import os
import re

LIMIT = 3
UNUSED = 4


class Box:
    """A box."""

    color: str = "red"

    def __init__(self, width: int) -> None:
        """Make one."""
        self.width = width

    def area(self) -> int:
        """Its area."""
        return self.width * self._height()

    def _height(self) -> int:
        if self.width > LIMIT:
            return 2
        return 1

    def other(self) -> int:
        """Something else."""
        return 5


def parse(text: str) -> Box:
    """Read a box."""
    found = re.match("[0-9]+", text)
    if not found:
        raise ValueError("no width")
    return Box(int(found[0]))


def unrelated() -> str:
    return json.dumps(UNUSED)
'''


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "boxes.py").write_text(CODE)
    return Workspace("boxes", str(tmp_path), "0" * 64, "boxes")


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(CODE.split("\n"), 1) if text in line)


def show(workspace: Workspace, *lines: str, branches: frozenset[tuple[int, int]] = frozenset(), most: int = 10_000) -> tuple[Focus, ...]:
    target = Target("python", "boxes.py", "boxes", "1" * 64)
    return DIALECTS["python"].focus(workspace, target, frozenset(line_of(line) for line in lines), branches, most)


def test_only_the_unit_and_what_it_stands_on_is_shown(workspace: Workspace) -> None:
    (focus,) = show(workspace, "raise ValueError")

    assert focus.units == ("parse",)
    assert '>        raise ValueError("no width")' in focus.text
    assert " import re" in focus.text
    assert "def __init__(self, width: int) -> None: ...  # Make one." in focus.text
    for absent in ("json", "import os", "unrelated", "UNUSED", "other", "long description"):
        assert absent not in focus.text


def test_a_private_method_comes_with_the_public_one_that_calls_it(workspace: Workspace) -> None:
    (focus,) = show(workspace, "return 2")

    assert "     def area(self) -> int:\n" in focus.text
    assert "return self.width * self._height()" in focus.text
    assert " LIMIT = 3" in focus.text


def test_a_branch_that_was_never_taken_marks_its_line(workspace: Workspace) -> None:
    fork = line_of("if not found")

    assert '?    if not found:' in show(workspace, branches=frozenset({(fork, fork + 1)}))[0].text  # fmt: skip


def test_lines_of_def_are_nobodys(workspace: Workspace) -> None:
    assert show(workspace, "def parse") == ()


def test_a_large_file_comes_in_pieces(workspace: Workspace) -> None:
    pieces = show(workspace, "raise ValueError", "return 2", "return json", most=300)

    assert [unit for piece in pieces for unit in piece.units] == ["Box._height", "parse", "unrelated"]
    assert len(pieces) > 1


def test_the_stable_part_stands_first(workspace: Workspace) -> None:
    (focus,) = show(workspace, "raise ValueError")
    context = prompts.Context(Target("python", "boxes.py", "boxes", "1" * 64), Style(), "def test_x(): ...", " other.Thing(a)")
    first = prompts.propose(context, focus, ("parse('3')",))
    again = prompts.repair(context, focus, [prompts.Refused("def test_a(): ...", "fails", "E  assert 1 == 2")], False)

    assert first[0] == again[0]
    assert again[1].content.startswith(first[1].content.partition("\nTested already")[0].rstrip())
    assert "E  assert 1 == 2" in again[1].content


def test_every_template_is_strict() -> None:
    with pytest.raises(UndefinedError):
        prompts._render("rules", language="python")


@pytest.mark.parametrize("module", ["textwrap", "csv", "shlex", "configparser", "string"])
def test_a_fully_uncovered_file_costs_less_than_itself(module: str, tmp_path: Path) -> None:
    source = Path(sys.modules["os"].__file__ or "").with_name(f"{module}.py")
    (tmp_path / source.name).write_bytes(source.read_bytes())
    workspace = Workspace(module, str(tmp_path), "0" * 64, module)
    known = statements(tmp_path / source.name, source.name)
    target = Target("python", source.name, module, "1" * 64, known.lines, known.branches)
    pieces = DIALECTS["python"].focus(workspace, target, known.lines, known.branches, 100_000)

    assert sum(len(p.text) for p in pieces) < len(source.read_text())


def test_an_error_is_told_once_and_briefly() -> None:
    where = "tests/test_a.py:3: in test_a\n    assert f() == 2"
    said = f"AssertionError: assert 1 == 2\n  x\n{where}\nE   AssertionError: assert 1 == 2\nE     \nE     more"

    assert prompts.brief(said) == "tests/test_a.py:3: in test_a\nE   AssertionError: assert 1 == 2\nE     more"
    assert prompts.brief("timeout: took longer than 10 seconds") == "timeout: took longer than 10 seconds"
    assert len(prompts.brief("E " + "x" * 10_000)) == prompts.DETAIL


def test_nothing_of_a_file_on_the_exclude_list_is_shown(workspace: Workspace) -> None:
    root = Path(workspace.root)
    (root / "tests").mkdir()
    (root / "tests/test_boxes.py").write_text("def test_a():\n    box = 1\n    assert box\n")
    (root / "secrets_.py").write_text("class Vault:\n    def __init__(self, door): ...\n")
    (root / "user.py").write_text("from secrets_ import Vault\n")
    target = Target("python", "user.py", "user", "1" * 64)
    dialect, everything, little = DIALECTS["python"], may_be_shown([]), may_be_shown(["tests/", "secrets_*"])

    assert "test_a" in dialect.sample(workspace, Style(), everything)
    assert "Vault(door)" in dialect.outlines(workspace, target, ["."], everything)
    assert dialect.sample(workspace, Style(), little) == ""
    assert dialect.outlines(workspace, target, ["."], little) == ""
