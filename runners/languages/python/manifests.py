"""What a project's manifests say about what has to be installed. Reads them as data; runs nothing."""

import configparser
import fnmatch
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runners.languages.tree import read
from testwright.model import Workspace

MANIFESTS = (
    *("pyproject.toml", "setup.py", "setup.cfg", "MANIFEST.in", "tox.ini", "Pipfile", "uv.lock", "poetry.lock"),
    *("*requirements*.txt", "requirements/*.txt", "constraints*.txt"),
    # What is compiled has to be built again.
    *("*.pyx", "*.pxd", "*.c", "*.h", "*.cpp", "*.rs", "Cargo.toml"),
)
_TEST_NAMES = ("test", "tests", "testing", "unittest", "unit-test", "pytest")
_DEVELOPMENT_NAMES = ("dev", "develop", "development")
_TEST_FILES = (
    "requirements[-_]test*.txt",
    "test*[-_]requirements.txt",
    "requirements/test*.txt",
    "tests/requirements.txt",
    "test/requirements.txt",
)
_DEVELOPMENT_FILES = ("requirements[-_]dev*.txt", "dev[-_]requirements.txt", "requirements/dev*.txt")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is declared."""

    name: str = ""
    requires_python: str = ""
    installable: bool = False
    """It can be built and installed."""
    static: bool = False
    """Its dependencies are known without building it."""
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    """Files with the project's own dependencies."""
    test_requirements: tuple[str, ...] = ()
    """Files with those of its tests."""
    loose: tuple[str, ...] = ()
    """Requirements of tests that are declared in a dialect the installer does not read."""
    notes: tuple[str, ...] = ()


def manifest(workspace: Workspace) -> Manifest:
    """Read pyproject.toml, setup.cfg and the names of requirements files."""
    notes: list[str] = []
    project_file = _toml(Path(workspace.root, "pyproject.toml"), notes)
    settings = _ini(Path(workspace.root, "setup.cfg"), notes)
    project = _table(project_file, "project")
    poetry = _table(project_file, "tool", "poetry")
    extras = [*_table(project, "optional-dependencies"), *_section(settings, "options.extras_require"), *_table(poetry, "extras")]
    dynamic = project.get("dynamic")
    names = [
        path.relative_to(workspace.root).as_posix() for glob in ("*.txt", "*/*.txt") for path in sorted(Path(workspace.root).glob(glob))
    ]
    requires = project.get("requires-python") or _section(settings, "options").get("python_requires") or ""
    name = project.get("name") or poetry.get("name") or _section(settings, "metadata").get("name") or ""
    return Manifest(
        name=name if isinstance(name, str) else "",
        requires_python=requires if isinstance(requires, str) else "",
        installable=_installable(Path(workspace.root), project_file, settings),
        static="name" in project
        and not (isinstance(dynamic, list) and {"dependencies", "optional-dependencies"} & {str(d) for d in dynamic}),
        extras=_chosen(extras),
        groups=_chosen(list(_table(project_file, "dependency-groups"))),
        requirements=("requirements.txt",) if "requirements.txt" in names else (),
        test_requirements=_matching(names, _TEST_FILES) or _matching(names, _DEVELOPMENT_FILES),
        loose=_poetry_tests(poetry),
        notes=tuple(notes),
    )


def _installable(root: Path, project_file: Mapping[str, Any], settings: Mapping[str, Mapping[str, str]]) -> bool:
    declared = "project" in project_file or "build-system" in project_file or bool(_table(project_file, "tool", "poetry"))
    return declared or (root / "setup.py").is_file() or "metadata" in settings


def _chosen(names: list[str]) -> tuple[str, ...]:
    """Those for tests; those for development only where there are none: they bring the whole tool box."""
    plain = {name.lower().replace("_", "-"): name for name in names}
    tests = tuple(plain[name] for name in _TEST_NAMES if name in plain)
    return tests or tuple(plain[name] for name in _DEVELOPMENT_NAMES if name in plain)[:1]


def _matching(names: list[str], patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns))


def _poetry_tests(poetry: Mapping[str, Any]) -> tuple[str, ...]:
    """Names only, with a lower bound where one is plain: poetry's operators are its own."""
    groups = _table(poetry, "group")
    chosen = _chosen(list(groups))
    tables = [_table(_table(groups, name), "dependencies") for name in chosen] or [_table(poetry, "dev-dependencies")]
    return tuple(dict.fromkeys(name for table in tables for name in table if name.lower() != "python"))


def _toml(path: Path, notes: list[str]) -> Mapping[str, Any]:
    try:
        return tomllib.loads(read(path).decode())
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        notes.append(f"{path.name} could not be read: {str(error).splitlines()[0] if str(error) else 'nested too deeply'}")
        return {}


def _ini(path: Path, notes: list[str]) -> Mapping[str, Mapping[str, str]]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(read(path).decode())
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return {}
    except (OSError, ValueError, configparser.Error) as error:
        notes.append(f"{path.name} could not be read: {str(error).splitlines()[0]}")
        return {}
    return {name: dict(parser[name]) for name in parser.sections()}


def _table(table: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        value = table.get(name)
        table = value if isinstance(value, dict) else {}
    return table


def _section(settings: Mapping[str, Mapping[str, str]], name: str) -> Mapping[str, str]:
    return settings.get(name, {})
