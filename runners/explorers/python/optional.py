"""Leaves out arguments that say what the default of their parameter says anyway."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from runners.explorers.python.cases import Case
from runners.explorers.python.subjects import MISSING, Parameter
from runners.explorers.python.values import Call, Node, literal, substitute, walk

POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def without_defaults(case: Case, parameters: Callable[[Call, bool], Sequence[Parameter]]) -> Case:
    """The case whose calls pass no argument that equals its default.

    `parameters` gives what is known of the parameters of a call, none when nothing is; told whether it is the call of the case itself.
    """
    trees = case.trees()
    for index, tree in enumerate(trees):
        for path, node in sorted(walk(tree), key=lambda place: -len(place[0])):
            if isinstance(node, Call) and node.args:
                inner = _at(trees[index], path)
                whole = index == len(trees) - 1 and not path
                trees[index] = substitute(trees[index], path, _shorter(inner, parameters(node, whole)))
    made = case.with_trees(trees)
    return made if made.mark() != case.mark() else case


def _at(tree: Node, path: tuple[int, ...]) -> Any:
    for index in path:
        tree = tree.children()[index]
    return tree


def _shorter(call: Call, parameters: Sequence[Parameter]) -> Call:
    """The call without these arguments; what stands behind one of them is passed by its name."""
    positional = [p for p in parameters if p.kind in POSITIONAL]
    if {"*", "**"} & set(call.keywords) or len(call.positional) > len(positional):
        return call
    named = {p.name: p for p in parameters}
    kept = [(p, node) for p, node in zip(positional, call.positional) if not _is_default(p, node)]
    first = [node for (p, node), expected in zip(kept, positional) if p is expected]
    moved = kept[len(first) :]
    if any(p.kind is inspect.Parameter.POSITIONAL_ONLY for p, _ in moved):
        return call
    rest = [(n, node) for n, node in call.named if n not in named or not _is_default(named[n], node)]
    keywords = [*((p.name, node) for p, node in moved), *rest]
    return Call(call.func, (*first, *(node for _, node in keywords)), tuple(n for n, _ in keywords))


def _is_default(parameter: Parameter, node: Node) -> bool:
    """Whether a tree is the default of a parameter, written out."""
    if parameter.default is MISSING:
        return False
    default = literal(parameter.default)
    return default is not None and default.mark() == node.mark()
