"""Code of many shapes that written tests are run against."""

import asyncio
import math
from dataclasses import dataclass, field
from enum import Enum


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class ClockError(Exception):
    """A clock used in the wrong order."""


def truncate(text, length=3):
    if length < 0:
        raise ValueError("length must not be negative")
    return text[:length]


def is_word(text):
    return isinstance(text, str) and text.isalpha()


def first_word(text, default=None, *, lower=False):
    words = text.split()
    if not words:
        return default
    return words[0].lower() if lower else words[0]


def ratio(part, whole):
    if whole == 0:
        raise ZeroDivisionError("whole is zero")
    return part / whole


def colour(name):
    try:
        return Colour[name.upper()]
    except KeyError:
        raise LookupError(f"no colour {name!r}") from None


def sections(text):
    found = {}
    current = found.setdefault("", [])
    for line in text.splitlines():
        if line.endswith(":"):
            current = found.setdefault(line[:-1], [])
        elif line.strip():
            current.append(line.strip())
    return found


def shout(shout):
    return shout.upper() + "!"


async def later(value, delay=0):
    await asyncio.sleep(delay)
    return value


def countdown(start):
    yield from range(start, 0, -1)


def not_a_number():
    return math.nan


@dataclass
class Point:
    x: int
    y: int = 0
    tags: list = field(default_factory=list)

    def moved(self, dx, dy=0):
        return Point(self.x + dx, self.y + dy)

    def tag(self, word):
        self.tags.append(word)

    @property
    def norm(self):
        return math.hypot(self.x, self.y)

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __lt__(self, other):
        return self.norm < other.norm


class Clock:
    def __init__(self, name, *, strict=True):
        if not name:
            raise ValueError("a clock needs a name")
        self.name = name
        self.strict = strict
        self.running = False

    def start(self):
        if self.running and self.strict:
            raise ClockError("Clock is running. Use .stop() first")
        self.running = True

    def stop(self):
        if not self.running:
            raise ClockError("Clock is not running. Use .start() first")
        self.running = False
        return self.name

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.stop()
