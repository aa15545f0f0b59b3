"""Test files that somebody else wrote, taken apart by the real parser."""

import random
from dataclasses import replace

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


WHOLE = """import { ok, type Row } from 'node:assert';
import { add } from '../src/add.js';

const rows: Row[] = [{ a: `x${1}y`, b: /[/]"'/g }];

describe('add', () => {
  beforeEach(() => { rows.length = 1; });

  it.each([[1, 2]])('adds %i', async (a: number, b) => {
    ok(await add(a!, b) === (3 as number));
  });
});
"""
PIECES = [
    "{",
    "}",
    "(",
    ")",
    "`",
    "'",
    '"',
    "/*",
    "//",
    "${",
    "<",
    ">",
    "=>",
    ";",
    "\n",
    "\\",
    "\0",
    "\ud83d",
    "é",
    "it(",
    "import ",
    " as ",
    "type ",
]


def test_any_text_is_taken_apart_and_what_comes_of_it_is_taken_apart_the_same(reader: Reader) -> None:
    rng = random.Random(7)  # noqa: S311  # chance that is the same each time
    texts = []
    for _ in range(150):
        text = WHOLE
        for _ in range(rng.randrange(1, 6)):
            at, width = rng.randrange(len(text)), rng.choice((0, 1, 1, 5, 40))
            text = text[:at] + rng.choice(["", *PIECES]) + text[at + width :]
        texts.append(text.replace("'adds %i'", f"'adds %i {len(texts)}'"))

    for name in ("test/a.test.js", "test/a.test.ts"):
        found = sheet(texts, name, STYLE, reader)
        assert len(found.tests) > 30
        kept = candidate_of(replace(found, imports=()), name, STYLE)
        again = sheet([kept.text], name, STYLE, reader)
        assert sorted(p.name for p in again.tests) == sorted(test.name for test in kept.tests)


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
