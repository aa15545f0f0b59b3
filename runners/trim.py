"""Fewest checks that tell every mutant that some tells: a test of an object says what is special about it. For every language."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from testwright.model import Check, How, Observation

FEW = 2
"""Checks on a result of which none is too many, and that stay in any case."""
_RESULT = re.compile(r"(?<![\w.])result\b")
_OBJECT = re.compile(r"(?<![\w.])result(?:\[\w+\])*\.(?!splitlines\b|bit_length\b)")
"""How a check looks into an object; what is said of a long text or number is about all of it together."""
Shape = tuple[object, ...]


def trimmed(chosen: Sequence[Observation]) -> tuple[Observation, ...]:
    """The observations without checks on results that tell no mutant which nothing else tells; rows of one table keep the same ones."""
    groups: dict[Shape, list[Observation]] = defaultdict(list)
    for o in chosen:
        groups[_shape(o)].append(o)
    own = _own(chosen)
    kept = {shape: _needed(group, own) for shape, group in groups.items()}
    return tuple(_with(o, kept[_shape(o)]) for o in chosen)


def _shape(o: Observation) -> Shape:
    return o.unit, o.kind, o.raised is None, tuple((check.subject, check.how) for check in o.checks)


def _own(chosen: Sequence[Observation]) -> Mapping[str, frozenset[str]]:
    """Id of each observation → the mutants that are its to tell: those that none before it tells."""
    told: set[str] = set()
    own = {}
    for o in chosen:
        own[o.id] = o.mutants - told
        told |= o.mutants
    return own


def _needed(group: Sequence[Observation], own: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Subjects of the checks that stay: those that tell most first, then what a reader looks for."""
    checks = group[0].checks
    about = [c for c in checks if _RESULT.search(c.subject)]
    others = frozenset(c.subject for c in checks) - {c.subject for c in about}
    if len(about) <= FEW or not any(_OBJECT.search(c.subject) for c in about) or any(own[o.id] and not o.proofs for o in group):
        return others | {c.subject for c in about}
    tells = {c.subject: {(o.id, m) for o in group for m in o.proofs.get(c.subject, frozenset()) & own[o.id]} for c in about}
    provable = {(o.id, m) for o in group for subject in others for m in o.proofs.get(subject, frozenset())}
    left = set().union(*tells.values()) - provable
    needed: list[str] = []
    while left:
        best = max(about, key=lambda c: (len(tells[c.subject] & left), -_rank(c)))
        needed.append(best.subject)
        left -= tells[best.subject]
    for check in sorted(about, key=_rank):
        if len(needed) < FEW and check.subject not in needed:
            needed.append(check.subject)
    return others | set(needed)


def _rank(check: Check) -> int:
    """Values before empty ones and mere lengths, and types last."""
    little = check.subject.startswith("len(") or check.expected in ("None", "False", "''", "[]", "{}", "()", "0")
    return 2 if check.how is How.TYPE else int(little)


def _with(o: Observation, subjects: frozenset[str]) -> Observation:
    checks = tuple(c for c in o.checks if c.subject in subjects)
    return o if len(checks) == len(o.checks) else replace(o, checks=checks)
