"""The same small project in each language, with a line that only somebody who reads the code reaches; and what a model says of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from testwright.model import Reason

PYTHON = '''"""Words."""

import hashlib


def open_door(word):
    """Say the word."""
    if hashlib.sha256(word.encode()).hexdigest()[:16] == "41ef4bb0b23661e6":
        return "open"
    return "closed"


def double(number):
    return 2 * number
'''
MODULE = """import { createHash } from 'node:crypto';

/** Say the word. */
export function openDoor(word) {
  if (createHash('sha256').update(word).digest('hex').slice(0, 16) === '41ef4bb0b23661e6') {
    return 'open';
  }
  return 'closed';
}

export function double(number) {
  return 2 * number;
}
"""
TYPED = MODULE.replace("openDoor(word)", "openDoor(word: string): string").replace("(number)", "(number: number): number")
COMMON = MODULE.replace("import { createHash } from", "const { createHash } =").replace("'node:crypto';", "require('node:crypto');")


@dataclass(frozen=True)
class Doors:
    """A project, and the parts of answers about it."""

    files: Mapping[str, str]
    head: str
    """How its tests import the code."""
    invented: str
    """The same by a path that is not there."""
    good: str
    wrong: str
    network: str
    """A test that asks `ADDRESS`."""
    shaky: str
    absent: tuple[str, ...]
    """Names of all tests that no campaign may keep."""
    kept: str
    """How the kept good test begins."""
    searched: str
    """What every test of the search that asserts `double` holds."""
    reason: Reason
    """Why the shaky test is refused."""
    dialect: str = ""
    """What the kept file holds because the project's own tests do."""

    def says(self, *tests: str, head: str = "") -> str:
        """An answer with these tests."""
        return f"```\n{head or self.head}" + "".join(tests) + "```"


def _node(files: Mapping[str, str], head: str, invented: str, equal: str, dialect: str) -> Doors:
    def test(title: str, *lines: str) -> str:
        return f"\nit('{title}', async () => {{\n" + "".join(f"  {line};\n" for line in lines) + "});\n"

    is_open = equal.format("openDoor('open sesame')", "'open'")
    return Doors(
        files,
        head,
        invented,
        test("openDoor is open for the magic word", is_open),
        test("openDoor is open for one word", equal.format("openDoor('a')", "'open'")),
        test("asks the network", equal.format("(await fetch('ADDRESS')).status", "404"), is_open),
        "\nlet turns = 0;\n"
        + test("takes a turn", "turns += 1", equal.format("double(2)", "4"))
        + test("sometimes", equal.format("turns", "1"), is_open),
        ("asks the network", "sometimes", "takes a turn", "openDoor is open for one word"),
        "it('openDoor is open for the magic word'",
        "double(",
        Reason.ORDER_DEPENDENT,
        dialect,
    )


DOORS = {
    "python": Doors(
        {"doors.py": PYTHON},
        "from doors import open_door\n\n\n",
        "from src.doors.api import open_door\n\n\n",
        'def test_open_door_is_open_for_the_magic_word():\n    assert open_door("open sesame") == "open"\n',
        '\n\ndef test_open_door_is_open_for_one_word():\n    assert open_door("a") == "open"\n',
        "\n\ndef test_network():\n    import urllib.request\n"
        '    assert urllib.request.urlopen("ADDRESS").status == 200 and open_door("open sesame")\n',
        '\n\ndef test_sometimes():\n    import os\n    assert open_door("open sesame") == "open" and os.environ["PYTHONHASHSEED"] == "0"\n',
        ("test_network", "test_sometimes", "test_open_door_is_open_for_one_word"),
        "def test_open_door",
        "def test_double",
        Reason.FLAKY,
    ),
    "modules with node:test": _node(
        {
            "package.json": '{"name": "doors", "type": "module", "scripts": {"test": "node --test"}}',
            "src/doors.js": MODULE,
            "test/other.test.js": "import assert from 'node:assert/strict';\nimport { it } from 'node:test';\n\n"
            "it('adds', () => {\n  assert.equal(1 + 1, 2);\n});\n",
        },
        "import assert from 'node:assert/strict';\nimport { it } from 'node:test';\nimport { double, openDoor } from '../src/doors.js';\n",
        "import { expect, it } from 'vitest';\nimport assert from 'assert';\nimport { double, openDoor } from '@/core/doors';\n",
        "assert.equal({}, {})",
        "import { it } from 'node:test';\nimport assert from 'node:assert/strict';\n",
    ),
    "TypeScript with vitest": _node(
        {
            "package.json": '{"name": "doors", "type": "module", "devDependencies": {"vitest": "*"}}',
            "tsconfig.json": '{"compilerOptions": {"module": "NodeNext", "strict": true}}',
            "src/doors.ts": TYPED,
        },
        "import { expect, it } from 'vitest';\nimport { double, openDoor } from './doors';\n",
        "const { double, openDoor } = require('../lib/doors.js');\n",
        "expect({}).toBe({})",
        "import { describe, expect, it } from 'vitest';\n",
    ),
    "CommonJS with mocha and chai": _node(
        {
            "package.json": '{"name": "doors", "scripts": {"test": "mocha"}, "devDependencies": {"mocha": "*", "chai": "^4"}}',
            "lib/doors.js": COMMON.replace("export ", "") + "\nmodule.exports = { openDoor, double };\n",
            "test/other.js": "'use strict';\nconst { expect } = require('chai');\n\n"
            "describe('numbers', () => {\n  it('adds', () => {\n    expect(1 + 1).to.equal(2);\n  });\n});\n",
        },
        "const { expect } = require('chai');\nconst { double, openDoor } = require('../lib/doors');\n",
        "import { double, openDoor } from 'doors/core';\n",
        "expect({}).to.equal({})",
        "const { expect } = require('chai');\n",
    ),
}
