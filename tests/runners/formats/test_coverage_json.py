"""What coverage.py itself writes is read back as it was measured."""

import json
import sys
from pathlib import Path

import coverage
import pytest

from runners.formats import coverage_json

CODE = """
def pick(x):
    if x:
        return 1
    return 2

pick(1)
"""


def test_a_report_of_coverage_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "code.py").write_text(CODE)
    measured = coverage.Coverage(data_file=None, branch=True, config_file=False, include=["code.py"])
    before = sys.gettrace()
    with measured.collect():
        exec(compile(CODE, str(tmp_path / "code.py"), "exec"), {})  # noqa: S102
    sys.settrace(before)
    measured.json_report(outfile="report.json")
    (file,) = coverage_json.parse((tmp_path / "report.json").read_bytes()).files
    assert file.path == "code.py"
    assert file.lines == {2, 3, 4, 5, 7}
    assert file.missing_lines == {5}
    assert file.branches == {(3, 4), (3, 5)}
    assert file.missing_branches == {(3, 5)}


def test_tests_are_told_apart() -> None:
    report = {"files": {}, "tests": {"": {"a\\b.py": {"lines": [1]}}, "t.py::test_a": {"a/b.py": {"lines": [2], "branches": [[2, 3]]}}}}
    said = coverage_json.parse(json.dumps(report).encode())
    assert said.lines == {"": {"a/b.py": {1}}, "t.py::test_a": {"a/b.py": {2}}}
    assert said.branches["t.py::test_a"] == {"a/b.py": {(2, 3)}}


@pytest.mark.parametrize(
    "data", [b"{}", b"[]", b'{"files":{"a":{"executed_lines":["1"]}}}', b'{"files":{"a":{"executed_branches":[[1]]}}}']
)
def test_something_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a coverage report: "):
        coverage_json.parse(data)
