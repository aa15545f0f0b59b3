"""Makes a small case pleasant to read: texts without junk, objects by their constructors."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from types import ModuleType
from typing import Any

from runners.explorers.python.cases import Case
from runners.explorers.python.describe_source import NoSourceError, arguments, has_equality, locate
from runners.explorers.python.values import Atom, Call, Name, Node, literal, substitute, walk

TRIES = 30
"""Executions for one case."""
MOST = 400
"""Characters of a text that is made pleasant."""
INDENT = 4
"""Spaces of one level."""


def tidy(case: Case, still: Callable[[Case], bool], most: int = TRIES) -> Case:
    """The case with its texts made pleasant, as far as `still` accepts that."""
    coming = pleasant(case, most)
    candidate = next(coming, None)
    try:
        while candidate is not None:
            accepted = still(candidate)
            case = candidate if accepted else case
            candidate = coming.send(accepted)
    except StopIteration:
        pass
    return case


def pleasant(case: Case, most: int = TRIES) -> Generator[Case, bool, None]:
    """The case with a text that is more pleasant; told whether that is accepted, and goes on from there."""
    progress = True
    while progress:
        progress = False
        for candidate in _candidates(case):
            most -= 1
            if most < 0:
                return
            if (yield candidate):
                case, progress = candidate, True
                break


def _candidates(case: Case) -> Iterator[Case]:
    trees = case.trees()
    for index, tree in enumerate(trees):
        for path, node in walk(tree):
            if isinstance(node, Atom) and isinstance(node.value, str) and 1 < len(node.value) <= MOST:
                for text in pleasanter(node.value):
                    changed = list(trees)
                    changed[index] = substitute(tree, path, Atom(text))
                    yield case.with_trees(changed)


def pleasanter(text: str) -> list[str]:
    """Texts that may do the same and read better, the best first."""
    bound = unpleasant(text)
    return sorted((other for other in dict.fromkeys(_alternatives(text)) if unpleasant(other) < bound), key=unpleasant)


def unpleasant(text: str) -> float:
    """How much in a text a reader would wonder about."""
    lines = text.split("\n")
    total = 0.05 * len(text) + 3 * (not lines[0].strip()) * (len(lines) > 1) + (len(lines) > 1 and not lines[-1])
    for line in lines:
        body = line.strip()
        total += 4 * (line != line.rstrip()) + 0.5 * (not body)
        indent = line[: len(line) - len(line.lstrip())]
        total += (2 * bool(len(indent) % INDENT) + 4 * bool(indent.strip(" "))) * bool(body)
        total += 2 * len(re.findall(r"\s{2,}", body)) + sum(6 for c in body if not c.isprintable())
        total += sum(0.5 for c in body if not (c.isalnum() or c == " "))
    return total


def _alternatives(text: str) -> Iterator[str]:
    stripped = "\n".join(line.rstrip() for line in text.split("\n"))
    for base in (text, stripped):
        yield from (base, base.strip(), indented(base), indented(base).strip())
        full = "\n".join(line for line in base.split("\n") if line.strip())
        yield from (full, indented(full))
    yield re.sub(r"[ \t\r\f\v]+", " ", text)
    lines = text.split("\n")
    if 1 < len(lines) <= 12:
        yield from ("\n".join(lines[:at] + lines[at + 1 :]) for at in range(len(lines)))
    for at, char in list(enumerate(text))[:60]:
        if not char.isalnum():
            yield text[:at] + text[at + 1 :]


def indented(text: str) -> str:
    """The same levels of indentation, four spaces each."""
    lines = text.split("\n")
    widths = sorted({_width(line) for line in lines if line.strip()} | {0})
    return "\n".join(" " * (INDENT * widths.index(_width(line))) + line.lstrip() if line.strip() else line for line in lines)


def _width(line: str) -> int:
    expanded = line.expandtabs()
    return len(expanded) - len(expanded.lstrip())


def constructed(value: Any, module: ModuleType, depth: int = 3) -> Node | None:
    """The call of its class that makes an equal object, a literal for plain values; None when there is none that a test could write."""
    plain = literal(value)
    if plain is not None:
        return plain
    kind = type(value)
    try:
        if depth == 0 or not has_equality(kind) or isinstance(value, (list, tuple, dict, set, str, bytes, int, float)):
            return None
        home, name = locate(kind, module)
        given = arguments(value)
        parts = [constructed(part, module, depth - 1) for _, part, _ in given]
    except (NoSourceError, ValueError, TypeError, AttributeError):
        return None
    if any(part is None for part in parts):
        return None
    places = sorted(range(len(given)), key=lambda i: given[i][2])
    keywords = tuple(given[i][0] for i in places if given[i][2])
    return Call(Name(home, name), tuple(part for i in places if (part := parts[i]) is not None), keywords)


def same_object(value: Any, node: Node, run: Callable[[Case], Any]) -> bool:
    """Whether a tree gives an equal object of the same class."""
    again = run(Case("", "function", node))
    if again is None or again.error is not None or type(again.value) is not type(value):
        return False
    try:
        return bool(again.value == value)
    except Exception:  # code under test
        return False
