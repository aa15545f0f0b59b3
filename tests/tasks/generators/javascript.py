"""JavaScript files served by a scripted model: one project of modules with vitest, one of CommonJS with mocha and Node's assert."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from runners.languages import LANGUAGES
from runners.languages.node.sources import files
from runners.sandboxes.process import ProcessSandbox
from tasks.folder import Folder
from tasks.generators.engine import Place
from tasks.generators.gateway import Gateway
from tasks.generators.settings import ModelSettings, Secret
from tasks.judge import CandidateRejected
from tasks.propose import propose
from tests.runners.node_tools import node_environment
from tests.tasks.generators.server import Server
from testwright.model import FileCoverage, FileReport, Limits, State, Target, Workspace

ESM = """export function sign(number) {
  if (number < 0) return -1;
  if (number === 0) return 0;
  if (typeof number !== 'number') throw new TypeError('no number at all');
  return 1;
}
"""
CJS = ESM.replace("export function", "function") + "exports.sign = sign;\n"


@dataclass(frozen=True)
class Sample:
    """A project: its files, and how its tests write what all of these tests say."""

    files: Mapping[str, str]
    path: str
    head: str
    equals: str
    throws: str

    def reply(self, *tests: str) -> str:
        """A fenced answer with these tests."""
        return f"```js\n{self.head}\n" + "\n".join(tests) + "```"

    def test(self, title: str, call: str, value: str) -> str:
        """A test of what a call gives."""
        return f"it('{title}', () => {{\n  {self.equals.format(call=call, value=value)};\n}});\n"


SAMPLES = {
    "esm": Sample(
        {"package.json": '{"name": "signs", "type": "module", "devDependencies": {"vitest": "*"}}', "src/sign.js": ESM},
        "src/sign.js",
        "import { expect, it } from 'vitest';\nimport { sign } from '../src/sign.js';\n",
        "expect({call}).toBe({value})",
        "it('sign throws for text', () => {{\n  expect(() => sign('a')).toThrow('{message}');\n}});\n",
    ),
    "cjs": Sample(
        {"package.json": '{"name": "signs", "scripts": {"test": "mocha"}, "devDependencies": {"mocha": "*"}}', "lib/sign.js": CJS},
        "lib/sign.js",
        "const assert = require('assert');\nconst { sign } = require('../lib/sign');\n",
        "assert.strictEqual({call}, {value})",
        "it('sign throws for text', () => {{\n  assert.throws(() => sign('a'), {{ message: '{message}' }});\n}});\n",
    ),
}


@dataclass
class Served:
    """A project on disk, and whoever serves its one file."""

    root: Path
    sample: Sample

    def __call__(self, server: Server, *, code: str = "", rounds: int = 3, campaign: str = "c", **more: object) -> FileReport:
        for path, text in self.sample.files.items():
            (self.root / "project" / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / "project" / path).write_text(code if code and path == self.sample.path else text)
        place = replace(self._place(campaign), rounds=rounds)
        given = {"backoff": 0.01, "timeout": 5.0, "retries": 1, "key": Secret("sk-very-secret-1234567890"), **more}
        gateway = Gateway(ModelSettings(("scripted",), server.address, **given), self.root / "answers")  # type: ignore[arg-type]
        base = FileReport(place.target.path, "javascript", State.UNCHANGED, "", place.covered, place.covered)
        for _ in range(rounds + 1):
            try:
                return propose(place, base, gateway)
            except CandidateRejected:
                continue
        raise AssertionError("it never ended")

    def _place(self, campaign: str) -> Place:
        workspace = Workspace("signs", str(self.root / "project"), "0" * 64, "signs")
        language, made, sandbox = LANGUAGES["javascript"], node_environment(), ProcessSandbox()
        paths = files(workspace)
        style = language.style(workspace, paths)
        own = language.sources(workspace, paths)
        count = language.count(workspace, made, Limits(seconds=30), own)
        assert count is not None
        target: Target = language.target(workspace, made, self.sample.path, language.baseline(workspace, made, own, sandbox.run(count)))
        before = FileCoverage(target.path, target.lines, frozenset(), target.branches)
        return Place(target, workspace, made, style, sandbox, Folder.of(str(self.root), campaign), before)
