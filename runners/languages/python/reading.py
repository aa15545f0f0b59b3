"""What runs and explorers said. All of it was written beside untrusted code: bounded, checked against each other, never believed alone."""

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from runners.formats import coverage_json, junit
from runners.formats.text import last_line, one_line
from runners.languages.python.sources import parse, place
from runners.languages.python.statements import statements
from runners.languages.tree import read
from testwright.model import (
    Baseline,
    Candidate,
    Case,
    Ending,
    Environment,
    FileCoverage,
    Output,
    RunResult,
    Status,
    Target,
    Workspace,
)

_ACCOUNT_LINES = 200_000
_RUN_COVERAGE = 8 * 2**20
"""Of one target, told apart by test."""
_DIED = "the interpreter ended in this test"


def baseline(workspace: Workspace, environment: Environment, paths: Sequence[str], output: Output | None) -> Baseline:
    """What the suite said, with coverage for every path: a file that no report names counts with all it has."""
    if output is None:
        return Baseline("none", coverage=_complete(workspace, paths, ()), reason="there are no tests")
    said = coverage_json.of(output)
    coverage = _complete(workspace, paths, said.files if isinstance(said, coverage_json.Coverage) else ())
    cases, problem = _cases(output)
    code = output.exit_code
    if output.ending is Ending.TIMEOUT or code == 124 or _stopped(output):
        state, reason = "timeout", _unended(cases) or one_line(output.reason) or "the suite did not end in time"
    elif output.ending is not Ending.EXITED:
        state, reason = "failed", f"{output.ending.value}: {one_line(output.reason)}"
    elif code == 5 or (code == 0 and not cases):
        state, reason = "none", "there are no tests"
    elif problem or code not in (0, 1) or any(case.status in (Status.FAILED, Status.ERROR) for case in cases):
        bad = [case for case in cases if case.status in (Status.FAILED, Status.ERROR)]
        state, reason = "failed", problem or (f"{len(bad)} of {len(cases)} tests fail" if bad else f"pytest ended with exit code {code}")
    else:
        state, reason = "passed", ""
    return Baseline(state, cases=cases, coverage=coverage, reason=reason)


def _unended(cases: Iterable[Case]) -> str:
    """The test in which the suite was stopped."""
    return next((f"{case.file}: {case.name} did not end" for case in cases if case.message == _DIED), "")


def _complete(workspace: Workspace, paths: Iterable[str], said: Iterable[FileCoverage]) -> tuple[FileCoverage, ...]:
    known = {file.path: file for file in said}
    return tuple(known.get(path) or statements(Path(workspace.root, path), path) for path in paths)


def target(workspace: Workspace, environment: Environment, path: str, baseline: Baseline) -> Target:
    """The file and what is uncovered in it."""
    file = next((file for file in baseline.coverage if file.path == path), None) or statements(Path(workspace.root, path), path)
    return Target(
        language=environment.language,
        path=path,
        module=place(workspace, path)[1],
        digest=hashlib.sha256(read(Path(workspace.root, path), 1 << 24)).hexdigest(),
        lines=file.missing_lines,
        branches=file.missing_branches,
    )


def result(workspace: Workspace, output: Output, expected: Sequence[Candidate] = ()) -> RunResult:
    """What a run of candidates said. Exit status, report and the expected tests must agree; where they do not, that is a problem."""
    cases, problem = _cases(output)
    cases = tuple(_found(case, expected) for case in cases)
    said = coverage_json.of(output, _RUN_COVERAGE if expected else coverage_json.MAX_BYTES)
    if output.ending is not Ending.EXITED:
        problem = one_line(output.reason) or output.ending.value
    elif output.exit_code == 124:
        problem = "the tests did not end in time"
    elif not problem:
        problem = _contradiction(output, cases) or _missing(cases, expected, _only(output)) or (said if isinstance(said, str) else "")
    report = said if isinstance(said, coverage_json.Coverage) else coverage_json.Coverage()
    gains = _by_name(report.lines, expected)
    return RunResult(output.ending, cases, report.files, gains, problem, output.seconds)


# ---- cases ----------------------------------------------------------------------------------------------------------


def _cases(output: Output) -> tuple[tuple[Case, ...], str]:
    """The cases, and what is wrong with the report: without one, what the running account holds."""
    data = output.files.get("results/junit.xml")
    if data is None:
        code = output.exit_code
        why = last_line(output.stderr) or last_line(output.stdout)
        problem = f"the run ended without a report (exit code {code})" + (f": {why}" if why else "")
        return _account(output), problem if code != 70 else why or problem
    try:
        cases = junit.parse(data)
    except ValueError as error:
        return (), str(error)
    cwd = _outcome(output).get("cwd")
    folder = cwd.rstrip("/") + "/" if isinstance(cwd, str) and len(cwd) > 1 else "\0"
    return tuple(_collection(replace(case, message=case.message.replace(folder, ""))) for case in cases if case.name or case.message), ""


def _collection(case: Case) -> Case:
    """pytest names a file that could not be collected like its module: here it is the case of that file without a name."""
    broken = case.status is Status.ERROR and case.message.startswith("collection failure")
    if not broken:
        return case
    lines = [line[1:].strip() for line in case.message.splitlines() if line.startswith("E ")]
    file = case.file or case.name.replace(".", "/") + ".py"
    return replace(case, name="", file=file, message="\n".join(lines) or case.message.removeprefix("collection failure\n"))


def _account(output: Output) -> tuple[Case, ...]:
    """What was said while the tests ran: the test that began last and did not end took the interpreter with it."""
    cases: dict[str, Status] = {}
    open_test = ""
    for entry in _entries(output.files.get("results/account.jsonl", b"")):
        if "begin" in entry:
            open_test = entry["begin"]
        elif "test" in entry:
            status = {"passed": Status.PASSED, "skipped": Status.SKIPPED}.get(entry.get("outcome", ""), Status.FAILED)
            cases[entry["test"]] = status if cases.get(entry["test"]) is not Status.FAILED else Status.FAILED
            open_test = "" if open_test == entry["test"] else open_test
    if open_test:
        cases[open_test] = Status.ERROR
    return tuple(_node(node, status, _DIED if node == open_test else "") for node, status in cases.items())


def _node(node: str, status: Status, message: str) -> Case:
    file, _, inner = node.partition("::")
    name, bracket, rest = inner.partition("[")
    return Case(name.replace("::", "."), status, file, rest.removesuffix("]") if bracket else "", message)


def _entries(data: bytes) -> Iterable[dict[str, str]]:
    for line in data.splitlines()[:_ACCOUNT_LINES]:
        try:
            entry = json.loads(line) if len(line) < 10_000 else None
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict):
            yield {key: one_line(value, 2000) for key, value in entry.items() if isinstance(value, str)}


def _stopped(output: Output) -> bool:
    return any("stopped" in entry for entry in _entries(output.files.get("results/account.jsonl", b"")))


def _found(case: Case, expected: Sequence[Candidate]) -> Case:
    """The case under the name that its candidate gives it: `test_a` or `TestX.test_a`."""
    short = case.name.rpartition(".")[2]
    for candidate in expected:
        names = _names(candidate)
        if candidate.path == case.file and case.name not in names and short in names:
            return replace(case, name=short)
    return case


# ---- cross-checks ---------------------------------------------------------------------------------------------------


def _contradiction(output: Output, cases: Sequence[Case]) -> str:
    bad = sum(case.status in (Status.FAILED, Status.ERROR) for case in cases)
    code = output.exit_code
    if code == 5 or not cases:
        return "no test was found"
    if code == 0 and bad:
        return f"exit code 0 contradicts a report with {bad} failures"
    if code == 1 and not bad:
        return "exit code 1 contradicts a report without failures"
    witnessed = {case.name.rpartition(".")[2] for case in _account(output) if case.status is Status.PASSED}
    for case in cases:
        if case.status is Status.PASSED and case.name.rpartition(".")[2] not in witnessed:
            return f"{case.file}: {case.name} passed in the report and did not while it ran"
    return "" if code in (0, 1) else f"pytest ended with exit code {code}: {last_line(output.stderr) or last_line(output.stdout)}"


def _missing(cases: Sequence[Case], expected: Sequence[Candidate], only: frozenset[str]) -> str:
    """A test that says nothing may have been made to; one whose file could not be collected has said so."""
    broken = {case.file for case in cases if not case.name}
    seen = {(case.file, case.name) for case in cases}
    for candidate in expected:
        names = _names(candidate)
        wanted = {name for name in names if not only or {name, name.rpartition(".")[2], f"{candidate.path}::{name}"} & only}
        lost = sorted(name for name in wanted if (candidate.path, name) not in seen)
        if lost and candidate.path not in broken:
            return f"{candidate.path}: {lost[0]} was expected and is not in the report"
    return ""


def _outcome(output: Output) -> dict[str, object]:
    try:
        value = json.loads(output.files.get("results/outcome.json", b"")[:1_000_000] or b"{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _only(output: Output) -> frozenset[str]:
    only = _outcome(output).get("only")
    return frozenset(name for name in only if isinstance(name, str)) if isinstance(only, list) else frozenset()


def _names(candidate: Candidate) -> frozenset[str]:
    if candidate.tests:
        return frozenset(test.name for test in candidate.tests)
    return test_names(candidate.text)


def test_names(text: str) -> frozenset[str]:
    """The tests that pytest finds in a file, as `test_a` or `TestX.test_a`."""

    try:
        tree = parse(text.encode())
    except ValueError:
        return frozenset()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    names = {node.name for node in tree.body if isinstance(node, functions) and node.name.startswith("test")}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, functions) and inner.name.startswith("test")}
    return frozenset(names)


# ---- coverage -------------------------------------------------------------------------------------------------------


def _by_name(by_node: Mapping[str, Mapping[str, frozenset[int]]], expected: Sequence[Candidate]) -> dict[str, Mapping[str, frozenset[int]]]:
    """Keys are names as in `Case.name` where they are unique in the run, else `file::name`; '' is what ran outside every test."""
    names = {node: _found(_node(node, Status.PASSED, ""), expected).name for node in by_node}
    counts: dict[str, int] = {}
    for name in names.values():
        counts[name] = counts.get(name, 0) + 1
    return {name if counts[name] == 1 else f"{node.partition('::')[0]}::{name}": by_node[node] for node, name in names.items()}
