"""What the source says without being run: literals, raise statements, and how each parameter is used."""

from __future__ import annotations

import ast
import dis
import re
from collections import Counter, defaultdict
from types import TracebackType
from typing import Any, Union

FunctionNode = Union[ast.FunctionDef, ast.AsyncFunctionDef]
NAMED: list[tuple[str, str]] = [
    ("str", r"^(s|text|string|str|name|word|label|title|line|path|filename|pattern|prefix|suffix|sep|separator|delimiter|url|uri|query|sql"
            r"|source|content|message|msg|key|format|fmt|encoding|lang|language|tag|docstring|code|value|token|expr|expression|css|html|input|version)$"
            r"|_(str|string|text|name|path|format)$"),
    ("int", r"^(n|i|j|k|x|y|num|number|count|size|length|width|height|index|idx|pos|position|limit|start|stop|end|step|level|depth|max|min|offset"
            r"|precision|digits|indent|year|month|day|hour|minute|second|seconds|days)$|^(n|num|max|min)_|_(count|size|length|width|index|level|limit)$"),
    ("bool", r"^(is|has|use|allow|with|no|keep|ignore|strict|force|verbose|reverse|debug|enable|include|exclude|full|recursive|inplace|validate)(_|$)"),
    ("list", r"^(items|values|list|lst|seq|sequence|args|iterable|lines|rows|elements|tokens|words|names|keys|numbers|data|arr|array|strings)$"),
    ("callable", r"^(f|fn|func|function|callback|predicate|key|cmp|handler|factory|hook|loader|decorator)$|_(func|callback|hook|factory|handler)$"),
    ("dict", r"^(d|dict|mapping|map|kwargs|kw|options|opts|config|params|attrs|attributes|env|context|settings)$"),
    ("float", r"^(ratio|factor|rate|scale|weight|alpha|beta|tolerance|timeout|delay|threshold)$"),
    ("file", r"^(fp|file|stream|fileobj|f_in|f_out|fh|buffer)$"),
    ("regex", r"^(regex|regexp)$"),
    ("bytes", r"^(raw|payload|buf|blob)$|_bytes$"),
]  # fmt: skip
STRING_METHODS = frozenset(dir(str)) - frozenset(dir(list)) - frozenset(dir(object))
LIST_METHODS = frozenset(["append", "extend", "insert", "sort", "reverse", "remove"])
DICT_METHODS = frozenset(["items", "keys", "values", "get", "setdefault", "update", "popitem"])
SET_METHODS = frozenset(["add", "discard", "union", "intersection", "difference", "issubset"])
FILE_METHODS = frozenset(["read", "readline", "readlines", "write", "seek", "tell", "flush", "close", "fileno"])


class Use:
    """How one parameter is used in the body of its function."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.constants: list[Any] = []
        self.classes: list[str] = []
        """Source texts of the classes it is compared with by isinstance."""
        self.passed: list[tuple[str, int | str]] = []
        """Calls that it is handed on to: name of the function, position or keyword."""


class Profile(ast.NodeVisitor):
    """Collects the uses of the parameters of one function."""

    def __init__(self, node: FunctionNode) -> None:
        arguments = node.args
        names = [a.arg for a in [*getattr(arguments, "posonlyargs", []), *arguments.args, *arguments.kwonlyargs]]
        names += [a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None]
        self.uses: dict[str, Use] = {name: Use() for name in names}
        for part in node.body:
            self.visit(part)

    def use(self, node: ast.AST) -> Use | None:
        return self.uses.get(node.id) if isinstance(node, ast.Name) else None

    def visit_Attribute(self, node: ast.Attribute) -> None:
        use = self.use(node.value)
        if use is not None:
            use.attributes.add(node.attr)
            for kind, methods in (
                ("str", STRING_METHODS),
                ("list", LIST_METHODS),
                ("dict", DICT_METHODS),
                ("set", SET_METHODS),
                ("file", FILE_METHODS),
            ):
                if node.attr in methods:
                    use.kinds[kind] += 3
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self.iterated(node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.iterated(node.iter)
        self.generic_visit(node)

    def iterated(self, node: ast.AST) -> None:
        use = self.use(node)
        if use is not None:
            use.kinds["list"] += 3
            use.kinds["str"] += 1

    def visit_Subscript(self, node: ast.Subscript) -> None:
        use = self.use(node.value)
        if use is not None:
            key = node.slice
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                use.kinds["dict"] += 3
                use.constants.append(key.value)
            else:
                for kind in ("list", "str", "tuple"):
                    use.kinds[kind] += 1
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        for one, other in ((node.left, node.right), (node.right, node.left)):
            use = self.use(one)
            if use is not None:
                text = isinstance(other, ast.JoinedStr) or isinstance(other, ast.Constant) and isinstance(other.value, str)
                use.kinds["str" if text else "int"] += 2
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for index, side in enumerate(sides):
            use = self.use(side)
            if use is None:
                continue
            for other in sides[:index] + sides[index + 1 :]:
                self.compared(use, other, node.ops[0])
        self.generic_visit(node)

    def compared(self, use: Use, other: ast.expr, op: ast.cmpop) -> None:
        members = other.elts if isinstance(other, (ast.Tuple, ast.List, ast.Set)) else [other]
        for member in members:
            if isinstance(member, ast.Constant):
                use.constants.append(member.value)
                if member.value is not None:
                    use.kinds[type(member.value).__name__] += 2
        if isinstance(op, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
            use.kinds["int"] += 1

    def visit_If(self, node: ast.If) -> None:
        use = self.use(node.test)
        if use is not None:
            use.kinds["bool"] += 1
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        use = self.use(node.func)
        if use is not None:
            use.kinds["callable"] += 5
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        for position, argument in enumerate(node.args):
            self.handed(self.use(argument), name, position, node)
        for keyword in node.keywords:
            if keyword.arg:
                self.handed(self.use(keyword.value), name, keyword.arg, node)
        self.generic_visit(node)

    def handed(self, use: Use | None, name: str, where: int | str, node: ast.Call) -> None:
        if use is None:
            return
        if name in ("isinstance", "issubclass") and where == 0 and len(node.args) > 1:
            classes = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
            use.classes += [ast.unparse(one) for one in classes]
        elif name in ("int", "float"):
            use.kinds["int"] += 1
            use.kinds["str"] += 1
        elif name in ("len", "sorted", "enumerate", "list", "tuple", "set", "sum", "iter", "reversed", "zip", "any", "all"):
            use.kinds["list"] += 2
        elif name in ("match", "search", "fullmatch", "sub", "split", "findall", "finditer") and where != "flags":
            use.kinds["str"] += 3
        elif name in ("dict", "vars"):
            use.kinds["dict"] += 2
        use.passed.append((name, where))


class Definition:
    """One function or class of the file."""

    def __init__(self, qualname: str, node: Any) -> None:
        self.qualname = qualname
        self.node = node
        self.first: int = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        self.last: int = node.end_lineno or node.lineno
        self.is_class = isinstance(node, ast.ClassDef)
        self.uses = {} if self.is_class else Profile(node).uses
        self.attributes: set[str] = class_attributes(node) if self.is_class else set()


def class_attributes(node: ast.ClassDef) -> set[str]:
    """Names that its instances have: class members and what methods assign to self."""
    names = set()
    for part in ast.walk(node):
        if (
            isinstance(part, ast.Attribute)
            and isinstance(part.ctx, ast.Store)
            and isinstance(part.value, ast.Name)
            and part.value.id == "self"
        ):
            names.add(part.attr)
    return names


class Harvest:
    """Everything read from the source of one module."""

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        self.text_lines = text.splitlines()
        self.definitions: dict[str, Definition] = {}
        self.literals: dict[int, list[Any]] = defaultdict(list)
        self.conditions: dict[int, str] = {}
        self.imports: set[str] = set()
        self.functions: dict[int, tuple[int, int]] = {}
        self.cached: dict[tuple[int, int], list[Any]] = {}
        self._collect(self.tree.body, "")
        docs = docstring_nodes(self.tree)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and id(node) not in docs and usable(node.value):
                self.literals[node.lineno].append(node.value)
            elif isinstance(node, (ast.If, ast.While)):
                self.conditions[node.lineno] = ast.unparse(node.test)
            elif isinstance(node, ast.Import):
                self.imports |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                self.imports.add(node.module.split(".")[0])
        self.all_literals = list(dict.fromkeys((type(v), v) for line in sorted(self.literals) for v in self.literals[line]))

    def _collect(self, body: list[Any], prefix: str) -> None:
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = prefix + node.name
                key = name
                while key in self.definitions:  # overloads, property setters, fallbacks
                    key += "'"
                self.definitions[key] = Definition(name, node)
                if isinstance(node, ast.ClassDef):
                    self._collect(node.body, name + ".")
            elif isinstance(node, (ast.If, ast.Try, ast.With)):
                for field in ("body", "orelse", "finalbody"):
                    self._collect(getattr(node, field, []), prefix)
                for handler in getattr(node, "handlers", []):
                    self._collect(handler.body, prefix)

    def within(self, first: int, last: int) -> list[Any]:
        """Literals on these lines."""
        if (first, last) not in self.cached:
            self.cached[(first, last)] = self._within(first, last)
        return self.cached[(first, last)]

    def enclosing(self, line: int) -> tuple[int, int]:
        """First and last line of the smallest function around a line."""
        if line not in self.functions:
            around = [(d.first, d.last) for d in self.definitions.values() if not d.is_class and d.first <= line <= d.last]
            self.functions[line] = min(around, key=lambda span: span[1] - span[0], default=(0, 0))
        return self.functions[line]

    def _within(self, first: int, last: int) -> list[Any]:
        return [value for line in range(first, last + 1) for value in self.literals.get(line, ())]


def usable(value: Any) -> bool:
    return (
        isinstance(value, (str, bytes, int, float))
        and not isinstance(value, bool)
        and not (isinstance(value, (str, bytes)) and len(value) > 200)
    )


def docstring_nodes(tree: ast.AST) -> set[int]:
    """Identities of the nodes that are docstrings."""
    found = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            found.add(id(body[0].value))
    return found


def name_kind(name: str) -> str:
    """The kind of value that a parameter of this name usually takes; '' when it says nothing."""
    for kind, pattern in NAMED:
        if re.search(pattern, name.lower()):
            return kind
    return ""


DOCUMENTED = re.compile(
    r":type\s+(?P<a>\w+):\s*(?P<t>[^\n]+)|:param\s+(?P<t2>[\w\[\], ]+?)\s+(?P<b>\w+):|^\s*(?P<c>\w+)\s*\((?P<t3>[\w\[\], .]+)\)\s*:|^\s*(?P<d>\w+)\s+:\s+(?P<t4>[^\n]+)$",
    re.M,
)


def documented_types(doc: str) -> dict[str, str]:
    """Parameter → words about its type in a docstring (Sphinx, Google and NumPy style)."""
    found: dict[str, str] = {}
    for match in DOCUMENTED.finditer(doc or ""):
        groups = match.groupdict()
        name = groups["a"] or groups["b"] or groups["c"] or groups["d"]
        found[name] = groups["t"] or groups["t2"] or groups["t3"] or groups["t4"] or ""
    return found


WORDS = {
    "str": "str", "string": "str", "text": "str", "int": "int", "integer": "int", "float": "float", "number": "float", "bool": "bool",
    "boolean": "bool", "list": "list", "sequence": "list", "iterable": "list", "tuple": "tuple", "dict": "dict", "dictionary": "dict",
    "mapping": "dict", "set": "set", "callable": "callable", "function": "callable", "bytes": "bytes", "none": "none", "file": "file",
}  # fmt: skip


def words_to_kinds(words: str) -> list[str]:
    """Kinds of values that the words of a documented type name."""
    return [WORDS[word] for word in re.findall(r"[a-z]+", words.lower()) if word in WORDS]


RAISE = dis.opmap["RAISE_VARARGS"]


def is_raising(link: TracebackType) -> bool:
    """Whether a frame raised by a raise statement, and not by what that statement computes for its message."""
    return link.tb_frame.f_code.co_code[link.tb_lasti] == RAISE


class Raises:
    """Where the files of a package have raise statements, read when asked."""

    def __init__(self) -> None:
        self.files: dict[str, set[int]] = {}

    def at(self, path: str, line: int) -> bool:
        """True when the line belongs to a raise statement."""
        if path not in self.files:
            self.files[path] = self._read(path)
        return line in self.files[path]

    def _read(self, path: str) -> set[int]:
        try:
            with open(path, "rb") as file:
                tree = ast.parse(file.read())
        except (OSError, SyntaxError, ValueError):
            return set()
        return {
            n for node in ast.walk(tree) if isinstance(node, ast.Raise) for n in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        }
