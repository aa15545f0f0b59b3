"""What somebody who shall write tests for a file has to see of it: the units with something uncovered, and what they stand on."""

import ast
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from runners.languages.base import Focus, Style
from runners.languages.python.salvage import parsed
from runners.languages.python.sheet import Function
from runners.languages.python.sources import files, read, tests
from testwright.model import Arc, Target, Workspace

LARGEST = 1 << 20
DOCSTRING = 3
"""Lines of a docstring that are shown of a unit that is not itself asked for."""
SAMPLE = 14
_OUTLINED = 6
_CONSTANT = 200


@dataclass(frozen=True, slots=True)
class _Unit:
    """A function or a method, or all that stands at the top of the module."""

    name: str
    node: Function
    owner: ast.ClassDef | None = None

    @property
    def first(self) -> int:
        return min([self.node.lineno, *(d.lineno for d in self.node.decorator_list)])

    @property
    def span(self) -> range:
        return range(self.first, (self.node.end_lineno or self.node.lineno) + 1)


def focus(workspace: Workspace, target: Target, lines: frozenset[int], branches: frozenset[Arc], most: int) -> tuple[Focus, ...]:
    """The code to be tested, shortened, in pieces of about `most` characters.

    `>` marks lines that never ran, `?` those with a way out that was never taken.
    """
    text = read(Path(workspace.root, target.path), LARGEST).decode("utf-8", "replace")
    tree = parsed(text)
    if tree is None:
        return ()
    units = list(_units(tree.body, None))
    lines -= {line for u in units for line in _head(u)}  # they ran when the module was imported
    forks = {a for a, b in branches} - lines
    wanted = [u for u in units if any(line in lines or line in forks for line in u.span)]
    page = _Page(text.split("\n"), tree, units, lines, frozenset(forks))
    return tuple(_pieces(page, wanted, most))


def _head(unit: _Unit) -> range:
    return range(unit.first, unit.node.body[0].lineno)


def _pieces(page: "_Page", wanted: list[_Unit], most: int) -> Iterator[Focus]:
    """Neighbours go together until a piece is full."""
    group: list[_Unit] = []
    for unit in wanted:
        if group and len(page.show([*group, unit])) > most:
            yield page.focus(group)
            group = []
        group.append(unit)
    if group:
        yield page.focus(group)


def _units(body: Iterable[ast.stmt], owner: ast.ClassDef | None) -> Iterator[_Unit]:
    for node in body:
        if isinstance(node, Function):
            yield _Unit(f"{owner.name}.{node.name}" if owner else node.name, node, owner)
        elif isinstance(node, ast.ClassDef) and owner is None:
            yield from _units(node.body, node)
        elif isinstance(node, ast.If | ast.Try):
            yield from _units([*node.body, *node.orelse], owner)


@dataclass(frozen=True, slots=True)
class _Page:
    """The file, to be shown in parts."""

    lines: list[str]
    tree: ast.Module
    units: list[_Unit]
    missing: frozenset[int]
    forks: frozenset[int]

    def focus(self, group: list[_Unit]) -> Focus:
        count = sum(1 for u in group for n in u.span if n in self.missing or n in self.forks)
        return Focus(tuple(u.name for u in group), self.show(group), count)

    def show(self, group: list[_Unit]) -> str:
        """Imports and constants that are used, the wanted units whole, what they call and who calls them in outline."""
        names = {u.name for u in group}
        whole = {*names, *self._callers(group)}
        nodes = [u.node for u in self.units if u.name in whole]
        used = {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}
        used |= {n.attr for node in nodes for n in ast.walk(node) if isinstance(n, ast.Attribute)}
        out: list[str] = []
        for node in self.tree.body:
            out += self._top(node, whole, used)
        return "\n".join(out)

    def _callers(self, group: list[_Unit]) -> set[str]:
        """Public units through which private ones are reached."""
        found: set[str] = set()
        hidden = [u for u in group if _private(u.name)]
        for _ in range(3):
            called = {u.name.rpartition(".")[2] for u in hidden}
            callers = [u for u in self.units if u.name not in found and called & set(_called(u.node))]
            found |= {u.name for u in callers if not _private(u.name) or u not in hidden}
            hidden = [u for u in callers if _private(u.name)]
        return set(sorted(found)[:4])

    def _top(self, node: ast.stmt, whole: Collection[str], used: Collection[str]) -> list[str]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound = {a.asname or a.name.partition(".")[0] for a in node.names}
            return [" " + ast.unparse(node)] if bound & set(used) else []
        if isinstance(node, Function):
            return self._function(node, node.name in whole, node.name in used)
        if isinstance(node, ast.ClassDef):
            return self._class(node, whole, used)
        if isinstance(node, ast.Assign | ast.AnnAssign):
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            if names & set(used):
                text = ast.unparse(node)
                return [" " + (text if len(text) <= _CONSTANT else text[:_CONSTANT] + "…")]
            return []
        if isinstance(node, ast.If | ast.Try):
            return [line for inner in (*node.body, *node.orelse) for line in self._top(inner, whole, used)]
        return []

    def _class(self, node: ast.ClassDef, whole: Collection[str], used: Collection[str]) -> list[str]:
        wanted = any(f"{node.name}.{n.name}" in whole for n in node.body if isinstance(n, Function))
        if not wanted and node.name not in used:
            return []
        head = ast.unparse(ast.ClassDef(node.name, node.bases, node.keywords, [ast.Pass()], node.decorator_list)).rsplit("\n", 1)[0]
        out = [" " + line for line in head.split("\n")]
        for inner in node.body:
            if isinstance(inner, Function):
                known = inner.name == "__init__" or inner.name in used
                out += self._function(inner, f"{node.name}.{inner.name}" in whole, known and (wanted or inner.name == "__init__"))
            elif isinstance(inner, ast.AnnAssign | ast.Assign):
                out.append("     " + ast.unparse(inner)[:_CONSTANT])
        return out if len(out) > head.count("\n") + 1 else [*out, "     ..."]

    def _function(self, node: Function, whole: bool, known: bool) -> list[str]:
        if not whole and not known:
            return []
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        if whole:
            return [self._marked(n) for n in range(first, (node.end_lineno or node.lineno) + 1) if self.lines[n - 1].strip()]
        end = node.body[0].lineno - 1 if node.body[0].lineno > node.lineno else node.lineno
        head = [" " + line for line in self.lines[first - 1 : end]]
        if head:
            head[-1] += " ..."
        said = (ast.get_docstring(node) or "").strip().split("\n")[0]
        return [*head[:-1], head[-1] + f"  # {said[:100]}"] if said and head else head

    def _marked(self, number: int) -> str:
        mark = ">" if number in self.missing else "?" if number in self.forks else " "
        return mark + self.lines[number - 1].rstrip()


def _private(name: str) -> bool:
    return any(part.startswith("_") and not part.startswith("__") for part in name.split("."))


def _called(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            yield call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""
        elif isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id in ("self", "cls"):
            yield call.attr


def outlines(workspace: Workspace, target: Target, roots: Iterable[str], allowed: Callable[[str], bool]) -> str:
    """Constructors of the workspace's own classes that the file takes from elsewhere."""
    tree = parsed(read(Path(workspace.root, target.path), LARGEST).decode("utf-8", "replace"))
    found: list[str] = []
    for node in tree.body if tree else ():
        if isinstance(node, ast.ImportFrom) and node.module:
            base = target.module.split(".")[: -node.level] if node.level else []
            module = ".".join([*base, node.module])
            names = {alias.name for alias in node.names if alias.name[:1].isupper()}
            for root in roots:
                file = Path(workspace.root, root, *module.split(".")).with_suffix(".py")
                if names and file.is_file() and allowed(file.relative_to(workspace.root).as_posix()):
                    found += _outlines(file, module, names)
    return "\n".join(found[:_OUTLINED])


def _outlines(file: Path, module: str, names: Collection[str]) -> Iterator[str]:
    tree = parsed(read(file, LARGEST).decode("utf-8", "replace"))
    for node in tree.body if tree else ():
        if isinstance(node, ast.ClassDef) and node.name in names:
            made = next((n for n in node.body if isinstance(n, Function) and n.name == "__init__"), None)
            fields = [ast.unparse(n) for n in node.body if isinstance(n, ast.AnnAssign)]
            if made is not None or fields:
                taken = ast.unparse(made.args).removeprefix("self").lstrip(", ") if made else ", ".join(fields)
                yield f" {module}.{node.name}({taken})"[:_CONSTANT]


def sample(workspace: Workspace, style: Style, allowed: Callable[[str], bool]) -> str:
    """A short test of the project's own, to look like."""
    best = ""
    for path in tests(files(workspace))[:20]:
        if not allowed(path):
            continue
        if style.folder not in (".", "") and not path.startswith(style.folder):
            continue
        text = read(Path(workspace.root, path), LARGEST).decode("utf-8", "replace")
        tree = parsed(text)
        for node in _test_nodes(tree.body if tree else ()):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            lines = text.split("\n")[first - 1 : node.end_lineno]
            if 3 <= len(lines) <= SAMPLE and (not best or len(lines) < best.count("\n") + 1):
                best = "\n".join(lines)
    return best


def _test_nodes(body: Iterable[ast.stmt]) -> Iterator[Function]:
    for node in body:
        if isinstance(node, Function) and node.name.startswith("test"):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from _test_nodes(node.body)
