"""The commands that run tests and the explorer. All of them work in a copy of the tree that has links to its dependencies."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from runners.images.pinned import IN_IMAGE
from runners.languages.node.programs import EXPLORER, SHARED, programs
from runners.languages.node.runners import attempts
from runners.languages.node.sources import countable, files, has_old_types, sources, tests
from runners.languages.node.style import style
from runners.languages.streaming import OBSERVATIONS
from runners.languages.tree import read
from testwright.model import Candidate, Command, Environment, Limits, Target, Workspace

RESULTS = ("results/report.json", "results/coverage.json")
SHIMS = ("@jest/globals", "mocha", "node:test")
"""Runners whose words our own stands in for."""
_TEXTS = 300
_DOM = re.compile(rb"\b(?:document|window)\.\w|@testing-library|react-dom|jsdom|happy-dom")
_EXPLORER_LIMITS = Limits(memory=2048, processes=128, output=4, file_size=64, scratch=256, cpus=2.0)


def suite(workspace: Workspace, environment: Environment, limits: Limits, extra: Mapping[str, bytes] = {}) -> Command:
    """Run the project's own tests with its own runner, with line and branch coverage of every source file; else with ours."""
    paths = files(workspace)
    request = {
        "files": countable(workspace, sources(workspace, paths)),
        "attempts": attempts(workspace, paths, list(extra)),
        "test_seconds": max(2.0, min(30.0, limits.seconds / 12)),
        "shims": [],
        "dump": True,
    }
    command = _measured(workspace, environment, limits, request)
    added = {f"tree/{path}": content for path, content in extra.items()}
    return replace(command, files={**command.files, **added})


def count(workspace: Workspace, environment: Environment, limits: Limits, paths: Sequence[str]) -> Command:
    """Say what counts in every one of these files, and run nothing of them."""
    return _measured(workspace, environment, limits, {"files": countable(workspace, paths), "attempts": []})


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
    """Run candidate files with our vitest, away from the project's settings, with coverage of the target by test."""
    ours = {"runner": "vitest", "include": list(dict.fromkeys(c.path for c in candidates)), "folder": "."}
    paths = has_paths(workspace)
    request = {
        "files": [target.path] if target else [],
        "attempts": [[ours, {**ours, "paths": False}] if paths else [ours]],
        "test_seconds": max(1.0, min(10.0, limits.seconds / 6)),
        "order": order,
        "only": list(only),
        "tests": target is not None,
        "shims": list(SHIMS),
        "quiet": True,
        "dom": any(_DOM.search(candidate.text.encode()) for candidate in candidates),
    }
    command = _measured(workspace, environment, limits, request)
    return replace(command, files={**command.files, **{f"tree/{each.path}": each.text.encode() for each in candidates}})


def _measured(workspace: Workspace, environment: Environment, limits: Limits, request: dict[str, Any]) -> Command:
    whole = {
        "tree": "tree",
        "modules": f"{environment.root}/tree",
        "tools": tools(environment),
        "paths": has_paths(workspace),
        "common": has_old_types(workspace),
        "include": [],
        "order": None,
        "only": [],
        "tests": False,
        "shims": [],
        # What is left of the time is for the report: a run that is stopped from outside says nothing.
        "seconds": max(1.0, 0.8 * limits.seconds - 2),
        "test_seconds": 10.0,
        **request,
    }
    return Command(
        argv=(environment.runtime, "harness/measure.mjs"),
        limits=limits,
        environment=variables(environment),
        files={"request.json": json.dumps(whole).encode(), **{f"harness/{name}": text for name, text in programs().items()}},
        copies={"tree": workspace.root},
        reads=_reads(environment),
        results=RESULTS,
        image="node",
    )


def has_paths(workspace: Workspace) -> bool:
    """Whether tsconfig.json gives modules other names."""
    try:
        return b'"paths"' in read(Path(workspace.root, "tsconfig.json"))
    except OSError:
        return False


def explore(
    workspace: Workspace, environment: Environment, target: Target, *, seed: int, seconds: float, executions: int | None = None
) -> Command:
    """Run the explorer on one target."""
    paths = files(workspace)
    readme = [path for path in paths if "/" not in path and path.lower().startswith("readme")]
    request = {
        "tree": "tree",
        "modules": f"{environment.root}/tree",
        "tools": f"{tools(environment)}/node_modules",
        "style": style(workspace, paths).facts.get("module", "esm"),
        "module": target.module,
        "file": target.path,
        "seed": seed,
        "seconds": seconds,
        "executions": executions,
        "texts": [*readme, *tests(paths)[:_TEXTS]],
        "uncovered_lines": sorted(target.lines),
        "uncovered_branches": sorted(target.branches),
    }
    harness = {f"harness/{name}": programs()[name] for name in ("explore.mjs", "linking.mjs", *SHARED)}
    return Command(
        argv=(environment.runtime, "harness/explore.mjs", str(EXPLORER / "main.mjs"), "request.json"),
        # The explorer keeps to its own time; the deadline is for one that hangs.
        limits=replace(_EXPLORER_LIMITS, seconds=1.25 * seconds + 15),
        environment=variables(environment),
        files={"request.json": json.dumps(request).encode(), **harness},
        copies={"tree": workspace.root},
        reads=(*_reads(environment), str(EXPLORER)),
        results=(OBSERVATIONS,),
        image="node",
    )


def tools(environment: Environment) -> str:
    """The folder of our tools: beside the Node that runs."""
    return str(Path(environment.runtime or f"{IN_IMAGE}/bin/node").parent.parent)


def _reads(environment: Environment) -> tuple[str, ...]:
    place = tools(environment)
    return (environment.root, *(() if place == IN_IMAGE else (place,)))


def variables(environment: Environment) -> dict[str, str]:
    """The environment of every run."""
    place = tools(environment)
    return {
        "PATH": f"{place}/bin:/usr/local/bin:/usr/bin:/bin",
        "TESTWRIGHT_TOOLS": f"{place}/node_modules",
        "NO_COLOR": "1",
        "NO_UPDATE_NOTIFIER": "1",
    }
