"""What asking language models takes, with a scripted model over real HTTP: `python -m benchmarks.models PANEL [options]`; see --help.

Three bounds: prompt tokens a target against sending the whole file each time, calls of a second run, and 200 targets at once.
Every module is served as a campaign serves it: the search first, then the model for what is left. The model answers every question with a
test that fails, always as long, so every round of repair is asked too. Tokens are characters / 4, for both sides alike.

A module takes about 40 s. What was measured is kept in `--rows FILE` and not measured again, so a panel can be measured in slices:
`--minutes 3` begins no further module after that time, and the next call goes on. Rows of other templates are measured anew; remove the
file after any other change.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.panel import Subject, copy_code, install, lines
from runners.languages import LANGUAGES
from runners.languages.base import Style
from runners.sandboxes import choose
from runners.sandboxes.base import Sandbox
from tasks.cover import cover
from tasks.folder import Folder
from tasks.generators.asking import Message, Request
from tasks.generators.gateway import Gateway
from tasks.generators.prompts import version
from tasks.generators.settings import ModelSettings
from tasks.judge import CandidateRejected
from tasks.models import Wish
from tests.tasks.generators.server import Reply, serving
from testwright.campaign import Engine
from testwright.model import Environment, FileReport, Target, Workspace

HALF, TWICE, LATE = 0.5, 0.0, 1.3
"""Bounds: prompt tokens a token of the whole file, calls of a second run, seconds a second of the ideal time."""
WRONG = "```python\ndef test_letters_are_three():\n    letters = list('ab')\n\n    assert len(letters) == 3\n```\n"
LENGTH = 1_200
TARGETS, AT_ONCE, TAKES = 200, 32, 2.0
TRIES = 20
ROUNDS = 3
"""Questions on a piece: the first, and two repairs."""


@dataclass(frozen=True, slots=True)
class Row:
    """One module: what was left of it, and what asking for that took."""

    module: str
    left: str
    calls: int
    prompt: int
    file: int
    again: int
    version: str = ""
    """Of the prompts."""

    @property
    def share(self) -> float:
        """Prompt tokens a token of the whole file, sent each time."""
        return self.prompt / (self.calls * self.file)


def main() -> int:
    """Measure, print tables, and return 1 when a bound is not kept."""
    options = _options()
    print(f"Python {platform.python_version()}, Linux {platform.release()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    kept = {}
    sandbox = choose(options.sandbox)
    rows, undone = _measured(options, sandbox)
    if rows:
        print("| module | lines, branches left by the search | calls | prompt tokens | of the whole file each time | calls, second run |")
        print("|---|---|---|---|---|---|")
        for row in rows:
            share = f"{row.share:.2f}" if row.calls else "-"
            print(f"| {row.module} | {row.left} | {row.calls} | {row.prompt:,} | {share} | {row.again} |")
        asked = [row for row in rows if row.calls]
        whole = sum(row.calls * row.file for row in asked)
        once = sum(row.prompt for row in asked) / max(1, sum(ROUNDS * row.file for row in asked))
        print(f"\nOf whole files sent once a round instead of with each question: {once:.2f}")
        kept["prompt tokens a token of whole files"] = (sum(row.prompt for row in asked) / max(1, whole), HALF)
        kept["calls of second runs"] = (float(sum(row.again for row in rows)), TWICE)
    if options.targets:
        seconds = at_once(options.targets)
        ideal = TAKES * options.targets / AT_ONCE
        kept[f"{options.targets} targets, {AT_ONCE} at once, a model that takes {TAKES:g} s: {seconds:.1f} s of {ideal:.1f} s"] = (
            seconds / ideal, LATE,
        )  # fmt: skip
    print(f"\nNot measured yet: {', '.join(undone)}; the same command goes on.\n" if undone else "")
    for name, (value, bound) in kept.items():
        print(f"{'kept' if value <= bound else 'NOT KEPT'}: {name}: {value:.2f}, bound {bound:g}")
    return int(any(value > bound for value, bound in kept.values()))


def at_once(targets: int) -> float:
    """Seconds until the gateway has an answer for each of so many targets. LiteLLM is imported before."""
    with serving(lambda body: Reply(_reply(), wait=TAKES)) as server, tempfile.TemporaryDirectory() as place:
        settings = ModelSettings(("scripted",), server.address, concurrency=AT_ONCE)
        Gateway(settings, Path(place, "first")).ask(Request((Message("user", "warm up"),), "1", "first"))
        gateway = Gateway(settings, Path(place, "answers"))
        clock = time.monotonic()
        answers = gateway.ask_all([Request((Message("user", f"{n} " + 4_000 * "x"),), "1", f"{n}.py") for n in range(targets)])
        taken = time.monotonic() - clock
    if any(answer.stopped for answer in answers):
        raise SystemExit(next(answer.stopped for answer in answers if answer.stopped))
    return taken


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("panels", type=Path, nargs="*", help="files with a line `REQUIREMENT MODULE` each; none: only the targets at once")
    parser.add_argument("--work", type=Path, default=Path("build/panel"))
    parser.add_argument("--seconds", type=float, default=15, help="of search a module")
    parser.add_argument("--rows", type=Path, help="file of measured modules (build/panel/models.jsonl)")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no further module after this time")
    parser.add_argument("--targets", type=int, default=TARGETS, help="0: do not measure them")
    parser.add_argument("--sandbox", default="auto")
    return parser.parse_args()


def _measured(options: argparse.Namespace, sandbox: Sandbox) -> tuple[list[Row], list[str]]:
    """The rows of the panels, as far as time allows, and the modules that are left."""
    file = options.rows or options.work / "models.jsonl"
    known = {row.module: row for row in _stored(file)}
    end, left = time.monotonic() + 60 * options.minutes, []
    wanted = [line for panel in options.panels for line in lines(panel)]
    for requirement, module in wanted:
        if module not in known and time.monotonic() > end:
            left.append(module)
        elif module not in known:
            known[module] = _served(install(requirement, module, options.work / "environments"), options, sandbox)
            with file.open("a") as opened:
                opened.write(json.dumps(asdict(known[module])) + "\n")
    return [known[module] for _, module in wanted if module in known], left


def _stored(file: Path) -> Iterator[Row]:
    """Rows that were measured before, with the prompts of today."""
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [Row(**json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []
    return (row for row in rows if row.version == version())


def _reply() -> str:
    """A test that fails, and words."""
    return WRONG.ljust(LENGTH, ".")


def _served(subject: Subject, options: argparse.Namespace, sandbox: Sandbox) -> Row:
    """Serve one module twice, as two campaigns would that share their answers."""
    with tempfile.TemporaryDirectory() as place, serving(lambda body: Reply(_reply())) as server:
        os.environ |= {"LLM_BASE_URL": server.address, "LLM_MODEL": "scripted", "LLM_CACHE": f"{place}/answers"}
        root = Path(place, "source")
        path = copy_code(subject, root)
        workspace = Workspace(subject.module, str(root), "0" * 64, subject.requirement)
        environment = Environment("python", str(subject.python.parents[1]), str(subject.python), subject.requirement, (".",))
        language = LANGUAGES["python"]
        target = language.target(workspace, environment, path, language.baseline(workspace, environment, [path], None))
        first = _campaign(target, workspace, environment, sandbox, Folder.of(place, "first"), options.seconds)
        asked, prompt = len(server.requests), sum(map(len, server.prompts)) // 4
        _again(place)
        _campaign(target, workspace, environment, sandbox, Folder.of(place, "second"), options.seconds)
        again = len(server.requests) - asked
        size = len(Path(workspace.root, path).read_text()) // 4
    after = first.after
    left = f"{len(after.missing_lines)}, {len(after.missing_branches)}" if after else "all"
    row = Row(subject.module, left, asked, prompt, size, again, version())
    print(row, file=sys.stderr, flush=True)
    return row


def _again(place: str) -> None:
    """Nothing of the first campaign but its answers is there for the second."""
    shutil.rmtree(Path(place, "campaigns", "first"))


def _campaign(
    target: Target, workspace: Workspace, environment: Environment, sandbox: Sandbox, folder: Folder, seconds: float
) -> FileReport:
    """The mapped task of a campaign for one file, tried again as Prefect does."""
    before = None
    wish = Wish(Engine.HYBRID, repairs=ROUNDS - 1)
    for _ in range(TRIES):
        try:
            return cover.fn(target, before, workspace, environment, Style(), sandbox, folder, 0, seconds, wish=wish)
        except CandidateRejected:
            continue
    raise SystemExit(f"{target.path} did not end in {TRIES} tries")


if __name__ == "__main__":
    sys.exit(main())
