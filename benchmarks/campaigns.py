"""What the panels of both languages have in common: the product as a user runs it, the programs that judge it, and the table."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
Row = dict[str, object]


def search(source: Path, out: Path, *more: str, seconds: float, seed: int, sandbox: str) -> tuple[int, Path | None]:
    """A campaign without a model on a folder: its exit status, and its folder when it began."""
    command = [str(Path(sys.executable).with_name("testwright")), "run", str(source), "--engine", "search", "--out", str(out)]
    command += ["--seed", str(seed), "--seconds-per-file", str(seconds), "--sandbox", sandbox, *more]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    out.with_suffix(".log").write_text(ran.stdout + ran.stderr)
    return ran.returncode, max((out / "campaigns").glob("*"), default=None)


def said(command: Sequence[str | Path]) -> Row:
    """The JSON line of a measuring program, or what it said instead."""
    ran = subprocess.run(command, capture_output=True, text=True)
    try:
        return dict(json.loads(ran.stdout.splitlines()[0]))
    except (IndexError, ValueError):
        return {"problem": (ran.stdout + ran.stderr).strip()[-200:]}


def table(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> str:
    """Rows as a table of Markdown; what a row lacks is a dash."""
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(str(row.get(column, "-")) for column in columns) + " |" for row in rows]
    return "\n".join(lines)
