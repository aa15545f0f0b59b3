"""Compare search engines on a panel of Python modules: coverage, passing tests, killed mutants, reruns in random order.

usage: python -m benchmarks.panel PANEL --programs FOLDER [options]; see --help

PANEL has a line `REQUIREMENT MODULE` per module. FOLDER holds the independent programs `measure_python.py` and `mutants_python.py`.
Every engine sees only the installed code: not the package's own tests, README or examples. `--pynguin PATH` names its executable.
Prints a Markdown table; writes one JSON line a module to WORK/results.jsonl, and leaves the generated tests in WORK.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.campaigns import said, search, table

TOOLS = ("pytest", "coverage", "pytest-randomly")


@dataclass(frozen=True, slots=True)
class Subject:
    """One module of a panel, installed in an environment of its own."""

    requirement: str
    module: str
    python: Path

    @property
    def distribution(self) -> str:
        return self.requirement.partition("==")[0]

    @property
    def site(self) -> Path:
        return next((self.python.parents[1] / "lib").glob("python3*")) / "site-packages"


def main() -> None:
    """Run the panel."""
    options = _options()
    options.work.mkdir(parents=True, exist_ok=True)
    rows = []
    for requirement, module in lines(options.panel):
        subject = install(requirement, module, options.work / "environments")
        for engine in options.engines.split(","):
            row = _measure(subject, engine, options)
            rows.append(row)
            with (options.work / "results.jsonl").open("a") as file:
                file.write(json.dumps(row) + "\n")
            print(json.dumps(row), file=sys.stderr, flush=True)
    print(table(rows, COLUMNS))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("panel", type=Path)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("build/panel"))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--executions", type=int, help="budget of Testwright's search; --seconds are its ceiling then")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engines", default="testwright")
    parser.add_argument("--pynguin", default="pynguin")
    parser.add_argument("--mutants", type=int, default=60)
    parser.add_argument("--reruns", type=int, default=20)
    parser.add_argument("--sandbox", default="auto")
    return parser.parse_args()


def lines(panel: Path) -> Iterable[tuple[str, str]]:
    """The requirement and the module of each line of a panel."""
    for line in panel.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            requirement, module = line.split()
            yield requirement, module


def install(requirement: str, module: str, folder: Path) -> Subject:
    """A clean environment: the package, pytest and coverage."""
    place = (folder / requirement.replace("==", "-")).absolute()
    python = place / "bin/python"
    if not python.exists():
        subprocess.run(["uv", "venv", "-q", place], check=True)
        subprocess.run(["uv", "pip", "install", "-q", "--python", python, requirement, *TOOLS], check=True)
    return Subject(requirement, module, python)


def _measure(subject: Subject, engine: str, options: argparse.Namespace) -> dict[str, object]:
    """Generate with one engine, then let the independent programs judge."""
    tests = (options.work / engine / subject.module).absolute()
    shutil.rmtree(tests, ignore_errors=True)
    tests.mkdir(parents=True)
    clock = time.monotonic()
    extra = {"testwright": _testwright, "pynguin": _pynguin}[engine](subject, tests, options)
    row: dict[str, object] = {"module": subject.module, "engine": engine, "wall": round(time.monotonic() - clock, 1), **extra}
    if not list(tests.rglob("test_*.py")):
        return row | {"tests": 0}
    row |= _program(options.programs / "measure_python.py", subject, tests)
    row["left"] = round(int(str(row.get("branches", 0))) * (100 - float(str(row.get("branch_pct", 0)))) / 100)
    if options.mutants and engine == "testwright":
        row |= {
            f"mutants_{k}": v
            for k, v in _program(options.programs / "mutants_python.py", subject, tests, "--sample", str(options.mutants)).items()
            if k != "module"
        }
    if options.reruns and engine == "testwright":
        row["reruns"] = f"{_reruns(subject, tests, options.reruns)}/{options.reruns}"
    return row


def copy_code(subject: Subject, root: Path) -> str:
    """Put the installed code alone into a new folder, without the package's own tests; gives the path of the module in it."""
    top = subject.module.partition(".")[0]
    found = subject.site / top
    if found.is_dir():
        shutil.copytree(found, root / top, ignore=shutil.ignore_patterns("__pycache__", "tests", "test"))
    else:
        root.mkdir()
        shutil.copy(found.with_suffix(".py"), root)
    path = subject.module.replace(".", "/")
    return f"{path}/__init__.py" if (root / path).is_dir() else f"{path}.py"


def _testwright(subject: Subject, tests: Path, options: argparse.Namespace) -> dict[str, object]:
    """The product as a user runs it, on a folder with the installed code alone."""
    source = tests.parent / f"{subject.module}.source"
    shutil.rmtree(source, ignore_errors=True)
    path = copy_code(subject, source)
    out = tests.parent / f"{subject.module}.out"
    shutil.rmtree(out / "campaigns", ignore_errors=True)
    more = ["--include", f"/{path}", "--requirements", subject.requirement]
    more += ["--executions-per-file", str(options.executions)] if options.executions else []
    status, campaign = search(source, out, *more, seconds=options.seconds, seed=options.seed, sandbox=options.sandbox)
    if campaign and (campaign / "tests").is_dir():
        shutil.copytree(campaign / "tests", tests, dirs_exist_ok=True)
    return {"exit": status}


def _pynguin(subject: Subject, tests: Path, options: argparse.Namespace) -> dict[str, object]:
    """Pynguin with its default algorithm and the same seconds; a crash is a row without tests."""
    site, place = subject.site, tests.parent / f"{subject.module}.report"
    command = [
        options.pynguin,
        "--project-path",
        str(site),
        "--module-name",
        subject.module,
        "--output-path",
        str(tests),
        "--report-dir",
        str(place),
    ]
    command += ["--maximum-search-time", str(int(options.seconds)), "--seed", str(options.seed), "--no-rich"]
    environment = {**os.environ, "PYNGUIN_DANGER_AWARE": "1", "PYTHONPATH": str(site)}
    try:
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=options.seconds * 4)
    except subprocess.TimeoutExpired:
        return {"exit": "timeout"}
    (tests.parent / f"{subject.module}.log").write_text(ran.stdout + ran.stderr)
    return {"exit": ran.returncode}


def _program(program: Path, subject: Subject, tests: Path, *more: str) -> dict[str, object]:
    """The JSON line of a measuring program, or what it said instead."""
    return said([sys.executable, program, str(subject.python), subject.module, str(tests), *more])


def _reruns(subject: Subject, tests: Path, times: int) -> int:
    """How many of so many plain pytest runs in random order pass whole."""
    good = 0
    for seed in range(times):
        command = [
            str(subject.python),
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--import-mode=importlib",
            "-prandomly",
            f"--randomly-seed={seed + 1}",
            str(tests),
        ]
        environment = {**os.environ, "PYTHONHASHSEED": str(seed * 31), "PYTHONDONTWRITEBYTECODE": "1"}
        good += subprocess.run(command, env=environment, capture_output=True, cwd=tests).returncode == 0
    return good


COLUMNS = (
    "module",
    "engine",
    "branches",
    "left",
    "line_pct",
    "branch_pct",
    "tests",
    "not_passing",
    "flaky",
    "mutants_score",
    "reruns",
    "wall",
)


if __name__ == "__main__":
    main()
