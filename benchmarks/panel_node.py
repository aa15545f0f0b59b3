"""Measure the search on a panel of npm packages: statements, branches, tests that pass in every run in random order.

usage: python -m benchmarks.panel_node PANEL --programs FOLDER [options]; see --help

PANEL has a line `NAME@VERSION GLOBS …` per package. FOLDER holds the independent program `measure_node.mjs`. Each package is packed,
unpacked and installed without its scripts; tests that it brings are taken away. Prints a Markdown table and writes one JSON line a package
to WORK/results.jsonl: a package that has one is not measured again. With `--minutes` a campaign begins no file after so many minutes; the
next run goes on with it.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.campaigns import Row, said, search, table
from testwright.model import State

OWN_TESTS = ("test", "tests", "__tests__", "spec")
COLUMNS = ("package", "statements", "statement %", "branches", "branch %", "tests", "stable", "flaky", "not passing", "wall, s")


@dataclass(frozen=True, slots=True)
class Package:
    """One line of a panel."""

    name: str
    globs: str

    @property
    def folder(self) -> str:
        return re.sub(r"[^\w.-]+", "_", self.name)


def main() -> None:
    """Run the panel, or go on with it."""
    options = _options()
    options.work = options.work.absolute()
    options.work.mkdir(parents=True, exist_ok=True)
    known = options.work / "results.jsonl"
    rows = {str(row["package"]): row for row in map(json.loads, known.read_text().splitlines() if known.exists() else ())}
    for package in lines(options.panel):
        if package.name in rows or (options.only and not package.name.startswith(tuple(options.only.split(",")))):
            continue
        row = _measure(package, options)
        if row:
            rows[package.name] = row
            with known.open("a") as file:
                file.write(json.dumps(row) + "\n")
        print(json.dumps(row or {"package": package.name, "unfinished": True}), file=sys.stderr, flush=True)
    print(table([*rows.values(), _medians(rows.values())], COLUMNS))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("panel", type=Path)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("build/panel-node"))
    parser.add_argument("--seconds", type=float, default=60, help="of search a file (60)")
    parser.add_argument("--minutes", type=float, help="begin no further file of a package after this many minutes")
    parser.add_argument("--only", default="", help="packages whose names begin so, separated by commas")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reruns", type=int, default=20)
    parser.add_argument("--sandbox", default="auto")
    return parser.parse_args()


def lines(panel: Path) -> Iterator[Package]:
    """The packages of a panel."""
    for line in panel.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            yield Package(*line.split()[:2])


def unpack(package: Package, work: Path) -> tuple[Path, Path]:
    """The bare sources of a package, and a copy of them with its dependencies."""
    bare, whole = work / package.folder / "source", work / package.folder / "installed"
    if not whole.exists():
        shutil.rmtree(bare, ignore_errors=True)
        bare.mkdir(parents=True)
        packed = subprocess.run(["npm", "pack", "--silent", package.name], cwd=bare.parent, check=True, capture_output=True, text=True)
        subprocess.run(["tar", "xzf", packed.stdout.split()[-1], "--strip-components=1", "-C", bare], cwd=bare.parent, check=True)
        for name in OWN_TESTS:
            shutil.rmtree(bare / name, ignore_errors=True)
        shutil.copytree(bare, bare.with_name("installing"), dirs_exist_ok=True)
        install = ["npm", "install", "--omit=dev", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(install, cwd=bare.with_name("installing"), check=True)
        bare.with_name("installing").rename(whole)
    return bare, whole


def _measure(package: Package, options: argparse.Namespace) -> Row | None:
    """Generate and judge; None when the minutes were over before every file had its turn."""
    bare, whole = unpack(package, options.work)
    spent = bare.with_name("seconds.json")
    begun = json.loads(spent.read_text()) if spent.exists() else {}
    before, wall = str(begun.get("campaign", "")), float(begun.get("wall", 0))
    clock = time.monotonic()
    more = [word for glob in package.globs.split(";") for word in _pattern(glob)]
    more += ["--minutes", str(options.minutes)] if options.minutes else []
    more += ["--resume", before] if before else []
    out = bare.with_name("out")
    status, campaign = search(bare, out, *more, seconds=options.seconds, seed=options.seed, sandbox=options.sandbox)
    wall += time.monotonic() - clock
    spent.write_text(json.dumps({"campaign": campaign.name if campaign else "", "wall": wall}))
    row: Row = {"package": package.name, "seconds a file": options.seconds, "exit": status, "wall, s": round(wall)}
    if campaign is None:
        return row
    if _waiting(campaign):
        return None
    return row | _judged(package, whole, campaign / "tests", options)


def _pattern(glob: str) -> Iterable[str]:
    """A glob of the panel as the command line takes it, which knows no braces."""
    option = "--exclude" if glob.startswith("!") else "--include"
    texts = [glob.removeprefix("!")]
    while any("{" in text for text in texts):
        texts = [text.replace(braces[0], one, 1) for text in texts if (braces := _braces(text)) for one in braces[1].split(",")]
    return [word for text in texts for word in (option, f"/{text}")]


def _braces(text: str) -> re.Match[str] | None:
    return re.search(r"\{([^{}]*)\}", text)


def _waiting(campaign: Path) -> bool:
    sources = json.loads((campaign / "report.json").read_text())["report"]["sources"]
    return any(file["state"] == State.NOT_REACHED for source in sources for file in source["files"])


def _judged(package: Package, whole: Path, tests: Path, options: argparse.Namespace) -> Row:
    """What the measuring program says of the tests, put where they belong in the package."""
    project = whole.with_name("measured")
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(whole, project, symlinks=True)
    written = [path for path in sorted(tests.rglob("*")) if path.is_file()]
    for path in written:
        place = project / path.relative_to(tests)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    if not written:
        return {"tests": 0}
    placed = [project / path.relative_to(tests) for path in written if re.search(r"\.[cm]?[jt]sx?$", path.name)]
    found = said(["node", options.programs / "measure_node.mjs", project, package.globs, *placed, "--runs", str(options.reruns)])
    names = {"statement_pct": "statement %", "branch_pct": "branch %", "stable_pass": "stable", "not_passing": "not passing"}
    return {names.get(name, name): value for name, value in found.items()}


def _medians(rows: Iterable[Row]) -> Row:
    """The middle of the panel; a package without tests counts as nothing covered."""
    listed = list(rows)
    middle: Row = {"package": "median"}
    for column in ("statement %", "branch %"):
        values = [row.get(column, 0) for row in listed]
        middle[column] = round(median(value for value in values if isinstance(value, int | float)), 1) if values else "-"
    return middle


if __name__ == "__main__":
    main()
