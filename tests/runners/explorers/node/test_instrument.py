"""Counting JavaScript and TypeScript as written, through the functions that the explorer and the judges of tests share."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.runners.node_tools import tools

pytestmark = [pytest.mark.slow, pytest.mark.network]
FUNCTIONS = Path(__file__).parents[4] / "runners/explorers/node/instrument.cjs"
PROGRAM = """
const [, file, name, text, emit] = process.argv;
const { instrument, lines, arcs } = require(file);
const { code, coverage } = instrument(text, name, { emit });
console.log(JSON.stringify({ code, lines: lines(coverage).map(([line]) => line), arcs: arcs(coverage) }));
"""


def counted(name: str, text: str, emit: str = "esm") -> dict[str, list[object]]:
    command = (f"{tools()}/bin/node", "-e", PROGRAM, str(FUNCTIONS), name, text, emit)
    environment = {"TESTWRIGHT_TOOLS": f"{tools()}/node_modules"}
    ran = subprocess.run(command, capture_output=True, timeout=60, check=True, env=environment)
    return json.loads(ran.stdout)  # type: ignore[no-any-return]


def test_arms_are_numbered_along_the_line_over_all_its_branch_points() -> None:
    found = counted("/a.js", "const f = (a, b = 2) => a ? b : a || 1;\n")

    assert found["arcs"] == [[1, n, 0] for n in range(1, 6)]


@pytest.mark.parametrize("emit", ["source", "esm", "cjs"])
def test_typescript_is_counted_as_written_whatever_it_is_turned_into(emit: str) -> None:
    found = counted("/a.ts", "import type { T } from './t';\n\nexport const f = (x: T): number => {\n  return x ? 1 : 2;\n};\n", emit)

    assert (found["lines"], found["arcs"]) == ([3, 4], [[4, 1, 0], [4, 2, 0]])
    assert ("x: T" in found["code"]) is (emit == "source")
    assert ("exports.f" in found["code"]) is (emit == "cjs")
