"""The explorer as a program, started with a request: what its lines of JSON say of harder kinds of code."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.runners.node_tools import tools

pytestmark = [pytest.mark.slow, pytest.mark.network]
PROGRAM = Path(__file__).parents[4] / "runners/explorers/node/main.mjs"
Row = dict[str, Any]
Explore = Callable[..., tuple[list[Row], Row]]


@pytest.fixture
def explore(tmp_path: Path) -> Explore:
    """Explore a module with this text; the observations it streamed, and its last word."""

    def run(text: str, name: str = "subject.js", seconds: float = 7, covered: Row | None = None, **others: str) -> tuple[list[Row], Row]:
        code, scratch = tmp_path / "code", tmp_path / f"scratch{len(list(tmp_path.iterdir()))}"
        scratch.mkdir()
        code.mkdir(exist_ok=True)
        for file, content in {"package.json": "{}", name: text, **others}.items():
            (code / file).write_text(content)
        request = {
            "module": name,
            "file": str(code / name),
            "root": str(code),
            "roots": ["."],
            "seed": 0,
            "seconds": seconds,
            "style": "esm",
        }
        more = {"texts": [], "covered_lines": [], "covered_branches": [], "tools": f"{tools()}/node_modules", **(covered or {})}
        (scratch / "request.json").write_text(json.dumps({**request, **more}))
        variables = {**os.environ, "TMPDIR": str(tmp_path)}  # what code under test makes goes away with it
        subprocess.run(
            (f"{tools()}/bin/node", PROGRAM, "request.json"), cwd=scratch, env=variables, capture_output=True, timeout=60, check=True
        )
        lines = [json.loads(line) for line in (scratch / "observations.jsonl").read_text().splitlines()]
        assert lines[-1]["type"] == "end"
        return [line for line in lines if line["type"] == "observation"], lines[-1]

    return run


GRADES = """
/**
 * The mark for so many points.
 * @example grade(95)
 */
function grade(points) {
  if (points < 0) throw new RangeError('points must not be negative');
  return points >= 90 ? 'A' : 'B';
}
module.exports = { grade };
"""
THINGS = """'use strict';
class Stack {
  constructor(limit = 2) { this.limit = limit; this.items = []; }
  push(item) {
    if (this.items.length >= this.limit) throw new RangeError('full');
    this.items.push(item);
    return this;
  }
  get size() { return this.items.length; }
}
async function later(ms, value) {
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (value === 'bad') throw new Error('it was bad');
  return value;
}
function* count(n) { for (let i = 0; i < n; i++) yield i; }
function push(list, item) { list.push(item); return list.length; }
const now = () => Date.now();
module.exports = { Stack, later, count, push, now };
"""
TYPED = """export type Shape = { kind: 'square'; side: number } | { kind: 'circle'; radius: number };
export enum Unit { Metre = 'm', Foot = 'ft' }
export default function area(shape: Shape, unit: Unit = Unit.Metre): string {
  const size = shape.kind === 'square' ? shape.side ** 2 : 3 * shape.radius ** 2;
  return `${size} ${unit}`;
}
export const ready = await Promise.resolve(true);
"""
HOSTILE = """
exports.loop = (n) => { while (n !== 'stop') { n = n; } return n; };
exports.spin = (n) => { if (n !== 'stop') for (;;); return n; };
exports.leave = (code) => { if (code === 7) process.exit(code); return 'stayed'; };
exports.evil = (x) => { Object.prototype.evil = x; return 1; };
exports.fine = (x) => (x ? 'yes' : 'no');
"""


def test_every_branch_is_reached_and_the_documented_example_is_among_the_calls(explore: Explore) -> None:
    observations, end = explore(GRADES)

    assert {(7, 1), (7, 2), (8, 1), (8, 2)} <= {tuple(arc) for o in observations for arc in o["branches"]}
    assert any(o["call"] == "grade(95)" and o["origin"] == "documentation" for o in observations)
    raised = next(o["raised"] for o in observations if o["raised"])
    assert raised == {"type": "RangeError", "message": "points must not be negative", "declared": True}
    assert all(o["imports"] == [["subject.js", "grade"]] for o in observations)
    assert end["ending"] in ("all reached", "no progress", "budget")


def test_objects_promises_iterators_and_changed_arguments_are_described(explore: Explore) -> None:
    observations, _ = explore(THINGS)
    units = {o["unit"] for o in observations}

    assert {"Stack", "Stack.push", "Stack.size", "later", "count", "push"} <= units
    assert "now" not in units, "what the clock says is nothing to assert"
    assert any(o["unit"] == "Stack.push" and o["raised"] and o["raised"]["message"] == "full" for o in observations)
    assert any(o["asynchronous"] and o["raised"] and o["raised"]["message"] == "it was bad" for o in observations)
    assert any(c["subject"] == "[...result]" for o in observations if o["unit"] == "count" for c in o["checks"])
    assert any(c["subject"].startswith("list") for o in observations if o["unit"] == "push" for c in o["checks"])


def test_types_say_what_to_pass_and_branches_are_those_of_the_file_as_written(explore: Explore) -> None:
    observations, _ = explore(TYPED, "area.ts", seconds=14)

    assert {(3, 1), (4, 1), (4, 2)} <= {tuple(arc) for o in observations for arc in o["branches"]}
    assert all(["area.ts", "default as area"] in o["imports"] for o in observations)
    assert any(re.fullmatch(r"'\d+ m'", c["expected"]) for o in observations for c in o["checks"])


def test_calls_that_never_end_leave_or_change_what_all_share_cost_only_themselves(explore: Explore) -> None:
    observations, end = explore(HOSTILE, seconds=14)

    calls = {o["call"] for o in observations}
    assert {o["unit"] for o in observations} >= {"loop", "leave", "fine"}
    assert "leave(7)" not in calls
    assert not any(o["unit"] == "evil" for o in observations)
    assert not end["ending"].startswith("import")


def test_an_argument_that_cannot_be_made_is_no_error_of_what_is_called(explore: Explore) -> None:
    text = "class Even { constructor(n) { if (n % 2) throw new Error('odd'); } }\nconst half = (even) => even instanceof Even;\n"
    observations, _ = explore(text + "module.exports = { Even, half };\n")

    assert any(o["unit"] == "Even" and o["raised"] for o in observations)
    assert not any(o["unit"] == "half" and o["raised"] for o in observations)


def test_a_search_without_any_time_still_makes_a_first_pass(explore: Explore) -> None:
    observations, end = explore(GRADES, seconds=0.05)

    assert end["ending"] == "budget"
    assert {(8, 1), (8, 2)} & {tuple(arc) for o in observations for arc in o["branches"]}


def test_a_module_that_is_slow_to_load_is_not_taken_for_a_call_that_hangs(explore: Explore) -> None:
    slow = "const end = Date.now() + 3500;\nwhile (Date.now() < end);\n"
    observations, end = explore(slow + "exports.fine = (x) => (x ? 'yes' : 'no');\n", seconds=12)

    assert any(o["unit"] == "fine" for o in observations)
    assert end["executions"] > 0


def test_a_default_export_is_named_so_where_require_would_see_another_whole(explore: Explore) -> None:
    text = "class Point { constructor(public x = 0) {} twice(): number { return this.x * 2; } }\nexport default Point;\n"
    observations, _ = explore(text + "if (typeof module === 'object') {\n  module.exports = Point;\n}\n", "point.ts", seconds=4)

    assert any(o["unit"] == "Point.twice" for o in observations)
    assert {tuple(each) for o in observations for each in o["imports"]} == {("point.ts", "default as Point")}


def test_a_promise_that_nothing_under_way_can_keep_is_not_waited_for() -> None:
    settle = "require(process.argv[1]).settle"
    never = f"{settle}(new Promise(() => {{}}), 1e9, 1e9).then((end) => console.log(end.late))"
    file = f"{settle}(require('node:fs').promises.readFile(process.argv[1]), 1e9, 1e9).then((end) => console.log(end.late))"
    command = (f"{tools()}/bin/node", "-e")
    timers = PROGRAM.with_name("timers.cjs")
    said = [subprocess.check_output((*command, code, timers), timeout=30, text=True).strip() for code in (never, file)]

    assert said == ["true", "false"]


def test_what_own_tests_cover_is_no_goal(explore: Explore, tmp_path: Path) -> None:
    text = "exports.f = (x) => (typeof x === 'string' && x.startsWith('qzw-') && x.length === 311 ? 1 : 2);\n"
    explore(text, seconds=3)
    explore(text, seconds=3, covered={"covered_lines": [1], "covered_branches": [[1, n] for n in range(1, 6)]})

    said = [path.read_text() for path in sorted(tmp_path.glob("scratch*/observations.jsonl"))]
    assert ['"unreached"' in each for each in said] == [True, False]
