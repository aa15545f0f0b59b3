"""Which tests of a file kill which mutants of its target: the command that tries it, and what it said."""

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from runners.formats import untrusted_json
from runners.languages.python.commands import import_paths, variables
from runners.languages.python.interpreters import prefixes
from runners.languages.python.programs import EXPLORER, program
from testwright.model import Candidate, Command, Environment, Limits, Output, Target, Workspace

RESULT = "results/kills.json"
LARGEST = 8 << 20
MOST = 100_000
"""Mutants of one file that are believed."""
_OWN = ("-c", "../harness/pytest.ini", "--rootdir=.")
_ID = re.compile(r"\d{1,7}:\d{1,7}:.{1,200}", re.DOTALL)


def kill(
    workspace: Workspace, environment: Environment, target: Target, candidate: Candidate, known: Collection[str], seconds: float
) -> Command:
    """Run the tests against mutants of the target, without those that are known to be killed."""
    request = {
        "explorer": str(EXPLORER),
        "module": target.module,
        "paths": [str(Path(workspace.root, root)) for root in import_paths(workspace, environment, [target.path])],
        "cwd": "candidates",
        "arguments": [*_OWN, "--import-mode=prepend", "--noconftest", "-q", "-p", "no:cacheprovider", candidate.path],
        "known": sorted(known),
        "seconds": seconds,
    }  # fmt: skip
    return Command(
        argv=(environment.runtime, "harness/kills.py"),
        limits=Limits(seconds=1.25 * seconds + 15, memory=2048),
        environment={**variables(environment), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONHASHSEED": "0"},
        files={
            "request.json": json.dumps(request).encode(),
            "harness/pytest.ini": b"[pytest]\n",
            "harness/kills.py": program("kills.py"),
            f"candidates/{candidate.path}": candidate.text.encode(),
        },
        reads=(environment.root, *prefixes(), workspace.root, str(EXPLORER)),
        results=(RESULT,),
    )


def kills(output: Output) -> tuple[Mapping[str, frozenset[str]], int]:
    """Test → ids of the mutants that it kills, '' → of those that were tried and live; and how many mutants there are.

    Nothing when the run said nothing that can be read.
    """
    try:
        said = untrusted_json.table(untrusted_json.decode(output.files.get(RESULT, b""), LARGEST, "kills"), "kills")
        found = untrusted_json.table(said.get("kills"), "kills")
        rows = {**found, "": said.get("alive", [])}
        ids = {test: frozenset(map(str, untrusted_json.row(row, "kills"))) for test, row in rows.items()}
    except ValueError:
        return {}, 0
    count = said.get("mutants")
    total = count if isinstance(count, int) and 0 <= count <= MOST else 0
    good = {test: frozenset(i for i in row if _ID.fullmatch(i)) for test, row in ids.items()}
    return ({}, 0) if len(frozenset().union(*good.values())) > total else (good, total)
