"""What an exploration of the sample module might have observed, of every kind there is."""

from tests.runners.languages.python.written import seen
from testwright.model import Observation

LONG = "first section:\n  one entry of it\n  another entry\nsecond section:\n  its only entry, which is quite long\n"
ENTRIES = "{'': [], 'first section': ['one entry of it', 'another entry'], 'second section': ['its only entry, which is quite long']}"

FUNCTIONS: tuple[Observation, ...] = (
    seen("truncate('abc', 3)", "result == 'abc'", names="text length", origin="documentation"),
    seen("truncate('abcd', 3)", "result == 'abc'", names="text length"),
    seen("truncate('', 3)", "result == ''", names="text length"),
    seen("truncate('abc', -1)", "raises ValueError: length must not be negative", names="text length"),
    seen("truncate('abc')", "result == 'abc'", names="text"),
    seen("is_word('')", "result is False", names="text"),
    seen("is_word('abc')", "result is True", names="text"),
    seen("is_word('x')", "result is True", names="text"),
    seen("first_word('  ')", "result is None", names="text"),
    seen("first_word('Big Ben')", "result == 'Big'", names="text"),
    seen("first_word('Big Ben', lower=True)", "result == 'big'", names="text"),
    seen("first_word('', 'x')", "result == 'x'", names="text default"),
    seen("ratio(1, 3)", "result ~ 0.3333333333", names="part whole"),
    seen("ratio(1, 2)", "result == 0.5", names="part whole"),
    seen("ratio(1, 0)", "raises ZeroDivisionError: whole is zero", names="part whole"),
    seen("colour('red')", "result is Colour.RED", names="name"),
    seen("colour('blue')", "result is Colour.BLUE", names="name"),
    seen("colour('')", "raises LookupError: no colour ''", names="name"),
    seen("colour('pink')", "raises LookupError: no colour 'pink'", names="name"),
    seen(r"sections('a:\n  b\n\nc\n')", "result == {'': [], 'a': ['b', 'c']}", names="text"),
    seen(f"sections({LONG!r})", f"result == {ENTRIES}", names="text"),
    seen("sections('')", "result == {'': []}", names="text"),
    seen("sections('word ' * 30)", "len(result['']) == 1", "result[''][0][:10] == 'word word '", names="text"),
    seen("shout('a')", "result == 'A!'", names="shout"),
    seen("shout('b')", "result == 'B!'", names="shout"),
    seen("later(3)", "result == 3", names="value", asynchronous=True),
    seen("countdown(3)", "list(result) == [3, 2, 1]", names="start"),
    seen("countdown(0)", "list(result) == []", names="start"),
    seen("not_a_number()", "math.isnan(result)"),
)

_POINT = "point = Point(1)"
_CLOCK = "clock = Clock('a')"
_NOT_RUNNING = "raises ClockError: Clock is not running. Use .start() first"

CLASSES: tuple[Observation, ...] = (
    seen("Point(1)", "result.x == 1", "result.y == 0", unit="Point", kind="constructor", names="x"),
    seen("point.moved(3)", "result == Point(4)", unit="Point.moved", given=_POINT, names="dx"),
    seen("point.moved(3, 2)", "result == Point(4, 2)", unit="Point.moved", given=_POINT, names="dx dy"),
    seen("point.moved(3, 4)", "result == Point(3, 5)", unit="Point.moved", given="point = Point(0, 1)", names="dx dy"),
    seen("point.tag('a')", "result is None", "point.tags == ['a']", unit="Point.tag", given=_POINT, names="word"),
    seen("point.norm", "result == 5.0", unit="Point.norm", kind="property", given="point = Point(3, 4)"),
    seen("point.norm", "result == 1.0", unit="Point.norm", kind="property", given="point = Point(0, 1)"),
    seen("Point(1) + Point(2)", "result == Point(3)", unit="Point.__add__", kind="operator"),
    seen("Point(1) < Point(2)", "result is True", unit="Point.__lt__", kind="operator"),
    seen("Point(2) < Point(2)", "result is False", unit="Point.__lt__", kind="operator"),
    seen("Clock('')", "raises ValueError: a clock needs a name", unit="Clock", kind="constructor", names="name"),
    seen("clock.stop()", _NOT_RUNNING, unit="Clock.stop", given=_CLOCK),
    seen("clock.stop()", "result == 'a'", "clock.running is False", unit="Clock.stop", given=f"{_CLOCK}\nclock.start()"),
    seen("clock.start()", "raises ClockError: Clock is running. Use .stop() first", unit="Clock.start", given=f"{_CLOCK}\nclock.start()"),
    seen("clock.start()", "clock.running is True", unit="Clock.start", given=_CLOCK, id="started"),
    seen("clock.start()", "clock.running is True", unit="Clock.start", given="clock = Clock('a', strict=False)\nclock.start()"),
    seen("clock.__enter__()", "result is clock", "clock.running is True", unit="Clock.__enter__", kind="context", given=_CLOCK),
    seen(
        "clock.__exit__(None, None, None)",
        "result is None",
        "clock.running is False",
        unit="Clock.__exit__",
        kind="context",
        given=f"{_CLOCK}\nclock.__enter__()",
    ),
    seen(
        "clock.__exit__(None, None, None)",
        _NOT_RUNNING,
        unit="Clock.__exit__",
        kind="context",
        given=f"{_CLOCK}\nclock.__enter__()\nclock.stop()",
    ),
)

EVERYTHING = FUNCTIONS + CLASSES
