"""Executions as the budget: the seed alone decides what is found, whatever else the machine does."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
PROGRAM = Path(__file__).parents[4] / "runners/explorers/python"
RESTLESS = '''
"""Code whose results depend on time, chance and addresses that are shown."""

import datetime
import random
import secrets
import time
import uuid
from typing import Union

SEEN = []


class Watch:
    def __init__(self, name: str) -> None:
        self.name, self.begun = name, time.perf_counter()

    def __hash__(self) -> int:
        return hash((None, self.name))

    def lap(self) -> float:
        if time.perf_counter() - self.begun > 1.0:
            return 1.0
        return time.perf_counter() - self.begun


def token(size: int) -> str:
    return secrets.token_hex(size) + uuid.uuid4().hex


def label(value: Union[int, str]) -> str:
    SEEN.append(value)
    return f"{object()!r} {value}" if random.random() < 0.5 else f"{datetime.datetime.now()} {value}"


def wait(times: int) -> int:
    while times == 3077:
        pass
    return sum(i for i in range(times * 1000))


def kinds(values: list) -> list:
    return sorted({type(value).__name__ for value in values}) + [str({str(value) for value in values} - {""})][:0]


def parse(text: str) -> str:
    if text.startswith("at:") and text.endswith(";"):
        return text[3:-1] if time.time() % 2 < 1 else text[3:-1].upper()
    raise ValueError(text[:10])
'''


def explored(
    folder: Path, text: str, seed: int = 0, executions: int = 1500, seconds: float = 240
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """All that was said about a module, but how far the search was and when."""
    code = folder.parent / "code"
    for place in (code, folder):
        place.mkdir(exist_ok=True)
    (code / "subject.py").write_text(text)
    request = {"module": "subject", "file": str(code / "subject.py"), "roots": [str(code)], "seed": seed, "seconds": seconds}
    request |= {"executions": executions, "texts": [], "covered_lines": [], "covered_branches": []}
    (folder / "request.json").write_text(json.dumps(request))
    variables = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run((sys.executable, PROGRAM, "request.json"), cwd=folder, env=variables, timeout=280, check=True)
    rows = [json.loads(line) for line in (folder / "observations.jsonl").read_text().splitlines()]
    return [row for row in rows if row["type"] not in ("progress", "end")], rows[-1]


def test_the_same_seed_says_the_same_on_a_busy_machine(tmp_path: Path) -> None:
    first, end = explored(tmp_path / "first", RESTLESS)
    busy = [subprocess.Popen((sys.executable, "-c", "while True: pass")) for _ in range(3)]
    try:
        second, again = explored(tmp_path / "second", RESTLESS)
    finally:
        for process in busy:
            process.kill()
            process.wait()

    assert {row["unit"] for row in first if row["type"] == "observation"} >= {"parse", "wait"}
    assert second == first
    assert 300 < end["executions"] <= 1500
    assert [again[key] for key in ("ending", "executions", "mutants")] == [end[key] for key in ("ending", "executions", "mutants")]


def test_another_seed_searches_elsewhere(tmp_path: Path) -> None:
    first, _ = explored(tmp_path / "first", RESTLESS, executions=300)
    second, _ = explored(tmp_path / "second", RESTLESS, seed=1, executions=300)

    assert second != first


def test_a_clock_that_ends_the_search_first_says_so(tmp_path: Path) -> None:
    _, end = explored(tmp_path / "short", RESTLESS, executions=10_000_000, seconds=3)

    assert end["ending"].startswith("the clock ended it")
