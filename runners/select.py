"""Fewest observations that keep everything that all of them reach. The same for every language."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from testwright.model import How, Observation, Origin, Target

EXAMPLES = 4
"""Documented examples of one unit that may stay although the others reach the same: a reader looks for them."""

CRASHES = frozenset(
    {
        "TypeError",
        "AttributeError",
        "NameError",
        "UnboundLocalError",
        "KeyError",
        "IndexError",
        "ZeroDivisionError",
        "AssertionError",
        "RecursionError",
        "MemoryError",
        "SystemError",
        "ReferenceError",
        "InternalError",
        "NullPointerException",
        "ClassCastException",
        "IndexOutOfBoundsException",
        "NegativeArraySizeException",
        "ArrayIndexOutOfBoundsException",
        "StringIndexOutOfBoundsException",
        "ArithmeticException",
        "StackOverflowError",
        "OutOfMemoryError",
    }
)
"""What code ends with when it was not written for its input. Nobody wants these asserted unless they are raised on purpose."""

_EMPTY = re.compile(r"""\w*(""|''|``|\[\]|\{\}|\(\))""")
_ORIGINS = list(Origin)

Goal = tuple[str, ...] | tuple[str, int] | tuple[str, int, int]


def select(observations: Iterable[Observation], target: Target) -> tuple[Observation, ...]:
    """The fewest observations that keep what all of them reach, the plainest where there is a choice, in the order of the code."""
    pool = sorted(filter(selectable, observations), key=_preference)
    reached = _masks(pool, target)
    chosen = _without_redundant(_with_plainer(_cover(pool, reached), pool, reached), reached)
    picked = sorted({*chosen, *_examples(chosen, pool)})
    return _in_order([pool[i] for i in picked])


def selectable(observation: Observation) -> bool:
    """Whether a test of it could ever be wanted: it asserts something, and no crash."""
    raised = observation.raised
    if raised is None:
        return bool(observation.checks)
    return raised.declared or raised.type.rpartition(".")[2] not in CRASHES


def goals(observation: Observation, target: Target, open_units: frozenset[str] | None = None) -> frozenset[Goal]:
    """Everything that this observation reaches and a reader may want kept."""
    found: set[Goal] = {("line", line) for line in observation.lines & target.lines}
    found |= {("branch", *arc) for arc in observation.branches & target.branches}
    found |= {("mutant", mutant) for mutant in observation.mutants}
    if open_units is None or observation.unit in open_units:
        found |= _outcomes(observation)
    return frozenset(found)


def _outcomes(observation: Observation) -> set[Goal]:
    """Kinds of outcome of a public unit that deserve one example each."""
    unit, raised = observation.unit, observation.raised
    if _tier(observation):
        return set()
    if raised is not None:
        return {("raises", unit, raised.type)}
    found: set[Goal] = {("type", unit, observation.result_type)} if observation.result_type else set()
    for check in observation.checks:
        if check.subject == "result" and check.how is How.IS:
            found.add(("is", unit, check.expected))
        elif check.subject == "result" and check.how is How.EQUALS:
            found.add(("empty" if _EMPTY.fullmatch(check.expected) else "filled", unit))
    return found


def is_private(unit: str) -> bool:
    """Whether a unit is not meant for users of the code."""
    return any(part.startswith(("_", "#")) and not part.endswith("__") for part in unit.split("."))


def _tier(observation: Observation) -> int:
    """How late it may be taken: something of a later tier is only for goals that no earlier one reaches."""
    if not observation.stable:
        return 4
    if observation.raised is not None and not observation.raised.declared:
        return 3
    return 2 if observation.origin is Origin.STUB else 1 if is_private(observation.unit) else 0


def _cost(observation: Observation) -> float:
    """What a reader pays for one more observation: one, and a little for everything that makes it harder to read."""
    origin = 0.2 * _ORIGINS.index(observation.origin)
    weak = 0.5 * all(check.how is How.TYPE for check in observation.checks) if observation.raised is None else 0.15
    return 1 + origin + weak + 0.1 * len(observation.arrange) + min(observation.size, 2000) / 100


def _preference(observation: Observation) -> tuple[int, float, int, str, str]:
    return _tier(observation), _cost(observation), _plainness(observation), observation.call, observation.id


def _plainness(observation: Observation) -> int:
    """Characters in the inputs that are not plain text; fewer is plainer."""
    return sum(not (c.isascii() and (c.isalnum() or c in " \"'.,()[]=-")) for a in observation.arguments for c in a.source)


def _masks(pool: Sequence[Observation], target: Target) -> list[int]:
    """For each observation its goals, as bits of one number."""
    touched = {o.unit for o in pool if o.lines & target.lines or o.branches & target.branches}
    units = frozenset(touched) if target.lines or target.branches else None
    bits: dict[Goal, int] = {}
    return [sum(1 << bits.setdefault(goal, len(bits)) for goal in goals(o, target, units)) for o in pool]


def _cover(pool: Sequence[Observation], reached: Sequence[int]) -> list[int]:
    """Greedy: tier by tier, always the one that adds most for its cost."""
    covered, chosen = 0, []
    for tier in sorted({_tier(o) for o in pool}):
        rest = [(i, _cost(pool[i])) for i in range(len(pool)) if _tier(pool[i]) == tier]
        while rest := [(i, cost) for i, cost in rest if reached[i] & ~covered]:
            best, _ = max(rest, key=lambda entry: ((reached[entry[0]] & ~covered).bit_count() / entry[1], -entry[0]))
            chosen.append(best)
            covered |= reached[best]
    return chosen


def _with_plainer(chosen: Sequence[int], pool: Sequence[Observation], reached: Sequence[int]) -> list[int]:
    """Replace each by the most preferred observation (the pool is in that order) that reaches what only it reaches."""
    kept = list(chosen)
    for position in sorted(range(len(kept)), key=lambda p: -kept[p]):
        others = 0
        for i in kept[:position] + kept[position + 1 :]:
            others |= reached[i]
        alone = reached[kept[position]] & ~others
        if alone:
            kept[position] = next(i for i in range(len(pool)) if not alone & ~reached[i])
    return list(dict.fromkeys(kept))


def _without_redundant(chosen: Sequence[int], reached: Sequence[int]) -> list[int]:
    """Drop, least preferred first, what the others reach as well."""
    times: Counter[int] = Counter()
    for i in chosen:
        times.update(_bits(reached[i]))
    kept = []
    for i in sorted(chosen, reverse=True):
        if all(times[bit] > 1 for bit in _bits(reached[i])):
            times.subtract(_bits(reached[i]))
        else:
            kept.append(i)
    return sorted(kept)


def _bits(mask: int) -> list[int]:
    return [position for position, bit in enumerate(reversed(bin(mask))) if bit == "1"]


def _examples(chosen: Sequence[int], pool: Sequence[Observation]) -> list[int]:
    """Documented examples that make a further row of a table that is there anyway."""
    taken = set(chosen)
    shapes = {_shape(pool[i]) for i in chosen}
    documented = Counter(pool[i].unit for i in chosen if pool[i].origin is Origin.DOCUMENTATION)
    calls = {(pool[i].arrange, pool[i].call) for i in chosen}
    more = []
    for i, o in enumerate(pool):
        wanted = i not in taken and o.origin is Origin.DOCUMENTATION and _tier(o) == 0 and o.raised is None and not o.arrange
        if wanted and _shape(o) in shapes and documented[o.unit] < EXAMPLES and (o.arrange, o.call) not in calls:
            documented[o.unit] += 1
            calls.add((o.arrange, o.call))
            more.append(i)
    return more


def _shape(observation: Observation) -> tuple[object, ...]:
    return observation.unit, tuple((a.name, a.keyword) for a in observation.arguments), observation.raised is None


def _in_order(chosen: Sequence[Observation]) -> tuple[Observation, ...]:
    """Units as they come in the code, values before exceptions, otherwise the preferred first."""
    first: dict[str, int] = {}
    for o in chosen:
        start = min(o.lines, default=0) or 1 << 30
        first[o.unit] = min(start, first.get(o.unit, start))
    return tuple(sorted(chosen, key=lambda o: (first[o.unit], o.unit, o.raised is not None, _preference(o))))
