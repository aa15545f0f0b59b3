"""Which tests tell which mutants of a module from the original: `kills.py` reads request.json and writes `results/kills.json`.

The request holds `explorer` (the folder of the explorer, whose mutants these are), `module`, `paths` (added to the import path), `cwd`,
`arguments` (of pytest), `known` (ids of mutants that are killed already) and `seconds`. The result is
`{"mutants": 60, "kills": {test: [id, …]}, "alive": [id, …]}`, `alive` those that were tried and that no test notices.

The module is imported once, with all its mutants in it. For each mutant a process is forked that switches it on and runs the tests which
come by its place, so that nothing of it outlives the try. Mutants of code that runs on import are not tried.
"""

from __future__ import annotations

import importlib.util
import json
import os
import select
import signal
import sys
import time
from typing import Any

import pytest

SHORTEST, SLOWER = 0.5, 30
"""A mutant may take this many seconds and this many times the time of the original, whichever is more."""
KILLED, ALIVE, BEGUN = b"k", b"a", b"b"


def explorer(folder: str) -> Any:
    """The explorer's way to load a module with mutants. None of its names stays for the code under test to find."""
    spec = importlib.util.spec_from_file_location("testwright_explorer", os.path.join(folder, "__main__.py"))
    assert spec is not None
    assert spec.loader is not None
    start = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(start)
    start.bootstrap()
    from runners.explorers.python import mutants_load

    start.hide()
    return mutants_load


class Trials:
    """The plugin that takes the place of pytest's own run of the tests."""

    def __init__(self, request: dict[str, Any], load: Any) -> None:
        self.request, self.load = request, load
        self.end = time.monotonic() + request["seconds"]
        self.kills: dict[str, set[str]] = {}
        self.tried: set[str] = set()
        self.mutants = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        """Try every mutant on the tests that come by it."""
        module = sys.modules.get(self.request["module"])
        loader = getattr(getattr(module, "__spec__", None), "loader", None)
        if module is None or not isinstance(loader, self.load.Loader):
            return True
        reached = {item: sites for item in session.items if (sites := self.sites(item, module)) is not None}
        living = [m for m in loader.mutants if m.id not in set(self.request["known"])]
        self.mutants = len(loader.mutants)
        for mutant in living:
            items = [item for item, (sites, _) in reached.items() if mutant.site in sites]
            if time.monotonic() > self.end:
                break
            if items:
                self.attempt(module, mutant, items, SHORTEST + SLOWER * sum(reached[item][1] for item in items))
            self.tried.add(mutant.id)
        return True

    def sites(self, item: Any, module: Any) -> Any:
        """Places of mutants that a test comes by, and its seconds; None when it does not pass, twice, or time is up."""
        if time.monotonic() > self.end:
            return None
        recorder = self.load.Recorder()
        module.__dict__[self.load.SWITCH] = recorder
        begun = time.monotonic()
        try:
            good = passes(item)
        finally:
            module.__dict__[self.load.SWITCH] = 0
        seconds = time.monotonic() - begun
        return (recorder.sites, seconds) if good and passes(item) else None

    def attempt(self, module: Any, mutant: Any, items: list[Any], seconds: float) -> None:
        """Run tests with a mutant alive, in a process of their own. A test in which time is up has noticed it."""
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            try:
                os.close(reading)
                os.setpgid(0, 0)
                module.__dict__[self.load.SWITCH] = mutant.index
                for item in items:
                    os.write(writing, BEGUN)
                    os.write(writing, ALIVE if passes(item) else KILLED)
            finally:
                os._exit(0)
        os.close(writing)
        said = heard(reading, min(self.end + seconds, time.monotonic() + seconds))
        os.close(reading)
        try:
            os.killpg(child, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        for item, outcome in zip(items, said.replace(BEGUN + ALIVE, ALIVE).replace(BEGUN + KILLED, KILLED).decode()):
            if outcome.encode() != ALIVE:
                self.kills.setdefault(name_of(item), set()).add(mutant.id)


def heard(pipe: int, end: float) -> bytes:
    """What a process says until it ends, or its time is up."""
    said = b""
    while (left := end - time.monotonic()) > 0 and select.select([pipe], [], [], left)[0]:
        more = os.read(pipe, 4096)
        if not more:
            break
        said += more
    return said


def passes(item: Any) -> bool:
    """Whether a test passes, set-up and tear-down included."""
    from _pytest.runner import runtestprotocol

    try:
        return all(report.passed for report in runtestprotocol(item, nextitem=None, log=False))
    except BaseException:
        return False


def name_of(item: Any) -> str:
    """`test_a`, `TestX.test_a`: the same for all parameters of a test."""
    return str(item.nodeid).partition("::")[2].partition("[")[0].replace("::", ".")


def main() -> int:
    """Run pytest with the loop above."""
    with open("request.json", encoding="utf-8") as file:
        request: dict[str, Any] = json.load(file)
    os.makedirs("results", exist_ok=True)
    results = os.path.abspath("results/kills.json")
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [*request["paths"], *(path for path in sys.path if os.path.abspath(path or ".") != here)]
    load = explorer(request["explorer"])
    sys.meta_path.insert(0, load.Finder(request["module"], None))
    os.chdir(request["cwd"])
    trials = Trials(request, load)
    code = int(pytest.main(request["arguments"], plugins=[trials]))
    with open(results, "w", encoding="utf-8") as file:
        alive = trials.tried.difference(*trials.kills.values())
        kills = {test: sorted(ids) for test, ids in trials.kills.items()}
        json.dump({"mutants": trials.mutants, "kills": kills, "alive": sorted(alive)}, file)
    return code


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads and exit handlers of the code under test have no say any more.
    os._exit(status)
