"""Chooses what the search says: cases that reach goals, show outcomes, or differ from the others; each made small first."""

from __future__ import annotations

import hashlib
import json
import os
import time
from typing import TYPE_CHECKING, Any

from runners.explorers.python.archive import Kept
from runners.explorers.python.cases import Case
from runners.explorers.python.compose import snake
from runners.explorers.python.execute import Executor, proper
from runners.explorers.python.optional import without_defaults
from runners.explorers.python.setting import Setter
from runners.explorers.python.shrink import Shrinking, in_turns, plain_value
from runners.explorers.python.subjects import Parameter, parameters_of
from runners.explorers.python.values import Atom, Call, Group, Name, Node, Printer, Scope, Table, Variable

if TYPE_CHECKING:
    from runners.explorers.python.search import Search

MOST = 380
SHRINKING = {False: (1_000, 15), True: (12_000, 10)}
"""Executions that making cases small may take, in between and at the end, and which part of all where their number is the budget.

Less in between, for better cases may still be found; the clock is only a ceiling.
"""
LARGE = 70
"""Cases above this size are said only for goals that nothing else reaches."""
DOCUMENTED = 10
"""Documented examples of one unit that are said."""


class Publisher:
    """Writes batches of chosen cases for the observers."""

    def __init__(self, search: Search) -> None:
        self.archive = search.archive
        self.executor = search.executor
        self.harvest = search.harvest
        self.folder = search.folder
        self.targets = search.targets
        self.private = search.private
        self.composer = search.composer
        self.custom = search.custom
        self.setter = Setter(search.module)
        self.world = search.world
        self.clock = search.clock
        self.executions = search.executions
        self.heartbeat = search.heartbeat
        self.numbers = search.numbers
        self.shrinking: dict[str, tuple[set[Any], Shrinking]] = {}
        """Text of a kept case → the goals it is made small for, and how far that is."""
        self.values: dict[int, list[Node]] = {}
        """Mark of a call → what it gives, when that is plain."""
        self.signatures: dict[int, list[Parameter]] = {}
        self.claims: dict[str, tuple[str, set[Any]]] = {}
        self.said: dict[str, None] = {}
        self.reached: set[Any] = set()
        self.outcomes: set[tuple[str, str]] = set()
        self.batches = 0
        self.per_unit: dict[str, int] = {}

    def publish(self, seconds: float, final: bool) -> int:
        """Write one batch; how many cases it has."""
        deadline = time.monotonic() + seconds
        most, part = SHRINKING[final]
        end = self.executor.count + (min(most, self.executions // part) if self.executions else most)
        self.confirm()
        batch: list[dict[str, Any]] = []
        chosen = self.documented() + self.for_goals(final) + self.for_outcomes()
        if final:
            chosen += self.diverse(MOST - len(self.said) - len(chosen))
        chosen = [part for kept, goals in chosen[: max(0, MOST - len(self.said))] for part in self.parted(kept, goals)]
        small = self.made_small(chosen, end, deadline)
        for kept, goals in chosen:
            shrinking = small.get(id(kept))
            if final or shrinking is None or shrinking.over:
                self.say(kept, goals, kept.case if shrinking is None else shrinking.case, batch)
        if batch or final:
            self.write(batch)
        return len(batch)

    def made_small(self, chosen: list[tuple[Kept, set[Any]]], end: int, deadline: float) -> dict[int, Shrinking]:
        """Make the chosen cases small, each some tries in turn, until so many executions or the time are spent; by identity of what was kept."""
        found = {id(kept): self.started(kept, goals) for kept, goals in chosen if kept.case.origin == "search"}
        in_turns(list(found.values()), lambda: self.executor.count >= end or time.monotonic() > deadline)
        return found

    def beat(self, case: Case) -> None:
        """A sign of life, with what is running."""
        subject = self.composer.subject_of(case)
        self.heartbeat.beat(self.numbers[id(subject)] if subject is not None else 0)

    def parted(self, kept: Kept, goals: set[Any]) -> list[tuple[Kept, set[Any]]]:
        """The case for what its call reaches, and the calls of its arrangement that reach other goals as cases of their own: those assert something."""
        passing = self.passing(kept.case) & goals
        parts: list[tuple[Kept, set[Any]]] = []
        names = self.executor.run(kept.case).outcome.names if passing else {}
        for at, (name, _) in reversed(list(enumerate(kept.case.steps))):
            made = self.composer.as_call(kept.case, at, names) if passing and not name else None
            own = self.kept_alone(made, kept) if made is not None else None
            got = (own.goals & passing) - self.passing(own.case) if own is not None else set()
            if own is not None and got:
                parts.append((own, set(got)))
                passing -= got
        left = goals - set().union(*(got for _, got in parts))
        if not parts:
            return [(kept, goals)]
        return parts if not left else [(kept.of(kept.goals - (goals - left)), left), *parts]

    def passing(self, case: Case) -> set[Any]:
        """Lines and branches that the nameless steps of a case reach, and the steps that make its objects do not."""
        if all(name for name, _ in case.steps):
            return set()
        whole = self.executor.run(case.copy(call=Atom(None), kind="arguments", asynchronous=False))
        first = next(at for at, (name, _) in enumerate(case.steps) if not name)
        begun = self.executor.run(case.copy(call=Atom(None), steps=case.steps[:first], kind="arguments", asynchronous=False))
        return (whole.lines | whole.branches) - begun.lines - begun.branches

    def kept_alone(self, case: Case, kept: Kept) -> Kept | None:
        """What a step is as a case of its own, where that is one to assert."""
        run = self.executor.run(case)
        if not run.keep or not proper(run, self.composer.subject_of(case)):
            return None
        goals = frozenset((run.lines | run.branches) & self.targets)
        return Kept(run, goals, case.unit not in self.private, kept.typical)

    def say(self, kept: Kept, goals: set[Any], case: Case, batch: list[dict[str, Any]]) -> None:
        self.beat(kept.case)
        case = self.hoisted(case)
        self.tell(case, kept, goals, batch)
        timed = self.setter.set(case, self.executor)
        if timed is not None and self.executor.run(timed).keep:
            self.tell(timed, kept, goals, batch)

    def tell(self, case: Case, kept: Kept, goals: set[Any], batch: list[dict[str, Any]]) -> None:
        text = case.text()
        if text in self.said or case.size() > 400:
            self.reached |= goals
            return
        self.said[text] = None
        self.per_unit[case.unit] = self.per_unit.get(case.unit, 0) + 1
        self.reached |= kept.goals & self.targets
        identity = hashlib.sha256(text.encode()).hexdigest()[:12]
        self.claims[identity] = (kept.case.text(), set(kept.goals & self.targets))
        self.outcomes.add((case.unit, kept.kind))
        batch.append(
            {
                "id": identity,
                "case": case.dump(),
                "stub": kept.stub,
                "condition": self.condition(kept, goals),
            }
        )

    def for_goals(self, final: bool) -> list[tuple[Kept, set[Any]]]:
        """Few cases that reach every goal not said yet; odd ones only when there is no time left to find better."""
        best = self.archive.best
        want = {goal for goal in best if goal in self.targets and goal not in self.reached and (final or best[goal].fine)}
        chosen: list[tuple[Kept, set[Any]]] = []
        candidates = {id(self.archive.best[goal]): self.archive.best[goal] for goal in sorted(want, key=repr)}
        ordered = sorted(candidates.values(), key=lambda kept: (kept.rank, kept.case.text()))
        while want and ordered:
            best = max(
                ordered,
                key=lambda kept: len(kept.goals & want) / (8 + kept.case.size() + 60 * (kept.rank[0] or kept.rank[1]) + 15 * kept.raised),
            )
            got = set(best.goals & want)
            if not got:
                break
            chosen.append((best, got))
            want -= got
            ordered.remove(best)
        return chosen

    def documented(self) -> list[tuple[Kept, set[Any]]]:
        found: dict[str, list[Kept]] = {}
        for unit, pool in self.archive.pool.items():
            found[unit] = [kept for kept in pool.values() if kept.case.origin != "search" and kept.case.text() not in self.said][
                :DOCUMENTED
            ]
        return [
            (kept, set()) for unit, kepts in found.items() for kept in kepts[: DOCUMENTED - min(DOCUMENTED, self.per_unit.get(unit, 0))]
        ]

    def for_outcomes(self) -> list[tuple[Kept, set[Any]]]:
        return [
            (kept, set())
            for key, kept in sorted(self.archive.outcomes.items())
            if key not in self.outcomes and kept.case.unit not in self.private and not kept.stub
        ]

    def diverse(self, room: int) -> list[tuple[Kept, set[Any]]]:
        """Further different cases, taken from the units in turn."""
        pools = [
            sorted((k for k in pool.values() if not k.stub), key=lambda kept: kept.rank)
            for unit, pool in sorted(self.archive.pool.items())
            if unit not in self.private
        ]
        chosen: list[tuple[Kept, set[Any]]] = []
        taken = {id(kept) for kept, _ in chosen}
        for turn in range(40):
            for pool in pools:
                if (
                    turn < len(pool)
                    and pool[turn].case.size() < LARGE
                    and len(chosen) < room
                    and id(pool[turn]) not in taken
                    and pool[turn].case.text() not in self.said
                ):
                    chosen.append((pool[turn], set()))
        return chosen

    def started(self, kept: Kept, goals: set[Any]) -> Shrinking:
        """The shrinking of a case: that of last time, when it was for no less; it keeps its outcome and what it was chosen for."""
        wanted = goals or set(kept.branches) - self.passing(kept.case)
        text = kept.case.text()
        before = self.shrinking.get(text)
        if before is not None and before[0] >= wanted:
            return before[1]
        subject = self.composer.subject_of(kept.case)
        typical = self.custom.typical(kept.case)

        def still(case: Case) -> bool:
            self.beat(kept.case)
            run = self.executor.run(case)
            if not run.keep or not proper(run, subject) or (typical and not self.custom.typical(case)):
                return False
            return run.outcome.kind() == kept.kind and run.declared == kept.declared and wanted <= (run.lines | run.branches)

        fewer = without_defaults(kept.case, lambda call, whole: subject.parameters if whole and subject else self.parameters(call))
        made = Shrinking(fewer if fewer is not kept.case and still(fewer) else kept.case, still, self.simpler)
        self.shrinking[text] = wanted, made
        return made

    def parameters(self, call: Call) -> list[Parameter]:
        """The parameters of what a call inside of a case calls, where they are known."""
        if not isinstance(call.func, Name):
            return []
        if call.func.mark() not in self.signatures:
            try:
                function = Scope(self.executor.module).resolve(call.func.module, call.func.path)
            except (ImportError, AttributeError):
                function = None
            self.signatures[call.func.mark()] = parameters_of(function, 0, None, self.executor.module)[0]
        return self.signatures[call.func.mark()]

    def simpler(self, node: Node) -> list[Node]:
        """The simplest known expressions for objects of the class that a call makes."""
        if node.mark() not in self.values:
            self.values[node.mark()] = plain_value(node, lambda case: self.executor.run(case).outcome, self.executor.module)
        found = [small for cls, small in self.world.simplest.items() if small.size() < node.size() and self.makes(node, cls)]
        return self.values[node.mark()] + sorted(found, key=lambda one: one.size())[:2]

    def makes(self, node: Node, cls: type) -> bool:
        text = node.source(Printer())
        return cls.__name__ in text

    def observed(self) -> bool:
        """Whether both observers have seen everything that was said."""
        batches = [name[: -len(".jsonl")] for name in os.listdir(self.folder) if name.startswith("batch-") and name.endswith(".jsonl")]
        return all(os.path.exists(os.path.join(self.folder, f"{batch}.{letter}.end")) for batch in batches for letter in "ab")

    def confirm(self) -> None:
        """Open again what the observers did not see when the case was run alone."""
        for name in sorted(n for n in os.listdir(self.folder) if n.startswith("batch-") and n.endswith(".b")):
            first, second = (by_id(os.path.join(self.folder, name[:-1] + letter)) for letter in "ab")
            for identity in [i for i in first if i in second and i in self.claims]:
                text, goals = self.claims.pop(identity)
                made = agreed(first[identity], second[identity])
                got = (
                    set()
                    if made is None or not (made["raised"] or made["checks"])
                    else set(made["lines"]) | set(map(tuple, made["branches"]))
                )
                if goals - got:
                    self.reached -= goals - got
                    self.archive.disown(text, goals - got)

    def hoisted(self, case: Case) -> Case:
        """Arguments that the call changes become variables, so that the change can be asserted."""
        call = case.call
        if not isinstance(call, Call) or not any(isinstance(arg, (Group, Table, Call)) for arg in call.args):
            return case
        names = self.names(call)
        steps, args = list(case.steps), list(call.args)
        for index in changed_arguments(self.executor, case):
            if (
                index >= len(args)
                or not isinstance(args[index], (Group, Table, Call))
                or isinstance(args[index], Group)
                and args[index].kind != "list"
            ):  # type: ignore[attr-defined]
                continue
            name = self.variable(args[index], names[index] if index < len(names) else "")
            if name in {n for n, _ in steps}:
                continue
            steps.append((name, args[index]))
            args[index] = Variable(name)
        made = case.copy(steps=tuple(steps), call=Call(call.func, tuple(args), call.keywords))
        return made if len(steps) == len(case.steps) or self.executor.run(made).keep else case

    def names(self, call: Call) -> list[str]:
        function = None
        if isinstance(call.func, Name):
            try:
                function = self.executor.module if not call.func.path else vars(self.executor.module).get(call.func.path)
            except TypeError:
                function = None
        parameters = [p.name for p in parameters_of(function, 0, None, self.executor.module)[0]] if callable(function) else []
        positional = len(call.positional)
        return (parameters + [""] * positional)[:positional] + list(call.keywords)

    def variable(self, node: Node, name: str) -> str:
        if isinstance(node, Call) and isinstance(node.func, Name):
            made = node.func.path.rpartition(".")[2]
            return name if name.isidentifier() and made[:1].islower() else snake(made)
        return (
            name
            if name.isidentifier() and name not in ("list", "dict", "set", "result", "type")
            else "items"
            if isinstance(node, Group)
            else "mapping"
        )

    def condition(self, kept: Kept, goals: set[Any]) -> str:
        """The branch condition that this case decides in a way no other one does."""
        subject = self.composer.subject_of(kept.case)
        first, last = subject.lines if subject is not None else (0, 0)
        for goal in sorted((g for g in goals if isinstance(g, tuple)), key=repr):
            test = self.harvest.conditions.get(goal[0], "")
            if test and len(test) <= 50 and first <= goal[0] <= last and (goal[0], goal[1]) in kept.branches:
                others = [b for b in self.targets if isinstance(b, tuple) and b[0] == goal[0] and b != goal]
                taken = goal[1] > 0 and all(o[1] < 0 or goal[1] < o[1] for o in others)
                return test if taken else f"not ({test})" if " " in test else f"not {test}"
        return ""

    def write(self, batch: list[dict[str, Any]]) -> None:
        self.batches += 1
        path = os.path.join(self.folder, f"batch-{self.batches:03d}.jsonl")
        with open(path + ".part", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in batch)
        os.rename(path + ".part", path)


def by_id(path: str) -> dict[str, dict[str, Any]]:
    try:
        with open(path, encoding="utf-8") as file:
            return {row["id"]: row for row in (json.loads(line) for line in file if line.endswith("\n"))}
    except (OSError, ValueError):
        return {}


def agreed(first: dict[str, Any], second: dict[str, Any] | None) -> dict[str, Any] | None:
    """One observation from two: what both say; None when they do not tell the same story."""
    if not first.get("keep") or second is None or not second.get("keep"):
        return None
    if not (first["raised"] or first["checks"]) or not (second["raised"] or second["checks"]):
        return None
    if (first["raised"] or {}).get("type") != (second["raised"] or {}).get("type") or first["result_type"] != second["result_type"]:
        return None
    made = dict(first)
    made["checks"] = [check for check in first["checks"] if check in second["checks"]]
    if not made["raised"] and not made["checks"]:
        return None
    made["stable"] = bool(made["checks"]) or first["checks"] == second["checks"]
    if first["raised"] and first["raised"]["message"] != second["raised"]["message"]:
        made["raised"] = {**first["raised"], "message": ""}
    made["lines"] = sorted(set(first["lines"]) & set(second["lines"]))
    made["branches"] = sorted(set(map(tuple, first["branches"])) & set(map(tuple, second["branches"])))
    for key in ("keep", "problem", "why"):
        made.pop(key, None)
    return {"type": "observation", **made}


def changed_arguments(executor: Executor, case: Case) -> list[int]:
    """Indices of the arguments of the call that are not as they were before it."""
    before = executor.run(
        case.copy(call=Group("tuple", case.call.args if isinstance(case.call, Call) else ()), kind="arguments", asynchronous=False)
    )
    if before.outcome.error is not None or before.stopped:
        return []
    after = executor.run(case)
    if after.stopped or after.outcome.raised:
        return []
    first, second = list(before.outcome.value or ()), after.outcome.arguments
    return [index for index, (one, other) in enumerate(zip(first, second)) if state(one) != state(other)]


def state(value: Any) -> str:
    """Text that changes when a value changes."""
    try:
        if isinstance(value, (list, dict, set, bytearray)):
            return repr(value)
        return repr(sorted((k, repr(v)) for k, v in vars(value).items() if not k.startswith("_")))
    except Exception:
        return ""
