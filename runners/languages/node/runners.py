"""Which runner a project's own tests are written for, and how it is called there."""

import re
import shlex
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from runners.languages.node.manifests import package
from runners.languages.node.sources import tests
from runners.languages.tree import read
from testwright.model import Workspace

KNOWN = ("vitest", "jest", "mocha", "node:test")
FOREIGN = ("ava", "tape", "tap", "uvu", "jasmine", "qunit", "lab")
"""Runners whose tests are not run."""
MOST_PACKAGES = 20
_LOOKED_AT = 40
_IMPORTS = re.compile(
    rb"""(?:from|require\(|import\()\s*['"](vitest|@jest/globals|mocha|node:test|ava|tape|tap|uvu|qunit)['"]|import\s+['"](mocha)['"]"""
)
_JEST = re.compile(rb"\bjest\.\w+\(")
_EXPECT = re.compile(rb"\bexpect\s*\(")
_GLOBALS = re.compile(rb"\b(?:describe|it|test|suite)(?:\.\w+)*\s*[(`]")
_OTHER_EXPECT = re.compile(rb"""['"](?:chai|expect\.js|should|unexpected)['"]""")
_DROPPED = re.compile(
    r"--(?:watch\w*|coverage\S*|reporter\S*|reporters\S*|bail\S*|ci|silent|verbose|runInBand|inspect\S*|test-reporter\S*|experimental-test-coverage)|-[RbiwV]"
)
_WITH_VALUE = frozenset({"--reporter", "-R", "--reporters", "--test-reporter", "--test-reporter-destination"})

Attempt = dict[str, Any]


def framework(workspace: Workspace, paths: Sequence[str]) -> str:
    """The runner of the project's own tests; '' when there is nothing to tell it by."""
    root = Path(workspace.root)
    declared = package(root / "package.json")
    found = _framework(root, declared, tests(paths))
    if found:
        return found
    for folder in _packages(paths):
        if found := _framework(
            root, package(root / folder / "package.json"), tests(path for path in paths if path.startswith(f"{folder}/"))
        ):
            return found
    return ""


def _packages(paths: Sequence[str]) -> list[str]:
    return sorted(path.removesuffix("/package.json") for path in paths if path.endswith("/package.json"))


def _framework(root: Path, declared: Mapping[str, Any], own: Sequence[str]) -> str:
    script = _script(declared)
    if re.search(r"\bnode\b[^&|;]*\s--test\b", script):
        return "node:test"
    for name in (*KNOWN[:3], *FOREIGN):
        if re.search(rf"(?<![\w./@-]){name}(?![\w-])", script):
            return name
    said = [_said(root / path) for path in own[:_LOOKED_AT]]
    counts = {name: said.count(name) for name in said if name}
    if counts:
        return max(counts, key=lambda name: (counts[name], name))
    wanted = {**_table(declared, "dependencies"), **_table(declared, "devDependencies")}
    if any(said) or not own:
        return next((name for name in (*KNOWN[:3], *FOREIGN) if name in wanted), "")
    return next((name for name in KNOWN[:3] if name in wanted), "")


def _said(path: Path) -> str:
    """The runner that one test file is written for."""
    try:
        text = read(path)
    except OSError:
        return ""
    if found := _IMPORTS.search(text):
        name = (found[1] or found[2]).decode()
        return {"@jest/globals": "jest"}.get(name, name)
    if not _GLOBALS.search(text):
        return ""
    if _JEST.search(text):
        return "jest"
    if _EXPECT.search(text) and not _OTHER_EXPECT.search(text):
        return "jest"
    return "mocha"


def _script(declared: Mapping[str, Any], name: str = "test", depth: int = 3) -> str:
    """What `npm test` comes to, scripts that it calls put in."""
    scripts = _table(declared, "scripts")
    text = str(scripts.get(name, ""))
    if not depth:
        return text
    called = re.findall(r"\b(?:npm run|npm-run-all|run-s|run-p|yarn run|pnpm run|yarn|pnpm)\s+(?:-\S+\s+)*([\w:.-]+)", text)
    return " && ".join([text, *(_script(declared, each, depth - 1) for each in called if each in scripts and each != name)])


def _table(declared: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = declared.get(key)
    return value if isinstance(value, dict) else {}


def attempts(workspace: Workspace, paths: Sequence[str], extra: Sequence[str] = ()) -> list[list[Attempt]]:
    """For each package with tests of its own the runs to try, the first that finds tests counts."""
    root = Path(workspace.root)
    own: dict[str, list[str]] = defaultdict(list)
    for path in (*tests(paths), *extra):
        own[_package_of(root, path)].append(path)
    return [found for folder, files in sorted(own.items())[:MOST_PACKAGES] if (found := _attempts(workspace, folder, files, extra))]


def _package_of(root: Path, path: str) -> str:
    for folder in PurePosixPath(path).parents:
        if folder != PurePosixPath() and (root / folder / "package.json").is_file():
            return folder.as_posix()
    return "."


def _attempts(workspace: Workspace, folder: str, files: Sequence[str], extra: Sequence[str]) -> list[Attempt]:
    root = Path(workspace.root)
    top = package(root / "package.json")
    declared = package(root / folder / "package.json")
    holding = [path for path in files if path in extra or _said(root / path)]
    name = _framework(root, declared, files) or (_framework(root, top, files) if folder != "." else "")
    ours: Attempt = {"runner": "vitest", "include": holding, "folder": "."}
    more = [path for path in extra if path in files]
    script = _script(declared) or _script(top)
    if name in FOREIGN:
        return [{**ours, "include": more}] if more else []
    if name == "vitest":
        return [{"runner": "own vitest", "folder": folder, "include": []}, ours]
    if name == "jest":
        return [{"runner": "jest", "folder": folder, "modules": declared.get("type") == "module"}, ours]
    if name == "mocha":
        return [{"runner": "mocha", "folder": folder, "include": holding, "arguments": _arguments(script, "mocha", folder, more)}, ours]
    if name == "node:test":
        arguments = _arguments(script, "--test", folder, more) or [_below(folder, path) for path in holding]
        return [{"runner": "node", "folder": folder, "arguments": arguments}, ours]
    return [ours]


def _arguments(script: str, word: str, folder: str, more: Sequence[str]) -> list[str]:
    """What a script passes to a runner, without what says how to report."""
    found = re.search(rf"(?<![\w./@-])(?:\./)?(?:node_modules/\.bin/)?_?{re.escape(word)}(?![\w-])([^&|;]*)", script)
    before = re.search(r"\bnode\s+([^&|;]*?)--test\b", script) if word == "--test" else None
    try:
        given = shlex.split(f"{before[1] if before else ''} {found[1] if found else ''}")
    except ValueError:
        given = []
    kept: list[str] = []
    skip = False
    for argument in given:
        if not skip and not _DROPPED.fullmatch(argument):
            kept.append(argument)
        skip = argument in _WITH_VALUE
    files = [_below(folder, path) for path in more]
    plain = any(not argument.startswith("-") for argument in kept)
    return [*kept, *(files if plain or word == "mocha" else [])]


def _below(folder: str, path: str) -> str:
    return path if folder == "." else path.removeprefix(f"{folder}/")
