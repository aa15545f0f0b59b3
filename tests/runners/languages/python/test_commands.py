"""Tests that really run, in the interpreter of this house: what is said about them, and that no trick passes for a test."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from runners.languages import python
from runners.sandboxes.process import ProcessSandbox
from tests.runners.languages.examples import environment, workspace
from testwright.model import Baseline, Candidate, Ending, Limits, RunResult, Status, Target, TestCase, Workspace

CODE = "def sign(x):\n    if x < 0:\n        return -1\n    return 1\n"
HEAD = "import os\nimport pytest\nfrom signs import sign\n\n\n"
REPORT = '<testsuites><testsuite><testcase file="tests/test_a.py" classname="tests.test_a" name="test_a"/></testsuite></testsuites>'
FORGE = f"    with open('../results/junit.xml', 'w') as file:\n        file.write({REPORT!r})\n    os._exit(0)\n"
QUICK = Limits(seconds=12)
ENOUGH = Limits(seconds=90)


def candidate(body: str, *names: str, path: str = "tests/test_a.py") -> Candidate:
    return Candidate(path, HEAD + body, tuple(TestCase(name, "") for name in names))


def ran(folder: Path, *candidates: Candidate, order: int | None = None, only: tuple[str, ...] = (), limits: Limits = QUICK) -> RunResult:
    place = workspace(folder, {"signs.py": CODE})
    made = environment("python", sys.executable)
    target = Target("python", "signs.py", "signs", "0" * 64)
    command = python.run(place, made, candidates, limits, target=target, order=order, only=only)
    return python.result(place, ProcessSandbox().run(command), candidates)


GOOD = candidate(
    "@pytest.mark.parametrize('x', [1, 2])\ndef test_plus(x):\n    assert sign(x) == 1\n\n\ndef test_minus():\n    assert sign(-1) == -1\n",
    "test_plus",
    "test_minus",
)


def test_lines_and_branches_are_told_apart_by_test(tmp_path: Path) -> None:
    result = ran(tmp_path, GOOD)
    assert result.passed
    assert [(case.name, case.parameters) for case in result.cases] == [("test_plus", "1"), ("test_plus", "2"), ("test_minus", "")]
    (file,) = result.coverage
    assert (file.path, file.lines, file.missing_lines) == ("signs.py", {1, 2, 3, 4}, frozenset())
    assert (file.branches, file.missing_branches) == ({(2, 3), (2, 4)}, frozenset())
    assert {name: gain["signs.py"] for name, gain in result.gains.items()} == {"": {1}, "test_plus": {2, 4}, "test_minus": {2, 3}}


def test_a_file_in_a_folder_of_the_package_imports_the_package(tmp_path: Path) -> None:
    place = workspace(tmp_path, {"signs/__init__.py": CODE, "signs/tests/__init__.py": ""})
    target = Target("python", "signs/__init__.py", "signs", "0" * 64)
    inside = candidate("def test_minus():\n    assert sign(-1) == -1\n", "test_minus", path="signs/tests/test_signs.py")

    command = python.run(place, environment("python", sys.executable), [inside], QUICK, target=target)

    assert python.result(place, ProcessSandbox().run(command), [inside]).passed


def test_only_the_wanted_tests_run(tmp_path: Path) -> None:
    result = ran(tmp_path, GOOD, only=("test_minus",))
    assert result.passed
    assert [case.name for case in result.cases] == ["test_minus"]


def test_the_order_is_that_of_the_seed(tmp_path: Path) -> None:
    body = "".join(f"def test_{letter}():\n    assert sign(1)\n\n\n" for letter in "abcdef")
    many = candidate(body, *(f"test_{letter}" for letter in "abcdef"))
    orders = [[case.name for case in ran(tmp_path, many, order=order).cases] for order in (None, 1, 1)]
    assert orders[0] == sorted(orders[0])
    assert orders[1] == orders[2] != orders[0]


def test_a_file_that_cannot_be_collected_costs_only_itself(tmp_path: Path) -> None:
    broken = candidate("import nowhere\n\n\ndef test_b():\n    pass\n", "test_b", path="tests/test_b.py")
    leaving = candidate("raise SystemExit(0)\n", "test_c", path="tests/test_c.py")
    result = ran(tmp_path, broken, leaving, GOOD)
    assert not result.problem
    assert not result.passed
    said = {case.file: (case.name, case.message) for case in result.cases if case.status is Status.ERROR}
    assert said["tests/test_b.py"] == ("", "ModuleNotFoundError: No module named 'nowhere'")
    assert said["tests/test_c.py"] == ("", "SystemExit: 0")
    assert sum(case.status is Status.PASSED for case in result.cases) == 3


def test_a_test_that_hangs_fails_alone_even_when_it_swallows_everything(tmp_path: Path) -> None:
    loop = "    while True:\n        try:\n            while True:\n                pass\n        except Exception:\n            pass\n\n\n"
    body = f"def test_a():\n{loop}"
    result = ran(tmp_path, candidate(body + "def test_b():\n    assert sign(1) == 1\n", "test_a", "test_b"), limits=Limits(seconds=8))
    assert not result.problem
    assert {case.name: case.status for case in result.cases} == {"test_a": Status.FAILED, "test_b": Status.PASSED}
    assert "timeout" in result.cases[0].message


CHEATS = {
    "leaves with success": "    os._exit(0)\n",
    "writes the report itself": FORGE,
    "crashes": "    os.kill(os.getpid(), 11)\n",
    "raises success": "    raise SystemExit(0)\n",
    "skips": "    pytest.skip('done')\n",
    "prints": "    print('1 passed')\n    assert False\n",
    "expects to fail": "    pytest.xfail('x')\n",
}


@pytest.mark.parametrize("body", CHEATS.values(), ids=CHEATS)
def test_a_cheat_does_not_pass(body: str, tmp_path: Path) -> None:
    result = ran(tmp_path, candidate(f"def test_a():\n{body}", "test_a"))
    assert not result.passed


def test_a_test_that_vanishes_is_missed(tmp_path: Path) -> None:
    result = ran(tmp_path, candidate("def test_a():\n    assert sign(1)\n", "test_a", "test_gone"))
    assert result.problem == "tests/test_a.py: test_gone was expected and is not in the report"


def test_what_passed_before_a_crash_is_known_and_so_is_the_culprit(tmp_path: Path) -> None:
    body = "def test_a():\n    assert sign(1)\n\n\ndef test_b():\n    os._exit(0)\n"
    result = ran(tmp_path, candidate(body, "test_a", "test_b"))
    assert result.problem
    assert {case.name: case.status for case in result.cases} == {"test_a": Status.PASSED, "test_b": Status.ERROR}


def suite_of(
    folder: Path, files: dict[str, str], limits: Limits = ENOUGH, extra: dict[str, bytes] | None = None
) -> tuple[Workspace, Baseline]:
    place = workspace(folder, {"signs.py": CODE, **files})
    made = environment("python", sys.executable)
    output = ProcessSandbox().run(python.suite(place, made, limits, extra or {}))
    assert output.ending is Ending.EXITED
    return place, python.baseline(place, made, ["signs.py"], output)


OWN = "from signs import sign\n\n\ndef test_own():\n    assert sign(1) == 1\n"
UNITTEST = """import unittest
from signs import sign


class T(unittest.TestCase):
    def test_own(self):
        assert sign(1) == 1
"""
CHILD = """import subprocess, sys


def test_own():
    subprocess.run([sys.executable, '-c', 'import signs; signs.sign(1)'], check=True)
"""
SUITES = {
    "plain": ({"tests/test_own.py": OWN}, "passed"),
    "settings that need a plugin": ({"tests/test_own.py": OWN, "pytest.ini": "[pytest]\naddopts = --no-such-option -n 4\n"}, "passed"),
    "broken settings": ({"tests/test_own.py": OWN, "pytest.ini": "[pytest\n"}, "passed"),
    "names that unittest knows": ({"tests.py": OWN}, "passed"),
    "unittest": ({"test_u.py": UNITTEST}, "passed"),
    "failing": ({"tests/test_own.py": OWN + "    assert False\n"}, "failed"),
    "broken": ({"tests/test_own.py": OWN, "tests/test_x.py": "import nowhere\n"}, "failed"),
    "measured in a child": ({"tests/test_own.py": CHILD}, "passed"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "state"), SUITES.values(), ids=SUITES)
def test_the_projects_own_tests(files: dict[str, str], state: str, tmp_path: Path) -> None:
    _, before = suite_of(tmp_path, files)
    assert (before.state, before.coverage[0].missing_lines, before.coverage[0].missing_branches) == (state, {3}, {(2, 3)})


def test_no_tests_are_no_failure(tmp_path: Path) -> None:
    _, before = suite_of(tmp_path, {"tests/test_empty.py": "x = 1\n"})
    assert (before.state, before.coverage[0].covered_lines) == ("none", frozenset())


SLEEPS = "\n\ndef test_slow():\n    import time\n    time.sleep(100)\n"
SWALLOWS = """

def test_stubborn():
    import time
    while True:
        try:
            time.sleep(100)
        except BaseException:
            pass
"""
DEAF = """

def test_deaf():
    import signal, time
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    time.sleep(1000)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hangs", "state", "reason"),
    [
        (SLEEPS + SLEEPS.replace("slow", "slower"), "failed", "2 of 3 tests fail"),
        (SWALLOWS, "timeout", "tests/test_own.py: test_stubborn did not end"),
    ],
)
def test_a_suite_that_hangs_keeps_what_it_covered(hangs: str, state: str, reason: str, tmp_path: Path) -> None:
    _, before = suite_of(tmp_path, {"tests/test_own.py": OWN + hangs}, Limits(seconds=60))
    assert (before.state, before.reason) == (state, reason)
    assert before.coverage[0].missing_lines == {3}


@pytest.mark.slow
def test_a_suite_that_hears_no_signal_is_ended_long_before_its_time_is_up(tmp_path: Path) -> None:
    place = workspace(tmp_path, {"signs.py": CODE, "tests/test_own.py": OWN + DEAF})
    made = environment("python", sys.executable)
    command = python.suite(place, made, Limits(seconds=900))
    hasty = {**json.loads(command.files["request.json"]), "test_seconds": 1}
    output = ProcessSandbox().run(replace(command, files={**command.files, "request.json": json.dumps(hasty).encode()}))
    before = python.baseline(place, made, ["signs.py"], output)
    assert (before.state, before.reason) == ("timeout", "tests/test_own.py: test_deaf did not end")


def test_a_suite_leaves_the_workspace_as_it_was(tmp_path: Path) -> None:
    place, _ = suite_of(
        tmp_path, {"tests/test_own.py": OWN + "    open('written.txt', 'w').close()\n"}, extra={"tests/test_new.py": OWN.encode()}
    )
    assert sorted(path.name for path in Path(place.root).rglob("*") if path.is_file()) == ["signs.py", "test_own.py"]
