"""Dependencies really installed: by lock file, in workspaces, and what becomes of those that cannot be."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from runners.languages import node
from runners.languages.node.manifests import manifests
from runners.sandboxes.process import ProcessSandbox
from tests.runners.languages.examples import workspace
from tests.runners.node_tools import tools
from testwright.model import Environment, Limits, Workspace


def manifest(**fields: object) -> str:
    return json.dumps({"name": "x", "version": "1.0.0", **fields})


@pytest.mark.parametrize(
    ("files", "manager", "locked"),
    [
        ({"package-lock.json": "{}"}, "npm", True),
        ({"pnpm-lock.yaml": ""}, "pnpm", True),
        ({"yarn.lock": "# yarn lockfile v1\n"}, "yarn", True),
        ({"yarn.lock": "__metadata:\n  version: 8\n"}, "npm", False),
        ({"pnpm-workspace.yaml": ""}, "pnpm", False),
        ({}, "npm", False),
    ],
)
def test_the_lock_file_chooses_who_installs(files: Mapping[str, str], manager: str, locked: bool, tmp_path: Path) -> None:
    found = manifests(workspace(tmp_path, {"package.json": manifest(dependencies={"a": "1"}), **files}))["."]
    assert (found.manager, found.locked, found.needed) == (manager, locked, True)


@pytest.mark.parametrize("text", ["{", "[]", "null", '"x"', '{"dependencies": 3, "workspaces": null}', "\x00"])
def test_a_broken_package_json_is_a_note_at_most(text: str, tmp_path: Path) -> None:
    found = manifests(workspace(tmp_path, {"package.json": text}))["."]
    assert not found.needed
    assert (text == '{"dependencies": 3, "workspaces": null}') == (not found.notes)


def test_packages_inside_of_a_project_are_found_unless_they_are_workspaces(tmp_path: Path) -> None:
    inner = {"web/package.json": manifest(dependencies={"a": "1"}), "web/fixtures/x/package.json": manifest(dependencies={"b": "1"})}
    assert list(manifests(workspace(tmp_path / "1", inner))) == [".", "web"]
    assert list(manifests(workspace(tmp_path / "2", {"package.json": manifest(workspaces=["web"]), **inner}))) == ["."]


def test_a_lock_file_that_is_not_read_is_a_note(tmp_path: Path) -> None:
    files = {"package.json": manifest(dependencies={"a": "1"}), "yarn.lock": "__metadata:\n  version: 8\n"}
    (note,) = manifests(workspace(tmp_path, files))["."].notes
    assert note.startswith("yarn.lock is one of Yarn 2 or newer, which is not read")


def test_without_a_package_json_there_is_a_note(tmp_path: Path) -> None:
    assert "no package.json" in manifests(workspace(tmp_path, {"a.js": ""}))["."].notes[0]


# ---- with npm, pnpm and yarn ------------------------------------------------------------------------------------------


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for an environment, beside the tools."""
    made = Path(tempfile.mkdtemp(dir=Path(tools()).parent))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def prepared(place: Workspace, folder: Path, requirements: list[str] = []) -> Environment:  # noqa: B006 - only read
    sandbox = ProcessSandbox()
    outputs = [sandbox.run(command) for command in node.prepare(place, str(folder), requirements, [])]
    return node.environment(place, str(folder), "key", outputs)


def imported(place: Workspace, made: Environment, *names: str) -> str:
    """The state of own tests that load these packages from two folders."""
    load = "\n".join(f"  require('{name}');" for name in names)
    test = f"const test = require('node:test');\ntest('a', () => {{\n{load}\n}});\n"
    extra = {"test/own.test.js": test.encode()}
    output = ProcessSandbox().run(node.suite(place, made, Limits(seconds=40, memory=2048), extra))
    return ", ".join(f"{case.status}{case.message[:200]}" for case in node.result(place, output).cases)


@pytest.mark.slow
@pytest.mark.network
def test_dependencies_of_a_project_and_of_its_workspaces_are_there(folder: Path, tmp_path: Path) -> None:
    files = {
        "package.json": manifest(workspaces=["packages/*"], dependencies={"left-pad": "1.3.0"}, scripts={"test": "node --test"}),
        "packages/one/package.json": json.dumps({"name": "@x/one", "version": "1.0.0", "main": "index.js"}),
        "packages/one/index.js": "module.exports = (x) => (x ? 1 : 2);\n",
    }
    place = workspace(tmp_path, files)
    made = prepared(place, folder, ["npm:is-number@7.0.0", "attrs"])
    assert made.complete, made.notes
    assert imported(place, made, "left-pad", "@x/one", "is-number") == "passed"
    assert not [path for path in (folder / "tree").rglob("*.js") if "node_modules" not in path.parts]


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize("files", [{"pnpm-workspace.yaml": "packages: []\n"}, {"yarn.lock": "# yarn lockfile v1\n"}])
def test_other_managers_install_too(files: Mapping[str, str], folder: Path, tmp_path: Path) -> None:
    place = workspace(tmp_path, {"package.json": manifest(dependencies={"left-pad": "1.3.0"}, scripts={"test": "node --test"}), **files})
    made = prepared(place, folder)
    assert made.complete, made.notes
    assert imported(place, made, "left-pad") == "passed"


@pytest.mark.slow
@pytest.mark.network
def test_packages_of_a_newer_yarn_find_each_other(folder: Path, tmp_path: Path) -> None:
    files = {
        "package.json": manifest(workspaces=["packages/*"], dependencies={"@x/one": "workspace:^"}, scripts={"test": "node --test"}),
        "yarn.lock": "__metadata:\n  version: 8\n",
        "packages/one/package.json": json.dumps({"name": "@x/one", "version": "1.0.0", "main": "index.js"}),
        "packages/one/index.js": "module.exports = (x) => (x ? 1 : 2);\n",
    }
    place = workspace(tmp_path, files)
    made = prepared(place, folder)
    assert made.complete, made.notes
    assert imported(place, made, "@x/one") == "passed"


@pytest.mark.slow
@pytest.mark.network
def test_one_dependency_that_cannot_be_had_costs_only_itself(folder: Path, tmp_path: Path) -> None:
    wanted = {"left-pad": "1.3.0", "is-number": "^9999.0.0"}
    place = workspace(tmp_path, {"package.json": manifest(dependencies=wanted, scripts={"test": "node --test"})})
    made = prepared(place, folder)
    assert not made.complete
    assert made.usable
    assert any("is-number ^9999.0.0 could not be installed" in note for note in made.notes), made.notes
    assert imported(place, made, "left-pad") == "passed"
