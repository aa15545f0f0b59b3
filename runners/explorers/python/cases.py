"""Cases: what is arranged and called. A case is a tree that can be stored as JSON, and run against any live version of its module."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Optional

from runners.explorers.python import effects
from runners.explorers.python.guard import Patience
from runners.explorers.python.values import Call, Node, Printer, Scope, load

CONSUMED = 200
"""How many items are taken from an iterator that a call returned."""


class Case:
    """One call with its arrangement: steps `(name, tree)` and the tree of the call."""

    __slots__ = ("_size", "asynchronous", "call", "consume", "kind", "origin", "steps", "unit")

    def __init__(
        self,
        unit: str,
        kind: str,
        call: Node,
        steps: tuple[tuple[str, Node], ...] = (),
        *,
        asynchronous: bool = False,
        consume: bool = False,
        origin: str = "search",
    ) -> None:
        self.unit = unit
        self.kind = kind
        self.call = call
        self.steps = steps
        self.asynchronous = asynchronous
        self.consume = consume
        """The outcome is what the returned iterator gives, as a list."""
        self.origin = origin
        self._size = 0

    def size(self) -> int:
        """Length measure of everything in it."""
        if not self._size:
            self._size = self.call.size() + sum(node.size() + 3 for _, node in self.steps)
        return self._size

    def mark(self) -> int:
        """A number that equal cases share."""
        return hash((self.unit, self.kind, self.asynchronous, self.call.mark(), *((name, node.mark()) for name, node in self.steps)))

    def copy(self, **changes: Any) -> Case:
        """The case with some fields exchanged."""
        fields = {name: getattr(self, name) for name in Case.__slots__ if name != "_size"}
        fields.update(changes)
        return Case(**fields)

    def trees(self) -> list[Node]:
        """All trees in order; the call is the last."""
        return [node for _, node in self.steps] + [self.call]

    def with_trees(self, trees: list[Node]) -> Case:
        """The case with its trees exchanged, in the order of `trees()`."""
        return self.copy(call=trees[-1], steps=tuple((name, node) for (name, _), node in zip(self.steps, trees[:-1])))

    def text(self) -> str:
        """The whole case as source text: also its identity."""
        printer = Printer()
        lines = [f"{name} = {node.source(printer)}" if name else node.source(printer) for name, node in self.steps]
        call = self.call.source(printer)
        return "\n".join([*lines, f"await {call}" if self.asynchronous else f"list({call})" if self.consume else call])

    def dump(self) -> dict[str, Any]:
        """The case as a JSON value."""
        return {
            "unit": self.unit,
            "kind": self.kind,
            "call": self.call.dump(),
            "steps": [[name, node.dump()] for name, node in self.steps],
            "asynchronous": self.asynchronous,
            "consume": self.consume,
            "origin": self.origin,
        }


def load_case(data: dict[str, Any]) -> Case:
    """The case that `Case.dump` wrote."""
    return Case(
        data["unit"],
        data["kind"],
        load(data["call"]),
        tuple((name, load(node)) for name, node in data["steps"]),
        asynchronous=data["asynchronous"],
        consume=data["consume"],
        origin=data["origin"],
    )


class Replay:
    """What an iterator gave, to be read again as often as one likes."""

    __slots__ = ("items",)

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __next__(self) -> Any:
        if not self.items:
            raise StopIteration
        return self.items[0]


class Outcome:
    """What running a case gave: a value or an exception, and the variables of its arrangement afterwards."""

    __slots__ = ("arguments", "at", "complained", "consumed", "entered", "error", "logged", "names", "printed", "value", "warned")

    def __init__(self) -> None:
        self.value: Any = None
        self.error: Optional[BaseException] = None
        self.at = 0
        """Index of the tree that raised; the number of steps for the call itself."""
        self.names: dict[str, Any] = {}
        """Variables of the arrangement, changed by the call or not. `timer` → the object."""
        self.entered = False
        """The call itself began: its arguments were built."""
        self.arguments: list[Any] = []
        """The built arguments of the call."""
        self.consumed = False
        """`value` is a `Replay` of what the returned iterator gave (first `CONSUMED` items)."""
        self.printed: Optional[str] = ""
        """What arrangement and call wrote to standard output; None when that cannot be told."""
        self.complained: Optional[str] = ""
        """What they wrote to standard error; None when that cannot be told."""
        self.warned: Optional[Warning] = None
        """The warning that the call gave."""
        self.logged: Optional[list[str]] = []
        """Messages of the log records of arrangement and call; None when that cannot be told."""

    @property
    def raised(self) -> bool:
        return self.error is not None

    def kind(self) -> str:
        """The kind of outcome a reader tells apart: the exception's name, True, False, None, or the type with emptiness."""
        if self.error is not None:
            return f"raises {type(self.error).__name__}"
        value = self.value
        if value is None or value is True or value is False:
            return repr(value)
        if isinstance(value, Replay):
            return "items" if value.items else "no items"
        name = type(value).__name__
        if type(value) in (str, bytes, list, tuple, dict, set, frozenset):
            return name if value else f"empty {name}"
        if type(value) in (int, float):
            return name if value > 0 else f"zero {name}" if value == 0 else f"negative {name}"
        return name


async def drain(iterator: Any) -> list[Any]:
    """The first items of an asynchronous iterator."""
    items: list[Any] = []
    async for item in iterator:
        items.append(item)
        if len(items) >= CONSUMED:
            break
    return items


async def awaited(value: Any) -> Any:
    return await drain(value) if hasattr(value, "__anext__") else await asyncio.wait_for(value, 4.0 if Patience.counted else 0.4)


def finish(value: Any) -> Any:
    """Await what has to be awaited, in an event loop of its own."""
    return asyncio.run(awaited(value))


def is_lazy(value: Any) -> bool:
    """True for an iterator that computes while it is read."""
    if isinstance(value, (str, bytes, list, tuple, dict, set)) or not isinstance(value, Iterator):
        return False
    return inspect.isgenerator(value) or type(value).__module__ in ("builtins", "itertools")


def take(iterator: Any) -> list[Any]:
    """The first items of an iterator."""
    items = []
    for item in iterator:
        items.append(item)
        if len(items) >= CONSUMED:
            break
    return items


def perform(node: Node, scope: Scope, case: Case, outcome: Outcome) -> Any:
    """Build the tree of the call, await or consume what it gives."""
    made = [child.build(scope) for child in node.children()]
    outcome.arguments = made[1:] if isinstance(node, Call) else made
    outcome.entered = True
    value = node.apply(made, scope)
    if case.asynchronous:
        return finish(value)
    if is_lazy(value):
        outcome.consumed = True
        return Replay(take(value))
    return value


def run_case(case: Case, module: Optional[ModuleType]) -> Outcome:
    """Run a case against a live module object, which stands for every import of its name. Interrupts (BaseException of the engine) pass through."""
    outcome = Outcome()
    scope = Scope(module)
    outcome.names = scope.names
    effects.listen()
    try:
        for index, (name, node) in enumerate(case.steps):
            outcome.at = index
            assign(scope, name, node.build(scope))
        outcome.at = len(case.steps)
        effects.EAR.warned.clear()
        outcome.value = perform(case.call, scope, case, outcome)
    except (Exception, SystemExit) as error:
        outcome.error = error
    finally:
        for undo in reversed(scope.undo):
            undo()
    package = module.__name__.partition(".")[0] if module is not None else ""
    outcome.printed, outcome.complained = effects.printed(), effects.complained()
    outcome.warned, outcome.logged = effects.warned(package), effects.logged(package)
    return outcome


def assign(scope: Scope, name: str, value: Any) -> None:
    """Do `name = value`, where the name may be a variable, an attribute of one (`timer.text`), or nothing."""
    if "." in name:
        owner, _, attribute = name.rpartition(".")
        setattr(scope.names[owner], attribute, value)
    elif name:
        scope.names[name] = value


def callee_and_arguments(case: Case, scope_of: Any = None) -> tuple[Optional[Call], list[tuple[str, Node, bool]]]:
    """The call node and its arguments `(parameter name or '', tree, by keyword)`; names come from the live signature when it has one."""
    call = case.call
    if not isinstance(call, Call):
        return None, []
    names: list[str] = []
    try:
        parameters = inspect.signature(scope_of).parameters.values() if scope_of is not None else ()
        names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    except (TypeError, ValueError):
        names = []
    found = [(names[i] if i < len(names) else "", node, False) for i, node in enumerate(call.positional)]
    return call, found + [(name, node, True) for name, node in call.named]
