"""Makes a case small and plain while it still does what it was kept for."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from runners.explorers.python.cases import Case
from runners.explorers.python.tidy import constructed, same_object, tidy
from runners.explorers.python.values import Atom, Call, Clock, Function, Group, Member, Name, Node, Table, Variable, substitute, walk

TRIES = 220
SIMPLE = ("abc", "a", "1", "a b")


def nothing_simpler(_node: Node) -> list[Node]:
    return []


def shrink(
    case: Case,
    still: Callable[[Case], bool],
    seconds: float,
    simpler: Callable[[Node], list[Node]] = nothing_simpler,
    most: int = TRIES,
) -> Case:
    """The smallest case found that `still` accepts."""
    deadline = time.monotonic() + seconds
    tries = 0
    progress = True
    while progress:
        progress = False
        for candidate in candidates(case, simpler):
            if candidate.size() > case.size() or (candidate.size() == case.size() and weight(candidate) >= weight(case)):
                continue
            tries += 1
            if tries > most or time.monotonic() > deadline:
                return tidy(case, still)
            if still(candidate):
                case, progress = candidate, True
                break
    return tidy(case, still)


def weight(case: Case) -> int:
    """Tells apart cases of one size: plain numbers and letters first."""
    total = 0
    for tree in case.trees():
        for _, node in walk(tree):
            if isinstance(node, Atom):
                value = node.value
                if isinstance(value, bool):
                    total += 2
                elif isinstance(value, (int, float)):
                    total += 10 + min(50, int(abs(value))) if value == value and abs(value) < 1e9 else 80
                elif isinstance(value, str):
                    total += 20 + sum(0 if c.islower() else 1 for c in value) + (0 if value in SIMPLE else 3)
            elif isinstance(node, Function):
                total += 30
    return total


def candidates(case: Case, simpler: Callable[[Node], list[Node]] = nothing_simpler) -> Iterator[Case]:
    """Smaller cases, the boldest first."""
    yield from fewer_steps(case)
    trees = case.trees()
    places = [(index, path, node) for index, tree in enumerate(trees) for path, node in walk(tree)]
    places.sort(key=lambda place: -place[2].size())
    for index, path, node in places:
        if not path and index == len(trees) - 1:
            options: Iterator[Node] = fewer_arguments(node)
        elif is_callee(trees[index], path) or isinstance(node, (Variable, Name)):
            continue
        else:
            options = smaller(node, bool(path) or index < len(trees) - 1)
        known = simpler(node) if isinstance(node, Call) and (path or index < len(trees) - 1) else []
        for option in itertools.chain(known, options):
            changed = list(trees)
            changed[index] = substitute(trees[index], path, option)
            yield case.with_trees(changed)


def fewer_steps(case: Case) -> Iterator[Case]:
    steps = case.steps
    for at in range(len(steps) - 1, -1, -1):
        if not steps[at][0] or "." in steps[at][0]:
            yield case.copy(steps=steps[:at] + steps[at + 1 :])


def is_callee(tree: Node, path: tuple[int, ...]) -> bool:
    """True when the place is what a call calls or the owner of a member."""
    node = tree
    for index in path:
        if index == 0 and isinstance(node, (Call, Member)):
            return True
        node = node.children()[index]
    return False


def fewer_arguments(node: Node) -> Iterator[Node]:
    """Calls with one argument less."""
    if not isinstance(node, Call):
        return
    positional, named = list(node.positional), node.named
    for at in range(len(named)):
        rest = named[:at] + named[at + 1 :]
        yield Call(node.func, (*positional, *(n for _, n in rest)), tuple(n for n, _ in rest))
    if positional:
        yield Call(node.func, (*positional[:-1], *(n for _, n in named)), node.keywords)


def smaller(node: Node, replaceable: bool) -> Iterator[Node]:
    """Simpler things in place of a node."""
    if isinstance(node, Atom):
        yield from smaller_atom(node.value)
        return
    if isinstance(node, Clock):
        yield from [Clock(node.path, node.values[:-1])] if len(node.values) > 1 else []
        return
    if replaceable and not isinstance(node, (Group, Table)):
        yield Atom(None)
    if isinstance(node, Group):
        yield from (Group(node.kind, node.items[:k]) for k in sorted({0, 1, len(node.items) // 2}) if k < len(node.items))
        yield from (Group(node.kind, node.items[:k] + node.items[k + 1 :]) for k in range(min(len(node.items), 12)))
    elif isinstance(node, Table):
        yield from (Table(node.items[:k] + node.items[k + 2 :]) for k in range(0, min(len(node.items), 24), 2))
    elif isinstance(node, Call):
        yield from fewer_arguments(node)
        yield from (arg for arg in node.args if isinstance(arg, Call))
        if isinstance(node.func, Member) and isinstance(node.func.owner, Call):
            yield node.func.owner
    elif isinstance(node, Function):
        yield Function("value", Variable("value"))


def smaller_atom(value: Any) -> Iterator[Node]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, str):
        yield from map(Atom, smaller_text(value))
    elif isinstance(value, bytes):
        yield from (Atom(text.encode("latin-1")) for text in smaller_text(value.decode("latin-1")))
    elif isinstance(value, int):
        yield from (Atom(v) for v in (1, 0, 2, 3, 10, value // 2, abs(value)) if v != value)
    elif isinstance(value, float):
        yield from (Atom(v) for v in (1.0, 0.5, 0.0, float(round(value)) if abs(value) < 1e9 else 1.0, abs(value)) if v != value)


def smaller_text(text: str) -> Iterator[str]:
    for simple in SIMPLE:
        if len(simple) <= len(text) and simple != text:
            yield simple
    length = len(text)
    chunk = length // 2
    while chunk >= 1:
        for start in range(0, length, chunk):
            if length - chunk > 0 or chunk > 0:
                yield text[:start] + text[start + chunk :]
        if length // chunk > 24:
            break
        chunk //= 2
    for at, char in enumerate(text[:24]):
        if not char.islower() and char not in "\n ":
            yield text[:at] + "a" + text[at + 1 :]
    if text.strip() != text:
        yield text.strip()
    if text.lower() != text:
        yield text.lower()


def plain_value(node: Node, run: Callable[[Case], Any], module: ModuleType) -> list[Node]:
    """What a call gives, when that is plain and short, or a call of its class: a reader sees the value at once.

    `run` gives the outcome of a case or None.
    """
    outcome = run(Case("", "function", node))
    if outcome is None or outcome.error is not None or outcome.value is None:
        return []
    made = constructed(outcome.value, module)
    if made is None or made.size() > node.size() - isinstance(made, Call):
        return []
    return [made] if not isinstance(made, Call) or same_object(outcome.value, made, run) else []
