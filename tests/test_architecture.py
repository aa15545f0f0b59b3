"""The house stands as it was drawn: who may import whom, what must not shadow what, and what must not be in the repository."""

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from packaging.requirements import Requirement

from deployments import provision
from deployments.places import ROOT
from testwright.campaign import Campaign

ROOMS = ("testwright", "flows", "tasks", "runners", "deployments")
ALLOWED = {
    "prefect": ("flows/*.py", "tasks/*.py", "deployments/*.py"),
    "docker": ("runners/sandboxes/docker*.py",),
    "litellm": ("tasks/generators/gateway*.py",),
}
"""Package → the only files that may import it."""
ADDRESS = re.compile(
    r"https?://(registry|files|repo1?|deb|index|static|proxy|pypi)\.[a-z.-]+|https?://[a-z.-]+/(simple|maven2|debian)(/|\b)|(?<![\w.])/(root|home/\w+|Users/\w+)/\w",
)
"""A package registry, or a path that only one machine has."""


def modules(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from (ROOT / room).rglob("*.py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.slow
def test_the_import_contracts_hold() -> None:
    done = subprocess.run([Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_no_file_of_flows_has_the_name_of_an_installed_or_standard_module() -> None:
    """Prefect puts `flows/` first on the import path when it loads a campaign."""
    taken = set(sys.stdlib_module_names) | set(importlib.metadata.packages_distributions())
    names = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}

    assert names
    assert not names & taken


def test_flows_hold_no_classes() -> None:
    """Loaded as top-level module `campaign`, a class of it could not be unpickled in another process."""
    found = [
        f"{path.name}:{node.name}"
        for path in modules("flows")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    ]

    assert not found


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_distribution_owns_one_of_our_rooms(room: str) -> None:
    """A foreign `tasks` or `flows` would win over ours outside the checkout."""
    assert set(importlib.metadata.packages_distributions().get(room, ())) <= {"testwright"}


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_is_imported_only_where_it_belongs(package: str) -> None:
    allowed = {path for pattern in ALLOWED[package] for path in ROOT.glob(pattern)}
    strangers = [path.relative_to(ROOT) for path in modules(*ROOMS) if path not in allowed and package in imported(path)]

    assert not strangers


def test_every_language_has_an_explorer_and_a_line_in_the_table() -> None:
    from runners.languages import LANGUAGES

    explorers = {path.parent.name for name in ("__main__.*", "main.*") for path in (ROOT / "runners/explorers").glob(f"*/{name}")}

    assert {getattr(language, "__name__", "").rpartition(".")[2] for language in LANGUAGES.values()} == explorers
    assert all(name == language.NAME for name, language in LANGUAGES.items())


def test_every_folder_of_tests_is_a_package() -> None:
    """Without, `tests/tasks` would be imported as `tasks`."""
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}

    assert folders
    assert not [folder for folder in folders if not (folder / "__init__.py").exists()]


def test_no_tracked_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    own = Path(__file__)
    found = []
    for path in tracked():
        if path == own or path.suffix in {".png", ".jar"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if ADDRESS.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")

    assert not found


def test_an_installed_copy_has_every_file_that_is_no_module() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["*"]
    tracked = subprocess.run(["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    missing = [path for path in tracked if not path.endswith(".py") and not any(Path(path).match(pattern) for pattern in wanted)]

    assert missing == []


def test_the_lock_names_a_fitting_version_with_hashes_for_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [Requirement(text) for text in (*project["project"]["dependencies"], *project["dependency-groups"]["dev"])]
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)[^\n]*\\\n    --hash=sha256:", (ROOT / "requirements.lock").read_text(), re.MULTILINE))

    wrong = [str(one) for one in wanted if not one.specifier.contains(locked.get(one.name.lower(), "0"))]
    assert not wrong


def test_the_deployments_are_two_campaigns_with_valid_parameters() -> None:
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]

    assert {one["name"] for one in deployments} == {"on-demand", "nightly"}
    for one in deployments:
        file, _, flow = one["entrypoint"].partition(":")
        assert f"def {flow}(" in (ROOT / file).read_text()
        assert one["work_pool"]["name"] == provision.POOL
        assert one["enforce_parameter_schema"] is True
    nightly = next(one for one in deployments if one["name"] == "nightly")
    assert Campaign.model_validate(nightly["parameters"]["campaign"]).sources
    assert ZoneInfo(nightly["schedules"][0]["timezone"])


@pytest.mark.parametrize("target", ["demo", "test", "check", "bench", "images", "base-images", "up", "down", "lock", "clean"])
def test_make_knows_the_target(target: str) -> None:
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_the_readme_names_every_parameter_with_its_default_and_description() -> None:
    readme = (ROOT / "README.md").read_text()
    for name, field in Campaign.model_fields.items():
        default = "required" if field.is_required() else f"`{json.dumps(field.get_default(call_default_factory=True))}`"

        assert f"| `{name}` | {default} | {field.description} |" in readme


@pytest.mark.parametrize("path", sorted((ROOT / "deployments/campaigns").glob("*.yaml")), ids=lambda path: path.name)
def test_each_campaign_file_that_we_ship_is_valid(path: Path) -> None:
    from tasks.settings import resolve

    assert resolve({}, {}, path).sources
