"""eslint: what is dangerous in JavaScript and TypeScript code, or cannot be meant. An `eslint-disable` comment hides nothing."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from runners.checks import base
from runners.formats import sarif
from testwright.model import Command, Finding, Output, Workspace

NAME = "eslint"
IMAGE = "node"
SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
_OWN = ("eslint.config.mjs", "eslint_sarif.mjs")
_START = 'node=$1 eslint=$2; shift 2; exec "$node" "$eslint" --config "$here/eslint.config.mjs" --format "$here/eslint_sarif.mjs" "$@"'


def command(workspace: Workspace, paths: Sequence[str], tools: str) -> Command:
    """Run ESLint by our rules; the project's own are neither read nor run."""
    options = ("--no-error-on-unmatched-pattern", "--no-warn-ignored")
    argv = (f"{tools}/bin/node", f"{tools}/node_modules/eslint/bin/eslint.js", *options)
    files = {name: Path(__file__).with_name(name).read_bytes() for name in _OWN}
    made = base.command(workspace, argv, paths, tools, files, _START)
    return replace(made, image=IMAGE, environment={"TESTWRIGHT_TOOLS": tools})


def findings(workspace: Workspace, output: Output) -> tuple[Finding, ...]:
    """What ESLint found.

    Raises:
        ValueError: one line that says why it said nothing usable.
    """
    return base.inside(workspace, [replace(each, tool=NAME) for each in sarif.parse(base.answer(output, NAME))])
