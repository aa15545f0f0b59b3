"""What a file takes from other modules of the workspace, each in one line: constructors, members of enumerations, constants."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from runners.languages.python.salvage import parsed
from runners.languages.python.sheet import Function
from runners.languages.tree import read
from testwright.model import Target, Workspace

LARGEST = 1 << 20
MOST = 12
"""Names that are outlined."""
_LONGEST = 200
_CONSTANT = 120
_HANDED_ON = 3
"""Modules that a name is followed through until it is found."""
_ENUM = re.compile(r"(Enum|Flag)$")
_NO_HELP = ("Error", "Exception", "Warning")


def outlines(workspace: Workspace, target: Target, roots: Iterable[str], allowed: Callable[[str], bool]) -> str:
    """Constructors, members of enumerations and constants of the workspace that the file takes from elsewhere; only of allowed files."""
    tree = parsed(read(Path(workspace.root, target.path), LARGEST).decode("utf-8", "replace"))
    if tree is None:
        return ""
    modules = _Modules(workspace, tuple(roots), allowed)
    package = target.module if target.path.endswith("__init__.py") else target.module.rpartition(".")[0]
    lines = (line for module, name in _taken(tree, package, modules) if (line := modules.outline(module, name)))
    return "\n".join(list(dict.fromkeys(lines))[:MOST])


def _taken(tree: ast.Module, package: str, modules: "_Modules") -> Iterator[tuple[str, str]]:
    """(module, name) pairs that the file mentions, also those that it reaches through an imported module."""
    whole: dict[str, str] = {}
    for node in (n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)):
        if isinstance(node, ast.Import):
            whole |= {alias.asname or alias.name: alias.name for alias in node.names}
            continue
        module = absolute(node, package)
        for alias in node.names:
            inner = f"{module}.{alias.name}".lstrip(".")
            if alias.name == "*":
                yield from ((module, name) for name in sorted(_read(tree) & modules.names(module)))
            elif modules.names(inner):
                whole[alias.asname or alias.name] = inner
            else:
                yield module, alias.name
    for part in (n for n in ast.walk(tree) if isinstance(n, ast.Attribute)):
        if through := whole.get(ast.unparse(part.value)):
            yield through, part.attr


def absolute(node: ast.ImportFrom, package: str) -> str:
    """The module that an import names, seen from a package."""
    base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level and package else []
    return ".".join([*base, *([node.module] if node.module else [])])


def _read(tree: ast.Module) -> set[str]:
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


class _Modules:
    """Modules of the workspace, read once each."""

    def __init__(self, workspace: Workspace, roots: tuple[str, ...], allowed: Callable[[str], bool]) -> None:
        self._root, self._roots, self._allowed = Path(workspace.root), roots, allowed
        self._found: dict[str, Mapping[str, ast.stmt]] = {}

    def names(self, module: str) -> frozenset[str]:
        """What a module binds at its top; nothing when it is not of the workspace, or may not be shown."""
        return frozenset(self._statements(module))

    def outline(self, module: str, name: str, steps: int = _HANDED_ON) -> str:
        """A name in one line; '' where there is nothing to say of it."""
        node = self._statements(module).get(name)
        match node:
            case ast.ImportFrom() if steps:
                package = module if self._file(module, "__init__.py") else module.rpartition(".")[0]
                real = next((a.name for a in node.names if (a.asname or a.name) == name), name)
                return self.outline(absolute(node, package), real, steps - 1)
            case ast.ClassDef() if not name.endswith(_NO_HELP):
                return f" {module}.{name}{said}"[:_LONGEST] if (said := _class(node)) else ""
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                return f" {module}.{name} = {_cut(ast.unparse(value), _CONSTANT)}"
        return ""

    def _statements(self, module: str) -> Mapping[str, ast.stmt]:
        if module not in self._found:
            file = self._file(module, "__init__.py") or self._file(module, "")
            tree = parsed(read(file, LARGEST).decode("utf-8", "replace")) if file else None
            self._found[module] = {name: node for node in (tree.body if tree else ()) for name in _bound(node)}
        return self._found[module]

    def _file(self, module: str, inside: str) -> Path | None:
        for root in self._roots if module else ():
            folder = self._root.joinpath(root, *module.split("."))
            file = folder / inside if inside else folder.with_suffix(".py")
            if file.is_file() and self._allowed(file.relative_to(self._root).as_posix()):
                return file
        return None


def _bound(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name for alias in names)
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _class(node: ast.ClassDef) -> str:
    """Members of an enumeration, else how one is made."""
    if any(_ENUM.search(ast.unparse(base)) for base in node.bases):
        members = [n for n in node.body if isinstance(n, ast.Assign) and all(isinstance(t, ast.Name) for t in n.targets)]
        return ": " + ", ".join(_cut(ast.unparse(member), 40) for member in members) if members else ""
    made = next((n for n in node.body if isinstance(n, Function) and n.name == "__init__"), None)
    fields = [ast.unparse(n) for n in node.body if isinstance(n, ast.AnnAssign)]
    if made is None and not fields:
        return ""
    return f"({ast.unparse(made.args).removeprefix('self').lstrip(', ') if made else ', '.join(fields)})"


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split()) if "\n" in text else text
    return text if len(text) <= most else text[:most] + "…"
