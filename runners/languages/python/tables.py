"""Which observations share one test: calls of one unit with the same shape and the same kind of outcome become the rows of a table."""

import ast
import itertools
import keyword
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import reduce

from runners.languages.python.calls import OPTIONS, with_keywords, with_options
from runners.languages.python.further import further
from runners.languages.python.hoisting import with_receivers_inside
from runners.languages.python.layout import expression
from runners.languages.python.renaming import names_in
from runners.languages.python.signatures import Signatures
from runners.preference import SETTING
from testwright.model import Argument, Check, How, Observation, Origin, Raised, Step

BULKY = 120
"""Characters of one value from which on it is no table cell."""
SHORT = 64
"""Characters of a text of several lines that still is one."""
MOST_COLUMNS = 6
MOST_EXPECTED = 5
TELLING = 4
"""Characters of a value that is not the same as another by accident."""
WHOLE = 160
"""Characters of a message that is asserted as a whole. The explorer has the same bound."""
PATTERN = 56
"""Characters of a message that is matched by a pattern as a whole; longer ones are compared."""
RESERVED = frozenset(
    {"request", "self", "cls", "result", "excinfo", "caught", "pytest", "asyncio", "textwrap", "expected", "l", "O", "I"}
) | {*("printed", "complained", "warned", "logged", "captured", "capsys", "caplog", "monkeypatch", "mock", "contextlib", "io", "re")}


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
    repeated: tuple[Observation, ...] = ()
    """Observations that say the same as one of these."""

    @property
    def unit(self) -> str:
        return self.observations[0].unit

    @property
    def asynchronous(self) -> bool:
        return self.observations[0].asynchronous

    @property
    def rows(self) -> int:
        return len(self.observations)


class NoTableError(Exception):
    """These observations are not rows of one table."""


def plans(observations: Iterable[Observation], known: Signatures, approximate: bool = True) -> tuple[Plan, ...]:
    """Tests for all of the observations, units in the order of the source, values before truth values before exceptions.

    `approximate`: close is written as equal to `pytest.approx(...)`, so that it can stand in a column beside exact values.
    """
    groups: dict[tuple[object, ...], list[Observation]] = defaultdict(list)
    opened = [_opened(o, known) for o in with_receivers_inside(list(observations))]
    told = [_approximate(_telling(o)) if approximate else _telling(o) for o in with_keywords(opened, known)]
    alone = {o.id: o for o in told}
    for observation in with_options(told, [o.id for o in told if _bulky(o)]):
        groups[_key(observation)].append(observation)
    found = [_without_options(plan, alone) for group in groups.values() for plan in _plans_of(group, known)]
    return tuple(sorted(found, key=lambda p: (_line(p.unit, known), p.unit, _kind(p))))


def _without_options(plan: Plan, alone: Mapping[str, Observation]) -> Plan:
    """A plan that became no table has the arguments as they were."""
    return (
        _plain(alone[plan.observations[0].id])
        if plan.rows == 1 and plan.observations[0].arguments[-1:] and plan.observations[0].arguments[-1].name == OPTIONS
        else plan
    )


def _kind(plan: Plan) -> int:
    """Values first, then True, False, None, then exceptions."""
    if plan.raised is not None:
        return 9
    first = plan.checks[0] if plan.checks else None
    return ["True", "False", "None"].index(first.expected) + 1 if first and first.expected in ("True", "False", "None") else 0


def _opened(o: Observation, known: Signatures) -> Observation:
    """`list(f(x))` only consumes: its arguments are those of the call inside."""
    node = _consumed(o.call) if o.callee == "list" else None
    if node is None:
        return o
    classes = {s.name: s.source.partition("(")[0] for s in o.arrange}
    names = dict(enumerate(known.of_call(ast.unparse(node.func), classes)))
    given = [Argument(names.get(i, ""), ast.unparse(a)) for i, a in enumerate(node.args)]
    given += [Argument(k.arg or "", ast.unparse(k.value), True) for k in node.keywords]
    return replace(o, callee="", arguments=tuple(given))


def _consumed(call: str) -> ast.Call | None:
    """The call inside of `list(...)`."""
    try:
        node = expression(call)
    except SyntaxError:
        return None
    match node:
        case ast.Call(func=ast.Name(id="list"), args=[ast.Call() as inner], keywords=[]):
            return inner
    return None


def _telling(observation: Observation) -> Observation:
    """Without what goes without saying: that a call which changes something returned None, that a constructor made its class."""
    made = observation.kind == "constructor"
    others = tuple(c for c in observation.checks if c.subject != "result" or not (c.expected == "None" or (made and c.how is How.TYPE)))
    return replace(observation, checks=others) if others else observation


def _line(unit: str, known: Signatures) -> int:
    """Where the unit stands in the file; its class's line when it is inherited."""
    while unit:
        if unit in known.lines:
            return known.lines[unit]
        unit = unit.rpartition(".")[0]
    return 1 << 30


def _approximate(observation: Observation) -> Observation:
    """Close is equal to `pytest.approx(...)`, so that it can stand in a column."""
    checks = tuple(Check(c.subject, How.EQUALS, f"pytest.approx({c.expected})") if c.how is How.CLOSE else c for c in observation.checks)
    return replace(observation, checks=checks)


def _key(o: Observation) -> tuple[object, ...]:
    """Observations that may be rows of one table have the same key."""
    shape = tuple((a.name, a.keyword) for a in o.arguments)
    loose = len(o.arrange) == 1 and o.arrange[0].name.isidentifier()
    steps = tuple((s.name, s.source if s.source.startswith(SETTING) else "" if loose else _skeleton(s.source)) for s in o.arrange)
    call = o.callee if o.callee and not re.search(r"[(\[]", o.callee) else _skeleton(o.call)
    return o.unit, o.kind, o.asynchronous, call, shape, steps, _outcome(o), _bulky(o) and o.id


def _outcome(o: Observation) -> tuple[object, ...]:
    """The kind of what came out: exception and kind of message; each truth value by itself; else what is compared."""
    if o.raised is not None:
        return "raises", o.raised.type, tuple((c.subject, c.how) for c in o.checks)
    alone = o.checks[0] if len(o.checks) == 1 and o.checks[0].how is How.IS else None
    if alone and "result" in alone.subject and alone.expected in ("True", "False", "None"):
        return "is", alone.subject, alone.expected
    return "value", tuple((c.subject, c.how, c.how is How.TYPE and c.expected) for c in o.checks)


def _bulky(o: Observation) -> bool:
    values = [a.source for a in o.arguments] + [c.expected for c in o.checks] + [s.source for s in o.arrange]
    return any(len(v) > (2 * BULKY if v[:1] in "[{(" else BULKY) or (v.count("\\n") > 2 and len(v) > SHORT) for v in values)


def _skeleton(source: str) -> str:
    """The text with the arguments of its outermost call left open."""
    try:
        node = expression(source)
    except SyntaxError:
        return source
    if isinstance(node, ast.Call):
        named = ",".join(k.arg or "**" for k in node.keywords)
        return f"{_skeleton(ast.unparse(node.func))}({len(node.args)};{named})"
    if isinstance(node, ast.Attribute):
        return f"{_skeleton(ast.unparse(node.value))}.{node.attr}"
    if operands := _operands(node):
        return operands[0]
    return ast.unparse(node) if isinstance(node, ast.Name) else "…"


def _plans_of(group: Sequence[Observation], known: Signatures) -> list[Plan]:
    """One table if it can be, else as many plain tests."""
    unique: dict[object, Observation] = {}
    for o in group:
        unique.setdefault((o.arrange, o.call, o.checks, o.raised), o)
    rows = _ordered(list(unique.values()))
    repeated = tuple(o for o in group if not any(o is row for row in rows))
    found: list[Plan] = []
    for alike in map(_with_messages, _clusters(rows)):
        try:
            found.append(_Unifier(alike, known).plan() if len(alike) > 1 else _plain(alike[0]))
        except NoTableError:
            found += [_plain(_with_messages([o])[0]) for o in alike]
    return [replace(found[0], repeated=repeated), *found[1:]]


def _plain(o: Observation) -> Plan:
    return Plan((o,), o.arrange, o.call, o.checks, _matched(o.raised, o.checks))


def _matched(raised: Raised | None, checks: Sequence[Check]) -> Raised | None:
    """The exception without its message when that is compared after the call."""
    return replace(raised, message="") if raised and any(c.subject == MESSAGE for c in checks) else raised


def _with_messages(alike: list[Observation]) -> list[Observation]:
    """Messages that differ, or would be hard to read as patterns, are compared as they are."""
    messages = {o.raised.message for o in alike if o.raised}
    if not messages or not all(is_whole(o.raised) for o in alike) or (len(messages) == 1 and is_pattern(min(messages))):
        return alike
    return [replace(o, checks=(Check(MESSAGE, How.EQUALS, repr(o.raised.message)), *o.checks)) for o in alike if o.raised]


MESSAGE = "str(error)"
"""Subject of a check on the message; the writer names the exception as the framework does."""
COLUMNS = {
    MESSAGE: "message",
    "len(result)": "length",
    "printed": "output",
    "complained": "errors",
    "logged": "messages",
    "str(warned)": "warning",
}
"""Subject of a check → name of the column of what is expected of it."""
SPECIAL = re.compile(r"[\^$*+?{}\[\]\\|()]|\..*\.")
"""What makes a message hard to read as a pattern."""


def is_pattern(message: str) -> bool:
    """Whether a message reads well as a pattern, on one line."""
    return len(message) <= PATTERN and not SPECIAL.search(message)


def is_whole(raised: Raised | None) -> bool:
    """Whether a message is asserted as a whole: the project's own words, on one line, and short."""
    if raised is None or not raised.declared:
        return False
    message = raised.message
    return 3 <= len(message) <= WHOLE and message.isprintable() and message == message.strip()


def _clusters(rows: Sequence[Observation]) -> list[list[Observation]]:
    """Exceptions apart by their messages: those that share most of the text are of one kind."""
    found: list[tuple[str, list[Observation]]] = []
    for o in rows:
        message = first_line(o)
        for i, (common, alike) in enumerate(found):
            shared = shared_text(common, message)
            if shared or common == message:
                found[i] = (shared, [*alike, o])
                break
        else:
            found.append((message, [o]))
    return [alike for _, alike in found]


def first_line(o: Observation) -> str:
    """The first line of the message of what was raised: only that is matched."""
    return (o.raised.message.strip().splitlines() or [""])[0].strip() if o.raised else ""


def shared_text(one: str, other: str) -> str:
    """The longest text that two messages share, in whole words; '' when they are about different things."""
    if one == other:
        return one
    match = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    start, end = match.a, match.a + match.size
    text = one[start:end]
    before = one[start - 1 : start] + other[max(match.b - 1, 0) : match.b]
    if any(c.isalnum() for c in before) and text[:1].isalnum():
        text = text.partition(" ")[2]
    after = one[end : end + 1] + other[match.b + match.size :][:1]
    if any(c.isalnum() for c in after) and text[-1:].isalnum():
        text = text.rpartition(" ")[0]
    text = text.strip(" '\"`")
    return text if len(text) >= 8 and 3 * len(text) >= 2 * min(len(one), len(other)) else ""


def _ordered(rows: list[Observation]) -> list[Observation]:
    """Documented ones first and as they come; then numbers by size, texts by length."""
    return sorted(rows, key=lambda o: (o.origin is not Origin.DOCUMENTATION, o.origin is Origin.DOCUMENTATION or natural(o)))


def natural(o: Observation) -> tuple[object, ...]:
    """A key for the order a reader expects of inputs."""
    inputs = [*(a.source for a in o.arguments), *(s.source for s in o.arrange)] or [o.call]
    return tuple(_value_key(source) for source in inputs)


def _value_key(source: str) -> tuple[int, float, str]:
    try:
        value = ast.literal_eval(source)
    except (ValueError, SyntaxError, MemoryError):
        return 2, len(source), source
    if isinstance(value, int | float):
        return 0, float(value) if abs(value) < 1e300 else 1e300, source
    return 1, len(value) if isinstance(value, str | bytes) else len(source), source


class _Unifier:
    """Finds where the rows differ and makes a column of each such place."""

    def __init__(self, rows: Sequence[Observation], known: Signatures) -> None:
        self.rows = rows
        self.known = known
        self.columns: list[Column] = []
        self.locals = {s.name for s in rows[0].arrange if s.name.isidentifier()}
        self.used = RESERVED | {name for o in rows for text in _texts(o) for name in names_in(text)} - self.locals

    def plan(self) -> Plan:
        arrange = tuple(filter(None, (self._step(i) for i in range(len(self.rows[0].arrange)))))
        call = self._call()
        inputs = len(self.columns)
        checks = tuple(self._check(i) for i in range(len(self.rows[0].checks)))
        expected = len(self.columns) - inputs
        if inputs > MOST_COLUMNS or expected > MOST_EXPECTED or not inputs:
            raise NoTableError
        return Plan(tuple(self.rows), arrange, call, checks, self._raised(), tuple(self.columns))

    def _step(self, position: int) -> Step | None:
        steps = [o.arrange[position] for o in self.rows]
        sources = [s.source for s in steps]
        if len(set(sources)) == 1:
            return steps[0]
        name = steps[0].name
        nodes = self._parsed(sources)
        if template := self._unified_call(nodes, {}):
            return Step(template, name)
        if not name:
            raise NoTableError
        if not name.isidentifier():
            return Step(self._hole(name.rpartition(".")[2] or "value", sources), name)
        self._column(name, sources, own=True)
        return None

    def _call(self) -> str:
        sources = [o.call for o in self.rows]
        if len(set(sources)) == 1:
            return sources[0]
        nodes = self._parsed(sources)
        names = [a.name for a in self.rows[0].arguments]
        inner = [n for n in map(_consumed, sources) if n is not None]
        if len(inner) == len(sources) and not self.rows[0].callee:
            opened = self._unified_call(inner, dict(enumerate(names)))
            if opened:
                return f"list({opened})"
        template = self._unified_call(nodes, dict(enumerate(names))) or self._unified_operands(nodes)
        if template is None:
            raise NoTableError
        return template

    def _check(self, position: int) -> Check:
        checks = [o.checks[position] for o in self.rows]
        expected = [c.expected for c in checks]
        if len(set(expected)) == 1:
            return checks[0]
        simple = re.fullmatch(r"(?:.*\.)?(\w+)", checks[0].subject)
        name = simple[1] if simple and checks[0].subject != "result" and len(self.rows[0].checks) > 1 else "expected"
        if len(self.rows[0].checks) > 1 or checks[0].subject in (MESSAGE, "len(result)"):
            name = COLUMNS.get(checks[0].subject, name)
        return replace(checks[0], expected=self._hole(name, expected, expected=True))

    def _raised(self) -> Raised | None:
        raised = self.rows[0].raised
        messages = {o.raised.message for o in self.rows if o.raised}
        if raised is None or len(messages) == 1:
            return _matched(raised, self.rows[0].checks)
        return _matched(
            replace(raised, message=reduce(shared_text, [first_line(o) for o in self.rows]), declared=False), self.rows[0].checks
        )

    def _parsed(self, sources: Sequence[str]) -> list[ast.expr]:
        try:
            return [expression(s) for s in sources]
        except SyntaxError as error:
            raise NoTableError from error

    def _unified_call(self, nodes: Sequence[ast.expr], names: Mapping[int, str]) -> str | None:
        """The call with columns for arguments that differ; None when the nodes are not calls of one thing with the same shape."""
        first = nodes[0]
        if isinstance(first, ast.Attribute) and all(isinstance(n, ast.Attribute) and n.attr == first.attr for n in nodes):
            receiver = self._receiver([n.value for n in nodes if isinstance(n, ast.Attribute)])
            return receiver and f"{receiver}.{first.attr}"
        calls = [n for n in nodes if isinstance(n, ast.Call)]
        if len(calls) < len(nodes) or len({(len(c.args), *(k.arg or "**" for k in c.keywords)) for c in calls}) > 1:
            return None
        if (func := self._receiver([c.func for c in calls])) is None:
            return None
        names = names if any(names.values()) else dict(enumerate(self._parameters(func)))
        arguments = [self._argument([c.args[i] for c in calls], names.get(i) or "value") for i in range(len(calls[0].args))]
        for i, named in enumerate(calls[0].keywords):
            lead = "**" if named.arg is None else f"{named.arg}="
            arguments.append(lead + self._argument([c.keywords[i].value for c in calls], named.arg or "options"))
        return f"{func}({', '.join(arguments)})"

    def _receiver(self, nodes: Sequence[ast.expr]) -> str | None:
        texts = [ast.unparse(n) for n in nodes]
        if len(set(texts)) == 1:
            return texts[0]
        if isinstance(nodes[0], ast.Call | ast.Attribute):
            return self._unified_call(nodes, {})
        return self._hole("subject", texts) if all(isinstance(n, ast.Constant) for n in nodes) else None

    def _parameters(self, func: str) -> Sequence[str]:
        receivers = {}
        for step in self.rows[0].arrange:
            if made := re.match(r"([\w.]+)\(", step.source):
                receivers[step.name] = made[1]
        return self.known.of_call(func, receivers)

    def _argument(self, nodes: Sequence[ast.expr], name: str) -> str:
        texts = [ast.unparse(n) for n in nodes]
        if len(set(texts)) == 1:
            return texts[0]
        if all(isinstance(n, ast.Starred) for n in nodes):
            return "*" + self._hole(name, [ast.unparse(n.value) for n in nodes if isinstance(n, ast.Starred)])
        return self._hole(name, texts)

    def _unified_operands(self, nodes: Sequence[ast.expr]) -> str | None:
        """Operators, comparisons and subscripts, whose operands may differ."""
        if len({type(n) for n in nodes}) > 1:
            return None
        pairs = [_operands(n) for n in nodes]
        if any(p is None for p in pairs):
            return None
        shapes = {p[0] for p in pairs if p}
        if len(shapes) > 1:
            return None
        names = ("subject", "key") if isinstance(nodes[0], ast.Subscript) else ("left", "other")
        left = self._operand([p[1] for p in pairs if p], names[0])
        right = self._operand([p[2] for p in pairs if p], names[1])
        return shapes.pop().format(left=left, right=right)

    def _operand(self, nodes: Sequence[ast.expr], name: str) -> str:
        texts = [ast.unparse(n) for n in nodes]
        if len(set(texts)) == 1:
            return f"({texts[0]})" if isinstance(nodes[0], ast.BinOp | ast.Compare | ast.BoolOp) else texts[0]
        return self._unified_call(nodes, {}) or self._hole(name, texts)

    def _hole(self, name: str, values: Sequence[str], expected: bool = False) -> str:
        alike = (c for c in self.columns if c.values == tuple(values))
        same = next((c.name for c in alike if c.name == name or (expected and c.expected and len(min(values, key=len)) > TELLING)), None)
        return same or self._column(name, values, expected)

    def _column(self, name: str, values: Sequence[str], expected: bool = False, own: bool = False) -> str:
        names = {n.id for v in values for n in ast.walk(expression(v)) if isinstance(n, ast.Name)}
        if names & self.locals:
            raise NoTableError
        if (name in self.used and not (expected and name == "expected")) or keyword.iskeyword(name):
            name = f"{name}_value"
        taken = {c.name for c in self.columns} | (set() if own else self.locals)
        if name in taken and name == "expected":
            raise NoTableError  # two facts without a name of their own
        plain = (name, f"expected_{name}") if expected else (name,)
        name = next(free for free in itertools.chain(plain, further(plain[-1])) if free not in taken)
        self.columns.append(Column(name, tuple(values), expected))
        return name


def _operands(node: ast.expr) -> tuple[str, ast.expr, ast.expr] | None:
    """How the two are joined, left and right."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            sign = ast.unparse(ast.BinOp(ast.Name("l"), op, ast.Name("r")))[1:-1].strip()
            return f"{{left}} {sign} {{right}}", left, right
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            sign = ast.unparse(ast.Compare(ast.Name("l"), [op], [ast.Name("r")]))[1:-1].strip()
            return f"{{left}} {sign} {{right}}", left, right
        case ast.Subscript(value=left, slice=right):
            return "{left}[{right}]", left, right
    return None


def _texts(o: Observation) -> list[str]:
    """Everything that stays in the body of a test, whatever becomes a column."""
    checks = [text for c in o.checks for text in (c.subject, c.how is not How.EQUALS and c.expected) if text]
    return [o.call, *(s.source for s in o.arrange), *checks, o.raised.type if o.raised else ""]
