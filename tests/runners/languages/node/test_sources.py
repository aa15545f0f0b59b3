"""Which files are code to be tested, which are tests, and which cannot be served."""

from pathlib import Path

import pytest

from runners.languages.node import has_tests, inspect, sources
from tests.runners.languages.examples import workspace
from testwright.model import State

CODE = "export const f = (x) => (x ? 1 : 2);\n"


@pytest.mark.parametrize(
    "path",
    [
        "test/a.js",
        "src/a.test.ts",
        "src/a.spec.jsx",
        "src/__tests__/a.js",
        "src/__mocks__/a.js",
        "dist/a.js",
        "node_modules/a/index.js",
        "vite.config.ts",
        ".eslintrc.cjs",
        "Gruntfile.js",
        "lib/jquery.min.js",
        "types/index.d.ts",
        "src/a.stories.tsx",
        "coverage/lcov-report/sorter.js",
        "examples/a.js",
        "vendor/a.js",
        "app.bundle.js",
        "build-browser.js",
    ],
)
def test_what_is_no_code_of_the_project_is_left_out(path: str, tmp_path: Path) -> None:
    place = workspace(tmp_path, {path: CODE, "src/a.js": CODE})
    assert sources(place, [path, "src/a.js"]) == ("src/a.js",)


def test_a_package_of_nothing_but_built_files_is_tested_as_it_is(tmp_path: Path) -> None:
    place = workspace(tmp_path, {"dist/a.js": CODE, "dist/a.d.ts": "", "dist/a.min.js": CODE})
    assert sources(place, ["dist/a.d.ts", "dist/a.js", "dist/a.min.js"]) == ("dist/a.js",)


def test_what_a_program_wrote_is_left_out_or_has_a_state(tmp_path: Path) -> None:
    minified = "var a=function(){return 1};" * 400
    place = workspace(tmp_path, {"a.js": minified, "b.js": f"// @generated\n{CODE}", "c.js": CODE})
    assert sources(place, ["b.js", "c.js"]) == ("c.js",)
    objection = inspect(place, "a.js")
    assert objection is not None
    assert objection[0] is State.EXCLUDED


def test_what_typescript_was_compiled_to_beside_it_is_left_out(tmp_path: Path) -> None:
    place = workspace(tmp_path, {"src/a.ts": CODE, "src/a.js": CODE})
    assert sources(place, ["src/a.js", "src/a.ts"]) == ("src/a.ts",)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("function broken( {\n", State.NOT_PARSABLE),
        ("const a = `x${`;\n", State.NOT_PARSABLE),
        ("export const NAME = 'x';\nexport default { a: 1 };\n", State.NOTHING_TO_TEST),
        ("x" * (1 << 20) + "\n", State.TOO_LARGE),
    ],
)
def test_a_file_that_cannot_be_served_has_a_state(text: str, state: State, tmp_path: Path) -> None:
    objection = inspect(workspace(tmp_path, {"a.js": text}), "a.js")
    assert objection is not None
    assert objection[0] is state


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        "const r = /[)(]/; function f() { return r; }\n",
        "export default { name() { return 1 } };\n",
        'const A = () => <p className="a">Don\'t</p>;\n',
        "export function f<T extends object>(x: T): x is T { return true }\n",
    ],
)
def test_code_has_no_objection(text: str, tmp_path: Path) -> None:
    assert inspect(workspace(tmp_path, {"a.tsx" if "<p" in text else "a.ts": text}), "a.tsx" if "<p" in text else "a.ts") is None


def test_own_tests_are_told_from_what_only_lies_beside_them(tmp_path: Path) -> None:
    place = workspace(tmp_path, {"test/fixtures/a.js": "it('x', f)", "test/setup.js": CODE, "src/t_test.js": CODE})
    assert not has_tests(place, ["test/fixtures/a.js", "test/setup.js", "src/t_test.js"])
    place = workspace(tmp_path, {"test/b.js": "test('x', () => {})"})
    assert has_tests(place, ["test/b.js"])
