"""A small real workspace, run by this interpreter without isolation: the code is ours."""

import sys
from pathlib import Path

import pytest

from runners.sandboxes.process import ProcessSandbox
from testwright.model import Environment, Exploration, Observation, Target, Workspace

CODE = '''"""Numbers."""

import time


def sign(number):
    if number < 0:
        return -1
    if number == 0:
        return 0
    return 1


def now():
    return time.time()
'''


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "workspace"
    root.mkdir()
    (root / "numbers_.py").write_text(CODE)
    return Workspace("numbers", str(root), "0" * 64, "numbers")


@pytest.fixture
def environment() -> Environment:
    return Environment("python", str(Path(sys.prefix).parent), sys.executable, "key", (".",))


@pytest.fixture
def sandbox() -> ProcessSandbox:
    return ProcessSandbox()


@pytest.fixture
def target() -> Target:
    return Target(
        "python", "numbers_.py", "numbers_", "1" * 64, frozenset({7, 8, 9, 10, 11, 15}), frozenset({(7, 8), (7, 9), (9, 10), (9, 11)})
    )


def exploration(target: Target, *observations: Observation, ending: str = "no progress") -> Exploration:
    """What an explorer that found these would say."""
    return Exploration(target, observations, mutants=4, ending=ending)
