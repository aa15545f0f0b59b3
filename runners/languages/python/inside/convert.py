"""Turn coverage's data file into JSON in the sandbox: the file is written by untrusted code and its format is a database."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import coverage
from coverage.parser import PythonParser


def main() -> None:
    """Write results/coverage.json in the format of `coverage json`, with `tests` where tests are told apart."""
    with open(sys.argv[1], encoding="utf-8") as file:
        request: dict[str, Any] = json.load(file)
    if not request["files"]:
        write(request, {"files": {}})
        return
    tree = request["tree"]
    paths = {os.path.join(tree, name): name for name in request["files"]}
    measured = coverage.Coverage(config_file=request["coverage"])
    folder = os.path.dirname(request["coverage"])
    if any(name.startswith(".coverage.data") for name in os.listdir(folder)):
        measured.combine([folder], strict=False, keep=True)
    data = measured.get_data()
    known = data.measured_files()
    data.add_arcs({path: set() for path in paths if path not in known})
    target = os.path.join(request["results"], "all.json")
    measured.json_report(morfs=list(paths), outfile=target, ignore_errors=True)
    with open(target, encoding="utf-8") as file:
        report = json.load(file)
    os.unlink(target)
    files = {paths[path]: keep(entry) for path, entry in absolute(report["files"], paths).items()}
    result: dict[str, Any] = {"files": files}
    if request["tests"]:
        result["tests"] = by_test(data, paths, files)
    write(request, result)


def write(request: dict[str, Any], result: dict[str, Any]) -> None:
    """Put the report where it is expected."""
    with open(os.path.join(request["results"], "coverage.json"), "w", encoding="utf-8") as file:
        json.dump(result, file, separators=(",", ":"))


def absolute(files: dict[str, Any], paths: dict[str, str]) -> dict[str, Any]:
    """Reports name files relative to the working folder when they are below it."""
    found = {os.path.realpath(path): entry for path, entry in files.items()}
    return {path: found[os.path.realpath(path)] for path in paths if os.path.realpath(path) in found}


def keep(entry: dict[str, Any]) -> dict[str, Any]:
    """The four sets that count."""
    return {key: entry.get(key, []) for key in ("executed_lines", "missing_lines", "executed_branches", "missing_branches")}


def by_test(data: Any, paths: dict[str, str], files: dict[str, Any]) -> dict[str, Any]:
    """Test → file → its lines and branches, '' for what ran outside every test."""
    tests: dict[str, Any] = {}
    for path, name in paths.items():
        if name not in files or not files[name]["executed_lines"]:
            continue
        lines = set(files[name]["executed_lines"])
        branches = {tuple(branch) for branch in files[name]["executed_branches"]}
        parser = PythonParser(filename=path)
        parser.parse_source()
        for context in sorted(data.measured_contexts()):
            data.set_query_context(context)
            own = parser.translate_lines(data.lines(path) or ()) & lines
            arcs = parser.translate_arcs(data.arcs(path) or ()) & branches
            if own:
                tests.setdefault(context, {})[name] = {"lines": sorted(own), "branches": sorted(arcs)}
        data.set_query_contexts(None)
    return tests


if __name__ == "__main__":
    main()
