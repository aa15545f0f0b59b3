"""Environments that are really made, in a process sandbox, from projects that make it hard."""

import os
import sys
from pathlib import Path

import pytest

from runners.languages import python
from runners.languages.python.installing import prepare
from runners.languages.python.interpreters import SUPPORTED, serving, versions
from runners.sandboxes.process import ProcessSandbox
from tests.runners.languages.examples import workspace
from testwright.model import Candidate, Environment, Limits, Target, Workspace

PROJECT = (
    '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n[project]\nname = "built"\nversion = "3.1"\n'
)
USES = "from built import answer\n\n\ndef test_answer():\n    assert answer() == 42\n"


def made(place: Workspace, folder: Path, requirements: tuple[str, ...] = (), setup: tuple[str, ...] = ()) -> Environment:
    outputs = [ProcessSandbox().run(command) for command in prepare(place, str(folder / "key"), requirements, setup)]
    return python.environment(place, str(folder / "key"), "key", outputs)


def passes(place: Workspace, environment: Environment, path: str, text: str) -> bool:
    candidates = [Candidate("tests/test_new.py", text)]
    target = Target("python", path, "", "")
    result = python.result(
        place, ProcessSandbox().run(python.run(place, environment, candidates, Limits(seconds=30), target=target)), candidates
    )
    assert [file.path for file in result.coverage] == [path]
    return result.passed and bool(result.coverage[0].covered_lines)


@pytest.mark.network
@pytest.mark.slow
def test_what_only_the_built_package_has_is_imported_beside_the_source(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": PROJECT,
        "setup.py": (
            "from setuptools import Extension, setup\nopen('src/built/_made.py', 'w').write('NUMBER = 40\\n')\n"
            "setup(ext_modules=[Extension('built._fast', ['src/fast.c'])])\n"
        ),
        "src/fast.c": (
            "#include <Python.h>\nstatic PyObject *two(PyObject *s, PyObject *a) { return PyLong_FromLong(2); }\n"
            'static PyMethodDef all[] = {{"two", two, METH_NOARGS, ""}, {0}};\n'
            'static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "_fast", 0, -1, all};\n'
            "PyMODINIT_FUNC PyInit__fast(void) { return PyModule_Create(&def); }\n"
        ),
        "src/built/__init__.py": (
            "from importlib.metadata import version\n\nfrom built._fast import two\nfrom built._made import NUMBER\n\n"
            "assert version('built') == '3.1'\n\n\ndef answer():\n    return NUMBER + two()\n"
        ),
    }
    place = workspace(tmp_path / "w", files)
    environment = made(place, tmp_path / "e")
    assert environment.notes == ()
    assert environment.complete
    assert environment.roots == ("src",)
    assert passes(place, environment, "src/built/__init__.py", USES)
    assert sorted(path.name for path in (tmp_path / "w").rglob("*") if path.is_file()) == [
        "__init__.py",
        "fast.c",
        "pyproject.toml",
        "setup.py",
    ]
    assert not (tmp_path / "e" / "key" / "tree").exists()


@pytest.mark.network
@pytest.mark.slow
def test_each_thing_that_cannot_be_had_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    place = workspace(
        tmp_path / "a b'; touch x #",
        {
            "pyproject.toml": PROJECT + 'dependencies = ["inflection==0.0.987"]\n',
            "built/__init__.py": "def answer():\n    return 42\n",
        },
    )
    environment = made(place, tmp_path / "e'; touch y #", ("inflection",), ("exit 7", "echo 'NUMBER = 1' > built_by_setup.py"))
    assert not environment.complete
    notes = "\n".join(environment.notes)
    assert "installing the project failed:" in notes
    assert "inflection==0.0.987" in notes
    assert "set-up command 'exit 7' failed: exit code 7" in notes
    assert len(environment.notes) == 2
    uses = "import inflection\nimport built_by_setup\n" + USES
    assert passes(place, environment, "built/__init__.py", uses)
    assert not any(path.name in ("x", "y") for path in tmp_path.rglob("*"))


@pytest.mark.network
@pytest.mark.slow
def test_where_every_interpreter_is_too_new_one_serves_and_is_named(tmp_path: Path) -> None:
    files = {"pyproject.toml": PROJECT + 'requires-python = "<3.8"\n', "built.py": "def answer():\n    return 42\n"}
    place = workspace(tmp_path / "w", files)
    environment = made(place, tmp_path / "e")
    ours = f"Python 3.{sys.version_info.minor}."
    assert f"no interpreter here satisfies requires-python; {ours}" in environment.notes[0]
    assert not environment.complete
    assert passes(place, environment, "built.py", USES)


def test_where_every_interpreter_is_too_old_nothing_is_run_and_it_is_said_why(tmp_path: Path) -> None:
    files = {"pyproject.toml": PROJECT + 'requires-python = ">=3.99"\n', "built.py": "def answer():\n    return 42\n"}
    environment = made(workspace(tmp_path / "w", files), tmp_path / "e")
    assert (environment.usable, environment.runtime) == (False, "")
    (note,) = environment.notes
    assert note.startswith("finding an interpreter failed: no interpreter here is Python >=3.99: install one,")


@pytest.mark.parametrize(
    ("wanted", "fit", "serve"),
    [
        (">=3.13", {"3.13", "3.14"}, {"3.13", "3.14"}),
        (">=3.9,<3.11", {"3.9", "3.10"}, set(SUPPORTED)),
        ("==3.12.*", {"3.12"}, {"3.12", "3.13", "3.14"}),
        ("<3", set(), set(SUPPORTED)),
        (">=3.99", set(), set()),
        (">=4", set(), set()),
        ("nonsense", set(SUPPORTED), set(SUPPORTED)),
        ("", set(SUPPORTED), set(SUPPORTED)),
    ],
)
def test_newer_interpreters_may_stand_in_and_older_ones_never(wanted: str, fit: set[str], serve: set[str]) -> None:
    assert (set(versions(wanted)), set(serving(wanted))) == (fit, serve)


@pytest.mark.network
@pytest.mark.slow
def test_code_that_is_not_trusted_never_touches_the_shared_packages(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w", {"pyproject.toml": PROJECT, "built/__init__.py": "def answer():\n    return 42\n"})
    for command in prepare(place, str(tmp_path / "e" / "key"), ["attrs"], ["true"]):
        shared = str(tmp_path / "e" / "packages")
        assert (shared in command.writes) == (command.environment["UV_CACHE_DIR"] == shared)
        if shared in command.writes:
            assert "--only-binary" in command.argv or "venv" in " ".join(command.argv)
    made(place, tmp_path / "e")
    inodes = {path.stat().st_ino for path in (tmp_path / "e" / "packages").rglob("*.py")}
    assert inodes
    assert not any(path.stat().st_ino in inodes for path in (tmp_path / "e" / "key" / "venv").rglob("*.py"))


def test_no_variable_of_the_host_comes_in_but_those_that_reach_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.org/index")
    (command, *_) = prepare(workspace(tmp_path, {"a.py": ""}), str(tmp_path / "e"), [], [])
    assert command.environment["UV_DEFAULT_INDEX"] == "https://packages.example.org/index"
    assert "hunter2" not in " ".join(command.environment.values())
    ours = {"PATH", "VIRTUAL_ENV", "NO_COLOR"}
    trust = {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"}
    index = {name for name in os.environ if name.startswith("UV_") or name.lower().endswith("_proxy")}
    assert set(command.environment) & set(os.environ) <= ours | trust | index
