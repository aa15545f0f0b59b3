"""The text of test files, in every dialect."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from runners.languages.base import Style
from runners.languages.node import write
from runners.languages.node.exploring import is_source
from tests.runners.languages.examples import workspace
from tests.runners.languages.node.observed import equals, observed
from testwright.model import Argument, Check, How, Observation, Raised, Step, Target

TARGET = Target("javascript", "src/a.js", "src/a.js", "0" * 64)
FACTS = {"module": "esm", "semi": ";", "comma": ",", "expect": "expect", "imported": "yes"}
VITEST = Style("vitest", "test", "", "'", 80, "  ", FACTS)
RANGE = [
    observed("range", "range(from=0; to=3)", equals("[0, 1, 2]")),
    observed("range", "range(from=0; to=3; step=0)", raised=Raised("RangeError", "step must not be 0", True)),
]
SIGN = [observed("sign", f"sign(x={x})", equals(y)) for x, y in (("5", "1"), ("-1", "-1"), ("0", "0"))]


def text(folder: Path, given: list[Observation], style: Style = VITEST, files: Mapping[str, str] = {}) -> str:
    assert all(map(is_source, given))
    place = workspace(folder, {"package.json": '{"type": "module"}', "src/a.js": "export const a = 1;\n", **files})
    candidate = write(place, TARGET, given, style)
    assert sorted(o for test in candidate.tests for o in test.observations) == sorted(o.id for o in given)
    assert all(test.text.splitlines()[0].strip() in candidate.text for test in candidate.tests)
    return candidate.text


def test_a_file_of_vitest(tmp_path: Path) -> None:
    assert text(tmp_path, [*SIGN, *RANGE]) == (
        "import { describe, expect, it } from 'vitest';\n"
        "import { range, sign } from '../src/a.js';\n"
        "\n"
        "describe('sign', () => {\n"
        "  it.each([\n"
        "    [-1, -1],\n"
        "    [0, 0],\n"
        "    [5, 1],\n"
        "  ])('sign(%s) returns %s', (x, expected) => {\n"
        "    expect(sign(x)).toBe(expected);\n"
        "  });\n"
        "});\n"
        "\n"
        "describe('range', () => {\n"
        "  it('returns [0, 1, 2] for 0 and 3', () => {\n"
        "    expect(range(0, 3)).toEqual([0, 1, 2]);\n"
        "  });\n"
        "\n"
        "  it('throws a RangeError for step 0', () => {\n"
        "    expect(() => range(0, 3, 0)).toThrow('step must not be 0');\n"
        "  });\n"
        "});\n"
    )


def test_a_file_of_node_test(tmp_path: Path) -> None:
    style = replace(VITEST, framework="node:test", facts={**FACTS, "expect": "assert", "module": "cjs", "describe": "no"})
    assert text(tmp_path, [*SIGN, RANGE[1]], style) == (
        "const { test } = require('node:test');\n"
        "const assert = require('node:assert');\n"
        "const { range, sign } = require('../src/a');\n"
        "\n"
        "for (const [x, expected] of [[-1, -1], [0, 0], [5, 1]]) {\n"
        "  test(`sign(${x}) returns ${expected}`, () => {\n"
        "    assert.strictEqual(sign(x), expected);\n"
        "  });\n"
        "}\n"
        "\n"
        "test('range throws a RangeError for 0, 3 and 0', () => {\n"
        "  assert.throws(() => range(0, 3, 0), { message: 'step must not be 0' });\n"
        "});\n"
    )


def test_a_file_of_mocha_with_chai(tmp_path: Path) -> None:
    style = replace(VITEST, framework="mocha", facts={**FACTS, "expect": "chai", "module": "cjs", "imported": ""})
    written = text(tmp_path, RANGE, style)
    assert written.startswith("const { expect } = require('chai');\nconst { range } = require('../src/a');\n")
    assert "expect(range(0, 3)).to.deep.equal([0, 1, 2]);" in written
    assert "expect(() => range(0, 3, 0)).to.throw(RangeError, 'step must not be 0');" in written


def test_an_object_is_arranged_called_and_looked_at(tmp_path: Path) -> None:
    push = observed(
        "Stack.push",
        "stack.push('a')",
        Check("result", How.IS, "stack"),
        equals("1", "stack.size"),
        kind="method",
        arrange=(Step("new Stack()", "stack"),),
    )
    assert (
        "    const stack = new Stack();\n\n    const result = stack.push('a');\n\n    expect(result).toBe(stack);\n"
        "    expect(stack.size).toBe(1);\n"
    ) in text(tmp_path, [push])


@pytest.mark.parametrize(
    ("check", "statement"),
    [
        (Check("result", How.IS, "null"), "expect(f()).toBeNull();"),
        (Check("result", How.IS, "true"), "expect(f()).toBe(true);"),
        (equals("'it\\'s'"), 'expect(f()).toBe("it\'s");'),
        (equals("NaN"), "expect(f()).toBeNaN();"),
        (equals("{ a: 1 }"), "expect(f()).toEqual({ a: 1 });"),
        (Check("result", How.CLOSE, "0.30000000000000004"), "expect(f()).toBeCloseTo(0.30000000000000004, 10);"),
        (Check("result", How.CLOSE, "12345.678"), "expect(f()).toBeCloseTo(12345.678, 5);"),
        (Check("result", How.TYPE, "'string'"), "expect(typeof f()).toBe('string');"),
        (Check("result", How.TYPE, "Map"), "expect(f()).toBeInstanceOf(Map);"),
        (Check("Number.isNaN(result)", How.TRUE), "expect(Number.isNaN(result)).toBe(true);"),
    ],
)
def test_a_fact_is_said_in_the_word_for_it(check: Check, statement: str, tmp_path: Path) -> None:
    assert statement in text(tmp_path, [observed("f", "f()", check)])


SAVE = observed("save", "save('a')", Check("printed", How.EQUALS, "[['saved', 'a']]"), Check("warned", How.EQUALS, "[['slow']]"))
LOG = observed("log", "log()", Check("printed", How.EQUALS, "[['hello']]"))


def test_what_a_call_says_on_the_console_is_asked_of_spies(tmp_path: Path) -> None:
    written = text(tmp_path, [SAVE, LOG])
    assert "import { afterEach, describe, expect, it, vi } from 'vitest';\n" in written
    assert "\nafterEach(() => {\n  vi.restoreAllMocks();\n});\n\ndescribe('save'" in written
    assert (
        "    const log = vi.spyOn(console, 'log').mockImplementation(() => {});\n"
        "    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});\n\n    save('a');\n\n"
        "    expect(log.mock.calls).toEqual([['saved', 'a']]);\n    expect(warn.mock.calls).toEqual([['slow']]);\n"
    ) in written
    assert "it('logs \"hello\"', () => {\n    const consoleLog = vi.spyOn(console, 'log')" in written


def test_warnings_of_the_process_and_what_is_written_to_it_are_asked_of_spies_too(tmp_path: Path) -> None:
    old = observed("old", "old()", Check("result", How.IS, "undefined"), Check("emitted", How.EQUALS, "[['too old']]"))
    raw = observed("raw", "raw()", Check("written", How.EQUALS, "[['a']]"), Check("reported", How.EQUALS, "[['b']]"))
    written = text(tmp_path, [old, raw])
    assert (
        "it('warns of \"too old\"', () => {\n    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(\n"
        "      () => {},\n    );\n\n    old();\n\n    expect(emitWarning.mock.calls).toEqual([['too old']]);\n  });"
    ) in written
    assert "    const stdoutWrite = vi.spyOn(process.stdout, 'write').mockImplementation(\n      () => true,\n" in written
    assert (
        "    const stderrWrite = vi.spyOn(process.stderr, 'write').mockImplementation(\n      () => true,\n    );\n\n    raw();\n"
        in written
    )


def test_what_is_written_to_standard_output_is_left_to_the_runner_of_node_itself(tmp_path: Path) -> None:
    style = replace(VITEST, framework="node:test", facts={**FACTS, "expect": "assert"})
    raw = observed("raw", "raw(1)", equals("1"), Check("written", How.EQUALS, "[['a']]"))
    written = text(tmp_path, [raw])
    assert "stdoutWrite" in written
    assert "write" not in text(tmp_path, [raw], style)


def test_node_test_gives_spies_to_the_test(tmp_path: Path) -> None:
    written = text(tmp_path, [LOG], replace(VITEST, framework="node:test", facts={**FACTS, "expect": "assert"}))
    assert "(t) => {\n    const consoleLog = t.mock.method(console, 'log', () => {});" in written
    assert "afterEach" not in written


def test_without_spies_what_is_said_is_not_asserted(tmp_path: Path) -> None:
    style = replace(VITEST, framework="mocha", facts={**FACTS, "expect": "assert"})
    returning = observed("f", "f(1)", equals("2"), Check("printed", How.EQUALS, "[['hello']]"))
    place = workspace(tmp_path, {"src/a.js": "export const a = 1;\n"})
    candidate = write(place, TARGET, [returning, LOG], style)
    assert [test.observations for test in candidate.tests] == [(returning.id,)]
    assert "console" not in candidate.text


def test_what_is_awaited_is_awaited(tmp_path: Path) -> None:
    given = [
        observed("later", "later(1)", equals("[1]"), asynchronous=True),
        observed("later", "later(x='')", raised=Raised("TypeError", "no x", True), asynchronous=True),
    ]
    written = text(tmp_path, given)
    assert "it('resolves to [1] for 1', async () => {\n    expect(await later(1)).toEqual([1]);" in written
    assert (
        "it('rejects with a TypeError for an empty string', async () => {\n    await expect(later('')).rejects.toThrow('no x');" in written
    )


@pytest.mark.parametrize(
    ("imports", "module", "line"),
    [
        ((("src/a.js", "default as parse"),), "esm", "import parse from '../src/a.js';"),
        ((("src/a.js", "* as parse"),), "esm", "import * as parse from '../src/a.js';"),
        ((("src/a.js", "default as parse"),), "cjs", "const parse = require('../src/a').default;"),
        ((("src/a.js", "* as parse"),), "cjs", "const parse = require('../src/a');"),
        ((("node:fs", "* as parse"),), "esm", "import * as parse from 'node:fs';"),
        ((("src/a.js", "default"),), "esm", "import parse from '../src/a.js';"),
        ((("src/a.js", "default as parse"), ("src/a.js", "mode")), "esm", "import parse, { mode } from '../src/a.js';"),
    ],
)
def test_imports_are_written_as_the_module_asks(imports: tuple[tuple[str, str], ...], module: str, line: str, tmp_path: Path) -> None:
    argument = "mode" if len(imports) > 1 else "1"
    style = replace(VITEST, facts={**FACTS, "module": module})
    assert line in text(tmp_path, [observed("parse", f"parse(x={argument})", equals("2"), imports=imports)], style)


def test_what_is_imported_under_the_name_of_a_word_of_the_runner_is_called_otherwise(tmp_path: Path) -> None:
    written = text(tmp_path, [observed("test", "test(x=1)", equals("2"), imports=(("src/a.js", "test"),))])
    assert "import { test as theTest } from '../src/a.js';" in written
    assert "expect(theTest(1)).toBe(2);" in written


def test_values_that_do_not_fit_are_laid_out_over_lines(tmp_path: Path) -> None:
    long = "[" + ", ".join(f"{{ name: 'number {i}', value: {i} }}" for i in range(4)) + "]"
    written = text(tmp_path, [observed("f", "f()", equals(long))])
    assert max(map(len, written.splitlines())) <= 80
    assert "expect(f()).toEqual([\n      { name: 'number 0', value: 0 },\n" in written


def test_a_semicolon_in_a_text_keeps_no_row_on_one_line(tmp_path: Path) -> None:
    long = [f"'key{i};expires={i};path={i};domain={i};max-age={i}'" for i in range(3)]
    written = text(tmp_path, [observed("f", f"f(text={value})", equals(f"{{ value: {value} }}")) for value in long])
    assert max(map(len, written.splitlines())) <= 80


def test_an_object_with_long_keys_is_an_object_in_a_title_and_a_backtick_keeps_no_line_long(tmp_path: Path) -> None:
    call = "f({ pascalCase: true, preserveConsecutiveUppercase: true })"
    written = text(tmp_path, [observed("f", call, raised=Raised("TypeError", "Expected the input to be `string | string[]`", True))])
    assert "it('throws a TypeError for an object', () => {" in written
    assert "toThrow(\n      'Expected the input to be `string | string[]`',\n    );" in written


def test_the_class_that_is_all_of_a_module_has_a_block_of_its_own(tmp_path: Path) -> None:
    arrange, imports = (Step("new Emitter()", "emitter"),), (("src/a.js", "* as Emitter"),)
    given = [
        observed(
            f"Emitter.{name}", f"emitter.{name}()", Check("result", How.IS, "emitter"), kind="method", arrange=arrange, imports=imports
        )
        for name in ("on", "off")
    ]
    written = text(tmp_path, given)
    assert "describe('Emitter', () => {\n  describe('on', () => {\n    it('returns itself', () => {" in written
    whole = observed("a.clone", "a.clone()", equals("1"), imports=(("src/a.js", "* as a"),))
    assert "\ndescribe('clone', () => {" in text(tmp_path, [whole])


def test_a_call_with_a_function_keeps_no_others_out_of_a_table(tmp_path: Path) -> None:
    given = [observed("f", f"f(x={x}; y={y})", equals(x)) for x, y in (("1", "2"), ("2", "3"), ("3", "() => 1"), ("4", "5"))]
    written = text(tmp_path, given)
    assert "it.each([\n    [1, 2, 1],\n    [2, 3, 2],\n    [4, 5, 4],\n  ])('f(%s, %s) returns %s'" in written
    assert "it('returns 3 for 3 and a function', () => {" in written


def test_titles_differ_and_tables_have_names_for_their_columns(tmp_path: Path) -> None:
    given = [observed("f", f"f(a={i}; b={i % 2})", equals(f"'{i}'")) for i in range(4)]
    given += [replace(observed("f", "f(1)", equals(str(i))), id=str(i), arrange=(Step(str(i), "x"),)) for i in range(3)]
    place = workspace(tmp_path, {"src/a.js": "export const f = 1;\n"})
    names = [test.name for test in write(place, TARGET, given, VITEST).tests]
    assert len(set(names)) == len(names) == 4
    assert names[0] == "f > f(%s, %s) returns %j"


def test_no_two_columns_of_a_table_are_called_alike(tmp_path: Path) -> None:
    facts = [(equals(f"'{i}'", "typeof result"), equals(f"[{i}]")) for i in range(3)]
    given = [observed("f", f"f(size={i}; size={i + 1}; expected={i + 2})", *facts[i]) for i in range(3)]
    assert "(size, otherSize, expectedValue, expected, otherExpected) => {" in text(tmp_path, given)


def test_no_column_is_called_like_what_a_cell_means(tmp_path: Path) -> None:
    given = [
        observed("f", f"f(mode={mode}; x=parse('a'))", equals(f"'{mode}'"), imports=(("src/a.js", "f"), ("src/a.js", mode)))
        for mode in ("mode", "quick", "slow")
    ]
    assert "(otherMode, expected) => {\n    expect(f(otherMode, parse('a'))).toBe(expected);" in text(tmp_path, given)


def test_an_array_that_is_the_only_value_of_a_row_stays_one_value(tmp_path: Path) -> None:
    given = [observed("f", f"f(x={value})", equals("1")) for value in ("Array.of()", "[1]", "2")]
    assert "it.each([[2], [[1]], [Array.of()]])" in text(tmp_path, given)


@pytest.mark.parametrize("framework", ["vitest", "mocha"])
def test_a_title_shows_no_code_of_functions(framework: str, tmp_path: Path) -> None:
    given = [observed("f", f"f(type={value})", equals("'function'")) for value in ("String", "Number", "Array")]
    assert 'returns "function" for each type' in text(tmp_path, given, replace(VITEST, framework=framework))


@pytest.mark.parametrize("value", ["'  a'", "'a  b'", "'50%'", "/%d/", "'${x}'", "[5 % 2]"])
def test_a_title_has_no_signs_that_runners_fill_in(value: str, tmp_path: Path) -> None:
    title = text(tmp_path, [observed("f", f"f(x={value})", equals("1"))]).split("it('")[1].split("',")[0]
    assert "%" not in title
    assert "${" not in title
    assert "  " not in title


def test_a_title_says_what_a_variable_holds(tmp_path: Path) -> None:
    given = observed("fill", "fill(items=items; n=2)", equals("[1, 1]", "items"), arrange=(Step("[]", "items"),))
    assert "it('changes items for an empty array and 2', () => {" in text(tmp_path, [given])


@pytest.mark.parametrize(
    "change",
    [
        {"call": "f(1); process.exit()"},
        {"callee": "f(1)\nboom"},
        {"arguments": (Argument("a, b", "1"),)},
        {"arguments": (Argument("a", "1), g(2"),)},
        {"arrange": (Step("1", "x = 2, y"),)},
        {"imports": (("../../etc/passwd", "f"),)},
        {"imports": (("x'; boom('", "f"),)},
        {"checks": (Check("result", How.EQUALS, "1 // "),)},
        {"raised": Raised("Error); boom(", "")},
    ],
)
def test_an_observation_that_would_break_out_of_its_place_is_refused(change: dict[str, object]) -> None:
    assert is_source(RANGE[0])
    assert not is_source(replace(RANGE[0], **change))  # type: ignore[arg-type]
