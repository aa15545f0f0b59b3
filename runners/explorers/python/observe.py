"""Runs chosen cases again in a fresh process, on the plain module, and says what came out."""

from __future__ import annotations

import inspect
import json
import os
import signal
import sys
import time
from typing import Any

from runners.explorers.python import clocks, listings, machine
from runners.explorers.python.cases import Case, Outcome, callee_and_arguments, load_case
from runners.explorers.python.describe_case import seen, states
from runners.explorers.python.execute import Executor, Run
from runners.explorers.python.goals import Goals
from runners.explorers.python.guard import Guard, Heartbeat, Interrupted, Patience, timer
from runners.explorers.python.probe import Log
from runners.explorers.python.publish import agreed
from runners.explorers.python.search import imported
from runners.explorers.python.values import GROUPS, Atom, Call, Group, Member, Name, Node, Printer, Scope, Variable, disordered, walk

TAKEN = ("result", "printed", "complained", "warned", "logged", "monkeypatch")
"""Names that mean something else in a written test."""
PROGRAM = "prog"
"""What `sys.argv` holds where a test sets it: arguments of the test runner are not meant for the code."""


class Observer:
    """One observing process."""

    def __init__(self, request: dict[str, Any], folder: str, seed: int) -> None:
        self.guard = Guard(os.getcwd())
        self.module, base = imported(request["module"], request["file"])
        path = self.module.__file__ or ""
        with open(request["file"], encoding="utf-8-sig", errors="surrogateescape") as file:
            self.goals = Goals(file.read(), path)
        self.base_lines, self.base_branches = self.goals.translate(base)
        self.executor = Executor(self.module, self.goals, self.guard, Log(), 1.0)
        self.executor.seed = seed

    def observe(self, row: dict[str, Any], twice: bool = False) -> dict[str, Any]:
        """Everything about one case, as the fields of an observation; of a case with a set, what does not depend on its order."""
        case = load_case(row["case"])
        fields = self.once(row, case)
        if not twice or not fields["keep"] or not any(is_unordered(node) for tree in case.trees() for _, node in walk(tree)):
            return fields
        GROUPS["set"] = disordered
        both = agreed(fields, self.once(row, case))
        GROUPS["set"] = set
        return {**both, "keep": True} if both is not None else {"id": row["id"], "keep": False, "why": "order of a set"}

    def once(self, row: dict[str, Any], case: Case) -> dict[str, Any]:
        """What one run shows."""
        before = self.executor.run(case.copy(call=Atom(None), asynchronous=False)) if case.steps else None
        run = self.executor.run(case)
        if run.asked and self.executor.program != PROGRAM:
            self.executor.program, other = PROGRAM, self.executor.program
            run = self.executor.run(case)
            self.executor.program = other
        if not run.keep:
            return {"id": row["id"], "keep": False, "why": repr(run.outcome.error)[:200]}
        fields = self.written(case, run)
        fields.update(
            id=row["id"],
            keep=True,
            unit=case.unit,
            kind="property" if case.kind == "setter" else case.kind,
            asynchronous=case.asynchronous,
            condition=row.get("condition", ""),
            origin="stub" if row.get("stub") else case.origin,
            lines=sorted(run.lines - self.base_lines),
            branches=sorted(run.branches - self.base_branches),
            size=case.size(),
        )
        if run.asked:
            fields["arrange"] = [{"name": "", "source": f"monkeypatch.setattr('sys.argv', ['{PROGRAM}'])"}, *fields["arrange"]]
        self.results(case, run, before, fields)
        return fields

    def written(self, case: Case, run: Run) -> dict[str, Any]:
        """The source texts: arrangement, call, callee, arguments, imports."""
        printer = Printer(tuple(name for name, _ in case.steps if name) + TAKEN)
        arrange = [{"name": name, "source": node.source(printer)} for name, node in case.steps]
        text = case.call.source(printer)
        callee, arguments = "", []
        live = self.callee(case, run.outcome)
        call, found = callee_and_arguments(case, live)
        if call is not None:
            callee = call.func.source(printer)
            arguments = [{"name": name, "source": node.source(printer), "keyword": keyword} for name, node, keyword in found]
        if run.outcome.consumed and run.outcome.raised:
            callee, arguments, text = "list", [{"name": "", "source": text, "keyword": False}], f"list({text})"
        return {
            "arrange": arrange,
            "call": text,
            "callee": callee,
            "arguments": arguments,
            "imports": [list(pair) for pair in printer.imports],
        }

    def callee(self, case: Case, outcome: Outcome) -> Any:
        """The live object that the case calls, for its signature."""
        call = case.call
        if not isinstance(call, Call):
            return None
        try:
            if isinstance(call.func, Name):
                return Scope(self.module).resolve(call.func.module, call.func.path)
            if isinstance(call.func, Member) and isinstance(call.func.owner, Variable):
                return inspect.getattr_static(outcome.names[call.func.owner.name], call.func.name) and getattr(
                    outcome.names[call.func.owner.name], call.func.name
                )
        except Exception:
            return None
        return None

    def results(self, case: Case, run: Run, before: Run | None, fields: dict[str, Any]) -> None:
        """What came out: the exception, or checks on the result and on changed state."""
        fields["raised"], fields["checks"] = None, []
        names = {} if before is None or before.outcome.raised else before.outcome.names
        fields["result_type"] = "Iterator" if run.outcome.consumed else type(run.outcome.value).__name__
        try:
            with timer(1.5):
                made = seen(case, run.outcome, states(names, self.module), self.module)
        except Interrupted:
            return
        except Exception as error:  # a value may refuse to be looked at
            fields["problem"] = f"{type(error).__name__}: {error}"[:200]
            return
        if run.outcome.error is not None:
            fields["raised"] = {"type": made.raised, "message": made.message[:500], "declared": run.declared}
            fields["result_type"] = type(run.outcome.error).__name__
        if self.add_imports(fields, sorted(made.imports)):
            fields["checks"] = made.checks

    def add_imports(self, fields: dict[str, Any], imports: list[Any]) -> bool:
        """Add imports unless they bind a name that means something else."""
        bound = {(name or module.split(".")[0]): [module, name] for module, name in fields["imports"]}
        variables = {step["name"] for step in fields["arrange"]}
        for module, name in imports:
            binding = name or module.split(".")[0]
            before = bound.get(binding, [module, name])
            if before != [module, name] and (name or before[1]) or binding in variables:
                return False
        fields["imports"] += [[m, n] for m, n in imports if [m, n] not in fields["imports"]]
        return True


def is_unordered(node: Node) -> bool:
    """Whether this is a set of several items."""
    return isinstance(node, Group) and node.kind == "set" and len(node.items) > 1


def main(request: dict[str, Any], folder: str, name: str, isolated: bool, seed: int) -> None:
    """Observe the batches of a folder as they come, until all is said; each case in a process of its own, or all in one in their order."""
    heartbeat = Heartbeat(os.path.join(folder, f"{name}.heartbeat"))
    if Patience.counted:
        clocks.stand(1 + seed)
    elif isolated:
        clocks.shift()
    if isolated:
        listings.turn()
        machine.move()
    try:
        observer = Observer(request, folder, seed)
        observer.executor.program = PROGRAM if not isolated else "another"
    except BaseException:
        os._exit(3)
    number = 0
    while True:
        heartbeat.beat()
        last = os.path.exists(os.path.join(folder, "said.json"))
        batches = sorted(n for n in os.listdir(folder) if n.startswith("batch-") and n.endswith(".jsonl"))
        if number == len(batches):
            if last:
                os._exit(0)
            time.sleep(0.03)
            continue
        observe_batch(observer, os.path.join(folder, batches[number]), name, isolated, heartbeat)
        number += 1


def observe_batch(observer: Observer, batch: str, name: str, isolated: bool, heartbeat: Heartbeat) -> None:
    """All cases of one batch that were not observed yet."""
    out = f"{batch[: -len('.jsonl')]}.{name}"
    done = set(finished_ids(out))
    with open(batch, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for row in rows:
        heartbeat.beat()
        if row["id"] in done:
            continue
        if isolated:
            alone(observer, row, out)
        else:
            append(out + ".now", {"id": row["id"]})
            append(out, observer.observe(row))
    with open(out + ".end", "w", encoding="utf-8"):
        pass


def alone(observer: Observer, row: dict[str, Any], out: str) -> None:
    """One case in a forked process, killed when it does not come back."""
    child = os.fork()
    if child == 0:
        append(out, observer.observe(row, twice=True))
        os._exit(0)
    deadline = time.monotonic() + (3 * Patience.WALL if Patience.counted else 4)
    while time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            return
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def finished_ids(path: str) -> list[str]:
    """Ids that an earlier process of this observation has done."""
    try:
        with open(path, encoding="utf-8") as file:
            return [json.loads(line).get("id", "") for line in file if line.endswith("\n")]
    except (OSError, ValueError):
        return []


def append(path: str, row: dict[str, Any]) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


assert sys.version_info >= (3, 9)
