"""Tests that really run, in the pinned Node: what is said about them, and that no trick passes for a test."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from runners.images.pinned import IN_IMAGE
from runners.languages import node
from runners.languages.base import Style
from runners.languages.node.sources import files
from runners.sandboxes.process import ProcessSandbox
from tests.runners.languages.examples import workspace
from tests.runners.languages.node.observed import equals, observed
from tests.runners.node_tools import node_environment
from tests.runners.sandboxes.conftest import ISOLATED, open_box
from testwright.model import Baseline, Candidate, Check, Ending, How, Limits, RunResult, Status, TestCase, Workspace

pytestmark = [pytest.mark.slow, pytest.mark.network]
CJS = "function sign(x) {\n  if (x < 0) return -1;\n  return x > 0 ? 1 : 0;\n}\nexports.sign = sign;\n"
ESM = "export function sign(x) {\n  if (x < 0) return -1;\n  return x > 0 ? 1 : 0;\n}\n"
TS = "export enum Kind { Plus = 1, Minus }\nexport function sign(x: number, k: Kind = Kind.Plus): number {\n" + ESM.split("\n", 1)[1]
PROJECTS: Mapping[str, Mapping[str, str]] = {
    "cjs": {"package.json": "{}", "src/a.js": CJS},
    "esm": {"package.json": '{"type": "module"}', "src/a.js": ESM},
    "bundled": {"package.json": "{}", "src/a.js": f"import {{ zero }} from './b';\n{ESM}", "src/b.js": "export const zero = 0;\n"},
    "ts": {"package.json": "{}", "src/a.ts": TS},
    "ts-cjs": {
        "package.json": "{}",
        "src/a.ts": "import { zero } from './b';\nfunction sign(x: number) {\n"
        + CJS.split("\n", 1)[1].rpartition("exports")[0]
        + "export default { sign, zero };\nmodule.exports = { sign, zero };\nmodule.exports.default = { sign };\n",
        "src/b.ts": "import three = require('./c');\nexport const zero: number = three - 3;\n",
        "src/c.ts": "export = 3;\n",
    },
    "tsx": {"package.json": "{}", "src/a.tsx": f"const element = (x: unknown) => x;\n{TS}", "tsconfig.json": '{"extends": "@gone/base"}'},
}
QUICK = Limits(seconds=18)
HEAD = "const { sign } = require('../src/a');\n"


def project(folder: Path, kind: str) -> tuple[Workspace, str]:
    return workspace(folder, PROJECTS[kind]), next(path for path in PROJECTS[kind] if path.startswith("src/a."))


def counted(place: Workspace) -> Baseline:
    made, paths = node_environment(), node.sources(place, sorted(files(place)))
    return node.baseline(place, made, paths, ProcessSandbox().run(node.count(place, made, QUICK, paths)))


def ran(place: Workspace, source: str, given: Candidate, order: int | None = None, only: tuple[str, ...] = ()) -> RunResult:
    made = node_environment()
    target = node.target(place, made, source, counted(place))
    expected = replace(given, tests=tuple(test for test in given.tests if not only or test.name in only))
    return node.result(
        place, ProcessSandbox().run(node.run(place, made, [given], QUICK, target=target, order=order, only=only)), [expected]
    )


def candidate(body: str, *names: str, head: str = HEAD, path: str = "test/a.test.js") -> Candidate:
    return Candidate(path, head + body, tuple(TestCase(name, "") for name in names))


@pytest.mark.parametrize("kind", PROJECTS)
def test_what_is_written_runs_in_every_kind_of_project(kind: str, tmp_path: Path) -> None:
    place, source = project(tmp_path, kind)
    given = [observed("sign", f"sign(x={x})", equals(y), module=source) for x, y in (("5", "1"), ("-1", "-1"), ("0", "0"))]
    imports = (("src/a.ts", "default as all"),) if kind == "ts-cjs" else None
    if imports:
        given = [replace(o, call=f"all.{o.call}", callee="all.sign", imports=imports) for o in given]
    style = node.style(place, sorted(PROJECTS[kind]))
    target = node.target(place, node_environment(), source, counted(place))
    written = node.write(place, target, given, style)
    result = ran(place, source, written)
    assert not result.problem, written.text
    assert [(case.name, case.status) for case in result.cases] == [(written.tests[0].name, Status.PASSED)] * 3, written.text
    (file,) = result.coverage
    assert (file.path, file.missing_lines) == (source, frozenset())
    start = next(i for i, line in enumerate(Path(place.root, source).read_text().splitlines(), 1) if "if (x" in line)
    assert file.branches - file.missing_branches >= {(start, 1), (start, 2), (start + 1, 1), (start + 1, 2)}
    assert set(result.gains) == {"", written.tests[0].name}
    assert result.gains[written.tests[0].name][source] == {start, start + 1}


@pytest.mark.parametrize(
    ("style", "module"),
    [("vitest", "esm"), ("jest", "cjs"), ("jest", "esm"), ("mocha", "cjs"), ("mocha", "esm"), ("node:test", "cjs"), ("node:test", "esm")],
)
def test_every_dialect_is_judged_alike(style: str, module: str, tmp_path: Path) -> None:
    place, source = project(tmp_path, module)
    facts = {"module": module, "semi": ";", "imported": "yes", "expect": "expect" if style in ("vitest", "jest") else "assert"}
    given = [observed("sign", f"sign(x={x})", equals(y), module=source) for x, y in (("5", "1"), ("-1", "-1"), ("0", "0"))]
    written = node.write(
        place, node.target(place, node_environment(), source, Baseline("none")), given[1:], Style(style, "test", facts=facts)
    )
    table = node.write(place, node.target(place, node_environment(), source, Baseline("none")), given, Style(style, "test", facts=facts))
    for each in (written, table):
        result = ran(place, source, each, order=7)
        assert result.passed, (result, each.text)
        assert {case.name for case in result.cases} == {test.name for test in each.tests}


ODD = {
    "classes": ["String", "Number", "Array"],
    "spaces": ["' '", "'  a'", "'b  '"],
    "signs": ["'%s'", "'100%'", "'%d %j'"],
    "holes": ["'${x}'", "'$x'", "'`'"],
    "controls": ["'\\t'", "'a\\nb'", "'\\u001b[2J'"],
    "objects": ["{ a: '$b' }", "{ a: { b: 1 } }", "{ $: '}' }"],
    "patterns": ["/%d/", "/a$b/", "/`${x}/"],
    "arrays": ["Array.of()", "[1]", "Array.of(1, 2)"],
    "space": ["'  a '"],
    "sign": ["'%s  %'"],
    "hole": ["'${ x }'"],
}
"""Unit → values that are hard to say in a title."""


@pytest.mark.parametrize("style", ["vitest", "jest", "mocha", "node:test"])
def test_titles_of_odd_values_are_found_again(style: str, tmp_path: Path) -> None:
    place = workspace(tmp_path, {"package.json": "{}", "src/a.js": "".join(f"exports.{unit} = (x) => typeof x;\n" for unit in ODD)})
    made = node_environment()
    facts = {"module": "esm", "semi": ";", "imported": "yes", "expect": "expect" if style in ("vitest", "jest") else "assert"}
    kinds = {"classes": "function", "objects": "object", "patterns": "object", "arrays": "object"}
    given = [observed(unit, f"{unit}(x={x})", equals(f"'{kinds.get(unit, 'string')}'")) for unit, values in ODD.items() for x in values]
    target = node.target(place, made, "src/a.js", Baseline("none"))
    written = node.write(place, target, given, Style(style, "test", facts=facts))
    result = node.result(place, ProcessSandbox().run(node.run(place, made, [written], QUICK, target=target)), [written])
    assert result.passed, (result.problem, written.text)
    assert {case.name for case in result.cases} == {test.name for test in written.tests} == set(result.gains) - {""}


@pytest.mark.parametrize("style", ["vitest", "jest", "node:test"])
def test_what_is_said_on_the_console_is_asserted_in_every_dialect_with_spies(style: str, tmp_path: Path) -> None:
    code = "exports.log = (x) => {\n  console.log('got', x);\n  if (x > 1) console.error(x);\n};\n"
    place, made = workspace(tmp_path, {"package.json": "{}", "src/a.js": code}), node_environment()
    facts = {"module": "esm", "semi": ";", "imported": "yes", "expect": "expect" if style in ("vitest", "jest") else "assert"}
    said = [
        (Check("printed", How.EQUALS, f"[['got', {x}]]"), Check("complained", How.EQUALS, f"[[{x}]]" if x > 1 else "[]"))
        for x in (1, 2, 3, 4)
    ]
    given = [observed("log", f"log(x={x})", *checks) for x, checks in enumerate(said, 1)]
    target = node.target(place, made, "src/a.js", Baseline("none"))
    written = node.write(place, target, given, Style(style, "test", facts=facts))
    result = node.result(place, ProcessSandbox().run(node.run(place, made, [written], QUICK, target=target)), [written])
    assert result.passed, (result, written.text)
    wrong = replace(written, text=written.text.replace('"got"', '"lost"'))
    assert not node.result(place, ProcessSandbox().run(node.run(place, made, [wrong], QUICK, target=target)), [wrong]).passed


def test_a_title_of_white_space_is_found_again(tmp_path: Path) -> None:
    place, source = project(tmp_path, "cjs")
    names = ("  d > \ta\n b ", "  d >   %s  c", "  d > ${f({ a: 1 })} d", "  d > ")
    body = (
        "describe('  d', () => {\n  it('\ta\\n b ', () => expect(sign(1)).toBe(1));\n"
        "  it.each([1, 2])('  %s  c', (x) => expect(sign(x)).toBe(1));\n"
        "  for (const x of [1, 2]) it(`${sign(x)} ${x} d`, () => expect(sign(x)).toBe(1));\n  it('', () => expect(sign(1)).toBe(1));\n});\n"
    )
    result = ran(place, source, candidate(body, *names))
    assert result.passed, result
    assert {case.name for case in result.cases} == set(names)


def test_what_goes_wrong_in_a_test_costs_only_that_test(tmp_path: Path) -> None:
    place, _ = project(tmp_path, "cjs")
    body = (
        "it('hangs', () => { for (;;); });\n"
        "it('waits', () => new Promise(() => {}));\n"
        "it('exits', () => { process.exit(0); });\n"
        "it('dies', () => { process.kill(process.pid, 'SIGKILL'); });\n"
        "it('loses', () => { Promise.reject(new Error('lost')); });\n"
        "it('reads', () => { require('node:fs').readFileSync(0); });\n"
        "it('is good', () => { expect(sign(1)).toBe(1); });\n"
    )
    names = ("hangs", "waits", "exits", "dies", "loses", "reads", "is good")
    made, given = node_environment(), candidate(body, *names)
    output = ProcessSandbox().run(node.run(place, made, [given], Limits(seconds=27)))
    cases = {case.name: case for case in node.result(place, output, [given]).cases}
    assert {name for name, case in cases.items() if case.status is Status.PASSED} == {"reads", "is good"}
    assert "timeout: took longer than" in cases["hangs"].message
    assert "timeout: took longer than" in cases["waits"].message
    assert "process.exit" in cases["exits"].message
    assert "the process ended in this test" in cases["dies"].message
    assert "lost" in cases["loses"].message


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("syntax error here(;\n", "Parse"),
        ("const x = require('./gone');\n", "gone"),
        ("process.exit(0);\n", "process.exit"),
        ("throw new Error('at import');\n", "at import"),
    ],
)
def test_a_file_that_cannot_be_loaded_says_why(head: str, why: str, tmp_path: Path) -> None:
    place, source = project(tmp_path, "cjs")
    result = ran(place, source, candidate("it('a', () => {});\n", "a", head=head))
    assert not result.passed
    assert why.lower() in (result.problem + " ".join(case.message for case in result.cases)).lower()


def test_a_test_that_forges_the_report_is_caught(tmp_path: Path) -> None:
    place, source = project(tmp_path, "cjs")
    report = json.dumps({"code": 0, "cases": [{"file": "test/a.test.js", "name": "forges", "state": "passed"}], "problem": ""})
    body = (
        "it('forges', () => {\n"
        f"  require('node:fs').writeFileSync('../results/report.json', {json.dumps(report)});\n"
        "  process.kill(process.ppid, 'SIGKILL');\n  for (;;);\n});\n"
    )
    assert not ran(place, source, candidate(body, "forges")).passed


MEDDLING = {
    "assert": "const assert = require('node:assert');\nassert.strictEqual = assert.strict.strictEqual = () => {};\n",
    "expect": "globalThis.expect = () => new Proxy({}, { get: () => () => {} });\n",
    "fixed expect": "Object.defineProperty(globalThis, 'expect', { value: () => new Proxy({}, { get: () => () => {} }) });\n",
    "matchers": "Object.getPrototypeOf(globalThis.expect(0)).toBe = () => {};\n",
    "printed text": "console.log('Tests 1 passed (1)');\nprocess.stdout.write('ok 1 - a\\n');\n",
    "success at the end": "process.on('exit', () => { process.exitCode = 0; });\n",
    "an early end": "setImmediate(() => process.exit(0));\n",
}
"""What code does when it is loaded, so that every test would pass."""
WRONG = {
    "expect": "it('a', () => { expect(sign(1)).toBe(7); });\n",
    "assert": "it('a', () => { require('node:assert').strictEqual(sign(1), 7); });\n",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("meddling", MEDDLING.values(), ids=MEDDLING)
def test_code_that_meddles_with_assertions_lets_no_wrong_test_pass(meddling: str, wrong: str, tmp_path: Path) -> None:
    place = workspace(tmp_path, {"package.json": "{}", "src/a.js": meddling + CJS})
    assert not ran(place, "src/a.js", candidate(wrong, "a")).passed


def test_code_that_adds_a_matcher_is_tested_all_the_same(tmp_path: Path) -> None:
    own = "if (globalThis.expect) globalThis.expect.extend({ toBeOdd: (x) => ({ pass: x % 2 === 1, message: () => 'even' }) });\n"
    place = workspace(tmp_path, {"package.json": "{}", "src/a.js": own + CJS})
    assert ran(place, "src/a.js", candidate("it('a', () => { expect(sign(1)).toBeOdd(); });\n", "a")).passed


def test_a_test_that_is_expected_and_says_nothing_is_a_problem(tmp_path: Path) -> None:
    place, source = project(tmp_path, "cjs")
    result = ran(place, source, candidate("it('a', () => { expect(sign(1)).toBe(1); });\n", "a", "b"))
    assert "b was expected" in result.problem


def test_only_what_is_asked_for_runs(tmp_path: Path) -> None:
    place, source = project(tmp_path, "cjs")
    each = "it.each([1, 2])('a %j', (x) => { expect(sign(x)).toBe(1); });"
    body = f"describe('d', () => {{ {each} it('b', () => {{ expect(1).toBe(2); }}); }});\n"
    result = ran(place, source, candidate(body, "d > a %j", "d > b"), only=("d > a %j",))
    assert result.passed
    assert [case.parameters for case in result.cases] == ["d > a 1", "d > a 2"]


REQUIRED = "const { sign } = require('../src/a');\n"
NODE_TEST = "const test = require('node:test');\ntest('a', () => { require('../src/a').sign(1); });\n"
VITEST = "import { it } from 'vitest';\nimport { sign } from '../src/a';\nit('a', () => { sign(1); });\n"


@pytest.mark.parametrize(
    ("manifest", "test", "state"),
    [
        ('{"scripts": {"test": "node --test"}}', NODE_TEST, "passed"),
        ('{"scripts": {"test": "vitest"}}', VITEST, "passed"),
        ('{"devDependencies": {"jest": "*"}}', f"{REQUIRED}it('a', () => {{ sign(1); }});\n", "passed"),
        ("{}", f"{REQUIRED}it('a', () => {{ sign(1); throw new Error('x'); }});\n", "failed"),
        ("{ broken", f"{REQUIRED}it('a', () => {{ sign(1); }});\n", "passed"),
        ('{"scripts": {"test": "ava"}}', "const test = require('ava');\ntest('a', (t) => t.pass());\n", "none"),
    ],
)
def test_own_tests_are_measured_by_their_own_runner(manifest: str, test: str, state: str, tmp_path: Path) -> None:
    place = workspace(tmp_path, {"src/a.js": CJS, "package.json": manifest, "test/a.test.js": test})
    made, paths = node_environment(), ["src/a.js"]
    before = node.baseline(place, made, paths, ProcessSandbox().run(node.suite(place, made, Limits(seconds=60))))
    assert before.state == state, before
    (file,) = before.coverage
    assert file.branches == {(2, 1), (2, 2), (3, 1), (3, 2)}
    assert file.covered_branches == ({(2, 2), (3, 1)} if state != "none" else set())


@pytest.mark.parametrize("kind", ["cjs", "esm", "ts-cjs"])
def test_what_several_processes_of_a_suite_cover_is_put_together(kind: str, tmp_path: Path) -> None:
    source = next(path for path in PROJECTS[kind] if path.startswith("src/a."))
    loaded = "const test = require('node:test');\nconst load = () => Promise.resolve(require('../{}'));\n"
    if kind == "esm":
        loaded = "import test from 'node:test';\nconst load = () => import('../{}');\n"
    own = loaded.format(source) + "test('a', async () => {{ (await load()).sign({}); }});\n"
    files = {f"test/{name}.test.js": own.format(x).replace("{{", "{").replace("}}", "}") for name, x in (("a", 5), ("b", -1), ("c", 0))}
    manifest = json.dumps({**json.loads(PROJECTS[kind]["package.json"]), "scripts": {"test": "node --test"}})
    place, made = workspace(tmp_path, {**PROJECTS[kind], **files, "package.json": manifest}), node_environment()
    before = node.baseline(place, made, [source], ProcessSandbox().run(node.suite(place, made, Limits(seconds=60))))
    assert (before.state, len(before.cases)) == ("passed", 3), before
    assert not before.coverage[0].missing_branches


def test_own_tests_that_never_end_are_a_state(tmp_path: Path) -> None:
    own = "it('a', () => { for (;;); });\n"
    place, made = workspace(tmp_path, {"package.json": "{}", "src/a.js": CJS, "test/a.test.js": own}), node_environment()
    before = node.baseline(place, made, ["src/a.js"], ProcessSandbox().run(node.suite(place, made, Limits(seconds=14))))
    assert before.state in ("timeout", "failed")
    assert before.coverage[0].branches


def test_kept_tests_run_beside_the_own_ones(tmp_path: Path) -> None:
    own = "const test = require('node:test');\ntest('own', () => {});\n"
    place = workspace(tmp_path, {"package.json": '{"scripts": {"test": "node --test"}}', "src/a.js": CJS, "test/own.test.js": own})
    extra = {"test/a.test.js": own.replace("own", "new").encode()}
    output = ProcessSandbox().run(node.suite(place, node_environment(), Limits(seconds=30), extra))
    assert {(case.file, case.name) for case in node.result(place, output).cases} == {("test/own.test.js", "own"), ("test/a.test.js", "new")}
    assert output.ending is Ending.EXITED


@pytest.mark.parametrize("sandbox", ISOLATED)
def test_a_run_says_the_same_in_every_sandbox(sandbox: str, tmp_path: Path) -> None:
    place, source = project(tmp_path, "ts")
    made, box = node_environment(tmp_path), open_box(sandbox).sandbox
    if sandbox == "docker":
        made = replace(made, runtime=f"{IN_IMAGE}/bin/node")
    given = [observed("sign", f"sign(x={x})", equals(y), module=source) for x, y in (("5", "1"), ("-1", "-1"))]
    target = node.target(place, made, source, node.baseline(place, made, [source], box.run(node.count(place, made, QUICK, [source]))))
    written = node.write(place, target, given, node.style(place, sorted(PROJECTS["ts"])))
    result = node.result(place, box.run(node.run(place, made, [written], QUICK, target=target)), [written])
    assert result.passed, result
    assert result.coverage[0].covered_branches >= {(3, 1), (3, 2), (4, 1)}
    assert set(result.gains) == {"", *(test.name for test in written.tests)}
