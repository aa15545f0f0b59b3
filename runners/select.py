"""Fewest observations that keep everything that all of them reach. The same for every language."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from runners.preference import Preference, Tier, selectable
from testwright.model import How, Observation, Origin, Target

EXAMPLES = 4
"""Documented examples of one unit that may stay although the others reach the same: a reader looks for them."""

_EMPTY = re.compile(r"""\w*(""|''|``|\[\]|\{\}|\(\))""")

Goal = tuple[str, ...] | tuple[str, int] | tuple[str, int, int]


def select(observations: Iterable[Observation], target: Target) -> tuple[Observation, ...]:
    """The fewest observations that keep what all of them reach, the plainest where there is a choice, in the order of the code."""
    wanted = [o for o in observations if selectable(o)]
    preference = Preference(wanted)
    pool = sorted(wanted, key=preference.key)
    reached = _masks(pool, target, preference)
    chosen = _without_redundant(_with_plainer(_cover(pool, reached, preference), pool, reached), reached)
    picked = sorted({*chosen, *_examples(chosen, pool, preference)})
    return _in_order([pool[i] for i in picked], preference)


def goals(o: Observation, target: Target, preference: Preference, outcomes: bool = True) -> frozenset[Goal]:
    """Everything that this observation reaches and a reader may want kept."""
    found: set[Goal] = {("line", line) for line in o.lines & target.lines}
    found |= {("branch", *arc) for arc in o.branches & target.branches}
    if preference.tier(o) < Tier.PRIVATE:
        found |= {("mutant", mutant) for mutant in o.mutants}
    return frozenset(found | _outcomes(o) if outcomes and not preference.tier(o) and not preference.is_odd(o) else found)


def _outcomes(observation: Observation) -> set[Goal]:
    """Kinds of outcome of a unit that deserve one example each."""
    unit, raised = observation.unit, observation.raised
    if raised is not None:
        return {("raises", unit, raised.type)}
    found: set[Goal] = {("type", unit, observation.result_type)} if observation.result_type else set()
    for check in observation.checks:
        if check.subject == "result" and check.how is How.IS:
            found.add(("is", unit, check.expected))
        elif check.subject == "result" and check.how is How.EQUALS:
            found.add(("empty" if _EMPTY.fullmatch(check.expected) else "filled", unit))
    return found


def _masks(pool: Sequence[Observation], target: Target, preference: Preference) -> list[int]:
    """For each observation its goals, as bits of one number. Outcomes count for units that reach something uncovered."""
    covered = not target.lines and not target.branches
    touched = {o.unit for o in pool if covered or o.lines & target.lines or o.branches & target.branches}
    bits: dict[Goal, int] = {}
    return [sum(1 << bits.setdefault(g, len(bits)) for g in goals(o, target, preference, o.unit in touched)) for o in pool]


def _cover(pool: Sequence[Observation], reached: Sequence[int], preference: Preference) -> list[int]:
    """Greedy: tier by tier, always the one that adds most for its cost."""
    covered, chosen = 0, []
    tiers = [preference.tier(o) for o in pool]
    for tier in sorted(set(tiers)):
        rest = [(i, preference.cost(o)) for i, o in enumerate(pool) if tiers[i] == tier]
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


def _examples(chosen: Sequence[int], pool: Sequence[Observation], preference: Preference) -> list[int]:
    """Documented examples that make a further row of a table that is there anyway."""
    taken = set(chosen)
    shapes = {_shape(pool[i]) for i in chosen}
    documented = Counter(pool[i].unit for i in chosen if pool[i].origin is Origin.DOCUMENTATION)
    calls = {(pool[i].arrange, pool[i].call) for i in chosen}
    more = []
    for i, o in enumerate(pool):
        wanted = i not in taken and o.origin is Origin.DOCUMENTATION and not preference.tier(o) and o.raised is None and not o.arrange
        if wanted and _shape(o) in shapes and documented[o.unit] < EXAMPLES and (o.arrange, o.call) not in calls:
            documented[o.unit] += 1
            calls.add((o.arrange, o.call))
            more.append(i)
    return more


def _shape(observation: Observation) -> tuple[object, ...]:
    return observation.unit, tuple((a.name, a.keyword) for a in observation.arguments), observation.raised is None


def _in_order(chosen: Sequence[Observation], preference: Preference) -> tuple[Observation, ...]:
    """Units as they come in the code, values before exceptions, otherwise the preferred first."""
    first: dict[str, int] = {}
    for o in chosen:
        start = min(o.lines, default=0) or 1 << 30
        first[o.unit] = min(start, first.get(o.unit, start))
    return tuple(sorted(chosen, key=lambda o: (first[o.unit], o.unit, o.raised is not None, preference.key(o))))
