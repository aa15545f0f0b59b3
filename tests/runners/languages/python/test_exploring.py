"""What an explorer streamed becomes observations, or is dropped and counted."""

import json
from dataclasses import asdict

import pytest

from runners.languages.python.exploring import exploration
from runners.languages.streaming import MAX_LINE
from testwright.model import Argument, Check, Ending, Finding, How, Observation, Output, Raised, Step, Target

TARGET = Target("python", "a.py", "a", "0" * 64)
FULL = Observation(
    "1", "f", "function", "f(x, key=2)", "f", (Argument("a", "x"), Argument("key", "2", keyword=True)), (Step("g()", "x"), Step("x.go()")),
    (("a", "f"), ("math", "")), checks=(Check("result", How.EQUALS, "3"),), raised=Raised("ValueError", "no"), condition="a > 0",
    lines=frozenset({1}), branches=frozenset({(1, -1)}), mutants=frozenset({"m1"}),
)  # fmt: skip


def said(*entries: object) -> bytes:
    return b"".join(json.dumps(entry, default=list).encode() + b"\n" for entry in entries)


def read(data: bytes, ending: Ending = Ending.EXITED) -> tuple[tuple[Observation, ...], str]:
    found = exploration(TARGET, Output(ending, 0, files={"observations.jsonl": data}))
    return found.observations, found.ending


def entry(**changes: object) -> dict[str, object]:
    return {"type": "observation", **asdict(FULL), **changes}


def test_an_observation_comes_back_as_it_was() -> None:
    assert read(said(entry(), {"type": "end", "ending": "all reached"})) == ((FULL,), "all reached")


@pytest.mark.parametrize(
    "changes",
    [
        {"call": "f(1)\nimport os"},
        {"call": "f(1"},
        {"call": "x = 1"},
        {"arrange": [{"name": "x; y", "source": "1"}]},
        {"arrange": [{"name": "x.", "source": "1"}]},
        {"arrange": [{"name": "x[0].y", "source": "1"}]},
        {"arrange": [{"name": "", "source": "a()\nb()"}]},
        {"imports": [["os; x", ""]]},
        {"imports": [["os", "path as x"]]},
        {"arguments": [{"name": "a b", "source": "1", "keyword": True}]},
        {"checks": [{"subject": "result", "how": "equals", "expected": "1)\nassert (2"}]},
        {"checks": [{"subject": "result", "how": "smells", "expected": "1"}]},
        {"raised": {"type": "E:\n    pass"}},
        {"call": "(" * 500},
        {"call": "f(" + "1" * 30_000 + ")"},
        {"lines": ["1"]},
        {"lines": [1.5]},
        {"branches": [[1]]},
        {"mutants": ["m"] * 10_000},
        {"id": None},
    ],
)
def test_what_is_no_plain_source_text_is_dropped(changes: dict[str, object]) -> None:
    observations, ending = read(said(entry(**changes), entry(id="2"), {"type": "end", "ending": "budget"}))
    assert [observation.id for observation in observations] == ["2"]
    assert ending == "budget; 1 unreadable lines"


def test_an_attribute_may_be_assigned_in_the_arrangement() -> None:
    steps = [{"name": "door", "source": "Door()"}, {"name": "door.lock.code", "source": "'x'"}]

    observations, ending = read(said(entry(arrange=steps), {"type": "end", "ending": "budget"}))

    assert [step.name for step in observations[0].arrange] == ["door", "door.lock.code"]
    assert ending == "budget"


def test_progress_is_what_is_known_of_an_explorer_that_died() -> None:
    progress = {"type": "progress", "seconds": 1.5, "executions": 400, "branches": 31, "lines": 80}
    found = exploration(TARGET, Output(Ending.TIMEOUT, None, files={"observations.jsonl": said(progress)}))
    assert (found.executions, found.seconds, found.ending) == (400, 1.5, "timeout")


def test_a_line_that_is_too_long_is_dropped() -> None:
    assert read(b"x" * (MAX_LINE + 1) + b"\n" + said(entry()))[0] == (FULL,)


def test_findings_name_only_the_target_and_have_a_known_severity() -> None:
    finding = {"type": "finding", **asdict(Finding("x", "r", "a\x1b[2Jb", "/etc/passwd", 3, "fatal"))}
    found = exploration(TARGET, Output(Ending.EXITED, 0, files={"observations.jsonl": said(finding)}))
    assert found.findings == (Finding("testwright", "r", "ab", "a.py", 3, "note"),)


@pytest.mark.parametrize(
    ("ending", "code", "expected"),
    [
        (Ending.EXITED, 3, "crashed: exit code 3: last words"),
        (Ending.TIMEOUT, None, "timeout"),
        (Ending.SIGNAL, None, "crashed: killed by signal 11"),
    ],
)
def test_an_end_without_a_word_is_told_in_ours(ending: Ending, code: int | None, expected: str) -> None:
    output = Output(ending, code, stderr=b"first\nlast words\n", reason="killed by signal 11")
    assert exploration(TARGET, output).ending == expected
