"""The search in one process: documented calls first, then fresh cases, then changes of cases that come near open goals."""

from __future__ import annotations

import ast
import bisect
import importlib
import importlib.machinery
import importlib.metadata
import json
import math
import os
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from runners.explorers.python import clocks, documents
from runners.explorers.python.archive import Archive, Kept, slim
from runners.explorers.python.builders import Builder
from runners.explorers.python.cases import Case, Replay, load_case
from runners.explorers.python.compose import Composer
from runners.explorers.python.contents import code_of, in_library
from runners.explorers.python.execute import Executor, Run, intrudes, meddles, proper
from runners.explorers.python.findings import Findings
from runners.explorers.python.goals import Goals, make_tracer
from runners.explorers.python.guard import Guard, Heartbeat, Interrupted, timer
from runners.explorers.python.harvest import Harvest
from runners.explorers.python.maker import Maker
from runners.explorers.python.mutate import Mutator
from runners.explorers.python.probe import Log, install
from runners.explorers.python.publish import Publisher
from runners.explorers.python.subjects import Finder, Parameter, Subject
from runners.explorers.python.typical import Custom, kind_of
from runners.explorers.python.values import Atom, Call, Member, Name, Node, Operation, Scope, Variable, substitute, walk
from runners.explorers.python.world import World

SHARE, EXTENDED, ARRIVING = 0.45, 0.65, 0.12
"""Shares of the time for the search: at least, at most, and how long after the last new goal it goes on."""
CHECKPOINTS = (8_000, 40_000, 160_000), (0.2, 0.4)
"""When to say what was found so far: after so many executions, and at these shares of the time."""
CHANGES = 4
"""Changes that are made until one is new."""
WIDENING = 120
"""Tries in vain at a line after which the lines before it are tried, too."""
PATIENCE = (25_000, 2.0)
"""Stop when so many executions, and this share of all before, brought nothing new."""
WORTH = 60.0
"""Seconds that all executions stand for where their number is the budget: shares and bounds of time are meant in them."""
OBSERVED = 120.0
"""Seconds to wait at most for the observers, where the number of executions is the budget."""


class Search:
    """Everything one search process holds."""

    def __init__(self, request: dict[str, Any], folder: str, restart: int, started: float) -> None:
        self.request = request
        self.folder = folder
        self.started = started
        self.executions: int | None = request.get("executions")
        """The budget; None: the clock is."""
        self.before = int(request.get("executed", 0))
        """Executions of earlier processes of this search."""
        self.steps = 0
        self.blind = False
        """The observers say nothing any more."""
        self.seconds = WORTH if self.executions else float(request["seconds"])
        self.rng = random.Random(f"{request.get('seed', 0)}-{restart}")
        self.restart = restart
        self.heartbeat = Heartbeat(os.path.join(folder, "heartbeat"))
        self.progress: list[str] = []
        self.last_new = 0
        self.last_new_at = 0.0
        self.producers: list[tuple[Node, list[Parameter]]] | None = None
        self.tries: dict[int, int] = {}
        self.tried: set[int] = set()
        """Marks of the cases that ran."""
        self.picked: tuple[Any, list[Subject], list[Subject]] = (None, [], [])
        self.open_lines: tuple[int, list[int]] = (-1, [])
        """How many goals are open, and their lines in order."""
        self.last_progress = 0.0
        self.skip: set[str] = set(request.get("skip", ()))
        with open(request["file"], encoding="utf-8-sig", errors="surrogateescape") as file:
            self.text = file.read()

    def prepare(self) -> None:
        """Import the module with probes, and gather all that is known about it."""
        request = self.request
        self.guard = Guard(os.getcwd())
        log = Log()
        self.package = request["module"].split(".")[0]
        self.instrument(log)
        self.module, base = imported(request["module"], request["file"])
        log.settle()
        path = self.module.__file__ or request["file"]
        self.goals = Goals(self.text, path)
        self.base_lines, self.base_branches = self.goals.translate(base)
        self.harvest = Harvest(self.text)
        self.executor = Executor(self.module, self.goals, self.guard, log, 0.3)
        known = {int(line) for line in request.get("covered_lines", ())} | {tuple(b) for b in request.get("covered_branches", ())}
        self.targets: set[Any] = (set(self.goals.lines) - self.base_lines) | (set(self.goals.branches) - self.base_branches)
        self.targets -= known
        self.world = World(self.module, self.harvest, self.rng)
        self.world.add_source(self.text)
        for path, text in self.texts():
            if not path.endswith(".py"):
                self.world.add_texts(text)
        self.maker = Maker(self.world, self.rng)
        found = Finder(self.module, self.harvest).find()
        self.numbers = {id(subject): number for number, subject in enumerate(found, 1)}
        self.subjects = [s for s in found if f"#{self.numbers[id(s)]}" not in self.skip]
        self.builder = Builder(self.maker, self.built, self.rng)
        self.composer = Composer(self.maker, self.subjects, self.rng, self.builder)
        self.composer.wanted = self.wants
        self.custom = Custom(self.composer, self.maker)
        self.findings = Findings(self.executor)
        self.mutator = Mutator(self.composer, self.maker, self.rng)
        self.archive = Archive(set(self.targets), self.rng, os.path.join(self.folder, "archive.jsonl"), self.goals.before)
        self.private = {s.unit for s in self.subjects if not s.public}
        self.publisher = Publisher(self)
        self.publisher.batches = 100 * self.restart
        self.reach: dict[str, set[int]] = {s.unit: set() for s in self.subjects}

    def instrument(self, log: Log) -> None:
        """See to it that the module is loaded with probes; where executions are counted, real time must not reach what is searched."""
        if self.executions:
            clocks.stand()
        install(self.request["module"], log)

    # ---- one case ----

    def elapsed(self) -> float:
        """Seconds that are gone: by the clock, or as many as the executions up to now stand for."""
        if self.executions:
            return WORTH * (self.before + max(self.executor.count, self.steps)) / self.executions
        return time.monotonic() - self.started

    def clock(self, seconds: float) -> float:
        """Seconds of the real clock that something may take: any number where executions are counted."""
        return math.inf if self.executions else seconds

    def try_case(self, case: Case) -> Run:
        """Run a case and keep it where it is worth it."""
        subject = self.composer.subject_of(case)
        self.heartbeat.beat(self.numbers[id(subject)] if subject is not None else 0)
        self.tried.add(case.mark())
        run = self.executor.run(case)
        if not run.keep and run.outcome.raised and not run.stopped:
            run = self.cut(run)
        run.keep = run.keep and proper(run, subject) and not (subject is not None and subject.public and intrudes(run.case, self.package))
        if self.findings.suspect(run, subject) and subject is not None and self.custom.typical(run.case):
            self.findings.add(run, subject)
        goals = frozenset((run.lines | run.branches) & self.targets)
        public = (subject is None or subject.public) and not meddles(run.case)
        fresh, kept = self.archive.add(run, goals, public, run.keep and self.custom.typical(run.case))
        if fresh or (kept and self.rng.random() < 0.2):
            self.mutator.texts += [
                n.value
                for t in run.case.trees()
                for _, n in walk(t)
                if isinstance(n, Atom) and isinstance(n.value, str) and 0 < len(n.value) < 200
            ]
            del self.mutator.texts[:-80]
        if fresh:
            self.last_new = self.executor.count
            self.last_new_at = self.elapsed()
            self.report()
        if subject is not None:
            self.learn(subject, run)
        if run.keep and not run.outcome.raised:
            self.feed(run, kept)
        return run

    def cut(self, run: Run) -> Run:
        """A case whose arrangement raises becomes a case of the step that raised."""
        if run.outcome.at >= len(run.case.steps):
            return run
        case = self.composer.as_call(run.case, run.outcome.at, run.outcome.names)
        if case is None:
            return run
        made = self.executor.run(case)
        return made if made.keep else run

    def learn(self, subject: Subject, run: Run) -> None:
        """Which kinds of arguments work, and which lines a subject reaches."""
        self.reach[subject.unit] |= run.lines
        call = run.case.call
        if not isinstance(call, Call) or run.stopped:
            return
        good = run.keep
        for parameter, node in zip(subject.parameters, call.positional):
            place = parameter.good if good else parameter.bad
            kind = kind_of(node)
            place[kind] = place.get(kind, 0) + 1

    def feed(self, run: Run, kept: bool) -> None:
        """Offer what a call gave as an argument for others; follow functions that were returned."""
        value = run.outcome.value
        code = code_of(value)
        if code is not None and code.co_filename == self.executor.path and run.case.call.size() < 40 and not run.case.asynchronous:
            if self.rng.random() < 0.3 or kept:
                self.queue.append(self.composer.follow(run.case, value))
        if type(value).__name__ == "_GeneratorContextManager" and run.case.call.size() < 40:
            self.queue.append(run.case.copy(call=Call(Member(run.case.call, "__enter__")), kind="context"))
        if run.outcome.consumed or run.case.asynchronous or run.case.kind == "constructor" and self.rng.random() < 0.7:
            return
        if kept or self.rng.random() < 0.05 or type(value) not in self.world.simplest:
            node = inlined(run.case)
            if node is not None:
                self.world.offer(value, node)

    # ---- the loop ----

    def run(self) -> str:
        """Search until all is reached, nothing comes any more, or the time is over; why it ended."""
        self.queue: list[Case] = []
        budget = self.seconds * EXTENDED - 0.6
        self.replay()
        for case in self.documented(budget * 0.4):
            self.guarded(lambda c=case: self.try_case(c))  # type: ignore[misc]
        self.maker.stubs = False
        self.produce(6, min(1.0, budget * 0.05))
        self.warm_up(min(budget * 0.15, 4.0))
        self.publish(1.0)
        counts, shares = list(CHECKPOINTS[0]), list(CHECKPOINTS[1])
        why = "budget"
        while self.elapsed() < self.search_seconds():
            if counts and self.executor.count > counts[0]:
                del counts[0]
                self.publish(1.0)
            elif shares and self.elapsed() > shares[0] * self.seconds:
                del shares[0]
                self.publish(1.0)
            why = self.finished()
            if why:
                break
            self.guarded(self.turn)
        return why or "budget"

    def guarded(self, step: Callable[[], None]) -> None:
        """One step; an error of ours, or of code that answers our looking at it, costs only this step."""
        self.steps += 1
        try:
            step()
        except BaseException:
            if os.environ.get("EXPLORER_DEBUG"):
                traceback.print_exc(limit=-4)

    def search_seconds(self) -> float:
        """When the search ends: later while new goals still arrive, for the mutants get the rest."""
        later = self.last_new_at + self.seconds * ARRIVING
        return max(0.5, min(self.seconds * EXTENDED, max(self.seconds * SHARE, later)) - 0.6)

    def finished(self) -> str:
        count = self.executor.count
        if not self.archive.open and count > max(3000, 1.5 * self.last_new):
            return "all reached"
        if count - self.last_new > PATIENCE[0] + PATIENCE[1] * self.last_new:
            return "no progress"
        return "" if self.subjects else "nothing to call"

    def late(self) -> bool:
        """Stubs and private functions come when nothing else has brought anything for a while."""
        return self.executor.count - self.last_new > 3000 or self.elapsed() > self.search_seconds() * 0.35

    def warm_up(self, seconds: float) -> None:
        """Some fresh cases for every public subject."""
        end = self.elapsed() + seconds
        public = [s for s in self.subjects if s.public] or self.subjects
        for _ in range(30):
            for subject in public:
                self.guarded(lambda s=subject: self.try_case(self.composer.fresh(s)))  # type: ignore[misc]
                self.guarded(self.drain_queue)
                if self.elapsed() > end:
                    return

    def produce(self, rounds: int, seconds: float) -> None:
        """Call functions of the other modules of the package, for the objects that they give."""
        end = self.elapsed() + seconds
        if self.producers is None:
            self.producers = list(self.world.producers())
        for _ in range(rounds):
            for name, parameters in self.producers:
                if self.elapsed() > end:
                    return
                self.heartbeat.beat()
                self.guarded(lambda n=name, p=parameters: self.produced(self.maker.call(n, p, 2)))  # type: ignore[misc]

    def produced(self, call: Call) -> None:
        run = self.executor.run(Case("", "function", call))
        if run.stopped or run.outcome.raised:
            return
        value = run.outcome.value
        if isinstance(value, Replay):
            if value.items:
                self.world.offer(value.items[0], Call(Name("builtins", "next"), (call,)))
            return
        self.world.offer(value, call)
        if isinstance(value, (list, tuple)) and value:
            self.world.offer(value[0], Operation("[]", (call, Atom(0))))

    def drain_queue(self) -> None:
        for _ in range(min(4, len(self.queue))):
            self.try_case(self.queue.pop())
        del self.queue[:-50]

    def turn(self) -> None:
        """One step of the search."""
        late = self.late()
        self.maker.stubs = late
        choice = self.rng.random()
        if self.producers and choice > 0.985:
            name, parameters = self.rng.choice(self.producers)
            self.produced(self.maker.call(name, parameters, 2))
        elif self.queue and choice < 0.3:
            self.try_case(self.queue.pop())
        elif choice < 0.72 and self.archive.open:
            self.turn_for_goal()
        elif choice < 0.85:
            self.turn_for_pool()
        else:
            subject = self.pick_subject(late)
            if subject is not None:
                self.try_case(self.composer.fresh(subject))

    def turn_for_goal(self) -> None:
        """Change a case that reaches the line of an open branch."""
        lines = [line for line in self.archive.near if line in self.archive.sources]
        if not lines:
            subject = self.pick_subject(self.late())
            if subject is not None:
                self.try_case(self.composer.fresh(subject))
            return
        tries = self.tries
        line = min(self.rng.sample(lines, min(len(lines), 3)), key=lambda found: tries.get(found, 0))
        tries[line] = tries.get(line, 0) + 1
        if tries[line] % WIDENING == 0:
            self.archive.widen(line)
        cases = self.archive.near[line]
        units = sorted({found.case.unit for found in cases})
        public = [unit for unit in units if unit not in self.private]
        unit = self.rng.choice(public if public and self.rng.random() < 0.75 else units)
        cases = [found for found in cases if found.case.unit == unit]
        kept = min(self.rng.sample(cases, min(len(cases), self.rng.choice((1, 2, 3)))), key=lambda found: found.case.size())
        self.try_case(self.changed(kept, line))

    def turn_for_pool(self) -> None:
        """Change any kept case: for other outcomes and smaller inputs."""
        units = [unit for unit in self.archive.pool if unit not in self.private] or list(self.archive.pool)
        if not units:
            return
        pool = list(self.archive.pool[self.rng.choice(units)].values())
        kept: Kept = self.rng.choice(pool)
        lines = sorted(kept.lines) or [0]
        self.try_case(self.changed(kept, self.rng.choice(lines)))

    def changed(self, kept: Kept, line: int) -> Case:
        """A change of a kept case: one that was not tried before, when there is one soon."""
        case, log = kept.case.copy(origin="search"), self.operands(kept)
        for _ in range(CHANGES):
            made = self.mutator.mutate(case, log, line)
            if made.mark() not in self.tried:
                break
        return made

    def operands(self, kept: Kept) -> list[Any]:
        """Operands of a kept case: it runs once more for them, for most cases are never asked."""
        if kept.log is None:
            kept.log = slim(self.executor.operands(kept.case))
        return kept.log

    def pick_subject(self, late: bool) -> Subject | None:
        """A subject, those first that may reach something open."""
        if self.picked[0] != (late, self.executor.count // 200):
            subjects = [s for s in self.subjects if s.public or (late and self.has_open(s))] or self.subjects
            wanted = [
                s for s in subjects if self.has_open(s) or self.reach[s.unit] & self.archive.sources.keys() or any(map(self.wants, s.heirs))
            ]
            self.picked = ((late, self.executor.count // 200), subjects, wanted or subjects)
        subjects = self.picked[2] if self.rng.random() < 0.7 else self.picked[1]
        if not subjects:
            return None
        chosen = min(self.rng.sample(subjects, min(3, len(subjects))), key=lambda s: s.tries)
        chosen.tries += 1
        return chosen

    def wants(self, cls: type) -> bool:
        """True when something of a class of the module is not reached yet."""
        definition = self.harvest.definitions.get(cls.__qualname__)
        return definition is not None and self.opens(definition.first, definition.last)

    def has_open(self, subject: Subject) -> bool:
        return self.opens(*subject.lines)

    def opens(self, first: int, last: int) -> bool:
        """True when one of these lines is not reached yet, or has a branch that is not."""
        if self.open_lines[0] != len(self.archive.open):
            lines = sorted({goal if isinstance(goal, int) else goal[0] for goal in self.archive.open})
            self.open_lines = len(self.archive.open), lines
        lines = self.open_lines[1]
        at = bisect.bisect_left(lines, first)
        return at < len(lines) and lines[at] <= last

    # ---- beginnings ----

    def replay(self) -> None:
        """Cases that an earlier process of this search kept."""
        path = os.path.join(self.folder, "archive.jsonl")
        try:
            with open(path, encoding="utf-8") as file:
                rows = [json.loads(line) for line in file if line.endswith("\n")]
        except (OSError, ValueError):
            return
        for row in rows[:2000]:
            case = load_case(row)
            if case.unit not in self.skip:
                self.try_case(case)

    def documented(self, until: float) -> Iterator[Case]:
        """Calls found in docstrings, README files and tests, as they stand, as far as one comes in so many seconds of the search."""
        seen: set[str] = set()
        for origin, node in self.documented_nodes():
            if self.elapsed() > until:
                return
            if node.size() > 150 or not self.at_hand(node):
                continue
            try:
                with timer(1.0):
                    case = self.composer.received(node, self.live, Case("", "", node))
            except Interrupted:
                continue
            if case is None:
                value = self.built(node)
                if type(value).__module__.split(".")[0] == self.package:
                    self.world.offer(value, self.canonical(node))
                continue
            case = case.with_trees([self.canonical(tree) for tree in case.trees()])
            self.seed(case)
            text = case.text()
            if text not in seen and len(seen) < 600:
                seen.add(text)
                yield case.copy(origin=origin)

    def at_hand(self, node: Node) -> bool:
        """Whether a tree names only what is loaded, the package, or the standard library: tests may import half a world."""
        roots = {part.module.split(".")[0] for _, part in walk(node) if isinstance(part, Name)} - {self.package}
        return all(root in sys.modules or in_library(root) for root in roots)

    def live(self, node: Node) -> Any:
        """The live value of a tree, None when it cannot be built."""
        try:
            self.guard.on = True
            return node.build(Scope(self.module))
        except Interrupted:
            raise
        except BaseException:  # also what ends a program, or a test
            return None
        finally:
            self.guard.on = False

    def built(self, node: Node) -> Any:
        """The live value of a tree of ours, None when it cannot be built in short time."""
        try:
            with timer(0.5):
                return self.live(node)
        except Interrupted:
            return None

    def canonical(self, node: Node) -> Node:
        """The tree with every class and function imported from one place only."""
        for path, part in list(walk(node)):
            if isinstance(part, Name) and part.module != "builtins":
                value = self.live(part)
                name = self.world.name_of(value) if isinstance(value, type) else None
                if name is None and value is not None and part.path and getattr(self.module, part.path, None) is value:
                    name = Name(self.module.__name__, part.path)
                if isinstance(name, Name):
                    node = substitute(node, path, name)
        return node

    def seed(self, case: Case) -> None:
        """Arguments of documented calls are good values for the parameters."""
        subject = self.composer.subject_of(case)
        if subject is None or not isinstance(case.call, Call):
            return
        named = {p.name: p for p in subject.parameters}
        for parameter, node in [*zip(subject.parameters, case.call.positional), *((named[n], v) for n, v in case.call.named if n in named)]:
            if len(parameter.seeds) < 60 and not any(isinstance(n, Variable) for _, n in walk(node)):
                parameter.seeds.append(node)

    def documented_nodes(self) -> Iterator[tuple[str, Node]]:
        names = set(vars(self.module))
        functions = [s.unit for s in self.subjects if s.public and "." not in s.unit]
        for node in ast.walk(self.harvest.tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                doc = ast.get_docstring(node) or ""
                if "(" in doc:
                    reader = documents.Reader(self.module.__name__, names)
                    yield from (("documentation", found) for found in documents.doctest_calls(doc, reader))
                    yield from (("documentation", found) for found in documents.prose_calls(doc, functions, reader))
        for path, text in self.texts():
            reader = documents.Reader(self.module.__name__, names)
            if path.endswith(".py"):
                yield from (("project", found) for found in documents.test_calls(text, reader))
            else:
                yield from (("documentation", found) for found in documents.doctest_calls(text, reader))
                yield from (("documentation", found) for found in documents.prose_calls(text, functions, reader))

    def texts(self) -> Iterator[tuple[str, str]]:
        for path in self.request.get("texts", ()):
            try:
                with open(path, encoding="utf-8", errors="replace") as file:
                    yield path, file.read(400_000)
            except OSError:
                continue
        package = self.module.__name__.split(".")[0]
        for name in sorted({package, *packages_of(package)}):
            try:
                yield "README", importlib.metadata.metadata(name).get_payload()  # type: ignore[attr-defined,unused-ignore]
            except Exception:
                continue

    # ---- saying ----

    def publish(self, seconds: float, final: bool = False) -> None:
        if self.executions:
            self.await_observers()
        self.publisher.publish(self.clock(seconds), final)
        self.report(force=True)

    def await_observers(self) -> None:
        """Wait until what was said is observed: what is said next depends on it."""
        until = time.monotonic() + OBSERVED
        while not self.blind and not self.publisher.observed():
            self.heartbeat.wait()
            time.sleep(0.01)
            self.blind = time.monotonic() > until

    def report(self, force: bool = False) -> None:
        """Note how far the search is, a few times a second at most."""
        now = self.elapsed()
        if not force and now - self.last_progress < 0.25:
            return
        self.last_progress = now
        reached = self.targets - self.archive.open.keys()
        row = {
            "type": "progress",
            "seconds": round(time.monotonic() - self.started, 2),
            "executions": self.executor.count,
            "branches": len(self.base_branches) + sum(isinstance(g, tuple) for g in reached),
            "lines": len(self.base_lines) + sum(isinstance(g, int) for g in reached),
        }
        with open(os.path.join(self.folder, "progress.jsonl"), "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def packages_of(package: str) -> list[str]:
    """Names of the distributions that bring a package."""
    try:
        return importlib.metadata.packages_distributions().get(package, [])  # type: ignore[attr-defined,unused-ignore]
    except Exception:
        return []


def imported(name: str, path: str) -> tuple[Any, list[tuple[int, int]]]:
    """The imported module and the arcs that importing it takes."""
    spec_path = os.path.realpath(path)
    tracer = make_tracer(find_origin(name) or spec_path)
    tracer.start()
    try:
        module = importlib.import_module(name)
    finally:
        arcs = tracer.stop()
    if os.path.realpath(module.__file__ or "") != spec_path:
        raise ImportError(f"{name} is {module.__file__}, not {path}")
    return module, arcs


def find_origin(name: str) -> str | None:
    """The file of a module, found without importing its package: that may import the module before it is traced."""
    spec, path = None, None
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        spec = importlib.machinery.PathFinder.find_spec(".".join(parts[:count]), path)
        if spec is None:
            return None
        path = spec.submodule_search_locations
    return spec.origin if spec is not None else None


def inlined(case: Case) -> Node | None:
    """The call as one expression: the receiver in place of its variable; None when its set-up has more steps."""
    if not case.steps:
        return case.call
    if len(case.steps) > 1:
        return None
    name, receiver = case.steps[0]
    node = case.call
    places = [path for path, part in walk(node) if isinstance(part, Variable) and part.name == name]
    if len(places) != 1:
        return None
    return substitute(node, places[0], receiver)


def main(request: dict[str, Any], folder: str, restart: int, started: float) -> None:
    """Search, and leave batches and the reason of the end in the folder."""
    process, home = os.getpid(), os.getcwd()
    search = Search(request, folder, restart, started)
    try:
        search.prepare()
    except BaseException as error:
        finish(folder, {"failed": f"{type(error).__name__}: {error}".split("\n")[0][:300]})
        return
    if os.getpid() != process:
        os._exit(0)
    os.chdir(home)
    search.heartbeat.beat()
    finish(folder, {"ready": round(time.monotonic() - started, 2)}, "ready.json")
    why = search.run()
    search.publish(max(0.5, search.seconds * 0.1), final=True)
    unreached = {str(goal): "" for goal in search.archive.open if isinstance(goal, int)}
    finish(
        folder,
        {
            "ending": why,
            "executions": search.before + search.executor.count,
            "unreached": unreached,
            "findings": search.findings.rows(),
            "open": [list(g) for g in search.archive.open if isinstance(g, tuple)],
        },
    )


def finish(folder: str, data: dict[str, Any], name: str = "done.json") -> None:
    """Leave a word for the parent."""
    path = os.path.join(folder, name)
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(data, file)
    os.rename(path + ".part", path)


assert sys.version_info >= (3, 9)
