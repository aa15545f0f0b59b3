"""Check out and list a tree of 10,000 files, and say what it took: `python -m benchmarks.ingest [FILES]`."""

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS, MEBIBYTES = 10.0, 300.0
"""What it may take at most, for 10,000 files."""
SHAPES = ("folder", "git checkout", "git URL", "tar.gz", "zip")


def make(root: Path, count: int) -> None:
    """A tree like a large Python project: folders of 50 modules of 1-9 kB, with a .gitignore of ordinary length."""
    lines = [f"def f{number}(x: int) -> int:\n    return x + {number}\n\n" for number in range(200)]
    for number in range(count):
        path = root / f"area{number // 1000}" / f"part{number // 50 % 20}" / f"module_{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines[: 20 + number % 170]))
    ignored = ["*.py[cod]", "build/", "dist/", "*.egg-info/", ".coverage", "htmlcov/", "*.so", "docs/_build/", "*.log", "/site"] * 4
    (root / ".gitignore").write_text("\n".join(ignored) + "\n")


def shaped(shape: str, tree: Path, where: Path) -> str:
    """The tree as this kind of source; returns how it is named."""
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    if shape == "git checkout":
        for arguments in (("init", "-q"), ("add", "."), (*identity, "commit", "-qm", "All")):
            subprocess.run(["git", *arguments], cwd=tree, check=True)
    if shape == "git URL":
        return f"file://{tree}/.git"
    if shape == "tar.gz":
        subprocess.run(["tar", "-czf", where / "tree.tar.gz", "--exclude=.git", "-C", tree.parent, tree.name], check=True)
        return str(where / "tree.tar.gz")
    if shape == "zip":
        subprocess.run([sys.executable, "-m", "zipfile", "-c", where / "tree.zip", *sorted(tree.glob("area*"))], check=True)
        return str(where / "tree.zip")
    return str(tree)


def measure(source: str, goal: str) -> dict[str, float]:
    """Check out and list in this process, which does nothing else."""
    from tasks import sources
    from tasks.ingest import files
    from tasks.settings import narrow
    from testwright.campaign import Campaign

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    workspace = sources.checkout(source, Path(goal))
    checked_out = time.perf_counter()
    include, exclude, _, _ = narrow(Campaign(sources=("x",), include=("*.py",), exclude=("docs/",)), workspace)
    found = files(workspace, include, exclude)
    end = time.perf_counter()
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    return {"files": len(found), "checkout": checked_out - start, "list": end - checked_out, "peak": peak, "imports": before}


def main() -> int:
    """Make the tree, measure each shape in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="?", type=int, default=10_000)
    parser.add_argument("--measure", nargs=2, metavar=("SOURCE", "GOAL"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(*given.measure)))
        return 0
    print(f"Python {platform.python_version()}, {platform.machine()}, {given.files:,} files; bounds {SECONDS:g} s and {MEBIBYTES:g} MiB")
    print("| source | files listed | checkout s | list s | peak MiB | of it imports |\n|---|---|---|---|---|---|")
    good = True
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        make(where / "tree", given.files)
        for shape in SHAPES:
            source = shaped(shape, where / "tree", where)
            command = [sys.executable, "-m", "benchmarks.ingest", "--measure", source, str(where / "workspace")]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            got = json.loads(done.stdout)
            good &= got["files"] >= given.files and got["checkout"] + got["list"] < SECONDS and got["peak"] < MEBIBYTES
            print(f"| {shape} | {got['files']:,} | {got['checkout']:.2f} | {got['list']:.2f} | {got['peak']:.0f} | {got['imports']:.0f} |")
    print("within bounds" if good else "NOT within bounds")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
