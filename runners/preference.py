"""Which of two observations a reader would rather have as a test. The same for every language."""

import re
from collections import Counter
from collections.abc import Sequence
from enum import IntEnum

from testwright.model import How, Observation, Origin, Step

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
SETTING = "monkeypatch."
"""How a step begins that sets what the call finds around it, e.g. a clock."""
FEW_TYPES = 3
"""A unit that gives more types of results than this gives some of them only because it was called with nonsense."""
_INNER = re.compile(r"\w\._[A-Za-z]\w*\(")
_ORIGINS = list(Origin)


class Tier(IntEnum):
    """Something of a later tier is only for goals that no earlier one reaches; from PRIVATE on only for lines and branches."""

    DIRECT = 0
    INDIRECT = 1
    """An argument is made by another unit."""
    PRIVATE = 2
    STUB = 3
    UNDECLARED = 4
    """An exception that nobody declared, or a result of which only the type is known."""
    UNSTABLE = 5


def selectable(observation: Observation) -> bool:
    """Whether a test of it could ever be wanted: it asserts something that can fail, and no crash."""
    raised = observation.raised
    if raised is None:
        call = observation.call.replace(" ", "")
        return any(check.subject != "result" or check.expected.replace(" ", "") != call for check in observation.checks)
    return raised.declared or raised.type.rpartition(".")[2] not in CRASHES


def is_private(unit: str) -> bool:
    """Whether a unit is not meant for users of the code."""
    return any(part.startswith(("_", "#")) and not part.endswith("__") for part in unit.split("."))


def strangeness(observation: Observation) -> float:
    """What it costs to read inputs that are not plain text."""
    odd = sum(not (c.isascii() and (c.isalnum() or c in " \"'.,()[]{}:=-_")) for a in observation.arguments for c in a.source)
    return min(odd, 10) / 20


def _is_unrelated(step: Step, arrange: Sequence[Step]) -> bool:
    """Whether a statement mentions nothing that was arranged."""
    names = [other.name for other in arrange if other.name]
    if step.name or not names or step.source.startswith(SETTING):
        return False
    return not any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", step.source) for name in names)


class Preference:
    """What is preferred among these observations."""

    def __init__(self, observations: Sequence[Observation]) -> None:
        names = {o.unit.rpartition(".")[2] for o in observations if o.kind in ("function", "method")}
        self._calls = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(names))) or '(?!)'})\(")
        types = Counter((o.unit, o.result_type) for o in observations if o.raised is None)
        several = Counter(unit for unit, _ in types)
        self._odd = {key for key, times in types.items() if several[key[0]] > FEW_TYPES and times < 2}

    def tier(self, o: Observation) -> Tier:
        """How late it may be taken."""
        if not o.stable:
            return Tier.UNSTABLE
        if (o.raised is not None and not o.raised.declared) or (o.checks and all(check.how is How.TYPE for check in o.checks)):
            return Tier.UNDECLARED
        if o.origin is Origin.STUB:
            return Tier.STUB
        private = is_private(o.unit) or any(is_private(name) for _, name in o.imports if name)
        private = private or any(_INNER.search(text) for text in (o.call, *(step.source for step in o.arrange)))
        return Tier.PRIVATE if private else Tier.INDIRECT if self.is_indirect(o) else Tier.DIRECT

    def is_indirect(self, o: Observation) -> bool:
        """Whether an argument is made by calling another unit, or a step has nothing to do with the call: better tested by itself."""
        if o.origin is Origin.DOCUMENTATION:
            return False
        return any(self._calls.search(a.source) for a in o.arguments) or any(_is_unrelated(step, o.arrange) for step in o.arrange)

    def is_odd(self, o: Observation) -> bool:
        """Whether the result is of a type that the unit gives hardly ever."""
        return o.raised is None and o.origin is Origin.SEARCH and (o.unit, o.result_type) in self._odd

    def cost(self, o: Observation) -> float:
        """What a reader pays for one more observation: one, and a little for everything that makes it harder to read."""
        if o.raised is not None:
            outcome = 0.15
        else:
            outcome = 0.5 * all(check.how is How.TYPE for check in o.checks) + 0.03 * max(len(o.checks) - 3, 0)
            outcome += min(sum(len(check.expected) for check in o.checks), 600) / 400
        origin = 0.2 * _ORIGINS.index(o.origin)
        made = 0.1 * len(o.arrange) + 0.3 * sum(len(self._calls.findall(step.source)) for step in o.arrange)
        return 1 + origin + outcome + 0.5 * self.is_odd(o) + made + min(o.size, 2000) / 100 + strangeness(o)

    def key(self, o: Observation) -> tuple[int, float, str, str]:
        """A sort key: the preferred one first."""
        return self.tier(o), self.cost(o), o.call, o.id
