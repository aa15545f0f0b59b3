"""What code under test sees of folders that are listed backwards, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

BOTH = """
import glob, os, pathlib, sys
def names():
    return {expression}
first = names()
from runners.explorers.python import listings
listings.turn()
print(len(first), names() == first[::-1])
"""


@pytest.mark.parametrize(
    "expression",
    [
        "os.listdir(sys.argv[1])",
        "[entry.name for entry in os.scandir(sys.argv[1])]",
        "glob.glob(sys.argv[1] + '/*')",
        "[path.name for path in pathlib.Path(sys.argv[1]).iterdir()]",
        "next(os.walk(sys.argv[1]))[2]",
    ],
)
def test_names_come_the_other_way_round(expression: str, tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).touch()
    code = BOTH.replace("{expression}", expression)
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)

    assert ran.stdout.split() == ["3", "True"]
