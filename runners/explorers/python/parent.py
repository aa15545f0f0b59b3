"""The process that never imports the code under test: starts the search and the observers, watches them, writes what they found."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

from runners.explorers.python.guard import read_heartbeat
from runners.explorers.python.mutants_watch import MutantWatch
from runners.explorers.python.publish import agreed

SILENCE = 6.0
"""Seconds without a heartbeat after which a search is killed."""
CALM = 8
"""Times longer silence is borne where the number of executions is the budget: the load of the machine must not decide."""
RESTARTS = 6


class Watched:
    """A child process of ours and its heartbeat."""

    def __init__(self, arguments: list[str], heartbeat: str, cwd: str, hash_seed: int) -> None:
        environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONDONTWRITEBYTECODE": "1"}
        folder = os.path.dirname(os.path.abspath(__file__))
        self.process = subprocess.Popen(
            [sys.executable, folder, *arguments],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if not os.environ.get("EXPLORER_DEBUG") else None,
            start_new_session=True,
        )
        self.path = heartbeat
        self.last = (0, 0, 0)
        self.since = time.monotonic()

    def silent(self) -> float:
        """Seconds since its last sign of life."""
        now = read_heartbeat(self.path)
        if now != self.last:
            self.last, self.since = now, time.monotonic()
        return time.monotonic() - self.since

    def kill(self) -> None:
        """End it and everything it started."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self.process.wait()


class Parent:
    """One exploration."""

    def __init__(self, request_path: str) -> None:
        self.started = time.monotonic()
        self.request_path = os.path.abspath(request_path)
        with open(request_path, encoding="utf-8") as file:
            self.request: dict[str, Any] = json.load(file)
        self.request["texts"] = [os.path.abspath(path) for path in self.request.get("texts", ())]  # children work in other folders
        self.seconds = float(self.request["seconds"])
        self.executions: int | None = self.request.get("executions")
        self.executed = 0
        self.cut = False
        """The clock ended something."""
        self.out = os.path.abspath("observations.jsonl")
        self.folder = os.path.abspath(".explorer")
        self.run_folder = os.path.abspath("run")
        for folder in (self.folder, self.run_folder):
            os.makedirs(folder, exist_ok=True)
        self.restarts = 0
        self.kills: dict[int, int] = {}
        self.skip: list[str] = []
        self.ending = ""
        self.seen: set[str] = set()
        self.observers: list[Watched] = []
        self.deaths = 0
        self.sizes: dict[str, tuple[int, ...]] = {}
        self.progress_at = 0
        self.noted = 0
        """Executions that the search last told of."""
        self.final: dict[str, Any] = {}

    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def patience(self, seconds: float) -> float:
        """Seconds of silence that are borne."""
        return seconds * CALM if self.executions else seconds

    def write(self, row: dict[str, Any]) -> None:
        with open(self.out, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def start_search(self) -> Watched:
        path = os.path.join(self.folder, "request.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({**self.request, "skip": self.skip, "executed": self.executed}, file)
        arguments = ["search", path, self.folder, str(self.restarts), str(self.elapsed())]
        return Watched(arguments, os.path.join(self.folder, "heartbeat"), self.run_folder, 0)

    def main(self) -> None:
        """Search, observe, and end with a word on how it ended."""
        search: Watched | None = self.start_search()
        mutants: MutantWatch | None = None
        limit = self.seconds * 0.97
        while self.elapsed() < limit:
            time.sleep(0.02)
            self.copy_progress()
            if search is not None:
                search = self.watch_search(search)
            elif mutants is None:
                mutants = MutantWatch(self)
            else:
                mutants.watch()
            self.watch_observers()
            if mutants is not None and mutants.over and all(o.process.poll() is not None for o in self.observers):
                break
        else:
            self.ending, self.cut = self.ending or "budget", True
        if search is not None:
            search.kill()
            self.ending = "timeout" if not self.exists("ready.json") else self.ending
        if mutants is not None:
            mutants.stop()
        for observer in self.observers:
            observer.kill()
        self.merge(last=True)
        self.end(mutants.total() if mutants is not None else 0)

    def start_mutants(self, seconds: float, skip: list[str], executed: int) -> Watched:
        """The process that tries mutants on what the search found; `executed`: by earlier ones that died."""
        path = os.path.join(self.folder, "mutants.json")
        executed += self.final.get("executions", self.executed)
        with open(path, "w", encoding="utf-8") as file:
            json.dump({**self.request, "skip": self.skip, "skip_mutants": skip, "executed": executed}, file)
        return Watched(["mutants", path, self.folder, str(seconds)], os.path.join(self.folder, "heartbeat"), self.run_folder, 0)

    def exists(self, name: str) -> bool:
        return os.path.exists(os.path.join(self.folder, name))

    def watch_search(self, search: Watched) -> Watched | None:
        """Look after the search: its end, its silence, its death."""
        if self.exists("done.json"):
            with open(os.path.join(self.folder, "done.json"), encoding="utf-8") as file:
                self.final = json.load(file)
            search.kill()
            self.ending = f"import failed: {self.final['failed']}" if "failed" in self.final else self.final["ending"]
            return None
        status = search.process.poll()
        ready = self.exists("ready.json")
        if status is None:
            if not ready and self.elapsed() > max(5.0, min(30.0, self.seconds * 0.5)):
                search.kill()
                self.ending = "timeout"
                return None
            if not ready or search.silent() < self.patience(SILENCE):
                return search
            search.kill()
            return self.again(search, "hangs")
        if not ready:
            self.ending = "import failed: " + (
                f"the process died of signal {-status}" if status < 0 else f"the process exited with status {status}"
            )
            return None
        return self.again(search, f"crashed: signal {-status}" if status < 0 else f"crashed: exit status {status}")

    def again(self, search: Watched, why: str) -> Watched | None:
        """Start the search again, without the unit that crashed it, or hung twice."""
        search.silent()  # the last beat may not have been read
        running = search.last[1]
        self.kills[running] = self.kills.get(running, 0) + 1
        self.executed += search.last[0]
        self.restarts += 1
        if self.restarts > RESTARTS or self.elapsed() > self.seconds * 0.8:
            self.ending = why if why != "hangs" else "timeout"
            self.cut = True
            return None
        self.skip += [f"#{running}"] if running and (self.kills[running] > 1 or why != "hangs") else []
        return self.start_search()

    def copy_progress(self) -> None:
        """Pass on what the search noted about its progress."""
        path = os.path.join(self.folder, "progress.jsonl")
        if not os.path.exists(path) or os.path.getsize(path) == self.progress_at:
            return
        with open(path, encoding="utf-8") as file:
            file.seek(self.progress_at)
            rows = file.read()
        rows = rows[: rows.rfind("\n") + 1]
        self.progress_at += len(rows)
        self.noted = json.loads(rows.splitlines()[-1])["executions"] if rows else self.noted
        with open(self.out, "a", encoding="utf-8") as file:
            file.write(rows)

    # ---- observing ----

    def start_observer(self, index: int) -> Watched:
        """An observer: the first runs all cases in one process, the second each in its own, with other hash and random seeds."""
        name = "ab"[index]
        arguments = ["observe", os.path.join(self.folder, "request.json"), self.folder, name, str(index), str(index)]
        return Watched(arguments, os.path.join(self.folder, f"{name}.heartbeat"), self.run_folder, index + 1)

    def watch_observers(self) -> None:
        """Keep the observers alive; write what both saw."""
        if not self.observers and self.exists("ready.json"):
            self.observers = [self.start_observer(0), self.start_observer(1)]
        for index, observer in enumerate(self.observers):
            if observer.process.poll() is None and observer.silent() > self.patience(SILENCE + 4):
                observer.kill()
            status = observer.process.poll()
            if status not in (None, 0) and self.deaths < RESTARTS * 4:
                self.deaths += 1
                self.note_death("ab"[index])
                self.observers[index] = self.start_observer(index)
        self.merge()

    def note_death(self, name: str) -> None:
        """The case that killed an observer is not tried again."""
        for batch in self.batches():
            started = [row["id"] for row in self.rows(batch, name + ".now")]
            if started and started[-1] not in {row["id"] for row in self.rows(batch, name)}:
                self.append(f"{batch}.{name}", {"id": started[-1], "keep": False, "why": "crashed"})

    def append(self, path: str, row: dict[str, Any]) -> None:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def batches(self) -> list[str]:
        names = sorted(n for n in os.listdir(self.folder) if n.startswith("batch-") and n.endswith(".jsonl"))
        return [os.path.join(self.folder, name[: -len(".jsonl")]) for name in names]

    def rows(self, batch: str, name: str) -> list[dict[str, Any]]:
        try:
            with open(f"{batch}.{name}", encoding="utf-8") as file:
                return [json.loads(line) for line in file if line.endswith("\n")]
        except (OSError, ValueError):
            return []

    def merge(self, last: bool = False) -> None:
        """Write the observations on which both observers agree; in the order of batches where the load of the machine must not decide."""
        for batch in self.batches():
            if self.executions and not last and not all(os.path.exists(f"{batch}.{n}.end") for n in "ab"):
                return
            sizes = tuple(os.path.getsize(f"{batch}.{n}") if os.path.exists(f"{batch}.{n}") else 0 for n in "ab")
            if self.sizes.get(batch) == sizes or not all(sizes):
                continue
            self.sizes[batch] = sizes
            second = {row["id"]: row for row in self.rows(batch, "b")}
            for row in self.rows(batch, "a"):
                if row["id"] in self.seen or row["id"] not in second:
                    continue
                self.seen.add(row["id"])
                made = agreed(row, second[row["id"]])
                if made is not None:
                    self.write(made)

    def end(self, mutants: int) -> None:
        self.copy_progress()
        if self.executions and self.cut and self.ending in ("budget", "no progress", "all reached"):
            self.ending = "the clock ended it before its executions: with more seconds the seed decides alone"
        for line, why in self.final.get("unreached", {}).items():
            self.write({"type": "unreached", "line": int(line), "why": why})
        for row in self.final.get("findings", ()):
            self.write(row)
        self.write(
            {
                "type": "end",
                "ending": self.ending or "budget",
                "mutants": mutants,
                "executions": self.final.get("executions", self.noted),
                "seconds": round(self.elapsed(), 2),
            }
        )
