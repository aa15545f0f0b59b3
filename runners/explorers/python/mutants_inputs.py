"""Inputs near those of a case: neighbours on the other side of a boundary, longer, shorter, repeated, mixed, all different."""

from __future__ import annotations

import inspect
import random
from collections.abc import Sequence
from typing import Any

from runners.explorers.python.cases import Case
from runners.explorers.python.values import Atom, Call, Group, Node, Scope, Table, Variable, literal, substitute, walk

LARGEST = 40
"""Powers of ten that are tried."""
LONGEST = 200
"""Characters of a text; longer inputs are hard to read."""


class Inputs:
    """Changes one place of a case at a time."""

    def __init__(self, rng: random.Random, literals: Sequence[Any] = ()) -> None:
        self.rng = rng
        self.literals = list(literals)
        """Constants near the mutant."""
        self.texts: list[str] = []
        """Texts that other cases of the unit are given."""

    def vary(self, case: Case, relatives: Sequence[Case], scope: Scope) -> Case:
        """The case with a place or two changed; `relatives` are cases of the same unit to take parts from."""
        some = [self.rng.choice(relatives) for _ in range(min(len(relatives), 3))]
        self.texts = [text for other in some for text in texts_of(other)]
        for _ in range(self.rng.choice((1, 1, 1, 2, 2, 3))):
            choice = self.rng.random()
            made = None
            if choice < 0.15:
                made = self._crossed(case, relatives)
            elif choice < 0.35:
                made = self._argument(case, scope)
            elif choice < 0.45 and case.steps:
                made = self._steps(case)
            case = made or self._leaf(case)
        return case

    # ---- one leaf ------------------------------------------------------------------------------------------

    def _leaf(self, case: Case) -> Case:
        trees = case.trees()
        places = [(i, path, node) for i, tree in enumerate(trees) for path, node in walk(tree) if isinstance(node, (Atom, Group, Table))]
        if not places:
            return case
        index, path, node = self.rng.choice(places)
        trees[index] = substitute(trees[index], path, self._changed(node, [n for _, _, n in places]))
        return case.with_trees(trees)

    def _changed(self, node: Node, others: list[Node]) -> Node:
        if isinstance(node, Group):
            return self._group(node)
        if isinstance(node, Table):
            return self._table(node)
        value = node.value if isinstance(node, Atom) else None
        if isinstance(value, bool):
            return Atom(not value)
        if isinstance(value, int):
            return Atom(self._integer(value))
        if isinstance(value, float):
            return Atom(self._float(value))
        if isinstance(value, str):
            return Atom(self._text(value)[:LONGEST])
        if isinstance(value, bytes):
            return Atom(self._text(value.decode("latin-1"))[:LONGEST].encode("latin-1", "replace"))
        return self.rng.choice([*others, *map(Atom, (self.literals or [1])), Atom("a"), Atom(0), Atom(True)])

    def _integer(self, value: int) -> int:
        near = [number + step for number in self._of(int) for step in (-1, 0, 1)]
        power = 10 ** min(abs(self.rng.choice(near or [3])), LARGEST) if self.rng.random() < 0.1 else value + 1
        return int(self.rng.choice([value + 1, value - 1, -value, value * 2, value + 2, value * 10, value // 2, 0, *near, power]))

    def _float(self, value: float) -> float:
        power = 10.0 ** (self.rng.choice([n for n in self._of(int) if abs(n) < LARGEST] or [3]) + self.rng.choice((-1, 0, 1)))
        return float(self.rng.choice((value + 1, value - 1, -value, value / 2, value * 2, value + 0.5, 0.0, power, 1 / power)))

    def _of(self, kind: type) -> list[Any]:
        return [value for value in self.literals if type(value) is kind]

    def _text(self, text: str) -> str:
        rng = self.rng
        at = rng.randint(0, len(text))
        word = rng.choice([w for w in self._of(str) if len(w) <= 40] or ["a"])
        plain = rng.choice("abXY01 _-.,:\n")
        other = rng.choice(self.texts or [word])
        edits = (
            lambda: text[:at] + word + text[at:],
            lambda: word + text,
            lambda: text + word,
            lambda: text + word + text,
            lambda: text + rng.choice(("", "\n", " ", "\n\n")) + other,
            lambda: other + rng.choice(("", "\n", " ", "\n\n")) + text,
            lambda: text.replace(rng.choice(text.splitlines() or [""]), rng.choice((other, " " + word, "    " + word)), 1),
            lambda: text + rng.choice(("", " ", "_", "-", "\n", ".", ",")) + rng.choice((text, text.swapcase(), text[::-1])),
            lambda: rng.choice((text.upper(), text.lower(), text.title(), text.swapcase(), text[::-1], text.strip())),
            lambda: text[:at] + text[at : at + 1].swapcase() + text[at + 1 :],
            lambda: text[:at] + text[at + 1 :],
            lambda: text[:at] + plain + text[at:],
            lambda: text[:at] + plain + text[at + 1 :],
            lambda: text[:at] + text[at : at + 1] * 2 + text[at:],
            lambda: text[: max(0, at)] if rng.random() < 0.5 else text[at:],
            lambda: rng.choice((" " + text, text + " ", " " + text + " ", text + "\n", "\n" + text, "X" + text, text + "X")),
            lambda: text.replace(rng.choice(text), rng.choice((plain, word, "")), rng.choice((1, -1))) if text else word,
        )
        return rng.choice(edits)()

    def _group(self, node: Group) -> Node:
        rng, items = self.rng, list(node.items)
        choice = rng.randrange(6)
        at = rng.randint(0, len(items))
        if choice == 0 and items:
            del items[rng.randrange(len(items))]
        elif choice == 1 and items:
            items.reverse()
        elif choice == 2 and items:
            items.insert(at, rng.choice(items))
        elif choice == 3 and items:
            which = rng.randrange(len(items))
            items[which] = self._changed(items[which], items)
        elif choice == 4 and items:
            items.insert(at, self._changed(rng.choice(items), items))
        else:
            items.insert(at, Atom(rng.choice([*self.literals, "a", "b", 1, 2, None])))
        return Group(node.kind, tuple(items[:20]))

    def _table(self, node: Table) -> Node:
        rng, items = self.rng, list(node.items)
        at = rng.randrange(len(items) // 2) * 2 if items else 0
        choice = rng.randrange(4)
        if choice == 0 and items:
            del items[at : at + 2]
        elif choice == 1 and items:
            items[at + 1] = self._changed(items[at + 1], items)
        elif choice == 2 and items:
            items[at] = self._changed(items[at], items) if isinstance(items[at], Atom) else items[at]
        else:
            items += [Atom(rng.choice([*self._of(str), "a", "b"])), Atom(rng.choice([*self.literals, "a", 1]))]
        return Table(tuple(items[:20]))

    # ---- arguments and steps ---------------------------------------------------------------------------------

    def _argument(self, case: Case, scope: Scope) -> Case | None:
        """Give a parameter a value that is not its default, leave one out, or exchange two."""
        trees = case.trees()
        calls = [(i, path, node) for i, tree in enumerate(trees) for path, node in walk(tree) if isinstance(node, Call)]
        if not calls:
            return None
        index, path, call = self.rng.choice(calls)
        made = self._arguments_changed(call, case, scope)
        if made is None:
            return None
        trees[index] = substitute(trees[index], path, made)
        return case.with_trees(trees)

    def _arguments_changed(self, call: Call, case: Case, scope: Scope) -> Call | None:
        rng = self.rng
        positional, named = list(call.positional), call.named
        choice = rng.random()
        if choice < 0.2 and len(positional) > 1:
            first, second = rng.sample(range(len(positional)), 2)
            positional[first], positional[second] = positional[second], positional[first]
        elif choice < 0.35 and named:
            del named[rng.randrange(len(named))]
        else:
            free = [p for p in parameters(call, case, scope) if p.name not in dict(named)]
            free = [p for p in free[len(positional) :] if p.default is not p.empty]
            if not free:
                return None
            parameter = rng.choice(free)
            named = [*named, (parameter.name, self._not_default(parameter.default))]
        return Call(call.func, (*positional, *(node for _, node in named)), tuple(name for name, _ in named))

    def _not_default(self, default: Any) -> Node:
        node = literal(default)
        if node is None or default is None:
            return Atom(self.rng.choice([*self.literals, True, 1, 2, "a", "abc"]))
        return self._changed(node, [node])

    def _crossed(self, case: Case, relatives: Sequence[Case]) -> Case | None:
        """The case with one of its arguments taken from a relative."""
        if not relatives or not isinstance(case.call, Call) or not case.call.args:
            return None
        other = self.rng.choice(relatives)
        if (
            not isinstance(other.call, Call)
            or not other.call.args
            or any(isinstance(n, Variable) for a in other.call.args for _, n in walk(a))
        ):
            return None
        args = list(case.call.args)
        at = self.rng.randrange(len(args))
        args[at] = other.call.args[min(at, len(other.call.args) - 1)]
        return case.copy(call=Call(case.call.func, tuple(args), case.call.keywords))

    def _steps(self, case: Case) -> Case | None:
        """A step twice, or one less, or the call itself made once before."""
        steps = list(case.steps)
        loose = [i for i, (name, _) in enumerate(steps) if not name]
        choice = self.rng.random()
        if choice < 0.4:
            steps.append(("", case.call))
        elif loose and choice < 0.7:
            at = self.rng.choice(loose)
            steps.insert(at, steps[at])
        elif loose:
            del steps[self.rng.choice(loose)]
        else:
            return None
        return case.copy(steps=tuple(steps[:12]))


def texts_of(case: Case) -> list[str]:
    """Texts of moderate length that a case holds."""
    nodes = [node for tree in case.trees() for _, node in walk(tree) if isinstance(node, Atom)]
    return [node.value for node in nodes if isinstance(node.value, str) and 1 < len(node.value) <= LONGEST // 2]


def parameters(call: Call, case: Case, scope: Scope) -> list[inspect.Parameter]:
    """Parameters of what is called, where that can be told without running the case."""
    try:
        function = call.func.build(Scope(scope.module))
        return [
            p for p in inspect.signature(function).parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.POSITIONAL_ONLY)
        ]
    except Exception:
        return []
