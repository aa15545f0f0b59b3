"""Whole searches in JavaScript and TypeScript: what is found, what is never said, and that bad code costs only itself."""

from pathlib import Path

import pytest

from runners.languages import node
from runners.languages.node.sources import files
from runners.sandboxes.process import ProcessSandbox
from tests.runners.languages.examples import workspace
from tests.runners.node_tools import node_environment
from testwright.model import Exploration, FileCoverage, Limits

pytestmark = [pytest.mark.slow, pytest.mark.network]
ACCOUNT = """
export class Account {
  constructor(balance = 0) {
    this.balance = balance;
  }
  withdraw(amount) {
    if (typeof amount !== 'number') throw new TypeError('an amount is a number');
    if (amount > this.balance) throw new RangeError('too little is left');
    this.balance -= amount;
    return this.balance;
  }
}
"""


def explored(
    folder: Path, code: str, path: str = "src/a.js", seconds: float = 15, executions: int | None = None
) -> tuple[Exploration, FileCoverage]:
    place = workspace(folder, {"package.json": '{"type": "module"}', path: code})
    made, paths = node_environment(), node.sources(place, sorted(files(place)))
    box = ProcessSandbox()
    baseline = node.baseline(place, made, paths, box.run(node.count(place, made, Limits(seconds=30), paths)))
    target = node.target(place, made, path, baseline)
    output = box.run(node.explore(place, made, target, seed=1, seconds=seconds, executions=executions))
    (counts,) = (each for each in baseline.coverage if each.path == path)
    return node.exploration(target, output), counts


def test_every_line_and_branch_of_a_function_is_reached_and_told_with_what_came_out(tmp_path: Path) -> None:
    said, counts = explored(tmp_path, "export function sign(x) {\n  if (x < 0) return -1;\n  return x > 0 ? 1 : 0;\n}\n")

    assert frozenset().union(*(each.lines for each in said.observations)) >= {2, 3}
    assert frozenset().union(*(each.branches for each in said.observations)) == counts.branches
    assert {check.expected for each in said.observations for check in each.checks} >= {"-1", "1", "0"}
    assert {each.callee for each in said.observations} == {"sign"}


def test_types_of_typescript_say_what_to_call_with(tmp_path: Path) -> None:
    code = (
        "export interface Order { id: string; state: 'open' | 'shipped'; lines: { price: number }[] }\n"
        "export function total(order: Order): number {\n"
        "  if (order.state === 'shipped') return 0;\n"
        "  return order.lines.reduce((sum, line) => sum + line.price, 0);\n"
        "}\n"
    )
    said, counts = explored(tmp_path, code, "src/a.ts")

    assert frozenset().union(*(each.branches for each in said.observations)) == counts.branches
    assert any("price: " in argument.source for each in said.observations for argument in each.arguments) or any(
        "price: " in step.source for each in said.observations for step in each.arrange
    )


def test_objects_are_made_and_errors_thrown_on_purpose_are_told_with_their_words(tmp_path: Path) -> None:
    said, _ = explored(tmp_path, ACCOUNT)

    thrown = {(each.raised.type, each.raised.message) for each in said.observations if each.raised}
    assert thrown == {("TypeError", "an amount is a number"), ("RangeError", "too little is left")}
    assert any(each.kind == "method" and not each.raised and each.checks for each in said.observations)


def test_a_type_error_that_nobody_meant_is_never_told(tmp_path: Path) -> None:
    said, _ = explored(tmp_path, "export const upper = (text) => text.name.toUpperCase();\n")

    assert said.observations
    assert not [each for each in said.observations if each.raised]


def test_what_is_asynchronous_is_awaited(tmp_path: Path) -> None:
    code = (
        "export async function load(name) {\n  await new Promise((done) => setTimeout(done, 2));\n"
        "  if (!name) throw new Error('a name is needed');\n  return name.length;\n}\n"
    )
    said, counts = explored(tmp_path, code)

    assert frozenset().union(*(each.branches for each in said.observations)) == counts.branches
    assert all(each.asynchronous for each in said.observations), [o for o in said.observations if not o.asynchronous]


def test_a_call_that_never_ends_and_one_that_exits_cost_only_themselves(tmp_path: Path) -> None:
    code = (
        "export function forever(x) {\n  if (x > 1) while (true) {}\n  return 1;\n}\n"
        "export function leave() {\n  process.exit(3);\n}\n"
        "export function twice(x) {\n  return x > 3 ? x * 2 : x;\n}\n"
    )
    said, _ = explored(tmp_path, code)

    assert {each.unit for each in said.observations} >= {"twice"}
    assert frozenset().union(*(each.branches for each in said.observations if each.unit == "twice")) == {(9, 1), (9, 2)}
    assert not [each for each in said.observations if each.unit == "leave"]


def test_what_differs_each_time_is_not_asserted(tmp_path: Path) -> None:
    said, _ = explored(tmp_path, "export const dice = (sides) => (sides > 5 ? performance.now() * process.pid : 1);\n")

    values = {check.expected for each in said.observations if each.stable for check in each.checks if check.how == "is"}
    assert values <= {"1", "NaN"}


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("throw new Error('no settings');\n", "import failed: Error: no settings"),
        ("while (true) {}\n", "timeout"),
        ("import gone from 'nobody-has-this';\nexport const f = (x) => gone(x);\n", "import failed"),
    ],
)
def test_a_file_that_cannot_be_loaded_says_why(code: str, ending: str, tmp_path: Path) -> None:
    said, _ = explored(tmp_path, code + "export const g = (x) => (x ? 1 : 2);\n")

    assert said.ending.startswith(ending)
    assert not said.observations


def test_calls_are_counted_where_they_are_the_budget_and_what_is_said_is_told(tmp_path: Path) -> None:
    code = "export function greet(name) {\n  if (name) console.log('hello', name);\n  else process.emitWarning('nobody');\n}\n"
    first, counts = explored(tmp_path / "a", code, seconds=60, executions=400)
    second, _ = explored(tmp_path / "b", code, seconds=60, executions=400)

    assert first.observations == second.observations
    assert frozenset().union(*(each.branches for each in first.observations)) == counts.branches
    said = {check.subject: check.expected for each in first.observations for check in each.checks}
    assert said["emitted"] == "[['nobody']]"
    assert said["printed"].startswith("[['hello', ")


def test_nothing_is_told_that_changes_files_outside_of_the_folder_of_a_test(tmp_path: Path) -> None:
    code = (
        "import fs from 'node:fs';\n"
        "export function keep(file, outside) {\n"
        "  if (outside) fs.mkdirSync('/testwright-outside', { recursive: true });\n"
        "  fs.writeFileSync(file, 'a');\n"
        "  return file.length;\n"
        "}\n"
    )
    said, _ = explored(tmp_path, code, seconds=60, executions=600)

    assert said.observations
    assert not [each for each in said.observations if (3, 1) in each.branches]
    assert not Path("/testwright-outside").exists()
    assert not [each for each in said.observations if each.call.startswith("keep('/") and not each.raised]


def test_functions_that_are_handed_in_call_back_and_what_calls_back_late_is_waited_for(tmp_path: Path) -> None:
    code = (
        "import fs from 'node:fs';\n"
        "export const filter = (test) => (read) => (end, cb) => {\n"
        "  read(end, (ended, data) => {\n"
        "    if (ended) cb(ended);\n"
        "    else if (test(data)) cb(null, data);\n"
        "  });\n"
        "};\n"
        "export function count(dir, callback, options) {\n"
        "  fs.readdir(dir, (err, list) => {\n"
        "    if (err) return callback(err);\n"
        "    callback(null, list.length);\n"
        "  });\n"
        "}\n"
    )
    said, counts = explored(tmp_path, code)

    assert frozenset().union(*(each.branches for each in said.observations)) == counts.branches
    assert frozenset().union(*(each.lines for each in said.observations)) >= {4, 5, 10, 11}
    assert any(each.asynchronous and "resolve" in each.call and "count(" in each.call for each in said.observations)
