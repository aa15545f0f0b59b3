"""Makes inputs: from type hints where there are any, else from what is known about a parameter."""

from __future__ import annotations

import ast
import collections.abc
import dataclasses
import enum
import inspect
import random
import re
import sys
import types
import typing
import uuid
from typing import Any, Union

from runners.explorers.python.contents import descends, typed_dict
from runners.explorers.python.documents import Reader
from runners.explorers.python.strings import FORMATS, block, matching, nudge
from runners.explorers.python.subjects import MISSING, Parameter, Subject, abstract, class_hints, parameters_of
from runners.explorers.python.values import Atom, Call, Function, Group, Member, Name, Node, Operation, Table, Variable, literal
from runners.explorers.python.world import World

WORDS = ("abc", "a", "b", "", "hello world", "1", "x", "A", "Hello", "foo bar", "12", "a b c", "abc def", " ", "a-b", "a_b", "key", "name")
INTS = (0, 1, 2, 3, -1, 5, 10, 4, 7, 100, -2, 12, 1000)
FLOATS = (0.0, 1.0, 0.5, 2.5, -1.5, 3.0, 100.0, -1.0)
BYTES = (b"abc", b"", b"a", b"hello", b"\x00\xff", b"1")
UNION = {Union, getattr(types, "UnionType", Union)}
SEQUENCES = {
    list: "list", collections.abc.Sequence: "list", collections.abc.Iterable: "list", collections.abc.Collection: "list",
    collections.abc.MutableSequence: "list", collections.abc.Container: "list", collections.abc.Reversible: "list", set: "set",
    collections.abc.Set: "set", collections.abc.MutableSet: "set", frozenset: "frozenset", collections.deque: "list",
}  # fmt: skip
MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping, collections.OrderedDict, collections.defaultdict)
KNOWN: dict[str, list[str]] = {
    "datetime.datetime": ["datetime.datetime(2020, 1, 2, 3, 4, 5)", "datetime.datetime(2021, 12, 31)", "datetime.datetime(2020, 2, 29, 12, 30, tzinfo=datetime.timezone.utc)"],
    "datetime.date": ["datetime.date(2020, 1, 2)", "datetime.date(2020, 2, 29)", "datetime.date(1999, 12, 31)"],
    "datetime.time": ["datetime.time(1, 2, 3)", "datetime.time(0, 0)", "datetime.time(23, 59, 59)"],
    "datetime.timedelta": ["datetime.timedelta(days=1)", "datetime.timedelta(seconds=90)", "datetime.timedelta(0)", "datetime.timedelta(days=-1)"],
    "datetime.tzinfo": ["datetime.timezone.utc", "datetime.timezone(datetime.timedelta(hours=2))"],
    "datetime.timezone": ["datetime.timezone.utc", "datetime.timezone(datetime.timedelta(hours=2))"],
    "decimal.Decimal": ["decimal.Decimal('1.5')", "decimal.Decimal('0')", "decimal.Decimal('-2.25')", "decimal.Decimal('NaN')"],
    "fractions.Fraction": ["fractions.Fraction(1, 2)", "fractions.Fraction(3)", "fractions.Fraction(-1, 3)"],
    "pathlib.Path": ["pathlib.Path('a.txt')", "pathlib.Path('a/b')", "pathlib.Path('.')"],
    "pathlib.PurePath": ["pathlib.PurePath('a.txt')", "pathlib.PurePath('a/b')"],
    "os.PathLike": ["pathlib.Path('a.txt')"],
    "uuid.UUID": ["uuid.UUID('12345678-1234-5678-1234-567812345678')"],
    "io.StringIO": ["io.StringIO('abc')", "io.StringIO('a\\nb\\n')", "io.StringIO('')"],
    "io.BytesIO": ["io.BytesIO(b'abc')", "io.BytesIO(b'')"],
    "typing.TextIO": ["io.StringIO('abc')", "io.StringIO('a\\nb\\n')", "io.StringIO('')"],
    "typing.IO": ["io.StringIO('abc')", "io.StringIO('a\\nb\\n')", "io.BytesIO(b'abc')"],
    "typing.BinaryIO": ["io.BytesIO(b'abc')", "io.BytesIO(b'')"],
    "argparse.Namespace": ["argparse.Namespace()"],
    "collections.Counter": ["collections.Counter('aab')"],
    "builtins.slice": ["slice(0, 2)", "slice(None)", "slice(1, None)", "slice(None, None, -1)", "slice(0, 2, 2)"],
    "builtins.range": ["range(3)", "range(0)", "range(1, 10, 2)"],
    "builtins.object": ["object()", "1", "'abc'", "None"],
    "builtins.bytearray": ["bytearray(b'abc')", "bytearray()"],
    "builtins.memoryview": ["memoryview(b'abc')"],
    "builtins.complex": ["1j", "complex(1, 2)"],
    "logging.Logger": ["logging.getLogger('abc')"],
    "ipaddress.IPv4Address": ["ipaddress.IPv4Address('127.0.0.1')"],
    "ipaddress.IPv6Address": ["ipaddress.IPv6Address('::1')"],
    "enum.Enum": ["uuid.SafeUUID.safe"],
    "string.Template": ["string.Template('$a b')"],
}  # fmt: skip
PLAIN: dict[str, type] = {
    "str": str,
    "int": int,
    "float": float,
    "list": list,
    "dict": dict,
    "set": set,
    "bytes": bytes,
    "match": re.Match,
    "regex": re.Pattern,
}
EXCEPTIONS = (ValueError, TypeError, KeyError, RuntimeError, OSError)


def resolved(path: str) -> Any:
    """The class that a path of `KNOWN` names; None when its module is not loaded."""
    module, _, name = path.rpartition(".")
    return getattr(sys.modules.get(module), name, None)


class Maker:
    """Makes trees for hints, parameters and whole calls."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world = world
        self.rng = rng
        self.local: list[Any] = []
        """Literals of the function that is being called."""
        self.stubs = False
        """What is far-fetched is tried, too: made-up objects, words of other modules."""
        self.snippets: dict[str, Node] = {}
        self.constructors: dict[type, list[Parameter]] = {}

    # ---- plain values ----

    def text(self) -> Node:
        rng, world = self.rng, self.world
        choice = rng.random()
        local = [v for v in self.local if type(v) is str]
        if choice < 0.3 and local:
            return Atom(rng.choice(local))
        if choice < 0.45 and world.literals.get(str):
            return Atom(rng.choice(world.literals[str]))
        if choice < 0.6 and world.patterns:
            made = matching(rng.choice(world.patterns), rng)
            if made is not None:
                return Atom(made)
        if choice < 0.7 and local:
            return Atom(nudge(rng.choice(local), rng, local))
        if choice < 0.73 and world.texts:
            return Atom(rng.choice(world.texts))
        if choice < 0.76:
            words = (
                world.words
                if world.words and rng.random() < 0.3
                else local
                if local and rng.random() < 0.6
                else world.literals.get(str, [])
            )
            return Atom(block(rng, words))
        if choice < 0.8 and world.results.get(str):
            return rng.choice(world.results[str])
        if choice < 0.84:
            return Atom(rng.choice(FORMATS))
        if choice < 0.88 and world.words and (self.stubs or rng.random() < 0.5):
            return Atom(rng.choice(world.words))
        return Atom(rng.choice(WORDS))

    def integer(self) -> Node:
        local = [v for v in self.local if type(v) is int]
        if local and self.rng.random() < 0.4:
            return Atom(self.rng.choice(local) + self.rng.choice((0, 0, 1, -1)))
        return Atom(self.rng.choice(INTS[: self.rng.choice((4, 7, len(INTS)))]))

    def number(self) -> Node:
        local = [v for v in self.local if type(v) is float]
        if local and self.rng.random() < 0.4:
            return Atom(self.rng.choice(local) + self.rng.choice((0, 0, 0.5, -0.5)))
        return Atom(self.rng.choice(FLOATS)) if self.rng.random() < 0.7 else self.integer()

    def kind(self, kind: str, depth: int, parameter: Parameter | None = None) -> Node:
        """A value of a kind of `subjects.weights_of`."""
        handler = getattr(self, "make_" + kind, None)
        made: Node = handler(depth, parameter) if handler is not None else self.text()
        return made

    def make_str(self, depth: int, parameter: Parameter | None) -> Node:
        return self.text()

    def make_int(self, depth: int, parameter: Parameter | None) -> Node:
        return self.integer()

    def make_float(self, depth: int, parameter: Parameter | None) -> Node:
        return self.number()

    def make_bool(self, depth: int, parameter: Parameter | None) -> Node:
        return Atom(self.rng.random() < 0.5)

    def make_none(self, depth: int, parameter: Parameter | None) -> Node:
        return Atom(None)

    def make_bytes(self, depth: int, parameter: Parameter | None) -> Node:
        local = [v for v in self.local if type(v) is bytes]
        return Atom(self.rng.choice(local)) if local and self.rng.random() < 0.4 else Atom(self.rng.choice(BYTES))

    def make_list(self, depth: int, parameter: Parameter | None, kind: str = "list") -> Node:
        if kind == "list" and self.world.results.get(list) and self.rng.random() < 0.08:
            return self.rng.choice(self.world.results[list])
        if kind == "list" and self.rng.random() < 0.12:
            return self.make_long(depth)
        count = self.rng.choice((0, 1, 2, 2, 3))
        inner = self.rng.choice(("str", "str", "int", "any"))
        return Group(kind, tuple(self.kind(inner, depth - 1) for _ in range(count)))

    def make_long(self, depth: int, parameter: Parameter | None = None) -> Node:
        return self.long(self.rng.choice((3, 5, 10)) if self.rng.random() < 0.7 else self.rng.choice(self.world.sizes))

    def long(self, size: int, kind: str = "list", item: Node | None = None) -> Node:
        """Many items, or a long text, in few words: `range(2000)`, `["a"] * 2000`."""
        if kind in ("str", "bytes") and item is not None:
            return Operation("*", (item, Atom(size)))
        if item is not None or kind != "list":
            return Operation("*", (Group(kind, (item or Atom(0),)), Atom(size)))
        return Call(Name("builtins", "range"), (Atom(size),))

    def make_tuple(self, depth: int, parameter: Parameter | None) -> Node:
        return self.make_list(depth, parameter, "tuple")

    def make_set(self, depth: int, parameter: Parameter | None) -> Node:
        return Group("set", tuple({repr(n.dump()): n for n in (self.scalar() for _ in range(self.rng.choice((0, 1, 2))))}.values()))

    def make_frozenset(self, depth: int, parameter: Parameter | None) -> Node:
        made = self.make_set(depth, parameter)
        return Group("frozenset", made.children())

    def make_dict(self, depth: int, parameter: Parameter | None) -> Node:
        if self.world.results.get(dict) and self.rng.random() < 0.08:
            return self.rng.choice(self.world.results[dict])
        wanted = [c for c in parameter.use.constants if isinstance(c, str)] if parameter is not None else []
        pairs: dict[str, tuple[Node, Node]] = {}
        for _ in range(self.rng.choice((0, 1, 1, 2, 3))):
            key: Node = Atom(self.rng.choice(wanted)) if wanted and self.rng.random() < 0.7 else self.scalar()
            pairs[repr(key.dump())] = (key, self.kind(self.rng.choice(("str", "int", "any")), depth - 1))
        return Table(tuple(part for pair in pairs.values() for part in pair))

    def make_callable(self, depth: int, parameter: Parameter | None) -> Node:
        rng = self.rng
        choice = rng.randrange(8)
        if choice == 0:
            return Name("builtins", rng.choice(("str", "len", "int", "bool", "repr", "list")))
        if choice == 1:
            return Function("value", Variable("value"))
        if choice == 2:
            return Function("a, b", Variable(rng.choice("ab")))
        if choice == 3:
            return Function("", self.scalar())
        if choice == 4:
            return Function("value", self.kind(rng.choice(("bool", "str", "int", "none")), 0))
        return Function("*args", self.kind(rng.choice(("bool", "str", "int", "none", "list")), 0))

    def make_file(self, depth: int, parameter: Parameter | None) -> Node:
        return Call(Name("io", "StringIO"), (self.text(),))

    def make_regex(self, depth: int, parameter: Parameter | None) -> Node:
        return Call(Name("re", "compile"), (Atom(self.rng.choice(("a", r"\d+", "[a-z]+", "(a)(b)?"))),))

    def make_type(self, depth: int, parameter: Parameter | None) -> Node:
        names = [Name("builtins", n) for n in ("str", "int", "list", "dict")] + [self.world.names[c] for c in self.world.concrete]
        return self.rng.choice(names)

    def make_match(self, depth: int, parameter: Parameter | None) -> Node:
        """A match of one of the patterns of the module."""
        pattern = self.rng.choice(self.world.patterns) if self.world.patterns else re.compile("(a)(b)?")
        text = matching(pattern, self.rng)
        if text is None or not isinstance(pattern.pattern, str):
            return Call(Name("re", "match"), (Atom("(a)"), Atom("abc")))
        return Call(Name("re", "search"), (Atom(pattern.pattern), Atom(text)))

    def make_default(self, depth: int, parameter: Parameter | None) -> Node:
        node = self.world.name_of(parameter.default) if parameter is not None else None
        if node is None and parameter is not None and isinstance(parameter.default, tuple(self.world.names)):
            return self.construct(type(parameter.default), depth)
        return node or self.scalar()

    def make_object(self, depth: int, parameter: Parameter | None) -> Node:
        """An object of the package that has the attributes the parameter is used for."""
        rng, world = self.rng, self.world
        wanted = parameter.use.attributes if parameter is not None else set()
        if self.stubs and wanted and rng.random() < 0.15:
            return self.stub(wanted, depth)
        fits = [cls for cls in world.concrete if not wanted or len(wanted & world.attributes[cls]) * 2 > len(wanted)]
        if fits and wanted:
            best = max(len(wanted & world.attributes[cls]) for cls in fits)
            fits = [cls for cls in fits if len(wanted & world.attributes[cls]) == best] or fits
        if not fits and wanted and rng.random() < 0.3:
            return self.stub(wanted, depth)
        return self.construct(rng.choice(fits), depth) if fits else self.scalar()

    def stub(self, wanted: set[str], depth: int) -> Node:
        """An object made up of the attributes that are read from a parameter."""
        names = sorted(name for name in wanted if not name.startswith("__"))
        return Call(Name("types", "SimpleNamespace"), tuple(self.make_any(depth - 1, None) for _ in names), tuple(names))

    def scalar(self) -> Any:
        return self.rng.choice((self.text, self.text, self.integer, lambda: Atom(self.rng.choice(WORDS))))()

    def with_attribute(self, name: str) -> Node | None:
        """An object that has an attribute: of the package, or of a usual class of the standard library."""
        fits = [cls for cls in self.world.concrete if name in self.world.attributes[cls]]
        if fits and self.rng.random() < 0.7:
            return self.construct(self.rng.choice(fits), 1)
        plain = [kind for kind, cls in PLAIN.items() if hasattr(cls, name)]
        if plain:
            return self.kind(self.rng.choice(plain), 1)
        known = [texts for path, texts in KNOWN.items() if hasattr(resolved(path), name)]
        if known:
            return self.snippet(self.rng.choice(self.rng.choice(known)))
        return self.construct(self.rng.choice(fits), 1) if fits else None

    def make_any(self, depth: int, parameter: Parameter | None) -> Node:
        kinds = ["str", "str", "int", "none", "bool", "float", "bytes"]
        if depth > 0:
            kinds += ["list", "dict", "tuple", "object", "list"]
        return self.kind(self.rng.choice(kinds), depth, parameter)

    # ---- hints ----

    def hinted(self, hint: Any, depth: int) -> Node:
        """A value for a type hint."""
        if hint is None or hint is type(None):
            return Atom(None)
        if hint is Any or hint is MISSING or hint is object or isinstance(hint, str):
            return self.make_any(depth, None)
        if isinstance(hint, typing.TypeVar):
            inner = hint.__bound__ or (self.rng.choice(hint.__constraints__) if hint.__constraints__ else int)
            return self.hinted(inner, depth)
        if hasattr(hint, "__supertype__"):
            return self.hinted(hint.__supertype__, depth)
        origin = typing.get_origin(hint)
        return self.generic(hint, origin, typing.get_args(hint), depth) if origin is not None else self.plain_hint(hint, depth)

    def generic(self, hint: Any, origin: Any, args: tuple[Any, ...], depth: int) -> Node:
        rng = self.rng
        if origin in UNION:
            return self.hinted(rng.choice(args), depth)
        if origin is typing.Literal:
            return self.world.name_of(rng.choice(args)) or Atom(None)
        if str(origin) in ("typing.Annotated", "typing.Final", "typing.ClassVar") or hasattr(hint, "__metadata__"):
            return self.hinted(args[0] if args else hint.__origin__, depth)
        if origin is collections.abc.Callable:
            return self.callable_for(args, depth)
        if origin is type:
            return self.class_for(args[0] if args else Any)
        if origin is tuple:
            if len(args) == 2 and args[1] is ...:
                return Group("tuple", tuple(self.hinted(args[0], depth - 1) for _ in range(self.count(depth))))
            return Group("tuple", tuple(self.hinted(arg, depth - 1) for arg in args if arg != ()))
        if origin in (collections.abc.Iterator, collections.abc.Generator):
            return Call(
                Name("builtins", "iter"), (Group("list", tuple(self.hinted(args[0], depth - 1) for _ in range(self.count(depth)))),)
            )
        if getattr(origin, "__qualname__", "") == "Match":
            return self.make_match(depth, None)
        if origin in MAPPINGS:
            return self.mapping(args, depth)
        if origin in SEQUENCES:
            inner = args[0] if args else Any
            if SEQUENCES[origin] == "list" and (inner in (Any, int, float) or isinstance(inner, typing.TypeVar)) and rng.random() < 0.08:
                return self.make_long(depth)
            return self.sequence(SEQUENCES[origin], inner, depth)
        if origin in (collections.abc.Awaitable, collections.abc.Coroutine):
            return Atom(None)
        return self.plain_hint(origin, depth)

    def count(self, depth: int) -> int:
        return self.rng.choice((0, 1, 1, 2, 3)) if depth > 0 else self.rng.choice((0, 0, 1))

    def sequence(self, kind: str, inner: Any, depth: int) -> Node:
        items = [self.hinted(inner, depth - 1) for _ in range(self.count(depth))]
        if kind in ("set", "frozenset"):
            items = list(
                {repr(i.dump()): i for i in items if not isinstance(i, (Group, Table)) or getattr(i, "kind", "") == "tuple"}.values()
            )
        return Group(kind, tuple(items))

    def mapping(self, args: tuple[Any, ...], depth: int) -> Node:
        key, value = args if len(args) == 2 else (str, Any)
        pairs = {}
        for _ in range(self.count(depth)):
            made = self.hinted(key, 0)
            pairs[repr(made.dump())] = (made, self.hinted(value, depth - 1))
        return Table(tuple(part for pair in pairs.values() for part in pair))

    def callable_for(self, args: tuple[Any, ...], depth: int) -> Node:
        if len(args) == 2 and isinstance(args[0], list) and self.rng.random() < 0.8:
            names = ["value"] if len(args[0]) == 1 else ["a", "b", "c", "d", "e", "f"][: len(args[0])]
            if names and args[0][0] == args[1] and self.rng.random() < 0.5:
                return Function(", ".join(names), Variable(names[0]))
            return Function(", ".join(names), self.hinted(args[1], min(depth - 1, 1)))
        return self.make_callable(depth, None)

    def class_for(self, bound: Any) -> Node:
        if bound is enum.Enum:
            filled = [self.world.names[c] for c in self.world.names if descends(c, enum.Enum) and c.__members__]
            return self.rng.choice([*filled, Name("uuid", "SafeUUID")])
        fits = [self.world.names[c] for c in self.world.names if isinstance(bound, type) and descends(c, bound)]
        if fits:
            return self.rng.choice(fits)
        named = self.world.name_of(bound) if isinstance(bound, type) else None
        return named or self.make_type(0, None)

    def plain_hint(self, hint: Any, depth: int) -> Node:
        simple = {str: "str", int: "int", bool: "bool", float: "float", bytes: "bytes", list: "list", dict: "dict", tuple: "tuple", set: "set",
                  frozenset: "frozenset", type: "type"}  # fmt: skip
        if hint in simple:
            return self.kind(simple[hint], depth)
        if hint in SEQUENCES:
            return self.sequence(SEQUENCES[hint], Any, depth)
        if hint in MAPPINGS:
            return self.mapping((), depth)
        if hint is collections.abc.Callable or hint is typing.Callable:
            return self.make_callable(depth, None)
        if hint in (collections.abc.Iterator, collections.abc.Hashable, collections.abc.Sized):
            return self.kind("list" if hint is not collections.abc.Hashable else "str", depth)
        name = f"{getattr(hint, '__module__', '')}.{getattr(hint, '__qualname__', '')}"
        if name in ("re.Pattern", "typing.Pattern"):
            return self.make_regex(depth, None)
        if name in ("re.Match", "typing.Match"):
            return self.make_match(depth, None)
        if name in KNOWN:
            return self.snippet(self.rng.choice(KNOWN[name]))
        if typed_dict(hint):
            return self.typed_dict(hint, depth)
        return self.construct(hint, depth) if isinstance(hint, type) else self.make_any(depth, None)

    def snippet(self, text: str) -> Node:
        """The tree of a piece of source text of ours."""
        if text not in self.snippets:
            reader = Reader("", set())
            modules = (
                "datetime",
                "decimal",
                "fractions",
                "pathlib",
                "uuid",
                "io",
                "argparse",
                "collections",
                "logging",
                "ipaddress",
                "string",
            )
            reader.names = {name: Name(name, "") for name in modules}
            self.snippets[text] = reader.tree(ast.parse(text, mode="eval").body)
        return self.snippets[text]

    def typed_dict(self, hint: Any, depth: int) -> Node:
        optional = getattr(hint, "__optional_keys__", frozenset())
        items: list[Node] = []
        for key, inner in typing.get_type_hints(hint).items():
            if key not in optional or self.rng.random() < 0.5:
                items += [Atom(key), self.hinted(inner, depth - 1)]
        return Table(tuple(items))

    # ---- objects ----

    def construct(self, cls: Any, depth: int) -> Node:
        """An expression that gives an instance of a class."""
        rng, world = self.rng, self.world
        if issubclass(cls, enum.Enum):
            cls = uuid.SafeUUID if cls is enum.Enum else cls
            members = list(cls.__members__)
            named = world.name_of(cls)
            return Member(named, rng.choice(members)) if members and named is not None else Atom(None)
        if cls.__module__ in ("typing", "collections.abc", "numbers", "os"):
            return self.integer() if cls.__name__.startswith(("Supports", "Number", "Int", "Real")) else self.make_any(depth, None)
        pooled = world.pooled(cls)
        if pooled and rng.random() < 0.5:
            return rng.choice(pooled)
        if abstract(cls):
            return self.concrete(cls, depth)
        if issubclass(cls, BaseException) and cls.__init__ in (Exception.__init__, BaseException.__init__):
            named = world.name_of(cls)
            return Call(named, (Atom("abc"),)) if named is not None else Atom(None)
        subclasses = [c for c in world.concrete if descends(c, cls) and c is not cls]
        if subclasses and rng.random() < 0.3:
            cls = rng.choice(subclasses)
        name = world.name_of(cls)
        if name is None:
            return Atom(None)
        if depth < -2:
            return Call(name)
        return self.call(name, self.constructor_parameters(cls), depth)

    def concrete(self, cls: Any, depth: int) -> Node:
        fits = [c for c in self.world.concrete if descends(c, cls)]
        if fits and self.rng.random() < 0.85:
            return self.construct(self.rng.choice(fits), depth)
        base = self.world.name_of(cls)
        if base is None:
            return Atom(None)
        missing = sorted(getattr(cls, "__abstractmethods__", ()))
        if getattr(cls, "_is_protocol", False):
            missing = sorted(n for n, v in vars(cls).items() if callable(v) and not n.startswith("_") or n == "__call__")
        methods = tuple(part for name in missing for part in (Atom(name), Function("*args", self.make_any(0, None))))
        stub = Call(Name("builtins", "type"), (Atom("Stub"), Group("tuple", (base,)), Table(methods)))
        return self.call(stub, self.constructor_parameters(cls), depth)

    def constructor_parameters(self, cls: type) -> list[Parameter]:
        if cls not in self.constructors:
            definition = (
                self.world.harvest.definitions.get(f"{cls.__qualname__}.__init__") if cls.__module__ == self.world.module.__name__ else None
            )
            found, _ = parameters_of(cls, 0, definition, self.world.module)
            if dataclasses.is_dataclass(cls) or hasattr(cls, "__annotations__"):
                self.field_hints(cls, found)
            if cls.__init__ is not object.__init__:
                hints, _ = parameters_of(cls.__init__, 1, definition, self.world.module)
                named = {p.name: p for p in hints}
                found = [named.get(p.name, p) for p in found]
            self.constructors[cls] = found
        return self.constructors[cls]

    def field_hints(self, cls: type, parameters: list[Parameter]) -> None:
        try:
            hints = class_hints(cls)
        except Exception:
            return
        for parameter in parameters:
            if parameter.hint is MISSING:
                parameter.hint = hints.get(parameter.name, MISSING)

    # ---- calls ----

    def for_parameter(self, parameter: Parameter, depth: int) -> Node:
        """A value for one parameter."""
        rng = self.rng
        if parameter.seeds and rng.random() < 0.35:
            return rng.choice(parameter.seeds)
        if parameter.use.constants and rng.random() < 0.2:
            return literal(rng.choice(parameter.use.constants)) or Atom(None)
        if parameter.hint is not MISSING and rng.random() < 0.93:
            return self.hinted(parameter.hint, depth)
        if parameter.use.classes and rng.random() < 0.25:
            made = self.from_class_text(rng.choice(parameter.use.classes), depth)
            if made is not None:
                return made
        return self.kind(self.weighted(parameter), depth, parameter)

    def weighted(self, parameter: Parameter) -> str:
        kinds = sorted(parameter.weights)
        if self.rng.random() < 0.06:
            return "any"
        weights = [
            parameter.weights[k] * (parameter.good.get(k, 0) + 2) / (parameter.good.get(k, 0) + parameter.bad.get(k, 0) + 2) for k in kinds
        ]
        return self.rng.choices(kinds, weights)[0] if kinds else "any"

    def from_class_text(self, text: str, depth: int) -> Node | None:
        try:
            found = eval(text, dict(vars(self.world.module)))
        except Exception:
            return None
        found = found[0] if isinstance(found, tuple) and found else found
        return self.hinted(found, depth) if isinstance(found, type) else None

    def call(self, callee: Node, parameters: list[Parameter], depth: int) -> Call:
        """A call with arguments; parameters that have defaults are given in half of the cases."""
        positional: list[Node] = []
        keywords: list[tuple[str, Node]] = []
        given = self.rng.choice((0.0, 0.25, 0.5, 0.9))
        skipped = False
        for p in parameters:
            if p.kind is inspect.Parameter.VAR_POSITIONAL:
                if not skipped and not keywords:
                    positional += [self.for_parameter(p, depth - 1) for _ in range(self.rng.choice((0, 1, 1, 2)))]
            elif p.kind is inspect.Parameter.VAR_KEYWORD:
                if self.rng.random() < 0.3 * (1 + given):
                    names = [c for c in p.use.constants if isinstance(c, str)]
                    keywords.append((self.rng.choice(names) if names else "name", self.make_any(0, None)))
            elif not p.required and self.rng.random() >= given:
                skipped = True
            elif p.kind is inspect.Parameter.KEYWORD_ONLY or (skipped and p.kind is not inspect.Parameter.POSITIONAL_ONLY):
                keywords.append((p.name, self.for_parameter(p, depth - 1)))
            elif not skipped:
                positional.append(self.for_parameter(p, depth - 1))
        keywords = [(n, v) for n, v in dict(keywords).items() if n.isidentifier()]
        return Call(callee, (*positional, *(v for _, v in keywords)), tuple(n for n, _ in keywords))

    def subscript(self, owner: Node, key: Node) -> Node:
        return Operation("[]", (owner, key))

    def literals_for(self, subject: Subject) -> None:
        """Use the literals of this subject's lines first."""
        self.local = self.world.harvest.within(*subject.lines)

    def literals_at(self, line: int) -> None:
        """Use the literals of the function that a line belongs to."""
        found = self.world.harvest.enclosing(line)
        self.local = self.world.harvest.within(*found) or self.local
