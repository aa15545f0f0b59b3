"""New tests look like their neighbours: runner, place, name, module kind, quotes."""

import json
from pathlib import Path

import pytest

from runners.languages.base import Style
from runners.languages.node import style, test_path
from tests.runners.languages.examples import workspace
from testwright.model import Target

ESM = "export const f = (x) => (x ? 1 : 2);\n"
CJS = "exports.f = (x) => (x ? 1 : 2);\n"


def look(folder: Path, files: dict[str, str]) -> Style:
    return style(workspace(folder, files), sorted(files))


def place(folder: Path, files: dict[str, str], source: str) -> str:
    here = workspace(folder, files)
    return test_path(here, Target("javascript", source, source, "0" * 64), style(here, sorted(files)))


def manifest(**fields: object) -> str:
    return json.dumps({"name": "x", **fields})


@pytest.mark.parametrize(
    ("fields", "tests", "framework"),
    [
        ({"scripts": {"test": "vitest run"}}, {}, "vitest"),
        ({"scripts": {"test": "nyc mocha --recursive"}}, {}, "mocha"),
        ({"scripts": {"test": "npm run unit", "unit": "node --test test/"}}, {}, "node:test"),
        ({"devDependencies": {"jest": "^30"}}, {}, "jest"),
        ({"devDependencies": {"mocha": "1"}}, {"test/a.test.js": "import { test } from 'vitest';\ntest('a', () => {});\n"}, "vitest"),
        ({}, {"test/a.js": "const test = require('node:test');\ntest('a', () => {});\n"}, "node:test"),
        ({}, {"test/a.js": "const { expect } = require('chai');\ndescribe('a', () => { it('b', () => {}) });\n"}, "mocha"),
        ({}, {}, "jest"),
        ({"type": "module"}, {}, "vitest"),
    ],
)
def test_the_runner_is_found(fields: dict[str, object], tests: dict[str, str], framework: str, tmp_path: Path) -> None:
    assert look(tmp_path, {"package.json": manifest(**fields), "src/a.js": CJS, **tests}).framework == framework


def test_tests_lie_where_the_neighbours_lie(tmp_path: Path) -> None:
    test = "import { it } from 'vitest';\nit('a', () => {});\n"
    beside = {"src/a.ts": ESM, "src/a.test.ts": test, "src/b.ts": ESM}
    inside = {"lib/a.js": ESM, "lib/__tests__/a.js": test, "lib/b.js": ESM}
    mirror = {"src/x/a.js": ESM, "test/x/a.spec.js": test, "src/x/b.js": ESM}
    apart = {"a.js": CJS, "test/a-test.js": test, "b.js": CJS}
    assert place(tmp_path / "1", beside, "src/b.ts") == "src/b.test.ts"
    assert place(tmp_path / "2", inside, "lib/b.js") == "lib/__tests__/b.js"
    assert place(tmp_path / "3", mirror, "src/x/b.js") == "test/x/b.spec.js"
    assert place(tmp_path / "4", apart, "b.js") == "test/b-test.js"
    assert place(tmp_path / "5", {"src/index.tsx": ESM}, "src/index.tsx") == "test/index.test.tsx"


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    files = {"src/a.js": ESM, "test/a.test.js": "test('a', () => {});\n", "test/src-a.test.js": ""}
    assert place(tmp_path, files, "src/a.js") == "test/a-more.test.js"


def test_one_module_beside_scripts_makes_no_package_of_modules(tmp_path: Path) -> None:
    found = look(tmp_path, {"package.json": manifest(), "lib/a.js": CJS, "lib/b.js": CJS, "lib/esm.mjs": ESM})
    assert found.facts["module"] == "cjs"


def test_quotes_semicolons_and_indentation_are_those_of_the_tests(tmp_path: Path) -> None:
    test = 'const { f } = require("../src/a")\n\ntest("a", () => {\n    expect(f("b")).toBe("c")\n})\n'
    found = look(tmp_path, {"package.json": manifest(), "src/a.js": CJS, "test/a.test.js": test})
    assert (found.quote, found.indent, found.facts.get("semi"), found.facts["module"]) == ('"', "    ", None, "cjs")
    assert (found.facts["word"], found.facts["describe"]) == ("test", "no")


def test_a_function_of_the_tests_that_is_called_like_a_word_is_none(tmp_path: Path) -> None:
    test = "import test from './check';\n\ndescribe('f', () => {\n  it('is', () => {\n    test(1);\n    test(2);\n  });\n});\n"
    assert look(tmp_path, {"src/a.js": ESM, "test/a.test.js": test}).facts["word"] == "it"


def test_what_prettier_is_told_counts_more(tmp_path: Path) -> None:
    settings = json.dumps({"singleQuote": True, "semi": False, "printWidth": 100, "useTabs": True})
    found = look(tmp_path, {"src/a.js": 'exports.f = () => "a";\n', ".prettierrc": settings})
    assert (found.quote, found.indent, found.line_length, found.facts.get("semi")) == ("'", "\t", 100, None)


@pytest.mark.parametrize(
    "line", ["export = f;", "import g = require('g');", "if (typeof module === 'object') {\n  module.exports.default = f;\n}"]
)
def test_typescript_that_vitest_cannot_load_gets_tests_of_jest(line: str, tmp_path: Path) -> None:
    found = look(tmp_path, {"package.json": manifest(scripts={"test": "jasmine"}), "src/a.ts": ESM, "src/b.ts": f"const f = 1;\n{line}\n"})
    assert (found.framework, found.facts["module"], found.facts["expect"]) == ("jest", "esm", "expect")


def test_a_wrapper_for_modules_makes_no_package_one(tmp_path: Path) -> None:
    files = {"package.json": manifest(scripts={"test": "mocha"}), "index.js": CJS, "lib/a.js": CJS, "index.mjs": ESM}
    assert look(tmp_path, files).facts["module"] == "cjs"
    assert place(tmp_path, files, "lib/a.js") == "test/a.test.js"


@pytest.mark.parametrize(("script", "path"), [("mocha", "test/a.test.mjs"), ("vitest", "test/a.test.js")])
def test_a_module_that_node_loads_itself_has_the_ending_of_one(script: str, path: str, tmp_path: Path) -> None:
    files = {"package.json": manifest(scripts={"test": script}), "src/a.mjs": ESM, "src/b.mjs": ESM}
    assert place(tmp_path, {**files, "src/a.js": ESM}, "src/a.js") == path


def test_vitest_is_imported_also_where_the_code_is_required(tmp_path: Path) -> None:
    found = look(tmp_path, {"package.json": manifest(devDependencies={"vitest": "4"}), "src/a.js": CJS})
    assert (found.framework, found.facts["module"], found.facts["imported"]) == ("vitest", "esm", "yes")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"scripts": 3, "devDependencies": [], "type": {}}', "\ufeff{}"])
def test_a_broken_package_json_is_no_error(text: str, tmp_path: Path) -> None:
    assert look(tmp_path, {"package.json": text, "src/a.js": CJS}).framework == "jest"
