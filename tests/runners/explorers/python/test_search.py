"""What the search reaches in code that needs more than a plain value."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
PROGRAM = Path(__file__).parents[4] / "runners/explorers/python"


def left(folder: Path, text: str, module: str = "subject", seconds: float = 12) -> set[tuple[int, int]]:
    """The branches of a module with this text that the search does not reach."""
    for name in ("code", "scratch", "run"):
        (folder / name).mkdir(exist_ok=True)
    file = folder / "code" / (module.replace(".", "/") + ".py")
    file.write_text(text)
    request = {"module": module, "file": str(file), "roots": [str(folder / "code")], "seed": 0, "seconds": seconds}
    (folder / "request.json").write_text(json.dumps({**request, "texts": [], "covered_lines": [], "covered_branches": []}))
    command = [sys.executable, PROGRAM, "search", folder / "request.json", folder / "scratch", "0", "0"]
    subprocess.run(command, cwd=folder / "run", env={**os.environ, "PYTHONHASHSEED": "0"}, timeout=90, check=True)
    return {(a, b) for a, b in json.loads((folder / "scratch/done.json").read_text())["open"]}


LONG = """
LOAD = 300


class Row:
    def __init__(self, items: list) -> None:
        self.parts = [items]

    def add(self, item: object) -> int:
        part = self.parts[-1]
        part.append(item)
        if len(part) > LOAD:
            self.parts.append([])
        return len(self.parts)


def fill(items):
    found = list(items)
    if len(found) > LOAD * 2:
        return "many"
    return "few"
"""


def test_lists_grow_to_the_numbers_of_the_module(tmp_path: Path) -> None:
    assert left(tmp_path, LONG) == set()


STATE = """
class State:
    def __init__(self) -> None:
        self.text = ""
        self.end = 0

    def process(self, text: str) -> None:
        self.text = text
        self.end = len(text)


class Reader:
    def read(self, state: State) -> str:
        at = 0
        while at < state.end:
            if state.text.startswith("%%", at):
                return "comment"
            at += 1
        return "plain"
"""


def test_a_state_is_filled_by_the_method_that_keeps_the_text(tmp_path: Path) -> None:
    assert left(tmp_path, STATE) == set()


DATES = """
def zone(value):
    if value.utcoffset() is None:
        return "naive"
    return "aware"
"""


def test_a_missing_attribute_tells_which_class_is_wanted(tmp_path: Path) -> None:
    assert left(tmp_path, DATES) == set()


LEXER = """
class Item:
    def __init__(self, words):
        self.words = words
        self.joined = False


class Stack:
    def run(self, text):
        for line in text.splitlines():
            yield Item([word.upper() for word in line.split(" ")] if line else [])
"""
GROUPING = """
from pack import stack


def group(item):
    if not isinstance(item, stack.Item):
        raise ValueError("not an item")
    if len(item.words) > 1 and item.words[0].isupper() and item.words[-1] == "ASC":
        return "order"
    return "plain"
"""


def test_objects_come_from_iterators_that_other_modules_give(tmp_path: Path) -> None:
    (tmp_path / "code/pack").mkdir(parents=True)
    (tmp_path / "code/pack/__init__.py").write_text("")
    (tmp_path / "code/pack/stack.py").write_text(LEXER)

    assert left(tmp_path, GROUPING, module="pack.subject") == set()


WHEN_IMPORTED = """
import sys

if sys.version_info < (3, 0):
    text = bytes
else:
    text = str


def whole(value):
    return text(value)
"""


def test_what_the_import_of_the_package_takes_counts_as_reached(tmp_path: Path) -> None:
    (tmp_path / "code/pack").mkdir(parents=True)
    (tmp_path / "code/pack/__init__.py").write_text("from pack.subject import whole\n")

    assert left(tmp_path, WHEN_IMPORTED, module="pack.subject", seconds=4) == {(4, 5)}


RECORD = """
def record(text):
    name, number, day = text.split(";")
    count = int(number)
    year, month = day.split("-")
    if int(month) > 12:
        raise ValueError("no month")
    return name, count, int(year)
"""


def test_lines_after_one_that_raised_are_reached_by_changing_what_came_to_it(tmp_path: Path) -> None:
    assert left(tmp_path, RECORD) == set()
