"""Findings of static checkers."""

import json

from runners.formats import sarif
from testwright.model import Finding


def test_a_finding() -> None:
    place = {"physicalLocation": {"artifactLocation": {"uri": "./pkg/a.py"}, "region": {"startLine": 7}}}
    result = {"ruleId": "F401", "level": "error", "message": {"text": "unused\nimport"}, "locations": [place]}
    log = {
        "version": "2.1.0",
        "runs": [
            {"tool": {"driver": {"name": "ruff"}}, "results": [result, {"message": {"text": "m"}}]},
            {"tool": {"driver": {"name": "x"}}},
        ],
    }
    assert sarif.parse(json.dumps(log).encode()) == (
        Finding("ruff", "F401", "unused import", "pkg/a.py", 7, "error"),
        Finding("ruff", "", "m", "", 0, "warning"),
    )


def test_a_name_with_spaces_comes_back_as_it_is_on_disk() -> None:
    place = {"physicalLocation": {"artifactLocation": {"uri": "file:///w/a%20b/50%25.py"}}}
    log = {"runs": [{"results": [{"message": {"text": "m"}, "locations": [place]}]}]}
    assert [f.path for f in sarif.parse(json.dumps(log).encode())] == ["/w/a b/50%.py"]
