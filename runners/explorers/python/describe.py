"""Facts worth asserting about a live value, as checks that a reader can follow by eye.

A check is a dict with `subject` (source text, `result` for what the call returned), `how` ('equals', 'is', 'close', 'type', 'true') and
`expected` (source text).
"""

from __future__ import annotations

import collections
import enum
import io
import math
import re
import types
from typing import Any

from runners.explorers.python.describe_objects import attributes, changed_text, own_repr, public_base, shared, sized
from runners.explorers.python.describe_source import (
    ADDRESS,
    LIMIT,
    Import,
    NoSourceError,
    TooLongError,
    Writer,
    comparable,
    ordered,
    unstable,
)

MOST = 10
"""Checks about one value, all its parts together."""
ATTRIBUTES = 5
"""Attributes asserted of one object."""
DEEPEST = 2
"""Objects in objects."""
ITEMS = 20
"""Items taken from an iterator."""
ENDLESS = 5
"""Items asserted of an iterator that gives more than that."""
PART = 40
"""Characters shown of each end of a long text."""
SHORT_FLOAT = 9
"""Characters of a float that is a short decimal."""
SAYING = 8
"""Characters of the beginning of a text that say something."""
DEFAULT = re.compile(r"<*[\w.]+ object ")
"""What the interpreter says of an object before its address."""
PLACE = "\N{WHITE SQUARE}"
"""Stands for the subject in a snapshot."""

Check = dict[str, str]


def describe(
    value: Any, expression: str, module: types.ModuleType, limit: int = LIMIT, most: int = MOST
) -> tuple[list[Check], set[Import], str]:
    """Checks on a value, what they import, and its short type name. Iterators are consumed."""
    facts = Facts(module, limit, most)
    facts.about(value, expression)
    return facts.checks, facts.imports, type(value).__name__


def snapshot(value: Any, module: types.ModuleType) -> tuple[list[Check], set[Import]]:
    """What can be seen of an object that a call may change; nothing for values that cannot change. Consumes nothing."""
    facts = Facts(module, LIMIT, 3 * MOST, passive=True)
    if isinstance(value, (list, dict, set, bytearray, collections.deque)):
        facts.about(value, PLACE)
    elif not isinstance(value, (str, bytes, int, float, complex, tuple, frozenset, type, types.ModuleType, type(None), enum.Enum)):
        facts.visible(value, PLACE, 0, 3 * ATTRIBUTES)
    return facts.checks, facts.imports


def state_checks(before: Any, after: Any, name: str) -> tuple[list[Check], set[Import]]:
    """Checks on what differs between two snapshots of the object called `name`, and what they import."""
    old = [(check["subject"], check["how"], check["expected"]) for check in before[0]]
    changed = [check for check in after[0] if (check["subject"], check["how"], check["expected"]) not in old][:ATTRIBUTES]
    named = [{**check, "subject": check["subject"].replace(PLACE, name)} for check in changed]
    text = " ".join(check["subject"] + " " + check["expected"] for check in named)
    return named, {pair for pair in after[1] if re.search(rf"\b{re.escape(pair[1] or pair[0])}\b", text)}


class Facts:
    """Collects checks."""

    def __init__(self, module: types.ModuleType, limit: int, most: int, passive: bool = False) -> None:
        self.module = module
        self.limit = limit
        self.most = most
        self.passive = passive
        self.checks: list[Check] = []
        self.writer = Writer(module, limit)
        self.seen: set[int] = set()

    @property
    def imports(self) -> set[Import]:
        """What the checks name."""
        return self.writer.imports

    def about(self, value: Any, subject: str, depth: int = 0) -> bool:
        """Add checks on a value; whether any was added."""
        count = len(self.checks)
        if count >= self.most:
            return False
        if value is None or value is True or value is False or value is NotImplemented or value is Ellipsis:
            self._add(subject, "is", repr(value))
        elif isinstance(value, float):
            self._float(value, subject)
        elif not self._close(value, subject):
            self._whole(value, subject, depth)
        return len(self.checks) > count

    def _add(self, subject: str, how: str, expected: str = "") -> None:
        if len(self.checks) < self.most:
            self.checks.append({"subject": subject, "how": how, "expected": expected})

    def _float(self, value: float, subject: str) -> None:
        if math.isnan(value):
            self.writer.imports.add(("math", ""))
            self._add(f"math.isnan({subject})", "true")
        elif math.isinf(value) or len(repr(abs(value))) <= SHORT_FLOAT:
            self._add(subject, "equals", self.writer.write(float(value)))
        else:
            self._add(subject, "close", rounded(value))

    def _close(self, value: Any, subject: str) -> bool:
        """A flat list, tuple or dict of numbers of which some are no short decimals."""
        if type(value) not in (list, tuple, dict) or not value or len(value) > ITEMS:
            return False
        numbers = list(value.values()) if isinstance(value, dict) else list(value)
        if any(type(n) not in (int, float) or not math.isfinite(n) for n in numbers) or all(
            len(repr(n)) <= SHORT_FLOAT + 1 for n in numbers
        ):
            return False
        texts = [rounded(n) if isinstance(n, float) else repr(n) for n in numbers]
        if isinstance(value, dict):
            if any(type(key) not in (str, int) for key in value):
                return False
            self._add(subject, "close", "{" + ", ".join(f"{key!r}: {text}" for key, text in zip(value, texts)) + "}")
        elif isinstance(value, tuple):
            self._add(subject, "close", "(" + ", ".join(texts) + ("," if len(texts) == 1 else "") + ")")
        else:
            self._add(subject, "close", "[" + ", ".join(texts) + "]")
        return True

    def _whole(self, value: Any, subject: str, depth: int) -> None:
        """The value as one expression when there is a readable one, else its parts."""
        try:
            text = self.writer.write(value)
        except TooLongError:
            self._long(value, subject, depth)
        except NoSourceError:
            if not (isinstance(value, str) and self._beginning(value, subject)) and not (depth and isinstance(value, (str, bytes))):
                self._parts(value, subject, depth)  # of a text in another that differs from day to day, its type is no news
        else:
            self._add(subject, "is" if identical(value, text) else "equals", text)

    def _beginning(self, value: str, subject: str) -> bool:
        """Of a text with an address in it, what comes before that; whether that says anything."""
        found = ADDRESS.search(value)
        head = value[: found.start()] if found else ""
        if len(head.strip()) < SAYING or len(head) > self.limit or unstable(head) or DEFAULT.fullmatch(head):
            return False
        self._add(f"{subject}.startswith({head!r})", "true")
        return True

    def _long(self, value: Any, subject: str, depth: int) -> None:
        if isinstance(value, (str, bytes)):
            self._long_text(value, subject)
        elif isinstance(value, int):
            self._add(f"{subject}.bit_length()", "equals", repr(value.bit_length()))
            self._add(f"{subject} % 10**9", "equals", repr(value % 10**9))
        elif isinstance(value, re.Pattern):
            self._add(f"{subject}.flags", "equals", repr(value.flags))
            self.about(value.pattern, f"{subject}.pattern", depth)
        else:
            self._parts(value, subject, depth)

    def _long_text(self, value: Any, subject: str) -> None:
        if isinstance(value, str) and unstable(value):
            return
        self._add(f"len({subject})", "equals", repr(len(value)))
        lines = value.splitlines()
        if len(lines) > 1:
            self._add(f"len({subject}.splitlines())", "equals", repr(len(lines)))
            self._end(lines[0], f"{subject}.splitlines()[0]")
            self._end(lines[-1], f"{subject}.splitlines()[-1]")
        else:
            self._add(f"{subject}[:{PART}]", "equals", repr(value[:PART]))
            self._add(f"{subject}[-{PART}:]", "equals", repr(value[-PART:]))

    def _end(self, line: Any, subject: str) -> None:
        if len(line) <= 2 * PART:
            self._add(subject, "equals", repr(line))
        else:
            self._add(f"{subject}[:{PART}]", "equals", repr(line[:PART]))

    def _parts(self, value: Any, subject: str, depth: int) -> None:
        """Checks on a value that is no single readable expression."""
        if id(value) in self.seen or depth > DEEPEST:
            return
        self.seen.add(id(value))
        if isinstance(value, BaseException):
            self._type(value, subject)
            if type(value).__str__ in (BaseException.__str__, KeyError.__str__) or changed_text(value):
                self._text(value, subject)
        elif isinstance(value, re.Match):
            self._match(value, subject)
        elif isinstance(value, (io.StringIO, io.BytesIO)) and not value.closed:
            self.about(value.getvalue(), f"{subject}.getvalue()", depth + 1)
        elif isinstance(value, (type({}.keys()), type({}.values()), type({}.items()))):
            self.about(list(value), f"list({subject})", depth)
        elif isinstance(value, collections.abc.Iterator):
            self._iterator(value, subject)
        elif not self._as_builtin(value, subject, depth):
            self._open(value, subject, depth)

    def _open(self, value: Any, subject: str, depth: int) -> None:
        if isinstance(value, (list, tuple, collections.deque)):
            self._sequence(value, subject, depth)
        elif isinstance(value, dict):
            self._dict(value, subject, depth)
        elif isinstance(value, (set, frozenset)):
            self._set(value, subject, depth)
        else:
            self._type(value, subject)
            self.visible(value, subject, depth, ATTRIBUTES if depth == 0 else ATTRIBUTES - depth)

    def _as_builtin(self, value: Any, subject: str, depth: int) -> bool:
        """An instance of a subclass of str, list, dict …: compared with the plain value, and its type."""
        base = next((b for b in (str, bytes, int, float, list, tuple, dict, set, frozenset) if isinstance(value, b)), None)
        if base is None or type(value) is base:
            return False
        try:
            plain = dict(value.items()) if base is dict else base(value)
            if type(plain) is not base or not (value == plain and plain == value):
                return False
        except Exception:  # the subclass is code under test
            return False
        self.about(plain, subject, depth)
        self._type(value, subject)
        return True

    def _match(self, value: Any, subject: str) -> None:
        self.about(value.group(), f"{subject}.group()")
        if value.groups():
            self.about(value.groups(), f"{subject}.groups()")

    def _iterator(self, value: Any, subject: str) -> None:
        if self.passive:
            return
        items = []
        for item in value:
            items.append(item)
            if len(items) > ITEMS:
                break
        listing = f"list({subject})"
        if len(items) > ITEMS:
            self.writer.imports.add(("itertools", ""))
            listing, items = f"list(itertools.islice({subject}, {ENDLESS}))", items[:ENDLESS]
        try:
            self._add(listing, "equals", self.writer.write(items))
        except NoSourceError:
            self._consumed(items, listing)

    def _consumed(self, items: list[Any], listing: str) -> None:
        """An iterator can be read only once: one check that shows a few parts of every item."""
        common = shared(items, self.writer, 3)
        for count in range(len(common), 0, -1):
            suffixes, columns = [c[0] for c in common[:count]], [c[1] for c in common[:count]]
            shown = "item" + suffixes[0] if count == 1 else "(" + ", ".join(f"item{s}" for s in suffixes) + ")"
            values = columns[0] if count == 1 else [tuple(column[i] for column in columns) for i in range(len(items))]
            if self._written(f"[{shown} for item in {listing[5:-1]}]", values):
                return
        for count in (10, 5, 3, 1):
            if self._written(f"{listing}[:{count}]", items[:count]):
                return
        self._add(f"len({listing})", "equals", repr(len(items)))

    def _written(self, subject: str, value: Any) -> bool:
        """Add one check on the whole value, when it can be written."""
        try:
            self._add(subject, "equals", self.writer.write(value))
        except NoSourceError:
            return False
        return True

    def _sequence(self, value: Any, subject: str, depth: int) -> None:
        self._add(f"len({subject})", "equals", repr(len(value)))
        if 1 < len(value) <= 3 * ITEMS and self._shared(list(value), subject):
            return
        if len(value) > 6 and self._written(f"{subject}[:3]", value[:3]) and self._written(f"{subject}[-3:]", value[-3:]):
            return
        places = list(range(len(value))) if len(value) <= 3 else [0, 1, -1]
        for place in places:
            self.about(value[place], f"{subject}[{place}]", depth + 1)

    def _shared(self, items: list[Any], subject: str) -> bool:
        """One check for each part that all items have."""
        if all(id(item) in self.seen for item in items):
            return True
        common = shared(items, self.writer, ATTRIBUTES - 1)
        kinds = [type(item).__name__ for item in items]
        texts = [own_repr(item) for item in items]
        if not common and not all(texts):
            return False
        self.seen.update(id(item) for item in items)
        added = len(set(kinds)) > 1 and not any(kind.startswith("_") for kind in kinds)
        if added:
            self._written(f"[type(item).__name__ for item in {subject}]", kinds)
        for suffix, values in common:
            added = self._written(f"[item{suffix} for item in {subject}]", values) or added
        if len(common) < 2 and all(texts):
            added = self._written(f"[repr(item) for item in {subject}]", texts) or added
        return added

    def _dict(self, value: Any, subject: str, depth: int) -> None:
        keys = ordered(value) if comparable(value) else list(value)
        try:
            text = self.writer.write(keys)
            self._add(f"sorted({subject})" if comparable(keys) else f"list({subject})", "equals", text)
        except NoSourceError:
            self._add(f"len({subject})", "equals", repr(len(value)))
        for key in keys[:3]:
            try:
                self.about(value[key], f"{subject}[{self.writer.write(key)}]", depth + 1)
            except NoSourceError:
                continue

    def _set(self, value: Any, subject: str, depth: int) -> None:
        self._add(f"len({subject})", "equals", repr(len(value)))
        if comparable(value):
            self.about(ordered(value)[:3], f"sorted({subject})[:3]", depth + 1)

    def _type(self, value: Any, subject: str) -> None:
        kind = public_base(type(value), self.writer)
        if kind is not None:
            self._add(subject, "type", self.writer.name(kind))

    def warning(self, value: Warning, subject: str) -> None:
        """Its class, and what it says."""
        count = len(self.checks)
        self._type(value, subject)
        if len(self.checks) > count:
            self._text(value, subject)

    def _text(self, value: Any, subject: str) -> str:
        """Add a check on its text, and give that; '' where there is none."""
        try:
            text = str(value)
            if text and len(text) <= self.limit and len(self.checks) < self.most:
                self._add(f"str({subject})", "equals", self.writer.write(str(text)))
                return str(text)
        except Exception:  # __str__ is code under test
            pass
        return ""

    def visible(self, value: Any, subject: str, depth: int, most: int) -> None:
        """Its own text, its length and items, and its telling public attributes."""
        said = self._text(value, subject) if changed_text(value) else ""
        size = sized(value)
        if size is not None:
            self._add(f"len({subject})", "equals", repr(size))
            if not self.passive and size <= ITEMS and hasattr(type(value), "__iter__"):
                self._listed(value, subject)
        shown = attributes(value, self.writer, most, said)
        for name, part in shown:
            self.about(part, f"{subject}.{name}", depth + 1)
        if len(shown) < 2 and own_repr(value):
            self._written(f"repr({subject})", own_repr(value))

    def _listed(self, value: Any, subject: str) -> None:
        try:
            items = list(value)
        except Exception:  # iteration is code under test
            return
        self._written(f"list({subject})", items)


def rounded(value: float) -> str:
    """A shorter decimal that an approximate comparison cannot tell from the value."""
    text = repr(float(f"{value:.10g}"))
    return text if math.isclose(float(text), value, rel_tol=1e-9) else repr(value)


def identical(value: Any, text: str) -> bool:
    """Whether the fact is one of identity: enum members, classes and functions."""
    if isinstance(value, enum.Enum):
        return " | " not in text and "(" not in text
    return isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType))
