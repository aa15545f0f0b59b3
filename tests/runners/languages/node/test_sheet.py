"""Test files that somebody else wrote, taken apart by the real parser."""

import pytest

from runners.languages.base import Style
from runners.languages.node.adopting import candidate_of, objections
from runners.languages.node.dialect import NodeDialect
from runners.languages.node.reader import Reader
from runners.languages.node.sheet import Sheet, sheet
from runners.sandboxes.process import ProcessSandbox
from tests.runners.languages.examples import workspace
from tests.runners.node_tools import node_environment
from testwright.model import Target

pytestmark = [pytest.mark.slow, pytest.mark.network]
STYLE = Style("node:test", quote="'", indent="  ", facts={"module": "esm", "semi": ";"})


@pytest.fixture
def reader() -> Reader:
    return Reader(node_environment(), ProcessSandbox().run)


def read(reader: Reader, *lines: str, name: str = "test/a.test.js") -> Sheet:
    return sheet(["\n".join(lines)], name, STYLE, reader)


def refused(reader: Reader, *lines: str) -> list[str]:
    return [v.test for v in objections(candidate_of(read(reader, *lines), "test/a.test.js", STYLE), STYLE, reader)]


@pytest.mark.parametrize(
    "head",
    ["import { strictEqual as same, ok } from 'node:assert';", "const { strictEqual: same, ok } = require('assert/strict');"],
)
def test_assertions_that_are_imported_by_name_count(reader: Reader, head: str) -> None:
    good = "it('adds', () => { same(add(1, 2), 3); });"
    empty = "it('is what it is', () => { same(1, 1); ok(true); });"
    other = "it('is logged', () => { logged(add(1, 2)); });"

    assert refused(reader, head, good, empty, other) == ["is what it is", "is logged"]


def test_types_are_taken_out_where_a_file_has_none(reader: Reader) -> None:
    typed = read(
        reader,
        "import assert from 'node:assert';",
        "import type { Shape } from '../src/shape.js';",
        "interface Row { a: number }",
        "const rows: Array<Row> = [{ a: 1 } as Row];",
        "it('adds', (): void => {",
        "  const given = (n?: number): number => add(n!, new Map<string, number>().size);",
        "  assert.equal(given(rows[0].a < 2 ? 1 : 0), 1);",
        "});",
    )

    (setup, test) = typed.parts
    assert setup.text == "const rows = [{ a: 1 }];"
    assert test.text.splitlines()[:2] == ["it('adds', () => {", "  const given = (n) => add(n, new Map().size);"]
    assert "rows[0].a < 2 ? 1 : 0" in test.text
    plain = "it('compares', () => { assert.ok(a < b && c > (d)); });"
    assert read(reader, plain).parts[0].text == "it('compares', () => {\n  assert.ok(a < b && c > (d));\n});"


def test_imports_of_types_stay_imports_of_types(reader: Reader) -> None:
    lines = (
        "import { make, type Size } from '../src/shape';",
        "import type { Shape } from '../src/shape';",
        "it('makes', () => { const s: Shape<Size> = make(); assert.equal(s.area, 0); });",
    )
    text = candidate_of(read(reader, *lines, name="test/a.test.ts"), "test/a.test.ts", STYLE).text

    assert "import type { Shape, Size } from '../src/shape';" in text
    assert "import { make } from '../src/shape';" in text
    assert "Size" not in candidate_of(read(reader, lines[0], "it('a', () => { assert.equal(make(), 0); });"), "a.test.js", STYLE).text


def test_a_file_that_cannot_be_read_costs_only_itself(reader: Reader, tmp_path) -> None:  # type: ignore[no-untyped-def]
    files = {
        "src/add.js": "export const add = (a, b) => a + b;\n",
        "src/uses.js": "import { add } from './add.js';\nexport const three = () => add(1, 2);\n",
        "src/gone.js": "",
        "test/a.test.js": "it('is', () => {\n  assert.equal(1, one);\n});\n",
        "test/gone.test.js": "",
    }
    place = workspace(tmp_path, files)
    (tmp_path / "src/gone.js").unlink()
    (tmp_path / "test/gone.test.js").unlink()
    dialect = NodeDialect(reader)
    target = Target("javascript", "src/add.js", "src/add.js", "0" * 64)

    assert dialect.callers(place, target, lambda _path: True) == {"add": ("export const three = () => add(1, 2);",)}
    assert dialect.sample(place, STYLE, lambda _path: True).startswith("it('is'")
