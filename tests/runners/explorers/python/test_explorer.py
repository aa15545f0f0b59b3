"""The explorer as it is started in a sandbox: a program, a request, lines of JSON."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
PROGRAM = Path(__file__).parents[4] / "runners/explorers/python"


@pytest.fixture
def explore(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Explore a module with this text; the lines it streamed, and its last word."""

    def run(text: str, seconds: float = 5, seed: int = 0, own_tests: str = "") -> tuple[list[dict[str, Any]], dict[str, Any]]:
        code, scratch = tmp_path / "code", tmp_path / f"scratch{len(list(tmp_path.iterdir()))}"
        code.mkdir(exist_ok=True)
        scratch.mkdir()
        (code / "subject.py").write_text(text)
        request = {"module": "subject", "file": str(code / "subject.py"), "roots": [str(code)], "seed": seed, "seconds": seconds}
        (scratch / "test_own.py").write_text(own_tests)
        (scratch / "request.json").write_text(
            json.dumps({**request, "texts": ["test_own.py"], "covered_lines": [], "covered_branches": []})
        )
        subprocess.run((sys.executable, PROGRAM, "request.json"), cwd=scratch, capture_output=True, timeout=90, check=True)
        lines = [json.loads(line) for line in (scratch / "observations.jsonl").read_text().splitlines()]
        assert lines[-1]["type"] == "end"
        return [line for line in lines if line["type"] == "observation"], lines[-1]

    return run


GRADES = '''
def grade(points: int) -> str:
    """The mark for so many points.

    >>> grade(95)
    'A'
    """
    if points < 0:
        raise ValueError("points must not be negative")
    if points >= 90:
        return "A"
    return "B"
'''


def test_every_branch_is_reached_and_the_documented_example_is_among_the_calls(explore) -> None:  # type: ignore[no-untyped-def]
    observations, end = explore(GRADES)

    arcs = {tuple(arc) for o in observations for arc in o["branches"]}
    assert {(8, 9), (8, 10), (10, 11), (10, 12)} <= arcs
    assert any(o["call"] == "grade(95)" and o["origin"] == "documentation" for o in observations)
    assert any(o["raised"] and o["raised"]["type"] == "ValueError" and o["raised"]["declared"] for o in observations)
    assert end["ending"] in ("all reached", "no progress", "budget")


def test_mutants_are_killed_by_what_is_asserted(explore) -> None:  # type: ignore[no-untyped-def]
    observations, end = explore(GRADES, seconds=8)

    assert end["mutants"] > 5
    assert len({mutant for o in observations for mutant in o["mutants"]}) > 5


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("raise RuntimeError('no')\n", "import failed: RuntimeError: no"),
        ("import os\nos._exit(3)\n", "import failed"),
        ("while True:\n    pass\n", "timeout"),
    ],
    ids=["raises", "exits", "loops"],
)
def test_a_module_that_cannot_be_imported_says_why(explore, text: str, ending: str) -> None:  # type: ignore[no-untyped-def]
    observations, end = explore(text)

    assert observations == []
    assert end["ending"].startswith(ending)


def test_a_function_that_crashes_the_interpreter_costs_only_itself(explore) -> None:  # type: ignore[no-untyped-def]
    crash = "\n\ndef crash(number: int) -> int:\n    import ctypes\n    return ctypes.string_at(number)\n"

    observations, end = explore(GRADES + crash, seconds=12)

    assert {o["unit"] for o in observations} >= {"grade"}
    assert not end["ending"].startswith("import failed")


def test_output_forks_and_a_changed_folder_cost_nothing(explore) -> None:  # type: ignore[no-untyped-def]
    rude = "import os\nos.chdir('/')\nprint('x' * 1_000_000)\nif os.fork() == 0:\n    os._exit(0)\n"

    observations, _ = explore(rude + GRADES)

    assert observations


CLOCKS = """
import datetime
import time


def waited(text: str) -> str:
    begun = time.perf_counter()
    return f"{text}: {time.perf_counter() - begun:.4f}"


def dated(text: str) -> str:
    return f"{text} {datetime.datetime.now():%d.%m.%Y}"


def kept(text: str) -> str:
    return text + "!"
"""


def test_what_a_clock_said_is_asserted_only_where_the_arrangement_sets_it(explore) -> None:  # type: ignore[no-untyped-def]
    observations, _ = explore(CLOCKS)

    said = {(o["unit"], *(step["source"] for step in o["arrange"])) for o in observations for c in o["checks"] if c["how"] == "equals"}
    assert said == {("kept",), ("waited", "monkeypatch.setattr('time.perf_counter', iter([10.0, 12.5]).__next__)")}
    assert all("2.5000" in c["expected"] for o in observations if o["unit"] == "waited" for c in o["checks"] if c["how"] == "equals")


MACHINE = """
import os
import shutil


def editor(wanted: str) -> str:
    return wanted or os.environ.get("EDITOR") or "vi"


def lister(name: str) -> str:
    return shutil.which("ls") or name


def upper(name: str) -> str:
    return name.upper()
"""


def test_what_the_machine_said_is_not_asserted(explore) -> None:  # type: ignore[no-untyped-def]
    observations, _ = explore(MACHINE)

    said = {check["expected"] for o in observations if o["unit"] in ("editor", "lister") for check in o["checks"]}
    assert "'vi'" not in said
    assert not any("/ls" in text for text in said)
    assert any(o["unit"] == "upper" and o["checks"] for o in observations)


def test_an_error_in_making_a_message_is_no_declared_error(explore) -> None:  # type: ignore[no-untyped-def]
    text = "def check(value: tuple) -> int:\n    if value != (1, 2):\n        raise TypeError('not %r' % value)\n    return 1\n"

    observations, _ = explore(text)

    messages = {o["raised"]["message"] for o in observations if o["raised"] and o["raised"]["declared"]}
    assert messages
    assert all(message.startswith("not ") and "arguments" not in message for message in messages)


STACK = """
class Stack:
    def __init__(self, limit: int = 2) -> None:
        self.limit = limit
        self.items: list[str] = []

    def push(self, item: str) -> int:
        if len(self.items) >= self.limit:
            raise OverflowError(f"more than {self.limit}")
        self.items.append(item.strip() or "-")
        return len(self.items)

    def pop(self) -> str | None:
        return self.items.pop() if self.items else None
"""


def test_a_seed_gives_the_same_cases_again(explore, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for _ in range(2):
        explore(STACK, seconds=40, seed=7)

    first, second = (
        [
            json.loads(line)["case"]
            for batch in sorted(scratch.glob(".explorer/batch-*.jsonl"))[:2]
            for line in batch.read_text().splitlines()
        ]
        for scratch in sorted(tmp_path.glob("scratch*"))
    )
    assert first == second
    assert len(first) > 4


def test_an_accident_on_input_that_the_signature_allows_is_a_finding(explore, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    observations, _ = explore("def initial(name: str) -> str:\n    return name[0].upper()\n")

    rows = [json.loads(line) for line in next(tmp_path.glob("scratch*/observations.jsonl")).read_text().splitlines()]
    (finding,) = [row for row in rows if row["type"] == "finding"]
    assert (finding["line"], finding["example"], finding["severity"]) == (2, "initial('')", "warning")
    assert "IndexError" in finding["message"]
    assert not any(o["raised"] for o in observations)


SPOKEN = """
import logging
import os
import sys
import warnings

def greet(name: str) -> None:
    print(f"hello {name}")

def usage() -> None:
    print("usage:", sys.argv[0])

def whoami() -> None:
    print("process", os.getpid())

def load(name: str) -> None:
    logging.getLogger(__name__).warning("no file %s", name)

def old(number: int) -> int:
    warnings.warn("use new", DeprecationWarning)
    return number

def stop(reason: str) -> None:
    print("giving up")
    print("error:", reason, file=sys.stderr)
    raise SystemExit(2)
"""


def test_what_is_said_beside_the_result_is_observed_when_it_is_always_the_same(explore) -> None:  # type: ignore[no-untyped-def]
    observations, _ = explore(SPOKEN)

    facts = {o["unit"]: [(c["subject"], c["how"]) for c in o["checks"]] for o in observations}
    assert facts["greet"] == [("result", "is"), ("printed", "equals")]
    assert facts["usage"] == [("result", "is"), ("printed", "equals")]
    assert ["monkeypatch.setattr('sys.argv', ['prog'])"] in [
        [s["source"] for s in o["arrange"]] for o in observations if o["unit"] == "usage"
    ]
    assert facts["whoami"] == [("result", "is")]
    assert facts["load"] == [("result", "is"), ("logged", "equals")]
    assert facts["old"] == [("result", "equals"), ("warned", "type"), ("str(warned)", "equals")]
    assert facts["stop"] == [("printed", "equals"), ("complained", "equals")]


LISTED = '''
def joined(words: set) -> str:
    """Join words.

    >>> joined({"only"})
    'only'
    """
    return "-".join(words)

def longest(words: set) -> int:
    return max(map(len, words), default=0)
'''


def test_what_depends_on_the_order_of_a_set_is_not_observed(explore) -> None:  # type: ignore[no-untyped-def]
    observations, _ = explore(LISTED)

    # the empty text always comes first: its hash is 0
    units = [o["unit"] for o in observations if o["stable"] and re.search(r"\{'[^']+', '[^']", o["call"])]
    assert "joined" not in units, [(o["call"], o["checks"]) for o in observations if o["unit"] == "joined"]
    assert any(o["unit"] == "joined" for o in observations)


OUTSIDE = """
import typing


class Proxy:
    def __getattr__(self, name):
        raise RuntimeError("outside of a request")


class Point(typing.TypedDict):
    x: int


current = Proxy()


def shifted(point: Point, by: int) -> int:
    if by > 1:
        return point["x"] + by
    return 0
"""
ENDING = """
import sys

from endless import number
from subject import shifted


class Failed(BaseException):
    pass


def failing():
    raise Failed


def test_one():
    assert shifted({"x": failing()}, sys.exit(2)) == 3
    assert shifted({"x": number()}, 7) == 9
"""


def test_proxies_typed_dictionaries_and_own_tests_that_end_or_load_too_much_cost_nothing(explore, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "endless.py").write_text("while True: pass")

    observations, end = explore(OUTSIDE, own_tests=ENDING)

    assert end["executions"] > 100
    arcs = {tuple(arc) for o in observations for arc in o["branches"]}
    assert {(18, 19), (18, 20)} <= arcs, [o["call"] for o in observations]
