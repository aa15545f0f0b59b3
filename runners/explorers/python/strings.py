"""Strings: examples for a regular expression, and small changes of a text."""

from __future__ import annotations

import functools
import random
import re
import string
from typing import Any

try:
    from re import _constants as constants  # type: ignore[attr-defined,unused-ignore]
    from re import _parser as parser  # type: ignore[attr-defined,unused-ignore]
except ImportError:  # Python 3.10 and earlier
    import sre_constants as constants  # type: ignore[no-redef,unused-ignore]
    import sre_parse as parser  # type: ignore[no-redef,unused-ignore]

PLAIN = "abcxyzABC019 "
CATEGORIES = {
    "CATEGORY_DIGIT": "0123456789", "CATEGORY_SPACE": "  \n\t", "CATEGORY_WORD": "abcxyzAB019_",
    "CATEGORY_NOT_DIGIT": "ab -.", "CATEGORY_NOT_SPACE": "ab19.-", "CATEGORY_NOT_WORD": " -.,:",
}  # fmt: skip


class Generator:
    """Writes a string that a parsed pattern should match."""

    def __init__(self, rng: random.Random, flags: int) -> None:
        self.rng = rng
        self.flags = flags
        self.groups: dict[int, str] = {}

    def sequence(self, parts: Any) -> str:
        return "".join(self.part(str(op), argument) for op, argument in parts)

    def part(self, op: str, argument: Any) -> str:
        handler = getattr(self, "on_" + op.lower(), None)
        return handler(argument) if handler is not None else ""

    def on_literal(self, code: int) -> str:
        return chr(code)

    def on_not_literal(self, code: int) -> str:
        return self.rng.choice([c for c in PLAIN if ord(c) != code])

    def on_any(self, _: Any) -> str:
        return self.rng.choice(PLAIN)

    def on_in(self, items: Any) -> str:
        if str(items[0][0]) == "NEGATE":
            refused = {c for item in items[1:] for c in self.members(item)}
            allowed = [c for c in PLAIN + ".-_,:;/'\"" if c not in refused] or [c for c in string.printable if c not in refused] or ["é"]
            return self.rng.choice(allowed)
        members = self.members(self.rng.choice(list(items)))
        return self.rng.choice(members) if members else ""

    def members(self, item: Any) -> str:
        op, argument = str(item[0]), item[1]
        if op == "LITERAL":
            return chr(argument)
        if op == "RANGE":
            return "".join(map(chr, range(argument[0], min(argument[1], argument[0] + 60) + 1)))
        return CATEGORIES.get(str(argument), "a")

    def on_category(self, argument: Any) -> str:
        return self.rng.choice(CATEGORIES.get(str(argument), "a"))

    def on_branch(self, argument: Any) -> str:
        return self.sequence(self.rng.choice(argument[1]))

    def on_max_repeat(self, argument: Any) -> str:
        low, high, parts = argument
        high = low + self.rng.choice((0, 1, 1, 2, 3, 8)) if high is constants.MAXREPEAT else min(int(high), low + 8)
        return "".join(self.sequence(parts) for _ in range(self.rng.randint(low, max(low, high))))

    on_min_repeat = on_possessive_repeat = on_max_repeat

    def on_subpattern(self, argument: Any) -> str:
        text = self.sequence(argument[-1])
        if argument[0] is not None:
            self.groups[argument[0]] = text
        return text

    def on_atomic_group(self, argument: Any) -> str:
        return self.sequence(argument)

    def on_groupref(self, argument: int) -> str:
        return self.groups.get(argument, "")

    def on_groupref_exists(self, argument: Any) -> str:
        return self.sequence(argument[1] if argument[0] in self.groups else argument[2] or ())

    def on_assert(self, argument: Any) -> str:
        return self.sequence(argument[1]) if self.rng.random() < 0.5 else ""


@functools.lru_cache(maxsize=500)
def parsed_pattern(text: str | bytes, flags: int) -> tuple[Any, re.Pattern[str]] | None:
    """The parsed form of a pattern, and the pattern for texts."""
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    try:
        return parser.parse(text, flags & (re.X | re.I | re.M | re.S | re.U | re.A)), re.compile(
            text, flags & (re.X | re.I | re.M | re.S | re.A)
        )
    except (re.error, ValueError, OverflowError, RecursionError):
        return None


def matching(pattern: re.Pattern[Any], rng: random.Random, tries: int = 12) -> str | None:
    """A string in which the pattern is found."""
    read = parsed_pattern(pattern.pattern, pattern.flags)
    if read is None:
        return None
    parsed, plain = read
    found = None
    for _ in range(tries):
        try:
            found = Generator(rng, pattern.flags).sequence(parsed)
            if plain.search(found):
                return found
        except (RecursionError, ValueError, OverflowError, TypeError):
            return None
    return None if found is None or len(found) > 500 else found


def nudge(text: str, rng: random.Random, words: list[str]) -> str:
    """The text with one small change."""
    at = rng.randint(0, len(text))
    end = min(len(text), at + rng.choice((1, 1, 2, 4)))
    choice = rng.randrange(14)
    if choice >= 10:
        return tokens_changed(text, rng, words)
    if choice == 0:
        return text[:at] + text[end:]
    if choice == 1:
        return text[:at] + rng.choice(PLAIN) + text[at:]
    if choice == 2 and words:
        return text[:at] + rng.choice(words) + text[at:]
    if choice == 3 and words:
        return text[:at] + rng.choice(words) + text[end:]
    if choice == 4:
        return text[:at] + rng.choice(string.punctuation + "\n \t") + text[at:]
    if choice == 5:
        return rng.choice((text.upper(), text.lower(), text.title(), text.swapcase(), text.strip(), text[::-1]))
    if choice == 6:
        return rng.choice((text + "\n", "\n" + text, " " + text, text + " ", text * 2, text + "\n" + text))
    if choice == 7 and "\n" in text:
        return lines_changed(text, rng)
    if choice == 8 and text:
        return text[:at] + text[at : at + 8] + text[at:]
    return text[:at] + rng.choice(PLAIN + string.punctuation) + text[end:]


TOKEN = re.compile(r"[^\W\d_]+|\d+|\s+|.", re.S)
NUMBERS = (0, 1, 2, 3, 7, 9, 10, 12, 13, 24, 28, 29, 30, 31, 32, 50, 59, 60, 61, 99, 100, 255, 256, 999, 1000, 1999, 2000, 9999, 10000)


def digits(rng: random.Random) -> str:
    """A number as text: a usual one, or so many digits, also with a fraction."""
    text = str(rng.choice(NUMBERS))
    if rng.random() < 0.35:
        text = "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 14)))
    elif rng.random() < 0.2:
        text = text.zfill(rng.choice((2, 2, 4)))
    return text + "." + str(rng.choice(NUMBERS)) if rng.random() < 0.1 else text


def tokens_changed(text: str, rng: random.Random, words: list[str]) -> str:
    """The text with one of its words, numbers or signs changed, removed, doubled, moved, or with something put between them."""
    tokens = TOKEN.findall(text)
    if not tokens:
        return digits(rng)
    at, to = rng.randrange(len(tokens)), rng.randint(0, len(tokens))
    numbers = [index for index, token in enumerate(tokens) if token.isdigit()]
    choice = rng.randrange(10)
    if numbers and choice < 3:
        tokens[rng.choice(numbers)] = digits(rng)
    elif choice < 4:
        del tokens[at : at + rng.choice((1, 1, 2, 3))]
    elif choice < 5:
        tokens[to:to] = tokens[at : at + rng.choice((1, 2, 3, 4))]
    elif choice < 6:
        other = rng.randrange(len(tokens))
        tokens[at], tokens[other] = tokens[other], tokens[at]
    elif choice < 7 and words:
        tokens[at] = rng.choice(words)
    elif choice < 8 and words:
        word = rng.choice(words)
        for _ in range(rng.choice((1, 1, 2, 3, 8))):
            tokens.insert(rng.randint(0, len(tokens)), word)
    elif choice < 9:
        signs = sorted({token for token in tokens if not token.isalnum()})
        old, new = rng.choice(signs) if signs else tokens[at], rng.choice((*SIGNS, digits(rng)))
        if rng.random() < 0.3:
            times, pair = rng.choice((2, 3)), PAIRS.get(old, old)
            tokens = [token * times if token in (old, pair) else token for token in tokens]
        else:
            tokens = [new if token == old else token for token in tokens]
    else:
        tokens[to:to] = rng.choice((digits(rng), rng.choice(SIGNS), rng.choice(words) if words else " "))
    return "".join(tokens)


def strewn(text: str, part: str, rng: random.Random) -> str:
    """The text with a part put between its words several times."""
    tokens = TOKEN.findall(text)
    for _ in range(rng.choice((1, 2, 3, 8))):
        tokens.insert(rng.randint(0, len(tokens)), part)
    return "".join(tokens)


def lines_changed(text: str, rng: random.Random) -> str:
    """The text with one of its lines removed, doubled, moved or indented."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    choice = rng.randrange(5)
    if choice == 0:
        del lines[at]
    elif choice == 1:
        lines.insert(rng.randint(0, len(lines)), lines[at])
    elif choice == 2:
        lines[at] = "    " + lines[at]
    elif choice == 3:
        lines[at] = lines[at].lstrip()
    else:
        lines.insert(at, "")
    return "\n".join(lines)


PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
SIGNS = (" ", ", ", ",", ".", "-", "/", ":", ";", "=", "+", "\n", "\t", "(", ")", "[", "]", '"', "'", "")
FORMATS = (
    "2020-01-02", "2020-01-02T03:04:05", "2020-01-02 03:04:05.678", "2020-01-02T03:04:05+02:00", "2020-01-02T03:04:05Z", "10:30", "10:30:15",
    "10:30:15.5", "20200102T030405", "10 Sep 2003 10:30 AM", "Thu, 25 Sep 2003 10:49:41 -0300", "user@example.com", "http://example.com/a?b=c#d",
    "https://user:word@example.com:8080/a/b.txt", "12345678-1234-5678-1234-567812345678", "127.0.0.1", "::1", "192.168.0.0/24",
    '{"a": 1, "b": [true, null]}', "[1, 2]", "a=1&b=2", "a: 1\nb: c", "key = value", "[section]\nkey = value", "a,b,c\n1,2,3", "<a b='c'>d</a>",
    "# a\n\n- b\n- c", "/a/b.txt", "a/../b", "1,234.50", "-1.5e10", "0x1f", "1_000", "inf", "nan", "#ff0000", "true", "null", "1.2.3", "50%", "$1",
    "a b  c", "a.b.c", "a-b_c", "a\tb\n", "\u00e9\u00df", "def f(a, b=1):\n    return a", "import a.b as c", "SELECT a FROM b WHERE c = 1",
)  # fmt: skip
"""Texts in formats that code often reads."""
SEPARATORS = (" ", " ", ", ", ": ", "=", " = ", ".", "", "(", " - ", ",")
INDENTS = ("", "", "", "", "    ", "  ", "\t")
ENDINGS = ("", "", "", "", ":", ",", ";", ")", " \\", " {")


def line_of(rng: random.Random, words: list[str]) -> str:
    """A line of some words."""
    count = rng.choice((1, 1, 2, 2, 3))
    some = [rng.choice(words if words and rng.random() < 0.7 else ["abc", "x", "1", "a b", "2.5"]) for _ in range(count)]
    return rng.choice(INDENTS) + rng.choice(SEPARATORS).join(some) + rng.choice(ENDINGS)


def block(rng: random.Random, words: list[str]) -> str:
    """Some lines, the second and later ones often indented below the first."""
    lines = [line_of(rng, words) for _ in range(rng.choice((1, 2, 2, 3, 4)))]
    if rng.random() < 0.5:
        lines = lines[:1] + ["    " + line.lstrip() for line in lines[1:]]
    return "\n".join(lines)


def spliced(text: str, other: str, rng: random.Random) -> str:
    """Two texts made one: a part of the other between the lines or the words of the first."""
    if "\n" in text or "\n" in other or rng.random() < 0.3:
        lines, more = text.split("\n"), other.split("\n")
        start = rng.randrange(len(more))
        some = more[start : start + rng.choice((1, 1, 2, 4))]
        if rng.random() < 0.25:
            some = [rng.choice(("    ", "  ")) + line for line in some]
        at = rng.randint(0, len(lines))
        return "\n".join(lines[:at] + some + lines[at + rng.choice((0, 0, 0, 1)) :])
    words, more = text.split(" "), other.split(" ")
    at, start = rng.randint(0, len(words)), rng.randrange(len(more))
    return " ".join(words[:at] + more[start : start + rng.choice((1, 2))] + words[at + rng.choice((0, 0, 1)) :])
