"""Fewest observations that keep everything that all of them reach. The same for every language."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from runners.preference import Preference, Tier, selectable
from runners.trim import trimmed
from testwright.model import How, Observation, Origin, Target

EXAMPLES = 4
"""Documented examples of one unit that may stay although the others reach the same: a reader looks for them."""

_EMPTY = re.compile(r"""\w*(""|''|``|\[\]|\{\}|\(\))""")

Goal = tuple[str, ...] | tuple[str, int] | tuple[str, int, int]


def select(observations: Iterable[Observation], target: Target) -> tuple[Observation, ...]:
    """The fewest observations that keep what all of them reach, the plainest where there is a choice, in the order of the code.

    Of their checks on objects those stay that prove something.
    """
    wanted = [o for o in observations if selectable(o)]
    preference = Preference(wanted)
    pool = sorted(wanted, key=preference.key)
    reached = _masks(pool, target, preference)
    tiers = [preference.tier(o) for o in pool]
    chosen = _without_redundant(_with_plainer(_cover(pool, reached, tiers, preference), reached, tiers), reached, tiers)
    chosen += _further_outcomes(chosen, pool, preference)
    picked = sorted({*chosen, *_examples(chosen, pool, preference)})
    return trimmed(_in_order([pool[i] for i in picked], preference))


def goals(o: Observation, target: Target, preference: Preference) -> frozenset[Goal]:
    """The proof that an observation is worth a test: lines and branches that are uncovered, and mutants that it kills."""
    found: set[Goal] = {("line", line) for line in o.lines & target.lines}
    found |= {("branch", *arc) for arc in o.branches & target.branches}
    if preference.tier(o) < Tier.PRIVATE:
        found |= {("mutant", mutant) for mutant in o.mutants}
    return frozenset(found)


def _outcomes(observation: Observation) -> set[Goal]:
    """Kinds of outcome of a unit that a reader likes to see one example of."""
    unit = observation.unit
    found: set[Goal] = {("type", unit, observation.result_type)} if observation.result_type else set()
    for check in observation.checks:
        if check.subject == "result" and check.how is How.EQUALS:
            found.add(("empty" if _EMPTY.fullmatch(check.expected) else "filled", unit))
    return found


def _masks(pool: Sequence[Observation], target: Target, preference: Preference) -> list[int]:
    """For each observation its goals, as bits of one number."""
    bits: dict[Goal, int] = {}
    return [sum(1 << bits.setdefault(g, len(bits)) for g in goals(o, target, preference)) for o in pool]


def _cover(pool: Sequence[Observation], reached: Sequence[int], tiers: Sequence[int], preference: Preference) -> list[int]:
    """Greedy: tier by tier, always the one that adds most for its cost."""
    covered, chosen = 0, []
    for tier in sorted(set(tiers)):
        rest = [(i, preference.cost(o)) for i, o in enumerate(pool) if tiers[i] == tier]
        while rest := [(i, cost) for i, cost in rest if reached[i] & ~covered]:
            best, _ = max(rest, key=lambda entry: ((reached[entry[0]] & ~covered).bit_count() / entry[1], -entry[0]))
            chosen.append(best)
            covered |= reached[best]
    return chosen


def _with_plainer(chosen: Sequence[int], reached: Sequence[int], tiers: Sequence[int]) -> list[int]:
    """Replace each by the most preferred (the pool is in that order) that reaches what only it reaches in its tier and before."""
    kept = list(chosen)
    for position in sorted(range(len(kept)), key=lambda p: -kept[p]):
        others = 0
        for i in kept[:position] + kept[position + 1 :]:
            others |= reached[i] if tiers[i] <= tiers[kept[position]] else 0
        alone = reached[kept[position]] & ~others
        if alone:
            kept[position] = next(i for i in range(len(reached)) if not alone & ~reached[i])
    return list(dict.fromkeys(kept))


def _without_redundant(chosen: Sequence[int], reached: Sequence[int], tiers: Sequence[int]) -> list[int]:
    """Drop, least preferred first, what the others of its tier and before reach as well: nothing plain goes for something odd."""
    times: dict[int, Counter[int]] = {tier: Counter() for tier in set(tiers)}
    for i in chosen:
        for tier in times:
            if tier >= tiers[i]:
                times[tier].update(_bits(reached[i]))
    kept = []
    for i in sorted(chosen, reverse=True):
        if all(times[tiers[i]][bit] > 1 for bit in _bits(reached[i])):
            for tier in times:
                if tier >= tiers[i]:
                    times[tier].subtract(_bits(reached[i]))
        else:
            kept.append(i)
    return sorted(kept)


def _bits(mask: int) -> list[int]:
    return [position for position, bit in enumerate(reversed(bin(mask))) if bit == "1"]


def _further_outcomes(chosen: Sequence[int], pool: Sequence[Observation], preference: Preference) -> list[int]:
    """Observations that prove nothing new, but show another kind of outcome in a row of a table that is there anyway."""
    shapes = {_shape(pool[i]) for i in chosen}
    shown = {goal for i in chosen for goal in _outcomes(pool[i])}
    more = []
    for i, o in enumerate(pool):
        plain = o.raised is None and not o.arrange and not preference.tier(o) and not preference.is_odd(o)
        if plain and _shape(o) in shapes and not _outcomes(o) <= shown:
            shown |= _outcomes(o)
            more.append(i)
    return more


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


def _shape(o: Observation) -> tuple[object, ...]:
    """What observations have in common that can be rows of one table: the arguments that are given and the facts that are asserted."""
    truth = tuple(check.expected for check in o.checks if check.how is How.IS)
    facts = tuple((check.subject, check.how) for check in o.checks)
    return o.unit, tuple((a.name, a.keyword) for a in o.arguments), tuple(step.name for step in o.arrange), o.raised is None, facts, truth


def _in_order(chosen: Sequence[Observation], preference: Preference) -> tuple[Observation, ...]:
    """Units as they come in the code, values before exceptions, otherwise the preferred first."""
    first: dict[str, int] = {}
    for o in chosen:
        start = min(o.lines, default=0) or 1 << 30
        first[o.unit] = min(start, first.get(o.unit, start))
    return tuple(sorted(chosen, key=lambda o: (first[o.unit], o.unit, o.raised is not None, preference.key(o))))
