"""Makes a case small and plain while it still does what it was kept for."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from types import ModuleType
from typing import Any, TypeVar

from runners.explorers.python.cases import Case
from runners.explorers.python.tidy import constructed, pleasant, same_object
from runners.explorers.python.values import Atom, Call, Clock, Function, Group, Member, Name, Node, Table, Variable, substitute, walk

TRIES = 220
TURN = 8
"""Tries for one case until the next one has its turn."""
PARTS = 24
"""Parts of a long text or list that are left out one by one, at most; twice as many in the last round."""
SIMPLE = ("abc", "a", "1", "a b")

T = TypeVar("T")
Part = TypeVar("Part", str, "tuple[Any, ...]")
Options = Generator[T, bool, None]
"""Simpler things, one by one; told of each whether it is accepted, and goes on from there, not from the beginning."""
Reductions = Generator[Case, bool, Case]
"""The same for whole cases; gives the last one that was accepted."""
Place = tuple[int, tuple[int, ...], Node]


def nothing_simpler(_node: Node) -> list[Node]:
    return []


class Shrinking:
    """One case that is made small, a few tries at a time: what was reached stays when others have their turn, or when the time is over."""

    def __init__(
        self, case: Case, still: Callable[[Case], bool], simpler: Callable[[Node], list[Node]] = nothing_simpler, most: int = TRIES
    ) -> None:
        self.case = case
        """The smallest one found that `still` accepts."""
        self.over = False
        """Nothing is left to try."""
        self._still = still
        self._most = most
        self._steps = self._run(simpler)

    def go(self, tries: int) -> None:
        """Make so many more tries, or fewer when nothing is left to try."""
        for _ in range(tries):
            self.over = next(self._steps, True)
            if self.over:
                return

    def _run(self, simpler: Callable[[Node], list[Node]]) -> Iterator[bool]:
        yield from self._tries(reduced(self.case, simpler), self._most)
        yield from self._tries(pleasant(self.case), self._most)

    def _tries(self, candidates: Generator[Case, bool, Any], most: int) -> Iterator[bool]:
        candidate = next(candidates, None)
        while candidate is not None and most > 0:
            most -= 1
            accepted = self._still(candidate)
            self.case = candidate if accepted else self.case
            yield False
            candidate = told(candidates, accepted)


def in_turns(going: Sequence[Shrinking], spent: Callable[[], bool]) -> None:
    """Make many cases small, each some tries in turn, until nothing is left to try or `spent` says so."""
    while going:
        for shrinking in going:
            if spent():
                return
            shrinking.go(TURN)
        going = [shrinking for shrinking in going if not shrinking.over]


def told(options: Generator[T, bool, Any], accepted: bool) -> T | None:
    """What comes after a word on the last one; None at the end."""
    try:
        return options.send(accepted)
    except StopIteration:
        return None


def shrink(
    case: Case,
    still: Callable[[Case], bool],
    seconds: float,
    simpler: Callable[[Node], list[Node]] = nothing_simpler,
    most: int = TRIES,
) -> Case:
    """The smallest case found that `still` accepts."""
    deadline = time.monotonic() + seconds
    shrinking = Shrinking(case, still, simpler, most)
    while not shrinking.over and time.monotonic() < deadline:
        shrinking.go(1)
    return shrinking.case


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


def reduced(case: Case, simpler: Callable[[Node], list[Node]] = nothing_simpler) -> Reductions:
    """Smaller cases, the boldest first."""
    tried = {case.mark()}
    before = None
    while case is not before:
        before = case
        case = yield from fewer_steps(case)
        at, places = 0, places_of(case)
        while at < len(places):
            made = yield from at_place(case, places[at], simpler, tried)
            at += made is case or isinstance(places[at][2], (Atom, Group, Table))
            case, places = made, places if made is case else places_of(made)
    return case


def fewer_steps(case: Case) -> Reductions:
    """Without steps that nothing else needs by name."""
    for at in range(len(case.steps) - 1, -1, -1):
        fewer = case.copy(steps=case.steps[:at] + case.steps[at + 1 :])
        if not uses(fewer, case.steps[at][0]) and (yield fewer):
            case = fewer
    return case


def uses(case: Case, variable: str) -> bool:
    """Whether a case names a variable."""
    if not variable or "." in variable:
        return False
    attributes = any(name.startswith(f"{variable}.") for name, _ in case.steps)
    return attributes or any(isinstance(node, Variable) and node.name == variable for tree in case.trees() for _, node in walk(tree))


def places_of(case: Case) -> list[Place]:
    """What can be made smaller, the largest first: index of a tree, path in it, node."""
    trees = case.trees()
    found = [(index, path, node) for index, tree in enumerate(trees) for path, node in walk(tree)]
    return sorted((place for place in found if is_free(trees, place)), key=lambda place: -place[2].size())


def is_free(trees: list[Node], place: Place) -> bool:
    """Whether something else can stand there; of the call itself, its arguments."""
    index, path, node = place
    whole = not path and index == len(trees) - 1
    return whole or not (is_callee(trees[index], path) or isinstance(node, (Variable, Name)))


def at_place(case: Case, place: Place, simpler: Callable[[Node], list[Node]], tried: set[int]) -> Reductions:
    """The case with something simpler in one place."""
    index, path, node = place
    trees = case.trees()
    whole = not path and index == len(trees) - 1
    coming = fewer_arguments(node) if whole else smaller(node, simpler(node) if isinstance(node, Call) else [])
    option = next(coming, None)
    while option is not None:
        trees[index] = substitute(trees[index], path, option)
        candidate = case.with_trees(trees)
        accepted = is_smaller(candidate, case) and candidate.mark() not in tried
        if accepted:
            tried.add(candidate.mark())
            accepted = yield candidate
        case = candidate if accepted else case
        option = told(coming, accepted)
    return case


def is_smaller(candidate: Case, case: Case) -> bool:
    return candidate.size() < case.size() or (candidate.size() == case.size() and weight(candidate) < weight(case))


def is_callee(tree: Node, path: tuple[int, ...]) -> bool:
    """True when the place is what a call calls or the owner of a member."""
    node = tree
    for index in path:
        if index == 0 and isinstance(node, (Call, Member)):
            return True
        node = node.children()[index]
    return False


def fewer_arguments(node: Node) -> Options[Node]:
    """Calls with fewer arguments."""
    if not isinstance(node, Call):
        return
    for name in node.keywords:
        rest = [(n, value) for n, value in node.named if n != name]
        fewer = Call(node.func, (*node.positional, *(value for _, value in rest)), tuple(n for n, _ in rest))
        node = fewer if (yield fewer) else node
    while node.positional:
        fewer = Call(node.func, (*node.positional[:-1], *(value for _, value in node.named)), node.keywords)
        if not (yield fewer):
            return
        node = fewer


def smaller(node: Node, known: list[Node]) -> Options[Node]:
    """Simpler things in place of a node; `known`: such that are known to do."""
    if isinstance(node, Atom):
        yield from smaller_atom(node.value)
    elif isinstance(node, Clock):
        yield from [Clock(node.path, node.values[:-1])] if len(node.values) > 1 else []
    elif isinstance(node, Group):
        kind = node.kind
        yield from each(lambda items: Group(kind, items), fewer(node.items, 0))
    elif isinstance(node, Table):
        pairs = tuple(zip(node.items[::2], node.items[1::2]))
        yield from each(lambda left: Table(tuple(part for pair in left for part in pair)), fewer(pairs, 0))
    else:
        yield from one_of([*known, Atom(None)])
        if isinstance(node, Call):
            yield from fewer_arguments(node)
            yield from one_of([arg for arg in node.args if isinstance(arg, Call)])
            if isinstance(node.func, Member) and isinstance(node.func.owner, Call):
                yield node.func.owner
        elif isinstance(node, Function):
            yield Function("value", Variable("value"))


def one_of(nodes: list[Node]) -> Options[Node]:
    """Some nodes; nothing more when one is accepted."""
    for node in nodes:
        if (yield node):
            return


def each(make: Callable[[Any], Node], options: Generator[Any, bool, None]) -> Options[Node]:
    """What is made of each option."""
    option = next(options, None)
    while option is not None:
        option = told(options, (yield make(option)))


def fewer(items: Part, least: int) -> Options[Part]:
    """With less in it: nearly nothing first, then without halves, quarters and so on."""
    for count in range(least, 2):
        if count < len(items) and (yield items[:count]):
            return
    size = len(items) // 2
    while size >= 1:
        start = 0
        while start < len(items) > size:
            rest = items[:start] + items[start + size :]
            if (yield rest):
                items = rest
            else:
                start += size
        if len(items) // size > PARTS:
            return
        size //= 2


def smaller_atom(value: Any) -> Options[Node]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, str):
        yield from each(Atom, smaller_text(value))
    elif isinstance(value, bytes):
        yield from each(lambda text: Atom(text.encode("latin-1")), smaller_text(value.decode("latin-1")))
    elif isinstance(value, int):
        yield from each(Atom, smaller_number(value, (1, 0, 2, 3, 10)))
    elif isinstance(value, float):
        yield from each(Atom, smaller_number(value, (1.0, 0.5, 0.0)))


def smaller_number(value: Any, simple: tuple[Any, ...]) -> Options[Any]:
    whole = isinstance(value, int)
    going = True
    while going:
        going = False
        for other in (*simple, value // 2 if whole else float(round(value)) if abs(value) < 1e9 else 1.0, abs(value)):
            if other != value and (yield other):
                value, going = other, True
                break


def smaller_text(text: str) -> Options[str]:
    for simple in SIMPLE:
        if len(simple) <= len(text) and simple != text and (yield simple):
            text = simple
    parts = fewer(text, 2)
    rest = next(parts, None)
    while rest is not None:
        accepted = yield rest
        text = rest if accepted else text
        rest = told(parts, accepted)
    for at, char in enumerate(text[:PARTS]):
        plain = text[:at] + "a" + text[at + 1 :]
        if not char.islower() and char not in "\n " and (yield plain):
            text = plain
    for plain in (text.strip(), text.strip().lower(), text.lower()):
        if plain != text and (yield plain):
            text = plain


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
