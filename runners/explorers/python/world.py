"""What is known about the package under test while it runs: its classes, its patterns, and the objects that calls gave."""

from __future__ import annotations

import enum
import inspect
import random
import re
import sys
import textwrap
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from runners.explorers.python.contents import contents, descends, modules_of
from runners.explorers.python.harvest import Harvest
from runners.explorers.python.subjects import Parameter, abstract, parameters_of
from runners.explorers.python.values import Call, Member, Name, Node, literal

ADDRESS = re.compile(r" at 0x[0-9a-f]{6,}")
"""Text that is another one in every process."""
POOLED = 12
"""Producing expressions kept for each class."""


class World:
    """Classes, patterns, literals and objects that inputs are made of."""

    def __init__(self, module: ModuleType, harvest: Harvest, rng: random.Random) -> None:
        self.module = module
        self.harvest = harvest
        self.rng = rng
        self.package = module.__name__.split(".")[0]
        self.names: dict[type, Name] = {}
        self.attributes: dict[type, set[str]] = {}
        self.pool: dict[type, list[Node]] = {}
        self.simplest: dict[type, Node] = {}
        self.results: dict[type, list[Node]] = {}
        self.patterns: list[re.Pattern[Any]] = []
        self.texts: list[str] = []
        """Longer texts: docstrings, and what is quoted in them."""
        self.literals: dict[type, list[Any]] = {}
        for kind, value in harvest.all_literals:
            self.literals.setdefault(kind, []).append(value)
        self._classes()
        self._values(dict(contents(module)))
        self._texts()
        whole = sorted({v for v in self.literals.get(int, []) if 20 <= v <= 5000})
        self.sizes = [n for v in whole or (50,) for n in (v, v + 1, 2 * v + 1, 4 * v + 1, 5 * v)]
        """Lengths at which something may change: the larger numbers of the module, and multiples."""
        self.words = self._words()
        """Words of the other modules of the package: literals of their code, keys and members of their constants."""

    def _words(self) -> list[str]:
        found: dict[str, None] = {}
        for name, module in modules_of(self.package):
            if module is self.module:
                continue
            for key, value in contents(module):
                if key.startswith("__"):
                    continue
                parts = value if isinstance(value, (list, tuple, set, frozenset, dict)) and len(value) < 3000 else (value,)
                texts = [part for part in list(parts) if type(part) is str]
                members = list(vars(value).values()) if isinstance(value, type) and value.__module__ == name else [value]
                texts += [text for member in members if type(member) is FunctionType for text in constants(member.__code__)]
                found.update(dict.fromkeys(sorted(text for text in texts if 0 < len(text) < 60)))
        known = set(self.literals.get(str, []))
        return [text for text in found if text not in known][:4000]

    def _classes(self) -> None:
        """Classes of the package (in modules that are loaded), and those the module imports."""
        mine = self.module.__name__
        modules = [self.module] + [module for name, module in modules_of(self.package) if name != mine]
        for module in modules:
            for name, value in contents(module):
                if isinstance(value, type) and value not in self.names and self._wanted(value, module):
                    home = value.__module__ if importable(value.__module__, value.__qualname__, value) else module.__name__
                    path = value.__qualname__ if home == value.__module__ else name
                    self.names[value] = Name(
                        mine if importable(mine, value.__name__, value) else home,
                        value.__name__ if importable(mine, value.__name__, value) else path,
                    )
        for cls in self.names:
            self.attributes[cls] = set(dir(cls)) | self.harvest_attributes(cls)
        self.concrete = [cls for cls in self.names if not abstract(cls) and not issubclass(cls, BaseException)]

    def _wanted(self, value: type, module: ModuleType) -> bool:
        return value.__module__.split(".")[0] == self.package or (
            module is self.module and value.__module__ not in ("builtins", "typing", "abc")
        )

    def harvest_attributes(self, cls: type) -> set[str]:
        found: set[str] = set()
        for base in cls.__mro__:
            definition = self.harvest.definitions.get(base.__qualname__) if base.__module__ == self.module.__name__ else None
            if definition is not None:
                found |= definition.attributes
            found |= set(getattr(base, "__annotations__", {}))
        return found

    def _values(self, space: dict[str, Any]) -> None:
        """Patterns and literals among the values of module and class variables."""
        mine = [cls for cls in self.names if cls.__module__ == self.module.__name__]
        for name, value in [*space.items(), *(item for cls in mine for item in vars(cls).items())]:
            if name.startswith(("__", "_tw")):
                continue
            self.note(value, 2)
        for cls in self.names:
            if issubclass(cls, enum.Enum) and cls.__module__.split(".")[0] == self.package:
                for member in list(cls)[:40]:
                    self.note(member.value, 1)

    def _texts(self) -> None:
        """Texts from the docstrings of the package, and patterns that are written as plain strings."""
        found: dict[str, None] = {}
        for name, module in modules_of(self.package):
            for value in [module, *(v for _, v in contents(module) if isinstance(v, type) or inspect.isfunction(v))]:
                doc = getattr(value, "__doc__", None)
                if not isinstance(doc, str) or getattr(value, "__module__", name) not in (name, None):
                    continue
                if 10 < len(doc) < 1500:
                    found[inspect.cleandoc(doc)] = None
                for match in re.finditer(r"'([^'\n]{2,60})'|\"([^\"\n]{2,60})\"|``([^`\n]{2,60})``", doc):
                    found[match[1] or match[2] or match[3]] = None
        ordered = sorted(found, key=len)
        self.texts = ordered[:300] + ordered[300:][-100:]
        for text in self.literals.get(str, []):
            if len(self.patterns) < 200 and re.search(r"\\[sdwSbB]|\(\?|\[\^|\]\+", text):
                try:
                    self.patterns.append(re.compile(text))
                except (re.error, OverflowError):
                    continue

    def add_texts(self, text: str) -> None:
        """Code blocks of a README, or of the source itself, are texts too: for what reads code or markup."""
        blocks = re.findall(r"```[^\n]*\n(.*?)```|(?:\n((?:[ ]{4}[^\n]*\n)+))", text[:100_000], re.S)
        for fenced, indented in blocks[:60]:
            block = textwrap.dedent(fenced or indented).strip("\n")
            if 10 < len(block) < 1500 and block not in self.texts:
                self.texts.append(block)

    def add_source(self, text: str) -> None:
        """The imports of a file, and some of its lines, as texts."""
        lines = text.splitlines()
        imports = [line for line in lines if re.match(r"\s*(import|from) ", line)]
        self.texts += ["\n".join(imports[:4]), *imports[:6]] if imports else []
        for start in range(0, len(lines), max(1, len(lines) // 12)):
            self.texts.append("\n".join(lines[start : start + 6]))

    def note(self, value: Any, depth: int) -> None:
        """Keep what a module constant holds as material for inputs."""
        if isinstance(value, re.Pattern):
            if value not in self.patterns and len(self.patterns) < 200:
                self.patterns.append(value)
        elif type(value) in (str, bytes, int, float):
            kept = self.literals.setdefault(type(value), [])
            if len(kept) < 400 and value not in kept and not (isinstance(value, (str, bytes)) and len(value) > 100):
                kept.append(value)
        elif isinstance(value, (list, tuple, set, frozenset)) and depth and len(value) < 300:
            for item in sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value:
                self.note(item, depth - 1)
        elif isinstance(value, dict) and depth and len(value) < 300:
            for key, item in list(value.items()):
                self.note(key, depth - 1)
                self.note(item, depth - 1)

    def name_of(self, value: Any) -> Node | None:
        """The tree of a live value: literals, classes, functions of the module, members of enumerations; None when unknown."""
        if isinstance(value, enum.Enum):
            owner = self.name_of(type(value))
            return Member(owner, value.name) if owner is not None and value.name else None
        if isinstance(value, type):
            if value in self.names:
                return self.names[value]
            return Name(value.__module__, value.__qualname__) if importable(value.__module__, value.__qualname__, value) else None
        return literal(value)

    def offer(self, value: Any, node: Node) -> None:
        """Keep the expression that made a value: objects of the package for parameters that want them, plain values for siblings."""
        cls = type(value)
        plain = cls in (str, bytes, list, dict, tuple, set, int, float)
        if not plain and cls not in self.names and cls.__module__.split(".")[0] != self.package:
            return
        if plain:  # the value itself reads better than the call that gave it
            written = literal(value)
            node = written if written is not None and written.size() < max(60, node.size()) else node
        if not plain and (cls not in self.simplest or node.size() < self.simplest[cls].size()):
            self.simplest[cls] = node
        if node.size() > 60 or (plain and (len(text := repr(value)) < 2 or ADDRESS.search(text))):
            return
        kept = (self.results if plain else self.pool).setdefault(cls, [])
        if any(same(one, node) for one in kept):
            return
        if len(kept) < POOLED:
            kept.append(node)
        else:
            at = self.rng.randrange(POOLED)
            if self.rng.random() < 0.3 or kept[at].size() > node.size():
                kept[at] = node

    def producers(self) -> Iterator[tuple[Node, list[Parameter]]]:
        """Public functions of the package's other modules, and methods of their plain objects, with few parameters that have to be given."""
        found: dict[Any, Node] = {}
        methods: dict[Any, Node] = {}
        for name, module in sorted(modules_of(self.package), key=lambda item: item[0].count(".")):
            if module is self.module:
                continue
            for key, value in contents(module):
                home = value.__module__ if isinstance(value, (type, FunctionType)) else None
                if key.startswith("_") or not isinstance(home, str) or home.split(".")[0] != self.package or home == self.module.__name__:
                    continue
                if isinstance(value, FunctionType):
                    found.setdefault(value, Name(name, key))
                elif value in self.concrete and not any(p.required for p in parameters_of(value, 0, None, self.module)[0]):
                    for method, function in list(vars(value).items()):
                        if inspect.isfunction(function) and not method.startswith("_"):
                            methods.setdefault(function, Member(Call(self.names[value]), method))
        for value, named in [*list(found.items())[:80], *list(methods.items())[:80]]:
            parameters, _ = parameters_of(value, 0 if value in found else 1, None, self.module)
            if len(parameters) > 0 and sum(p.required for p in parameters) <= 2 and not inspect.iscoroutinefunction(value):
                yield named, parameters

    def pooled(self, cls: type) -> list[Node]:
        """Expressions that gave instances of a class or its subclasses."""
        return [node for kind, nodes in self.pool.items() if descends(kind, cls) for node in nodes]


def constants(code: CodeType) -> list[str]:
    """Texts in the code of a function."""
    doc = code.co_consts[:1]
    return [value for value in code.co_consts if type(value) is str and value not in doc]


def same(one: Node, other: Node) -> bool:
    return one.size() == other.size() and one.dump() == other.dump()


def importable(module: str, path: str, value: Any) -> bool:
    """True when `from module import path` gives this very value."""
    found: Any = sys.modules.get(module)
    for part in path.split("."):
        if part == "<locals>":
            return False
        found = inspect.getattr_static(found, part, None) if isinstance(found, type) else getattr(found, part, None)
    return found is value and value is not None
