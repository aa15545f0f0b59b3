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
    assert "def __init__(self, width: int) -> None: ...\n" in focus.text
    for absent in ("json", "import os", "unrelated", "UNUSED", "other", "long description"):
        assert absent not in focus.text


def test_a_private_method_comes_with_the_public_one_that_calls_it(workspace: Workspace) -> None:
    (focus,) = show(workspace, "return 2")

    assert "     def area(self) -> int:\n" in focus.text
    assert "return self.width * self._height()" in focus.text
    assert " LIMIT = 3" in focus.text


LONG = '''import os
import time
try:
    import fast
except ImportError:
    fast = None


def serve(path, words, strict=False):
    """Serve words.

    :param path: where
    :param words: what
    """
    # a remark on what follows
    kind = os.path.splitext(path)[1]
    if words:
        first = words[0]
        second = words[1:]
        for word in second:
            first += word
            first += "-"
    else:
        raise ValueError(path)
    if kind == ".txt":
        with open(path) as file:
            time.sleep(1)
            return file.read()
    return first


def start(path):
    """Start it."""
    checked = os.path.abspath(path)
    print("starting")
    print("still starting")
    if checked:
        return _go(checked)
    return None


def _go(path):
    return path if path else "nowhere"
'''


def show_long(tmp_path: Path, *texts: str) -> Focus:
    (tmp_path / "long.py").write_text(LONG)
    lines = frozenset(n for n, line in enumerate(LONG.split("\n"), 1) if any(text in line for text in texts))
    workspace = Workspace("long", str(tmp_path), "0" * 64, "long")
    (focus,) = DIALECTS["python"].focus(workspace, Target("python", "long.py", "long", "1" * 64), lines, frozenset(), 10_000)
    return focus


def test_what_is_covered_is_left_out_where_nothing_wanted_depends_on_it(tmp_path: Path) -> None:
    text = show_long(tmp_path, "time.sleep").text

    assert "     if kind == '.txt':" in text.replace('"', "'")
    assert ">            time.sleep(1)" in text
    assert " kind = os.path.splitext(path)[1]" in text
    assert "first = words[0]" in text  # it is returned at the end
    for absent in ("a remark", "second = ", ":param words", "def start", "_go"):
        assert absent not in text


def test_of_a_caller_only_the_way_to_the_call_is_shown(tmp_path: Path) -> None:
    text = show_long(tmp_path, 'else "nowhere"').text

    assert "     checked = os.path.abspath(path)\n     ...\n     if checked:\n         return _go(checked)" in text
    assert "starting" not in text


def test_what_code_reaches_outside_is_named_only_where_it_does(tmp_path: Path) -> None:
    (hint,) = show_long(tmp_path, "time.sleep").hints

    assert "(files: open; clock: time.sleep)" in hint
    assert show_long(tmp_path, 'else "nowhere"').hints == ()


def test_lines_that_only_an_import_runs_are_asked_for_once_the_module_was_imported(tmp_path: Path) -> None:
    focus = show_long(tmp_path, "fast = None")

    assert " try:\n     import fast\n except ImportError:\n>    fast = None  # 6" in focus.text
    assert 'runpy.run_module("long"' in focus.hints[0]
    assert "fast" not in show_long(tmp_path, "import", "fast = None", "time.sleep").text


WIDE = '''class Shelf:
    def put(self, book):
        """
        Put it there.

        :param book: which
        """
        if (
            book.title
            and book.pages  # not empty
        ):
            return self.fits(book)
        self.sort(
            book,
        )
        return None

    def fits(self, book):
        return True

    def sort(self, *books):
        return books


class Box(Shelf):
    def put(self, book):
        if book:
            return book
        return 0

    def fits(self, book):
        return False
'''


def test_statements_of_several_lines_are_one_and_methods_are_outlined_only_where_their_class_uses_them(tmp_path: Path) -> None:
    (tmp_path / "wide.py").write_text(WIDE)
    workspace = Workspace("wide", str(tmp_path), "0" * 64, "wide")
    target = Target("python", "wide.py", "wide", "1" * 64)
    (focus,) = DIALECTS["python"].focus(workspace, target, frozenset({12, 13, 16, 29}), frozenset({(8, 12)}), 10_000)

    assert focus.text.split("\n") == [
        " class Shelf:",
        "     def put(self, book):",
        '         """Put it there."""',
        "?        if (book.title and book.pages):  # 8",
        ">            return self.fits(book)  # 12",
        ">        self.sort(book)",
        ">        return None  # 16",
        "     def fits(self, book): ...",
        "     def sort(self, *books): ...",
        " class Box(Shelf):",
        "     def put(self, book):",
        "         if book:",
        "             return book",
        ">        return 0  # 29",
    ]


def test_a_branch_that_was_never_taken_marks_its_line(workspace: Workspace) -> None:
    fork = line_of("if not found")

    assert '?    if not found:' in show(workspace, branches=frozenset({(fork, fork + 1)}))[0].text  # fmt: skip


def test_lines_of_def_are_nobodys(workspace: Workspace) -> None:
    assert show(workspace, "def parse") == ()


NESTED = """class Outer:
    LIMIT = 3

    class Inner:
        def __init__(self, size):
            self.size = size

        class Deep:
            def dig(self):
                return "deep"

        def grow(self):
            if self.size > 1:
                return Outer.Inner(self.size + 1)
            return self

    def other(self):
        return 1
"""


def test_methods_of_nested_classes_are_asked_for_inside_of_their_classes(tmp_path: Path) -> None:
    (tmp_path / "nested.py").write_text(NESTED)
    workspace = Workspace("nested", str(tmp_path), "0" * 64, "nested")
    target = Target("python", "nested.py", "nested", "1" * 64)
    lines = frozenset(n for n, line in enumerate(NESTED.split("\n"), 1) if "self.size + 1" in line or '"deep"' in line)
    (focus,) = DIALECTS["python"].focus(workspace, target, lines, frozenset(), 10_000)

    assert focus.units == ("Outer.Inner.Deep.dig", "Outer.Inner.grow")
    assert focus.text.split("\n") == [
        " class Outer:",
        "     class Inner:",
        "         def __init__(self, size): ...",
        "         class Deep:",
        "             def dig(self):",
        '>                return "deep"  # 10',
        "         def grow(self):",
        "             if self.size > 1:",
        ">                return Outer.Inner(self.size + 1)  # 14",
        "             return self",
    ]


def test_enumerations_and_constants_of_other_modules_are_shown_where_the_code_mentions_them(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/__init__.py").write_text("from .kinds import Kind\n")
    (tmp_path / "pkg/kinds.py").write_text(
        "import enum\nclass Kind(enum.Enum):\n    PLAIN = 'p'\n    FANCY = 'f'\nclass Other(enum.Enum):\n    A = 1\n"
    )
    (tmp_path / "pkg/limits.py").write_text(f"MOST: int = 7\nLEAST = 2\nTABLE = {'t' * 500!r}\nUNUSED = 5\n")
    (tmp_path / "pkg/use.py").write_text(
        "from pkg import Kind\nfrom . import limits\nfrom .limits import LEAST, TABLE, UNUSED\nfrom os import sep\n\n\n"
        "def fits(kind, n):\n    if kind is Kind.FANCY and n < LEAST:\n        return n > limits.MOST or n in TABLE\n    return sep\n"
        "\n\ndef more():\n    return UNUSED\n"
    )
    workspace = Workspace("pkg", str(tmp_path), "0" * 64, "pkg")
    target = Target("python", "pkg/use.py", "pkg.use", "1" * 64)
    outlines = DIALECTS["python"].outlines(workspace, target, ["."], may_be_shown([]))
    (focus,) = DIALECTS["python"].focus(workspace, target, frozenset({9}), frozenset(), 10_000)
    words = prompts.propose(
        prompts.Context(target, Style(), DIALECTS["python"].words(workspace, target, Style()), outlines=outlines), focus, ()
    )[1].content

    assert " pkg.kinds.Kind: PLAIN = 'p', FANCY = 'f'\n" in words
    assert " pkg.limits.LEAST = 2\n" in words
    assert " pkg.limits.MOST = 7\n" in words
    assert f" pkg.limits.TABLE = '{'t' * 119}…\n" in words
    for absent in ("UNUSED", "Other", "sep ="):
        assert absent not in words


@pytest.mark.parametrize(("framework", "word", "absent"), [("pytest", "parametrized", "subTest"), ("unittest", "subTest", "parametrized")])
def test_tables_are_asked_for_as_the_framework_writes_them(framework: str, word: str, absent: str, workspace: Workspace) -> None:
    (focus,) = show(workspace, "raise ValueError")
    target, style = Target("python", "boxes.py", "boxes", "1" * 64), Style(framework=framework)
    context = prompts.Context(target, style, DIALECTS["python"].words(workspace, target, style))
    refused = prompts.Refused("def test_a(self): ...", "fails", "E  AssertionError")
    words = "".join(m.content for m in (*prompts.propose(context, focus, ()), *prompts.repair(context, focus, [refused], False)))

    assert word in words
    assert absent not in words


def test_a_large_file_comes_in_pieces(workspace: Workspace) -> None:
    pieces = show(workspace, "raise ValueError", "return 2", "return json", most=300)

    assert [unit for piece in pieces for unit in piece.units] == ["Box._height", "parse", "unrelated"]
    assert len(pieces) > 1


def test_the_stable_part_stands_first(workspace: Workspace) -> None:
    (focus,) = show(workspace, "raise ValueError")
    target = Target("python", "boxes.py", "boxes", "1" * 64)
    words = DIALECTS["python"].words(workspace, target, Style())
    context = prompts.Context(target, Style(), words, "def test_x(): ...", " other.Thing(a)")
    first = prompts.propose(context, focus, ("parse('3')",))
    again = prompts.repair(context, focus, [prompts.Refused("def test_a(): ...", "fails", "E  assert 1 == 2")], False)

    assert first[0] == again[0]
    assert again[1].content.startswith(first[1].content.partition("\nTested already")[0].rstrip())
    assert "E  assert 1 == 2" in again[1].content


def test_calls_in_other_files_are_shown_with_what_they_call(workspace: Workspace) -> None:
    root = Path(workspace.root)
    (root / "shop.py").write_text("from boxes import parse\n\n\ndef fill():\n    box = parse('3')\n    return box.parse('4')\n")
    (root / "other.py").write_text("def parse(text): ...\n\n\nparse('5')\n")
    (root / "hidden.py").write_text("import boxes\n\nbox = boxes.parse('6')\n")
    target = Target("python", "boxes.py", "boxes", "1" * 64)
    callers = DIALECTS["python"].callers(workspace, target, may_be_shown(["hidden*"]))
    context = prompts.Context(target, Style(), DIALECTS["python"].words(workspace, target, Style()), callers=callers)

    assert callers == {"parse": ("box = parse('3')",)}
    assert "box = boxes.parse('6')" in DIALECTS["python"].callers(workspace, target, may_be_shown([]))["parse"]
    assert "box = parse('3')" in prompts.propose(context, show(workspace, "raise ValueError")[0], ())[1].content
    assert "box = parse('3')" not in prompts.propose(context, show(workspace, "return 2")[0], ())[1].content


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


def test_a_constant_that_says_what_a_text_must_look_like_is_shown_whole(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text(
        f"FORM = {'a' * 300!r}\nDATA = {'b' * 3000!r}\n\n\ndef same(text):\n    return text in (FORM, DATA)\n"
    )
    workspace = Workspace("long", str(tmp_path), "0" * 64, "long")
    (focus,) = DIALECTS["python"].focus(workspace, Target("python", "long.py", "long", "1" * 64), frozenset({6}), frozenset(), 10_000)

    assert f"FORM = {'a' * 300!r}\n" in focus.text
    assert "b" * 300 in focus.text
    assert "b" * 500 not in focus.text


def test_a_long_error_is_cut(workspace: Workspace) -> None:
    (focus,) = show(workspace, "raise ValueError")
    target = Target("python", "boxes.py", "boxes", "1" * 64)
    context = prompts.Context(target, Style(), DIALECTS["python"].words(workspace, target, Style()))
    again = prompts.repair(context, focus, [prompts.Refused("def test_a(): ...", "fails", "x" * 10_000)], False)

    assert again[1].content.count("x" * 50) == prompts.DETAIL // 50


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
