"""Runs chosen cases again in a fresh process, on the plain module, and says what came out."""

from __future__ import annotations

import inspect
import json
import os
import signal
import sys
import time
from types import ModuleType
from typing import Any

from runners.explorers.python.cases import CONSUMED, Case, Outcome, callee_and_arguments, load_case
from runners.explorers.python.execute import Executor, Run
from runners.explorers.python.goals import Goals
from runners.explorers.python.guard import Guard, Heartbeat, Interrupted, timer
from runners.explorers.python.probe import Log
from runners.explorers.python.search import imported
from runners.explorers.python.values import Atom, Call, Member, Name, Printer, Scope, Variable, literal
from runners.explorers.python.world import importable

try:
    from runners.explorers.python.describe import describe  # type: ignore[import-not-found,unused-ignore]
except ImportError:

    def describe(value: Any, expression: str, module: ModuleType) -> tuple[list[dict[str, str]], list[tuple[str, str]], str]:  # type: ignore[misc]
        """Facts on plain values only."""
        node = literal(value)
        name = type(value).__name__
        if node is None:
            return [], [], name
        same = value is None or isinstance(value, bool)
        return [{"subject": expression, "how": "is" if same else "equals", "expected": node.source(Printer())}], [], name


FACETS = 12


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

    def observe(self, row: dict[str, Any]) -> dict[str, Any]:
        """Everything about one case, as the fields of an observation."""
        case = load_case(row["case"])
        before = self.executor.run(case.copy(call=Atom(None), asynchronous=False)) if case.steps else None
        run = self.executor.run(case)
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
        self.results(case, run, before, fields)
        return fields

    def written(self, case: Case, run: Run) -> dict[str, Any]:
        """The source texts: arrangement, call, callee, arguments, imports."""
        printer = Printer(tuple(name for name, _ in case.steps if name) + ("result",))
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
        outcome = run.outcome
        fields["raised"], fields["checks"] = None, []
        if outcome.error is not None:
            fields["raised"], imports = self.raised(outcome.error, run.declared)
            fields["result_type"] = type(outcome.error).__name__
            self.add_imports(fields, imports)
            return
        fields["result_type"] = "list" if outcome.consumed else type(outcome.value).__name__
        try:
            with timer(1.5):
                self.described(case, outcome, before, fields)
        except Interrupted:
            fields["checks"] = []

    def described(self, case: Case, outcome: Outcome, before: Run | None, fields: dict[str, Any]) -> None:
        value = outcome.value
        owner = next((name for name, made in outcome.names.items() if made is value and literal(value) is None), "")
        if owner:
            self.add(fields, [{"subject": "result", "how": "is", "expected": owner}], [])
        elif outcome.consumed:
            endless = len(value) >= CONSUMED
            self.tell(fields, value[:3] if endless else value, "[next(result) for _ in range(3)]" if endless else "list(result)")
        else:
            fields["result_type"] = self.tell(fields, value, "result") or fields["result_type"]
        if before is None or before.outcome.raised:
            return
        for name, made in outcome.names.items():
            old = facets(before.outcome.names.get(name), name)
            changed = [(e, v) for e, v in facets(made, name).items() if e not in old or changes(old[e], v)]
            for expression, now in changed[:3]:
                self.tell(fields, now, expression)

    def tell(self, fields: dict[str, Any], value: Any, expression: str) -> str:
        """Add what `describe` says; its name of the type."""
        try:
            checks, imports, name = describe(value, expression, self.module)
        except Exception as error:  # a value may refuse to be looked at
            fields.setdefault("problems", []).append(f"{type(error).__name__}: {error}"[:100])
            return ""
        self.add(fields, checks, imports)
        return name

    def add(self, fields: dict[str, Any], checks: list[dict[str, str]], imports: list[Any]) -> None:
        if self.add_imports(fields, imports):
            fields["checks"] += checks

    def add_imports(self, fields: dict[str, Any], imports: list[Any]) -> bool:
        """Add imports unless they bind a name that means something else."""
        bound = {(name or module.split(".")[0]): [module, name] for module, name in fields["imports"]}
        variables = {step["name"] for step in fields["arrange"]}
        for module, name in imports:
            binding = name or module.split(".")[0]
            if bound.get(binding, [module, name]) != [module, name] or binding in variables:
                return False
        fields["imports"] += [[m, n] for m, n in imports if [m, n] not in fields["imports"]]
        return True

    def raised(self, error: BaseException, declared: bool) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """The exception as it is asserted: the first class of its ancestry that can be imported."""
        for cls in type(error).__mro__:
            module, path = cls.__module__, cls.__qualname__
            if module == "builtins":
                return {"type": path, "message": str(error)[:500], "declared": declared}, []
            mine = self.module.__name__
            home = mine if importable(mine, path, cls) else module if importable(module, path, cls) else ""
            if home:
                return {"type": path, "message": str(error)[:500], "declared": declared}, [(home, path.split(".")[0])]
        raise AssertionError("every exception has a builtin ancestor")


def facets(value: Any, name: str) -> dict[str, Any]:
    """Expressions on a variable whose values show its state."""
    if isinstance(value, (list, dict, set, bytearray)) and type(value).__module__ == "builtins":
        return {name: value}
    if value is None or type(value).__module__ == "builtins":
        return {}
    found: dict[str, Any] = {}
    names = [n for n in getattr(value, "__dict__", {}) if not n.startswith("_")]
    names += (
        [n for n, v in inspect.getmembers_static(type(value)) if isinstance(v, property) and not n.startswith("_")]
        if hasattr(inspect, "getmembers_static")
        else []
    )
    names += [n for cls in type(value).__mro__ for n in listed(getattr(cls, "__slots__", ())) if not n.startswith("_")]
    for attribute in list(dict.fromkeys(names))[:FACETS]:
        try:
            found[f"{name}.{attribute}"] = getattr(value, attribute)
        except Exception:
            continue
    if hasattr(type(value), "__len__") and hasattr(type(value), "__iter__"):
        try:
            mapping = hasattr(type(value), "keys")
            found[f"{'dict' if mapping else 'list'}({name})"] = dict(value) if mapping else list(value)
        except Exception:
            pass
    return found


def listed(slots: Any) -> tuple[str, ...]:
    return (slots,) if isinstance(slots, str) else tuple(slots)


def changes(old: Any, new: Any) -> bool:
    """True when a reader can tell the two apart."""
    one, other = literal(old), literal(new)
    if one is None or other is None:
        return type(old) is not type(new)
    return one.dump() != other.dump()


def main(request: dict[str, Any], folder: str, batch: str, out: str, isolated: bool, seed: int) -> None:
    """Observe the cases of a batch; each in a process of its own, or all in one in their order."""
    heartbeat = Heartbeat(out + ".heartbeat")
    observer = Observer(request, folder, seed)
    done = set(finished_ids(out))
    with open(batch, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for index, row in enumerate(reversed(rows) if isolated else rows):
        heartbeat.beat(index + 1)
        if row["id"] in done:
            continue
        if isolated:
            alone(observer, row, out)
        else:
            append(
                out, {"id": row["id"], "keep": False, "why": "crashed"} if row["id"] == request.get("crashed") else observer.observe(row)
            )
    append(out, {"end": True})
    os._exit(0)


def alone(observer: Observer, row: dict[str, Any], out: str) -> None:
    """One case in a forked process, killed when it does not come back."""
    child = os.fork()
    if child == 0:
        append(out, observer.observe(row))
        os._exit(0)
    deadline = time.monotonic() + 4
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


def agreed(first: dict[str, Any], second: dict[str, Any] | None) -> dict[str, Any] | None:
    """One observation from two: what both say; None when they do not tell the same story."""
    if not first.get("keep") or second is None or not second.get("keep"):
        return None
    if (first["raised"] or {}).get("type") != (second["raised"] or {}).get("type") or first["result_type"] != second["result_type"]:
        return None
    made = dict(first)
    made["stable"] = first["checks"] == second["checks"] and first["raised"] == second["raised"]
    made["checks"] = [check for check in first["checks"] if check in second["checks"]]
    if first["raised"] and first["raised"]["message"] != second["raised"]["message"]:
        made["raised"] = {**first["raised"], "message": ""}
        made["stable"] = True
    made["lines"] = sorted(set(first["lines"]) & set(second["lines"]))
    made["branches"] = sorted(set(map(tuple, first["branches"])) & set(map(tuple, second["branches"])))
    if made["checks"] and not made["stable"]:
        made["stable"] = True
    for key in ("keep", "problems", "why"):
        made.pop(key, None)
    return {"type": "observation", **made}


assert sys.version_info >= (3, 9)
