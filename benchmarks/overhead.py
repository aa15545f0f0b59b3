"""What a campaign costs beside its sandboxes: `python -m benchmarks.overhead [FILES] [--workers N] [--sandbox NAME] [--profile FILE]`.

A whole campaign on a folder of small modules, with a server of its own. Every run of a sandbox is timed from outside; the rest is overhead.
"""

import argparse
import cProfile
import os
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

BOUND = 10.0
"""Percent of the time of the workers that may pass outside of sandboxes."""
MODULE = '''"""Parcels of kind {number}."""


def price(weight: float, express: bool = False) -> float:
    """What it costs to send a parcel."""
    if weight <= 0:
        raise ValueError("weight must be positive")
    cost = {number} + 2 * weight
    return 2 * cost if express else cost


def size(length: int) -> str:
    """The size by which a parcel is sorted."""
    if length > {limit}:
        return "large"
    return "small" if length < 20 else "medium"


def label(name: str, street: str = "") -> str:
    """What is printed on it."""
    return ", ".join(part.strip() for part in (name, street) if part.strip())
'''


class Clock:
    """A sandbox that is timed from outside."""

    def __init__(self, sandbox: Any) -> None:
        self.inner, self.runs, self.lock = sandbox, [], threading.Lock()  # type: tuple[Any, list[tuple[float, float, bool]], Any]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def run(self, command: Any) -> Any:
        """Run it, and note when."""
        began = time.monotonic()
        output = self.inner.run(command)
        with self.lock:
            self.runs.append((began, time.monotonic(), threading.current_thread() is threading.main_thread()))
        return output


def make(root: Path, count: int) -> None:
    """A project of small modules."""
    root.mkdir()
    for number in range(1, count + 1):
        (root / f"parcels_{number}.py").write_text(MODULE.format(number=number, limit=100 + number))


def covered(intervals: Iterable[tuple[float, float]]) -> float:
    """How long at least one of them lasted."""
    total, end = 0.0, float("-inf")
    for start, stop in sorted(intervals):
        total += max(0.0, stop - max(start, end))
        end = max(end, stop)
    return total


def main() -> int:
    """Run the campaign, print a table, and return 1 when the bound is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="?", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sandbox", default="process", help="the less a sandbox costs, the larger is the share of the rest")
    parser.add_argument("--profile", type=Path, help="write a profile of the threads of the workers here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"TESTWRIGHT_HOME": f"{folder}/home", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL", "DO_NOT_TRACK": "1"}
        os.environ.pop("PREFECT_API_URL", None)
        make(Path(folder, "project"), given.files)
        from deployments import server

        server.ensure()
        try:
            return measure(Path(folder), given)
        finally:
            from prefect.logging.handlers import APILogHandler

            APILogHandler().flush()  # what is still to be told, while there is somebody to tell
            server.service().stop()


def measure(place: Path, given: Any) -> int:
    """One campaign, and where its time went."""
    import flows.campaign
    from runners.sandboxes import choose
    from tasks import sandbox
    from testwright.campaign import Campaign, SandboxName

    clock = Clock(choose(given.sandbox))
    vars(sandbox)["choose"] = lambda *_, **__: clock
    names = {"sandbox": SandboxName(given.sandbox), "workers": given.workers}
    asked = Campaign(sources=(str(place / "project"),), out=str(place / "out"), **names)
    began = time.monotonic()
    with cProfile.Profile() if given.profile else nullcontext() as profile:
        written = flows.campaign.campaign(asked)
    end = time.monotonic()
    if profile:
        profile.dump_stats(given.profile)
    return table(given, clock.runs, began, end, written.report)


def table(given: Any, runs: list[tuple[float, float, bool]], began: float, end: float, report: Any) -> int:
    """Print where the time went; the workers' time is that between the first and the last sandbox of a file."""
    files = [(start, stop) for start, stop, main_thread in runs if not main_thread]
    phase = max(stop for _, stop in files) - min(start for start, _ in files)
    outside = 100 * (1 - sum(stop - start for start, stop in files) / (given.workers * phase))
    alone = end - began - covered((start, stop) for start, stop, _ in runs)
    kept = sum(file.candidate is not None for source in report.sources for file in source.files)
    print(f"Python {platform.python_version()}, Linux {platform.release()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{given.files} files, {given.workers} workers, sandbox {given.sandbox}: tests kept for {kept}, {len(runs)} runs of sandboxes\n")
    print("| | seconds | share |\n|---|---|---|")
    print(f"| the whole campaign | {end - began:.1f} | |")
    print(f"| of it no sandbox runs | {alone:.1f} | {100 * alone / (end - began):.1f} % |")
    print(f"| all files, from the first sandbox to the last | {phase:.1f} | |")
    print(f"| of it a worker is outside of sandboxes, on average | {outside / 100 * phase:.1f} | {outside:.1f} % |\n")
    worst = max(outside, 100 * alone / (end - began))
    print(f"{'kept' if worst <= BOUND else 'NOT KEPT'}: {worst:.1f} % outside of sandboxes, bound {BOUND:g} %")
    return int(worst > BOUND)


if __name__ == "__main__":
    sys.exit(main())
