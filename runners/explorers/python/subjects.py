"""What can be exercised in a module: functions, constructors, methods, properties, operators, iteration and context managers."""

from __future__ import annotations

import ast
import dataclasses
import enum
import functools
import importlib
import inspect
import re
import sys
import typing
from types import ModuleType
from typing import Any

from runners.explorers.python.contents import code_of, contents, in_library, typed_dict
from runners.explorers.python.harvest import Definition, Harvest, Use, documented_types, name_kind, words_to_kinds
from runners.explorers.python.values import Name, Node

MISSING = inspect.Parameter.empty
BINARY = {
    "__add__": "+", "__sub__": "-", "__mul__": "*", "__truediv__": "/", "__floordiv__": "//", "__mod__": "%", "__pow__": "**",
    "__matmul__": "@", "__and__": "&", "__or__": "|", "__xor__": "^", "__lshift__": "<<", "__rshift__": ">>", "__eq__": "==",
    "__ne__": "!=", "__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">=", "__getitem__": "[]", "__contains__": "in",
    "__radd__": "+", "__rsub__": "-", "__rmul__": "*", "__rtruediv__": "/", "__rfloordiv__": "//", "__rmod__": "%", "__rpow__": "**",
    "__rand__": "&", "__ror__": "|", "__rxor__": "^",
}  # fmt: skip
REFLECTED = frozenset(
    [
        "__radd__",
        "__rsub__",
        "__rmul__",
        "__rtruediv__",
        "__rfloordiv__",
        "__rmod__",
        "__rpow__",
        "__rand__",
        "__ror__",
        "__rxor__",
        "__contains__",
    ]
)
UNARY = {"__neg__": "-", "__pos__": "+", "__invert__": "~"}
CALLED = {
    "__len__": "len", "__str__": "str", "__repr__": "repr", "__iter__": "list", "__reversed__": "reversed", "__bool__": "bool", "__hash__": "hash",
    "__int__": "int", "__float__": "float", "__abs__": "abs", "__bytes__": "bytes", "__round__": "round", "__next__": "next", "__dir__": "dir",
    "__complex__": "complex", "__index__": "int", "__length_hint__": "len",
}  # fmt: skip
PLAIN_DUNDERS = frozenset(
    [
        "__call__",
        "__enter__",
        "__exit__",
        "__setitem__",
        "__delitem__",
        "__getattr__",
        "__setattr__",
        "__delattr__",
        "__copy__",
        "__deepcopy__",
        "__reduce__",
    ]
    + [
        "__getstate__",
        "__setstate__",
        "__get__",
        "__set__",
        "__iadd__",
        "__isub__",
        "__imul__",
        "__ior__",
        "__iand__",
        "__ixor__",
        "__missing__",
    ]
    + [
        "__aenter__",
        "__aexit__",
        "__aiter__",
        "__anext__",
        "__await__",
        "__format__",
        "__instancecheck__",
        "__divmod__",
        "__html__",
        "__fspath__",
    ]
    + ["__getnewargs__", "__sizeof__", "__init_subclass__", "__class_getitem__", "__reduce_ex__", "__set_name__", "__delete__"]
)


class Parameter:
    """One parameter and what is known about its values."""

    def __init__(self, name: str, kind: Any, hint: Any, default: Any, use: Use) -> None:
        self.name = name
        self.kind = kind
        self.hint = hint
        self.default = default
        self.use = use
        self.seeds: list[Node] = []
        self.weights: dict[str, float] = {}
        self.good: dict[str, int] = {}
        self.bad: dict[str, int] = {}

    @property
    def required(self) -> bool:
        return self.default is MISSING and self.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class Subject:
    """One thing to exercise."""

    def __init__(self, unit: str, kind: str, function: Any, owner: type | None, lines: tuple[int, int]) -> None:
        self.unit = unit
        self.kind = kind
        self.function = function
        self.owner = owner
        """The class whose instance receives the call; None for functions, constructors, static and class methods."""
        self.lines = lines
        self.heirs: list[type] = []
        """Classes that inherit it as it is."""
        self.name = unit.rpartition(".")[2]
        self.callee: Node | None = None
        """The tree of what is called, when no receiver is needed."""
        self.parameters: list[Parameter] = []
        self.asynchronous = False
        self.returns: Any = MISSING
        self.public = not any(part.startswith("_") and not part.startswith("__") for part in unit.split("."))
        self.doc = inspect.getdoc(function) or "" if function is not None else ""
        self.tries = 0
        self.good = 0


def documented_kinds(subject: Subject) -> dict[str, list[str]]:
    """Parameter → the kinds of values that the docstring names for it."""
    return {name: words_to_kinds(words) for name, words in documented_types(subject.doc).items()}


def unwrapped(function: Any) -> Any:
    try:
        return inspect.unwrap(function)
    except ValueError:
        return function


class Finder:
    """Finds the subjects of one module."""

    def __init__(self, module: ModuleType, harvest: Harvest) -> None:
        self.module = module
        self.harvest = harvest
        self.definitions: dict[str, Definition] = {}
        self.by_start: dict[int, Definition] = {}
        for key, definition in harvest.definitions.items():
            self.definitions[definition.qualname if not key.endswith("'") else key] = definition
            self.by_start[definition.first] = definition
        self.subjects: list[Subject] = []

    def find(self) -> list[Subject]:
        """All subjects, in the order of the source."""
        held = dict(contents(self.module))
        for key, definition in self.harvest.definitions.items():
            if "." in definition.qualname or key.endswith("'"):
                continue
            value = held.get(definition.qualname)
            if isinstance(value, type):
                self.add_class(value, definition.qualname)
            elif callable(value):
                self.add_function(value, definition.qualname)
        self.add_assigned()
        return self.subjects

    def add_assigned(self) -> None:
        """Callables that the module makes by assignment from code of its own (partial, decorated lambda)."""
        for name, value in contents(self.module):
            code = code_of(value)
            if (
                name not in self.definitions
                and code is not None
                and code.co_filename == self.module.__file__
                and not name.startswith("_tw")
            ):
                self.add_function(value, name)

    def definition(self, function: Any, qualname: str) -> Definition | None:
        code = getattr(unwrapped(function), "__code__", None)
        if code is not None and code.co_filename == self.module.__file__ and code.co_firstlineno in self.by_start:
            return self.by_start[code.co_firstlineno]
        return self.definitions.get(qualname)

    def subject(self, unit: str, kind: str, function: Any, owner: type | None, skip: int) -> Subject:
        definition = self.definition(function, unit)
        lines = (definition.first, definition.last) if definition else (0, 0)
        made = Subject(unit, kind, function, owner, lines)
        made.parameters, made.returns = parameters_of(function, skip, definition, self.module)
        made.asynchronous = inspect.iscoroutinefunction(unwrapped(function)) or inspect.isasyncgenfunction(unwrapped(function))
        self.subjects.append(made)
        return made

    def add_function(self, function: Any, name: str) -> None:
        self.subject(name, "function", function, None, 0).callee = Name(self.module.__name__, name)

    def add_class(self, cls: type, qualname: str) -> None:
        if not abstract(cls) and not issubclass(cls, enum.Enum) and not typed_dict(cls):
            self.add_constructor(cls, qualname)
        for name, value in own_members(cls, self.module):
            unit = f"{qualname}.{name}"
            if isinstance(value, type):
                if self.definitions.get(unit):
                    self.add_class(value, unit)
            elif isinstance(value, (staticmethod, classmethod)):
                if name.startswith("__") and name != "__class_getitem__":
                    continue
                self.add_bound(cls, qualname, name, value)
            elif isinstance(value, property) or type(value).__name__ in ("cached_property", "lazyproperty", "reify"):
                function = value.fget if isinstance(value, property) else getattr(value, "func", None)
                self.subject(unit, "property", function, cls, 1).parameters = []
                if isinstance(value, property) and value.fset is not None:
                    self.subject(unit, "setter", value.fset, cls, 1)
            elif inspect.isfunction(value) or inspect.isfunction(unwrapped(value)):
                self.add_method(cls, unit, name, value)

    def add_bound(self, cls: type, qualname: str, name: str, value: Any) -> None:
        bound = getattr(cls, name, None)
        if callable(bound):
            made = self.subject(f"{qualname}.{name}", "function", value.__func__, None, 1 if isinstance(value, classmethod) else 0)
            made.callee = Name(self.module.__name__, f"{qualname}.{name}")

    def add_constructor(self, cls: type, qualname: str) -> None:
        function: Any = cls.__init__ if inspect.isfunction(cls.__init__) else cls.__new__ if inspect.isfunction(cls.__new__) else None
        made = self.subject(qualname, "constructor", function, None, 1)
        made.callee = Name(self.module.__name__, qualname)
        made.doc = inspect.getdoc(cls) or ""
        if function is None:
            made.parameters = []

    def add_method(self, cls: type, unit: str, name: str, value: Any) -> None:
        if name in ("__init__", "__new__", "__del__", "__subclasshook__") or (name == "__init_subclass__"):
            return
        kind = "method"
        if name in BINARY or name in UNARY:
            kind = "operator"
        elif name in CALLED:
            kind = "iteration" if name in ("__iter__", "__reversed__", "__next__") else "operator"
        elif name in ("__enter__", "__exit__"):
            kind = "context"
        elif name.startswith("__") and name not in PLAIN_DUNDERS:
            return
        self.subject(unit, kind, value, cls, 1)


def own_members(cls: type, module: ModuleType) -> list[tuple[str, Any]]:
    """Members that the class defines, and what it inherits from private bases of its module."""
    found = dict(vars(cls))
    for base in cls.__mro__[1:]:
        if base.__module__ == module.__name__ and (base.__name__.startswith("_") or abstract(base)):
            for name, value in vars(base).items():
                found.setdefault(name, value)
    generated = (
        {"__eq__", "__repr__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__replace__"}
        if dataclasses.is_dataclass(cls)
        else set()
    )
    path = module.__file__
    return [(n, v) for n, v in found.items() if not (n in generated and getattr(getattr(v, "__code__", None), "co_filename", path) != path)]


def abstract(cls: type) -> bool:
    """True when the class cannot or should not be instantiated as it is."""
    return inspect.isabstract(cls) or bool(getattr(cls, "_is_protocol", False)) and cls is not typing.Protocol


def parameters_of(function: Any, skip: int, definition: Definition | None, module: ModuleType) -> tuple[list[Parameter], Any]:
    """The parameters of a function (without the first `skip`) and its return hint."""
    if function is None:
        return [], MISSING
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return [], MISSING
    hints = hints_of(unwrapped(function), module)
    documented = documented_types(inspect.getdoc(function) or "")
    made = []
    for p in list(signature.parameters.values())[skip:]:
        use = definition.uses.get(p.name, Use()) if definition else Use()
        parameter = Parameter(p.name, p.kind, hints.get(p.name, MISSING), p.default, use)
        parameter.weights = weights_of(parameter, documented.get(p.name, ""))
        made.append(parameter)
    return made, hints.get("return", MISSING)


def hints_of(function: Any, module: ModuleType) -> dict[str, Any]:
    """Resolved annotations; each that cannot be resolved is left out."""
    known = typing_names(getattr(function, "__module__", None) or module.__name__)
    try:
        return typing.get_type_hints(function, None, known) if known else typing.get_type_hints(function)
    except Exception:
        pass
    found = {}
    space = {**vars(typing), **getattr(function, "__globals__", vars(module)), **known}
    for name, value in getattr(function, "__annotations__", {}).items():
        try:
            found[name] = eval(modern(value), space) if isinstance(value, str) else value
        except Exception:
            continue
    return found


def class_hints(cls: type) -> dict[str, Any]:
    """Resolved annotations of a class and its bases; what cannot be resolved raises, as with `typing.get_type_hints`."""
    return typing.get_type_hints(cls, None, typing_names(cls.__module__) or None)


@functools.lru_cache(maxsize=64)
def typing_names(name: str) -> dict[str, Any]:
    """What a module imports for its annotations only: values of the names below `if TYPE_CHECKING`, from modules that are loaded anyway."""
    module = sys.modules.get(name)
    if not module:
        return {}
    try:
        with open(getattr(module, "__file__", None) or "", encoding="utf-8") as file:
            text = file.read()
        body = ast.parse(text).body if "TYPE_CHECKING" in text else []
    except (OSError, ValueError, SyntaxError):
        return {}
    found: dict[str, Any] = {}
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for part in node.body:
                found.update(imported_names(part, module))
    return found


def imported_names(node: ast.stmt, module: ModuleType) -> dict[str, Any]:
    """Names that an import statement would bind, where their modules are loaded or of the standard library."""
    found: dict[str, Any] = {}
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname or "." not in alias.name:
                found[alias.asname or alias.name] = loaded(alias.name)
    elif isinstance(node, ast.ImportFrom):
        package = module.__package__ or ""
        owner = package.rsplit(".", node.level - 1)[0] if node.level else ""
        source = loaded(".".join(part for part in (owner, node.module) if part))
        found = {alias.asname or alias.name: getattr(source, alias.name, None) for alias in node.names}
    return {name: value for name, value in found.items() if value is not None}


def loaded(name: str) -> ModuleType | None:
    """A module that is loaded, or that costs little to load."""
    if name not in sys.modules and in_library(name):
        try:
            importlib.import_module(name)
        except Exception:
            return None
    return sys.modules.get(name)


def modern(text: str) -> str:
    """An annotation in a form that this interpreter can evaluate (`X | Y` before 3.10)."""
    if sys.version_info >= (3, 10) or "|" not in text or "[" in text:
        return text
    return "Union[" + ",".join(text.split("|")) + "]"


def weights_of(parameter: Parameter, words: str) -> dict[str, float]:
    """Kinds of values that fit a parameter without a hint, with their weights."""
    weights: dict[str, float] = {}

    def add(kind: str, weight: float) -> None:
        weights[kind] = weights.get(kind, 0.0) + weight

    for kind, count in parameter.use.kinds.items():
        add("none" if kind == "NoneType" else kind, min(count, 8))
    for kind in words_to_kinds(words):
        add(kind, 8)
    named = name_kind(parameter.name)
    if named:
        add(named, 4)
    default = parameter.default
    if default is not MISSING and default is not None:
        add(
            type(default).__name__
            if isinstance(default, (bool, int, float, str, bytes, list, tuple, dict, set))
            else "callable"
            if callable(default)
            else "default",
            6,
        )
    if default is None:
        add("none", 1.5)
    if not weights:
        for kind, weight in (("str", 2.0), ("int", 1.5), ("list", 1.0), ("none", 0.5), ("dict", 0.5), ("object", 1.0)):
            add(kind, weight)
    elif parameter.use.attributes & {"group", "groups", "groupdict", "span"}:
        add("match", 10)
    elif parameter.use.attributes and not weights.keys() & {"str", "list", "dict", "set", "file"}:
        add("object", 8)
    else:
        add("none", 0.3)
        add("object", 0.4)
    return {kind: weight for kind, weight in weights.items() if re.fullmatch(r"[a-z]+", kind)}
