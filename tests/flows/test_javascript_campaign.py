"""One campaign over a folder with two languages, where much of the JavaScript is as bad as it comes: one report, a table for each."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tasks.reports.json_files import load
from tests.commands import command
from testwright.model import FileReport, SourceReport, State

pytestmark = [pytest.mark.slow, pytest.mark.network, pytest.mark.timeout(600)]
F = "export const f = (x) => (x === 'on' ? 1 : 2);\n"
FILES = {
    "shop/__init__.py": "",
    "shop/cart.py": "def total(prices):\n    if not prices:\n        return 0\n    return sum(prices)\n",
    "package.json": '{"name": "mixed", "type": "module"}',
    "src/good.js": "export function sign(x) {\n  if (x < 0) return -1;\n  return x > 0 ? 1 : 0;\n}\n",
    "src/typed.ts": "export enum Mode { On = 1, Off }\nexport const on = (m: Mode): boolean => m === Mode.On;\n",
    "src/common.cjs": "exports.half = (x) => {\n  if (x % 2) throw new RangeError('it is odd');\n  return x / 2;\n};\n",
    "src/endless.js": f"{F}while (true) {{}}\n",
    "src/exits.js": f"process.exit(3);\n{F}",
    "src/server.js": f"import http from 'node:http';\nhttp.createServer(() => {{}}).listen(0);\n{F}",
    "src/stdin.js": f"import fs from 'node:fs';\nfs.readFileSync(0);\n{F}",
    "src/awaits.js": f"await Promise.resolve(1);\n{F}",
    "src/mixed.js": f"const path = require('node:path');\n{F}export const g = (x) => path.join('a', x);\n",
    "src/needs.js": f"import gone from 'package-that-nobody-has';\n{F}",
    "src/addon.js": f"import addon from './built.node';\n{F}",
    "src/broken.js": "export function f(x { return 1 }\n",
    "src/subtle.js": "export const f = (x) => x x;\n",
    "src/one.js": "import { b } from './two.js';\nexport const a = (x) => (x ? b : 1);\n",
    "src/two.js": "import { a } from './one.js';\nexport const b = 2;\nexport const c = (x) => (x ? a(0) : 3);\n",
    "src/base.js": "import { Child } from './child.js';\nexport class Base {}\nexport const make = (x) => (x ? new Child() : 1);\n",
    "src/child.js": "import { Base } from './base.js';\nexport class Child extends Base {\n  get(x) {\n    return x ? 1 : 2;\n  }\n}\n",
    "src/minified.js": "var a=function(x){return x?1:2};" * 400,
    "src/bundle.js": "// all of it\n" + "var a = function (x) { return x ? 1 : 2; };\n" * 130_000,
    "src/constants.js": "export const LIMIT = 1;\n",
    "src/lib.min.js": F,
    "test/own.test.js": "import { sign } from '../src/good.js';\nit('fails', () => { expect(sign(1)).toBe(7); });\n",
}
STATES = {
    "src/good.js": (State.IMPROVED, ""),
    "src/typed.ts": (State.IMPROVED, ""),
    "src/common.cjs": (State.IMPROVED, ""),
    "src/endless.js": (State.TIMED_OUT, "importing it does not"),
    "src/exits.js": (State.NOT_IMPORTABLE, "process.exit"),
    "src/awaits.js": (State.IMPROVED, ""),
    "src/needs.js": (State.NOT_IMPORTABLE, "package-that-nobody-has"),
    "src/addon.js": (State.NOT_IMPORTABLE, "built.node"),
    "src/broken.js": (State.NOT_PARSABLE, "line 1"),
    "src/subtle.js": (State.NOT_IMPORTABLE, ""),
    "src/one.js": (State.IMPROVED, ""),
    "src/two.js": (State.IMPROVED, ""),
    "src/base.js": (State.NOT_IMPORTABLE, "Class extends value undefined"),
    "src/child.js": (State.IMPROVED, ""),
    "src/minified.js": (State.EXCLUDED, "minified"),
    "src/bundle.js": (State.TOO_LARGE, "files over 1 MiB are not served"),
    "src/constants.js": (State.NOTHING_TO_TEST, "no functions"),
    "shop/cart.py": (State.IMPROVED, ""),
}
ENDED = ("src/server.js", "src/stdin.js", "src/mixed.js")
"""What becomes of these is up to the explorer; that it is something and costs no other file is not."""


COMMON = "exports.sign = (x) => (x < 0 ? -1 : 1);\n"
PACKAGES = {
    "bare": {"sign.js": COMMON},
    "torn": {"sign.js": COMMON, "package.json": '{"name": "torn", '},
    "lacking": {"sign.js": COMMON, "package.json": '{"name": "lacking", "dependencies": {"no-such-package-of-anyone": "^9.9.9"}}'},
}
NOTES = {
    "bare": "there is no package.json, so nothing is installed",
    "torn": "package.json could not be read",
    "lacking": "no-such-package-of-anyone ^9.9.9 could not be installed",
}
"""What is said of each, in one line; the file in it is tested all the same."""


@dataclass(frozen=True)
class Ended:
    """A campaign, seen from outside."""

    output: str
    source: SourceReport
    tests: Path

    def file(self, path: str) -> FileReport:
        return next(file for file in self.source.files if file.path == path)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    place = tmp_path_factory.mktemp("mixed")
    for path, text in FILES.items():
        (place / "project" / path).parent.mkdir(parents=True, exist_ok=True)
        (place / "project" / path).write_text(text)
    run = ["run", "project", "--sandbox", "bubblewrap", "--seconds-per-file", "6", "--out", "out"]
    done = command(*run, cwd=place, timeout=500)
    (folder,) = (place / "out" / "campaigns").iterdir()
    (source,) = load(folder / "report.json").sources
    return Ended(done.stdout + done.stderr, source, folder / "tests")


@pytest.mark.parametrize("path", STATES)
def test_every_file_ends_in_the_state_that_is_its_own(path: str, ended: Ended) -> None:
    state, reason = STATES[path]
    file = ended.file(path)
    assert (file.state, reason in file.reason) == (state, True), file.reason
    assert "\n" not in file.reason


@pytest.mark.parametrize("path", ENDED)
def test_what_does_not_belong_in_a_library_ends_too(path: str, ended: Ended) -> None:
    assert ended.file(path).state in (State.NOT_IMPORTABLE, State.IMPROVED, State.UNCHANGED, State.TIMED_OUT)


def test_there_is_one_report_with_a_table_for_each_language(ended: Ended) -> None:
    assert set(ended.source.baseline) == {"python", "javascript"}
    assert {file.language for file in ended.source.files} == {"python", "javascript"}
    assert "project, javascript" in ended.output
    assert "project, python" in ended.output


def test_own_tests_that_fail_are_a_state_of_the_baseline(ended: Ended) -> None:
    baseline = ended.source.baseline["javascript"]
    assert (baseline.state, [case.name for case in baseline.cases]) == ("failed", ["fails"])


def test_tests_lie_where_the_own_ones_lie_and_reach_every_branch(ended: Ended) -> None:
    good = ended.file("src/good.js")
    assert good.candidate is not None
    assert good.candidate.path == "test/good.test.js"
    assert good.after is not None
    assert not good.after.missing_branches
    assert "import { sign } from '../src/good.js';" in good.candidate.text
    assert list(ended.tests.rglob("good.test.js"))


def test_a_file_of_a_minifier_is_left_out_by_its_name(ended: Ended) -> None:
    assert "src/lib.min.js" not in [file.path for file in ended.source.files]


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SourceReport]:
    place = tmp_path_factory.mktemp("packages")
    for name, files in PACKAGES.items():
        (place / name).mkdir()
        for path, text in files.items():
            (place / name / path).write_text(text)
    command("run", *PACKAGES, "--sandbox", "bubblewrap", "--seconds-per-file", "4", "--out", "out", cwd=place, timeout=500)
    (folder,) = (place / "out" / "campaigns").iterdir()
    return dict(zip(PACKAGES, load(folder / "report.json").sources, strict=True))


@pytest.mark.parametrize("name", PACKAGES)
def test_what_cannot_be_installed_is_a_note_and_costs_no_file(name: str, packages: dict[str, SourceReport]) -> None:
    source = packages[name]
    assert [(file.path, file.state) for file in source.files] == [("sign.js", State.IMPROVED)], source
    (note,) = [note for note in source.notes if NOTES[name] in note]
    assert "\n" not in note
