"""Running in Docker costs no test: for a seed and so many executions every sandbox gives the same file, byte for byte."""

import functools
import sys
import tempfile
from pathlib import Path

import pytest

from runners.languages import python
from runners.languages.python.statements import statements
from runners.select import select
from tests.runners.explorers.python.test_executions import RESTLESS
from tests.runners.sandboxes.conftest import open_box
from testwright.model import Environment, Target, Workspace

ORDERS = '''
"""Orders of a small shop."""

from dataclasses import dataclass, field


@dataclass
class Order:
    customer: str
    lines: list = field(default_factory=list)
    paid: bool = False

    def add(self, name: str, count: int = 1, price: float = 1.0) -> float:
        """The new total.

        >>> Order("Ann").add("tea", 2, 1.5)
        3.0
        """
        if count < 1:
            raise ValueError("count must be positive")
        self.lines.append((name, count, price))
        return self.total()

    def total(self) -> float:
        total = sum(count * price for _, count, price in self.lines)
        return total * 0.9 if total > 100 else total

    def pay(self, amount: float) -> str:
        if not self.lines:
            return "nothing to pay"
        self.paid = amount >= self.total()
        return "thank you" if self.paid else "not enough"


def initials(name: str) -> str:
    parts = [part for part in name.replace("-", " ").split() if part[0].isalpha()]
    if not parts:
        return "?"
    return "".join(part[0].upper() for part in parts[:3])
'''


def written(name: str, root: Path, code: str) -> str:
    """The test file that a search in this sandbox ends in."""
    box = open_box(name)
    workspace = Workspace("shop", str(root), "0" * 64, "shop")
    (root / "orders.py").write_text(code)
    known = statements(root / "orders.py", "orders.py")
    target = Target("python", "orders.py", "orders", "1" * 64, known.lines, known.branches)
    runtime, installed = ("/opt/testwright/bin/python", str(root)) if name == "docker" else (sys.executable, sys.prefix)
    environment = Environment("python", installed, runtime, "key", (".",))
    output = box.sandbox.run(python.explore(workspace, environment, target, seed=7, seconds=200, executions=900))
    found = python.exploration(target, output)
    assert found.ending in ("budget", "all reached", "no progress"), found.ending
    return python.write(workspace, target, select(found.observations, target), python.style(workspace, ("orders.py",))).text


@functools.cache
def first(code: str) -> str:
    """What the others are compared with."""
    with tempfile.TemporaryDirectory(prefix="testwright-") as folder:
        return written("bubblewrap", Path(folder), code)


@pytest.mark.slow
@pytest.mark.parametrize("code", [ORDERS, RESTLESS], ids=["orders", "restless"])
@pytest.mark.parametrize("other", ["process", "bubblewrap", pytest.param("docker", marks=pytest.mark.docker)])
def test_every_sandbox_gives_the_same_tests_byte_for_byte(other: str, code: str, tmp_path: Path) -> None:
    assert first(code).count("def test_") >= 3
    assert written(other, tmp_path, code) == first(code)
