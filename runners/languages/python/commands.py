"""The commands that run tests and the explorer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from runners.languages.python.interpreters import prefixes
from runners.languages.python.programs import EXPLORER, program
from runners.languages.python.sources import files, roots, sources, tests
from runners.languages.python.statements import statements
from runners.languages.streaming import OBSERVATIONS
from testwright.model import Candidate, Command, Environment, Limits, Target, Workspace

RESULTS = tuple(f"results/{name}" for name in ("junit.xml", "coverage.json", "outcome.json", "account.jsonl"))
EXAMPLES = "examples.py"
_PROGRAMS = ("measure.py", "child.py", "plugin.py", "convert.py")
_UNITTEST_NAMES = ["-o", "python_files=test*.py *_test.py *_tests.py tests.py"]
_OWN = ("-c", "../harness/pytest.ini", "--rootdir=.")
_ATTEMPTS = [[], ["-o", "addopts="], _UNITTEST_NAMES, ["-o", "addopts=", *_UNITTEST_NAMES], [*_OWN, *_UNITTEST_NAMES]]
_TEXTS = 300
_EXPLORER_LIMITS = Limits(memory=2048, processes=64, output=4, file_size=64, scratch=256, cpus=2.0)
"""It searches and observes at the same time; with one processor a container would find less than a plain process does."""


def suite(workspace: Workspace, environment: Environment, limits: Limits, extra: Mapping[str, bytes] = {}) -> Command:
    """Run the project's own tests in a copy of the tree, with line and branch coverage of every source file.

    When pytest cannot use the project's settings (plugins that are missing) it is tried without its `addopts`, then without any; when it
    finds nothing, with the file names that unittest knows.
    """
    paths = files(workspace)
    own = sources(workspace, paths)
    request = {
        "tree": "tree",
        "cwd": "tree",
        "paths": [f"tree/{root}" for root in import_paths(workspace, environment, own)],
        "files": list(own),
        "include": ["*"],
        "attempts": _ATTEMPTS if tests((*paths, *extra)) else _ATTEMPTS[:1],
        "test_seconds": max(1.0, min(30.0, limits.seconds / 12)),
        "order": None,
        "only": [],
        "tests": False,
        "subprocesses": True,
    }
    command = _measured(environment, limits, request)
    added = {f"tree/{path}": content for path, content in extra.items()}
    return replace(command, copies={"tree": workspace.root}, files={**command.files, **added})


def count(workspace: Workspace, environment: Environment, limits: Limits, paths: Sequence[str]) -> None:
    """Nothing has to run: coverage.py's own parser tells here."""


def run(
    workspace: Workspace,
    environment: Environment,
    candidates: Sequence[Candidate],
    limits: Limits,
    *,
    target: Target | None = None,
    order: int | None = None,
    only: Sequence[str] = (),
) -> Command:
    """Run candidate files with plain pytest, away from the project's settings and plugins, with coverage of the target by test.

    A file whose folder lies in the package is imported by its name alone, so that its folder does not stand for the package.
    """
    request = {
        "tree": workspace.root,
        "cwd": "candidates",
        "paths": [str(Path(workspace.root, root)) for root in import_paths(workspace, environment, [target.path] if target else [])],
        "files": [target.path] if target else [],
        "include": [target.path] if target else [],
        "attempts": [[*_OWN, "--import-mode=prepend", "--noconftest", "-q", *dict.fromkeys(candidate.path for candidate in candidates)]],
        "test_seconds": max(1.0, min(10.0, limits.seconds / 3)),
        "order": order,
        "only": list(only),
        "tests": target is not None,
        "subprocesses": False,
    }
    command = _measured(environment, limits, request)
    written = {f"candidates/{candidate.path}": candidate.text.encode() for candidate in candidates}
    variables = {**command.environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONHASHSEED": str((order or 0) % 2**32)}
    return replace(command, files={**command.files, **written}, environment=variables, reads=(*command.reads, workspace.root))


def _measured(environment: Environment, limits: Limits, request: dict[str, Any]) -> Command:
    # What is left of the time is for the report: a run that is stopped from outside says nothing.
    request["seconds"] = max(1.0, 0.8 * limits.seconds - 2)
    return Command(
        argv=(environment.runtime, "harness/measure.py"),
        limits=limits,
        environment=variables(environment),
        files={
            "request.json": json.dumps(request).encode(),
            "harness/pytest.ini": b"[pytest]\n",
            **{f"harness/{name}": program(name) for name in _PROGRAMS},
        },
        reads=(environment.root, *prefixes()),
        results=RESULTS,
    )


def explore(
    workspace: Workspace, environment: Environment, target: Target, *, seed: int, seconds: float, executions: int | None = None
) -> Command:
    """Run the explorer on one target."""
    known = statements(Path(workspace.root, target.path), target.path)
    paths = files(workspace)
    readme = [path for path in paths if "/" not in path and path.lower().startswith("readme")]
    request = {
        "module": target.module,
        "file": str(Path(workspace.root, target.path)),
        "roots": [str(Path(workspace.root, root)) for root in import_paths(workspace, environment, [target.path])],
        "seed": seed,
        "seconds": seconds,
        "executions": executions,
        "texts": [str(Path(workspace.root, path)) for path in (*readme, *tests(paths)[:_TEXTS])],
        "covered_lines": sorted(known.lines - target.lines),
        "covered_branches": sorted(known.branches - target.branches),
    }
    return Command(
        argv=(environment.runtime, str(EXPLORER), "request.json"),
        # The explorer keeps to its own time; the deadline is for one that hangs.
        limits=replace(_EXPLORER_LIMITS, seconds=1.25 * seconds + 15),
        environment={**variables(environment), "PYTHONHASHSEED": "0"},
        files={"request.json": json.dumps(request).encode()},
        reads=(environment.root, *prefixes(), workspace.root, str(EXPLORER)),
        results=(OBSERVATIONS,),
    )


def seeded(command: Command, text: str) -> Command:
    """The explorer's command, given one more text with example calls to begin from."""
    request = json.loads(command.files["request.json"])
    request["texts"] = [EXAMPLES, *request["texts"]]
    return replace(command, files={**command.files, "request.json": json.dumps(request).encode(), EXAMPLES: text.encode()})


def import_paths(workspace: Workspace, environment: Environment, paths: Sequence[str]) -> list[str]:
    """Those of the environment, and what files need that are newer than it; '.' last, so that what lies at the top shadows nothing."""
    found = {*environment.roots, *(roots(workspace, paths) if paths else ())}
    return sorted(found, key=lambda root: (root == ".", root))


def variables(environment: Environment) -> dict[str, str]:
    venv = f"{environment.root}/venv"
    return {"VIRTUAL_ENV": venv, "PATH": f"{venv}/bin:/usr/local/bin:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
