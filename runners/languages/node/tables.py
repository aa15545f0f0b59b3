"""Which observations share one test: calls of one unit with the same shape and the same kind of outcome become the rows of a table."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from runners.languages.node.tokens import names
from testwright.model import Check, How, Observation, Origin, Raised, Step

FEWEST = 3
"""Calls that are worth a table."""
MOST_COLUMNS = 6
BULKY = 90
"""Characters of a value from which on it is no cell."""
PRIMITIVE = re.compile(r"-?(?:\d[\w.]*|\.\d+|Infinity)|NaN|true|false|null|undefined|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`$]*`")
NUMBER = re.compile(r"-?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_WORDS = (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false "
    "finally for function if import in instanceof new null return super switch this throw true try typeof var void while with "
    "yield let static interface package private protected public implements undefined expect it test describe result expected "
    "message"
)
_RESERVED = frozenset(_WORDS.split())


@dataclass(frozen=True, slots=True)
class Column:
    """What differs from row to row of a table."""

    name: str
    values: tuple[str, ...]
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """One test to be written. Where there are columns the texts name them instead of the values."""

    observations: tuple[Observation, ...]
    arrange: tuple[Step, ...]
    call: str
    checks: tuple[Check, ...]
    raised: Raised | None
    columns: tuple[Column, ...] = ()

    @property
    def unit(self) -> str:
        return self.observations[0].unit

    @property
    def first(self) -> Observation:
        return self.observations[0]


def plans(observations: Iterable[Observation]) -> list[Plan]:
    """Tests for all of the observations: units in the order they come in, values before errors."""
    unique: dict[object, Observation] = {}
    for o in observations:
        unique.setdefault((o.unit, o.arrange, o.call, o.checks, o.raised), _telling(o))
    groups: dict[object, list[Observation]] = defaultdict(list)
    for o in unique.values():
        groups[_key(o)].append(o)
    found = [plan for group in groups.values() for plan in _plans_of(group)]
    order = {unit: i for i, unit in enumerate(dict.fromkeys(o.unit for o in unique.values()))}
    return sorted(found, key=lambda plan: (order[plan.unit], plan.raised is not None))


def _telling(o: Observation) -> Observation:
    """Without what goes without saying: that a call which changes something returned undefined."""
    others = tuple(check for check in o.checks if not (check.subject == "result" and check.expected == "undefined"))
    return replace(o, checks=others) if others and o.raised is None else o


def _key(o: Observation) -> object:
    """Observations with equal keys can be rows of one table."""
    spread = tuple(argument.source.startswith("...") for argument in o.arguments)
    facts = tuple((check.subject, _kind(check)) for check in o.checks)
    raised = o.raised and (o.raised.type, bool(o.raised.message and o.raised.declared))
    alone = o.id if not o.callee or _bulky(o) else ""
    return o.unit, o.kind, o.callee, spread, o.arrange, o.asynchronous, facts, raised, alone


def _kind(check: Check) -> str:
    if check.how is How.CLOSE or (check.how is How.EQUALS and NUMBER.fullmatch(check.expected)):
        return "number"
    if check.how in (How.EQUALS, How.IS):
        return "value"
    return f"{check.how} {check.expected}"


def _bulky(o: Observation) -> bool:
    return any(len(text) > BULKY or "\n" in text for text in _values(o))


def _plans_of(group: Sequence[Observation]) -> list[Plan]:
    if len(group) >= FEWEST:
        rows = sorted(group, key=lambda o: (o.origin is not Origin.DOCUMENTATION, [_natural(a.source) for a in o.arguments]))
        if (plan := _table(rows)) is not None:
            return [plan]
        plain = [o for o in rows if not any(_is_code(text) for text in _values(o))]
        if FEWEST <= len(plain) < len(rows) and (plan := _table(plain)) is not None:
            return [plan, *(_single(o) for o in group if o not in plain)]
    return [_single(o) for o in group]


def _single(o: Observation) -> Plan:
    return Plan((o,), o.arrange, o.call, o.checks, o.raised)


def _values(o: Observation) -> list[str]:
    return [argument.source for argument in o.arguments] + [check.expected for check in o.checks]


def _is_code(value: str) -> bool:
    """Whether a function is written in it: that is no cell."""
    return "=>" in value or "function" in value


def _natural(source: str) -> tuple[int, float, str]:
    """A key for the order that a reader expects of values."""
    if NUMBER.fullmatch(source):
        return 0, float(source.replace("_", "")), source
    return 1, len(source), source


def _table(rows: Sequence[Observation]) -> Plan | None:
    first = rows[0]
    taken = _taken(rows)
    columns: list[Column] = []
    written = []
    for i, argument in enumerate(first.arguments):
        values = tuple(o.arguments[i].source for o in rows)
        if len(set(values)) == 1:
            written.append(values[0])
            continue
        column = Column(_fresh(argument.name or f"value{i + 1 if len(first.arguments) > 1 else ''}", taken), values)
        columns.append(column)
        written.append(column.name)
    if not columns:
        return None
    checks = [_check(first.checks[i], [o.checks[i] for o in rows], columns, taken, len(first.checks)) for i in range(len(first.checks))]
    raised = first.raised
    messages = tuple(o.raised.message for o in rows if o.raised)
    if raised is not None and len(set(messages)) > 1:
        raised = replace(raised, message="")
    local = {step.name for step in first.arrange}
    cells = [value for column in columns for value in column.values]
    if len(columns) > MOST_COLUMNS or any(local & names(cell) for cell in cells) or any(map(_is_code, cells)):
        return None
    return Plan(tuple(rows), first.arrange, f"{first.callee}({', '.join(written)})", tuple(checks), raised, tuple(columns))


def _check(first: Check, checks: Sequence[Check], columns: list[Column], taken: set[str], count: int) -> Check:
    expected = tuple(check.expected for check in checks)
    how = _how(checks)
    if len(set(expected)) == 1:
        return replace(first, how=how)
    said = re.match(r"(?:console)?(log|error|warn)\.mock\.calls", first.subject, re.IGNORECASE)
    own = re.fullmatch(r"(?:.*\.)?([A-Za-z_]\w*)", f"{said[1].lower()}s" if said else first.subject)
    name = own[1] if own and count > 1 and first.subject != "result" else "expected"
    if name == "expected" and all(column.name != name for column in columns):
        taken.discard(name)
    column = Column(_fresh(name, taken), expected, True)
    columns.append(column)
    return replace(first, how=how, expected=column.name)


def _how(checks: Sequence[Check]) -> How:
    """The comparison that all rows stand."""
    hows = {check.how for check in checks}
    if How.CLOSE in hows:
        return How.CLOSE
    if hows <= {How.EQUALS, How.IS}:
        return How.IS if all(PRIMITIVE.fullmatch(check.expected) for check in checks) else How.EQUALS
    return checks[0].how


def _fresh(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"{name}Value" if name in _RESERVED and name + "Value" not in taken else f"other{name[:1].upper()}{name[1:]}"
    taken.add(name)
    return name


def _taken(rows: Sequence[Observation]) -> set[str]:
    """Names that mean something else in these tests: no column is called like one."""
    whole = {name for o in rows for text in _texts(o) for name in names(text)}
    return set(_RESERVED) | whole | {name for o in rows for text in _values(o) for name in names(text.removeprefix("..."))}


def _texts(o: Observation) -> list[str]:
    return [o.callee, *(step.source for step in o.arrange), *(step.name for step in o.arrange), *(check.subject for check in o.checks)]
