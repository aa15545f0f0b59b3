"""What runs said. All of it was written beside untrusted code: bounded, checked against each other, never believed alone."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from runners.formats import coverage_json
from runners.formats.text import clean, last_line, one_line
from runners.formats.untrusted_json import decode, row, table
from runners.languages.node.runners import FOREIGN, framework
from runners.languages.node.statements import statements
from runners.languages.tree import read
from testwright.model import Baseline, Candidate, Case, Ending, Environment, FileCoverage, Output, RunResult, Status, Target, Workspace

MAX_BYTES = 32 * 2**20
MAX_CASES = 200_000
LONGEST_NAME = 2000
_RUN_COVERAGE = 8 * 2**20
_STATES = {"passed": Status.PASSED, "failed": Status.FAILED, "skipped": Status.SKIPPED}
_TIMEOUT = re.compile(r"Test timed out in ([\d.]+)ms")
_HOLE = re.compile(r"%(?:\d+\$)?[sdifjoOpc#$]|\$\{(?:[^{}]|\{[^{}]*\})*\}|\$[A-Za-z_][\w.]*")
_WHAT = "report"


def baseline(workspace: Workspace, environment: Environment, paths: Sequence[str], output: Output | None) -> Baseline:
    """What the suite said, with coverage for every path: a file that no report names counts with what it has by the look of it."""
    if output is None:
        return Baseline("none", coverage=_complete(workspace, paths, ()), reason="there are no tests")
    said = coverage_json.of(output)
    coverage = _complete(workspace, paths, said.files if isinstance(said, coverage_json.Coverage) else ())
    report, problem = _report(output)
    cases = _cases(report)
    bad = [case for case in cases if case.status in (Status.FAILED, Status.ERROR)]
    code = output.exit_code
    if output.ending is Ending.TIMEOUT or code == 124:
        hanging = next((case for case in bad if case.message.startswith("timeout: ")), None)
        why = f"{hanging.file}: {hanging.name or 'its import'} did not end" if hanging else one_line(output.reason)
        state, reason = "timeout", why or "the suite did not end in time"
    elif output.ending is not Ending.EXITED:
        state, reason = "failed", f"{output.ending.value}: {one_line(output.reason)}"
    elif not cases and not problem and code == 5:
        state, reason = _silent(workspace)
    elif problem or code != 0 or bad:
        told = f"{len(bad)} of {len(cases)} tests fail" if bad else f"the tests ended with exit code {code}"
        state, reason = "failed", problem or told
    else:
        state, reason = "passed", ""
    return Baseline(state, cases=cases, coverage=coverage, reason=reason)


def _silent(workspace: Workspace) -> tuple[str, str]:
    """Nothing was run: there is nothing, or it is for a runner that is not served."""
    from runners.languages.node.sources import files, tests

    paths = files(workspace)
    name = framework(workspace, paths) if tests(paths) else ""
    if name in FOREIGN:
        return "none", f"there are tests for {name}, which is not run here"
    return "none", "there are no tests"


def _complete(workspace: Workspace, paths: Iterable[str], said: Iterable[FileCoverage]) -> tuple[FileCoverage, ...]:
    known = {file.path: file for file in said}
    return tuple(known.get(path) or statements(Path(workspace.root, path), path) for path in paths)


def target(workspace: Workspace, environment: Environment, path: str, baseline: Baseline) -> Target:
    """The file and what is uncovered in it."""
    file = next((file for file in baseline.coverage if file.path == path), None) or statements(Path(workspace.root, path), path)
    digest = hashlib.sha256(read(Path(workspace.root, path), 1 << 24)).hexdigest()
    return Target(environment.language, path, path, digest, file.missing_lines, file.missing_branches)


def result(workspace: Workspace, output: Output, expected: Sequence[Candidate] = ()) -> RunResult:
    """What a run of candidates said. Exit status, report and the expected tests must agree; where they do not, that is a problem."""
    report, problem = _report(output)
    cases = tuple(_found(case, expected) for case in _cases(report))
    said = coverage_json.of(output, _RUN_COVERAGE if expected else coverage_json.MAX_BYTES)
    if output.ending is not Ending.EXITED:
        problem = one_line(output.reason) or output.ending.value
    elif output.exit_code == 124:
        problem = "the tests did not end in time"
    elif not problem:
        problem = _contradiction(output, report, cases) or _missing(report, cases, expected) or (said if isinstance(said, str) else "")
    found = said if isinstance(said, coverage_json.Coverage) else coverage_json.Coverage()
    return RunResult(output.ending, cases, found.files, _by_name(found.lines, expected), problem, output.seconds)


# ---- cases ----------------------------------------------------------------------------------------------------------


def _report(output: Output) -> tuple[Mapping[str, Any], str]:
    """The report, and what is wrong: with it, or with the run as a whole."""
    data = output.files.get("results/report.json")
    if data is None:
        why = last_line(output.stderr) or last_line(output.stdout)
        return {}, f"the run ended without a report (exit code {output.exit_code})" + (f": {why}" if why else "")
    try:
        report = table(decode(data, MAX_BYTES, _WHAT), _WHAT)
        if not all(isinstance(case, dict) for case in row(report.get("cases"), _WHAT)):
            raise ValueError("not a report: a case is no object")
    except ValueError as error:
        return {}, one_line(str(error))
    problem = report.get("problem")
    return report, one_line(problem) if isinstance(problem, str) else "not a report: the problem is no text"


def _cases(report: Mapping[str, Any]) -> tuple[Case, ...]:
    return tuple(_case(entry) for entry in report.get("cases", [])[:MAX_CASES])


def _case(entry: Mapping[str, object]) -> Case:
    message = clean(_text(entry, "message"))
    if late := _TIMEOUT.search(message):
        message = f"timeout: took longer than {float(late[1]) / 1000:.3g} seconds"
    seconds = entry.get("seconds")
    status = _STATES.get(_text(entry, "state"), Status.ERROR)
    name, file = one_line(_text(entry, "name"), LONGEST_NAME), one_line(_text(entry, "file"), 1000)
    took = float(seconds) if isinstance(seconds, int | float) and 0 <= seconds < 1e6 else 0.0
    return Case(name, Status.ERROR if not name and status is Status.FAILED else status, file, "", message, took)


def _text(entry: Mapping[str, object], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _found(case: Case, expected: Sequence[Candidate]) -> Case:
    """The case under the name that its candidate gives it: a row of a table bears the name of the table."""
    for candidate in expected:
        if candidate.path == case.file and (name := _name(case.name, tuple(test.name for test in candidate.tests))):
            return case if name == case.name else Case(name, case.status, case.file, case.name, case.message, case.seconds)
    return case


def _name(title: str, names: Sequence[str]) -> str:
    """Which of these names a title was made from; '' for none. What became of white space and control characters does not matter."""
    said = _solid(title)
    if plain := [name for name in names if _solid(name) == said]:
        return title if title in plain else plain[0]
    fitting = [name for name in names if _HOLE.search(name) and _fits(said, [_solid(text) for text in _HOLE.split(name)])]
    return max(fitting, key=lambda name: len(_HOLE.sub("", name)), default="")


def _solid(text: str) -> str:
    return "".join(clean(text, LONGEST_NAME).split())


def _fits(title: str, pieces: Sequence[str]) -> bool:
    """Whether a title has these pieces in this order, with anything between them."""
    first, *middle, last = pieces
    at, end = len(first), len(title) - len(last)
    for piece in middle:
        at = title.find(piece, at, end) + len(piece) if title.find(piece, at, end) >= 0 else end + 1
    return at <= end and title.startswith(first) and title.endswith(last)


# ---- cross-checks ---------------------------------------------------------------------------------------------------


def _contradiction(output: Output, report: Mapping[str, Any], cases: Sequence[Case]) -> str:
    bad = sum(case.status in (Status.FAILED, Status.ERROR) for case in cases)
    code = output.exit_code
    if code == 5 or not cases:
        return "no test was found"
    if code == 0 and bad:
        return f"exit code 0 contradicts a report with {bad} failures"
    if code == 1 and not bad:
        return "exit code 1 contradicts a report without failures"
    if report.get("code") != code:
        return f"exit code {code} contradicts the report's own {one_line(str(report.get('code')), 20)}"
    witnessed = report.get("witnessed")
    seen = {_witness(each) for each in witnessed if isinstance(each, str)} if isinstance(witnessed, list) else set()
    for case in cases if report.get("runner") == "vitest" else ():
        if case.status is Status.PASSED and (case.file, case.parameters or case.name) not in seen:
            return f"{case.file}: {case.name} passed in the report and did not while it ran"
    return "" if code in (0, 1) else f"the run ended with exit code {code}: {last_line(output.stderr) or last_line(output.stdout)}"


def _witness(key: str) -> tuple[str, str]:
    file, _, title = key.partition("::")
    return one_line(file, 1000), one_line(title, LONGEST_NAME)


def _missing(report: Mapping[str, Any], cases: Sequence[Case], expected: Sequence[Candidate]) -> str:
    """A test that says nothing may have been made to; one whose file could not be loaded has said so."""
    broken = {case.file for case in cases if not case.name}
    seen = {(case.file, case.name) for case in cases}
    said = report.get("only")
    only = {each for each in said if isinstance(each, str)} if isinstance(said, list) else set()
    for candidate in expected:
        wanted = [test.name for test in candidate.tests if not only or test.name in only]
        lost = sorted(name for name in wanted if (candidate.path, name) not in seen)
        if lost and candidate.path not in broken:
            return f"{candidate.path}: {lost[0]} was expected and is not in the report"
    return ""


# ---- coverage -------------------------------------------------------------------------------------------------------


def _by_name(
    by_title: Mapping[str, Mapping[str, frozenset[int]]], expected: Sequence[Candidate]
) -> dict[str, Mapping[str, frozenset[int]]]:
    """Lines by the names of tests, rows of a table together; '' is what ran outside every test."""
    found: dict[str, dict[str, frozenset[int]]] = {}
    for key, shares in by_title.items():
        file, _, title = key.partition("::")
        name = _found(Case(one_line(title, LONGEST_NAME), Status.PASSED, file), expected).name
        lines = found.setdefault(name, {})
        for path, gained in shares.items():
            lines[path] = lines.get(path, frozenset()) | gained
    return dict(found)
