"""The own mocha and jest of a project, really installed, and old: what their tests do is measured; one broken file costs only itself."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from runners.languages import node
from runners.sandboxes.process import ProcessSandbox
from tests.runners.languages.examples import workspace
from tests.runners.node_tools import tools
from testwright.model import Baseline, Environment, Limits, Status

pytestmark = [pytest.mark.slow, pytest.mark.network]
CODE = "exports.sign = (x) => {\n  if (x < 0) return -1;\n  return x > 0 ? 1 : 0;\n};\n"
GOOD = "const { sign } = require('../src/a');\ndescribe('sign', () => {\n  it('is 1', () => { sign(1); });\n});\n"
BROKEN = "const gone = require('../gone');\nit('is never seen', () => {});\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """An environment with both of them."""
    folder = Path(tempfile.mkdtemp(dir=Path(tools()).parent))
    wanted = {"mocha": "9.2.2", "jest": "22.4.4"}
    place = workspace(tmp_path_factory.mktemp("x"), {"package.json": json.dumps({"name": "x", "devDependencies": wanted})})
    outputs = [ProcessSandbox().run(command) for command in node.prepare(place, str(folder), [], [])]
    yield node.environment(place, str(folder), "key", outputs)
    shutil.rmtree(folder, ignore_errors=True)


def before(made: Environment, folder: Path, script: str, files: Mapping[str, str]) -> Baseline:
    place = workspace(folder, {"package.json": json.dumps({"name": "x", "scripts": {"test": script}}), "src/a.js": CODE, **files})
    return node.baseline(place, made, ["src/a.js"], ProcessSandbox().run(node.suite(place, made, Limits(seconds=90, memory=2048))))


@pytest.mark.parametrize("script", ["mocha", "nyc mocha -n no-warnings --reporter dot --recursive", "jest --coverage"])
def test_own_tests_are_measured_by_the_runner_that_is_installed(script: str, made: Environment, tmp_path: Path) -> None:
    assert made.complete, made.notes
    found = before(made, tmp_path, script, {"test/a.test.js": GOOD})
    assert (found.state, [(case.file, case.name) for case in found.cases]) == ("passed", [("test/a.test.js", "sign > is 1")]), found
    assert found.coverage[0].covered_branches == {(2, 2), (3, 1)}


@pytest.mark.parametrize("script", ["mocha", "jest"])
def test_a_file_that_cannot_be_loaded_costs_only_itself(script: str, made: Environment, tmp_path: Path) -> None:
    found = before(made, tmp_path, script, {"test/a.test.js": GOOD, "test/broken.test.js": BROKEN})
    assert (found.state, found.reason) == ("failed", "1 of 2 tests fail")
    cases = {case.file: case for case in found.cases}
    assert cases["test/a.test.js"].status is Status.PASSED
    assert "Cannot find module '../gone'" in cases["test/broken.test.js"].message
    assert found.coverage[0].covered_branches == {(2, 2), (3, 1)}
