"""What a box costs: `python -m benchmarks.sandboxes [--rounds N]`. Everything is measured in turns, in one run, on one machine."""

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from runners.sandboxes import choose
from runners.sandboxes.base import Sandbox
from runners.sandboxes.docker import DockerSandbox
from testwright.errors import SandboxUnavailable
from testwright.model import Command, Limits

DOCKER_OVER_BARE, BUBBLEWRAP_OVER_PROCESS, SCREENING, WAITING = 1.15, 25.0, 100.0, 8.0
"""Bounds: a ratio, milliseconds, milliseconds a file, MiB."""
NOTHING = Command(("true",), files={"given": b"x"}, results=("given",))
WAIT = Command(("sleep", "6"), Limits(seconds=60))
FILES = 20


def bare(sandbox: DockerSandbox) -> Callable[[], object]:
    """The least that the SDK can do: create, start, wait, remove; no wall, no file, no result."""
    api: Any = sandbox._api

    def run() -> None:
        request = {"Image": sandbox._image, "Entrypoint": ["true"], "Cmd": [], "HostConfig": {"NetworkMode": "none"}}
        container = api.create_container_from_config(request)["Id"]
        api.start(container)
        api.wait(container)
        api.remove_container(container, force=True, v=True)

    return run


def timed(action: Callable[[], object]) -> float:
    """Return how many milliseconds it takes."""
    began = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - began)


def runs(boxes: dict[str, Sandbox], rounds: int) -> dict[str, list[float]]:
    """Run nothing in each kind of box, in turns."""
    actions: dict[str, Callable[[], object]] = {name: (lambda box=box: box.run(NOTHING)) for name, box in boxes.items()}  # type: ignore[misc]
    docker = boxes.get("docker")
    if isinstance(docker, DockerSandbox):
        actions["docker SDK, bare"] = bare(docker)
    measured: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(rounds + 2):
        for name, action in actions.items():
            taken = timed(action)
            if turn >= 2:  # the first fill caches
                measured[name].append(taken)
    return measured


def waiting(box: Sandbox, count: int = 8) -> float:
    """Return how many MiB of the machine's memory one box takes that only waits: every process that is there because of it."""
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda _: box.run(NOTHING), range(count)))  # shelves are there now
        before = _parents()
        waits = [pool.submit(box.run, WAIT) for _ in range(count)]
        time.sleep(4)
        now = _parents()
        ours = {os.getpid(), *(pid for pid in now if pid not in before and _command(pid).startswith("containerd-shim"))}
        family = [pid for pid in now if pid not in before and _descends(pid, ours, now)]
        taken = sum(map(_proportional, family)) / 1024
        for wait in waits:
            wait.result()
    return taken / count


def _parents() -> dict[int, int]:
    """Return every process of the machine and its parent."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            found[int(place.name)] = int((place / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    return found


def _descends(pid: int, tops: set[int], parents: dict[int, int]) -> bool:
    while pid > 1:
        if pid in tops:
            return True
        pid = parents.get(pid, 0)
    return False


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rpartition("/usr/bin/")[2]
    except OSError:
        return ""


def _proportional(pid: int) -> int:
    """Return the memory of a process in KiB, of what it shares only its part."""
    try:
        return sum(int(line.split()[1]) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
    except OSError:
        return 0


def screening(box: Sandbox) -> tuple[float, float]:
    """Return milliseconds a file for 20 test files in one box, and of these what pytest itself says the tests took."""
    files = {f"test_{number}.py": b"def test_one():\n    assert sum(range(1000)) == 499500\n" for number in range(FILES)}
    inside = box.name == "docker"
    python = "/opt/testwright/bin/python3" if inside else sys.executable
    reads = () if inside else (sys.prefix, sys.base_prefix)
    command = Command((python, "-m", "pytest", "-q", "-p", "no:cacheprovider"), Limits(seconds=120), files=files, reads=reads)
    plain = statistics.median(timed(lambda: box.run(command)) for _ in range(3))
    single = Command(command.argv, command.limits, files={"test_0.py": files["test_0.py"]}, reads=reads)
    return plain / FILES, statistics.median(timed(lambda: box.run(single)) for _ in range(3))


def throughput(box: Sandbox, workers: int, count: int = 16) -> float:
    """Return runs a second with so many workers."""
    with ThreadPoolExecutor(workers) as pool:
        began = time.perf_counter()
        list(pool.map(lambda _: box.run(NOTHING), range(count)))
        return count / (time.perf_counter() - began)


def _boxes() -> dict[str, Sandbox]:
    found: dict[str, Sandbox] = {}
    for name in ("process", "bubblewrap", "docker"):
        try:
            found[name] = choose(name)
        except SandboxUnavailable as reason:
            print(f"{name}: not measured, {reason}")
    return found


def main() -> int:
    """Measure, print tables, and return 1 when a bound is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    boxes = _boxes()
    print(f"Python {platform.python_version()}, Linux {platform.release()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    measured = runs(boxes, rounds)
    print("| a run of nothing | median ms | least | most |\n|---|---|---|---|")
    for name, values in measured.items():
        print(f"| {name} | {statistics.median(values):.1f} | {min(values):.1f} | {max(values):.1f} |")
    columns = ("box", "MiB while it waits", "20 test files: ms a file", "1 test file: ms", "runs/s with 1, 2, 4, 8 workers")
    print(f"\n| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    kept = {}
    for name, box in boxes.items():
        memory, (each, single) = waiting(box), screening(box)
        speeds = ", ".join(f"{throughput(box, workers):.1f}" for workers in (1, 2, 4, 8))
        print(f"| {name} | {memory:.1f} | {each:.1f} | {single:.0f} | {speeds} |")
        kept[f"{name}: MiB while it waits"] = (memory, WAITING)
        kept[f"{name}: ms a file"] = (each, SCREENING)
    middle = {name: statistics.median(values) for name, values in measured.items()}
    if "docker" in middle:
        kept["docker over the bare SDK"] = (middle["docker"] / middle["docker SDK, bare"], DOCKER_OVER_BARE)
    if "bubblewrap" in middle:
        kept["bubblewrap over process, ms"] = (middle["bubblewrap"] - middle["process"], BUBBLEWRAP_OVER_PROCESS)
    print()
    for name, (value, bound) in kept.items():
        print(f"{'kept' if value <= bound else 'NOT KEPT'}: {name} {value:.2f}, bound {bound:g}")
    return int(any(value > bound for value, bound in kept.values()))


if __name__ == "__main__":
    sys.exit(main())
