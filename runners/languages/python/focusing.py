"""What somebody who shall write tests for a file has to see of it: the units with something uncovered, and what they stand on."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from runners.languages.base import Focus
from runners.languages.python.joining import joinable, joined, without_notes
from runners.languages.python.salvage import parsed
from runners.languages.python.sheet import Function
from runners.languages.python.slicing import documentation, first_line, head, shown, span
from runners.languages.python.touching import touched
from runners.languages.tree import read
from testwright.model import Arc, Target, Workspace

LARGEST = 1 << 20
TOP = "<module>"
"""The name of what stands outside of functions and classes and runs when the module is imported."""
_CONSTANT = 400
_OUTLINE = 120
_FIELDS = 12
_CALLERS = 2
_TOLD = 8
"""In a run of marked lines every such one tells its number."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A function, a method, or a statement at the top of the module."""

    name: str
    node: ast.stmt

    @property
    def inside(self) -> range:
        """The lines that do not run when the module is imported; at the top of the module all of them."""
        return range(head(self.node).stop, span(self.node).stop) if isinstance(self.node, Function) else span(self.node)


def focus(workspace: Workspace, target: Target, lines: frozenset[int], branches: frozenset[Arc], most: int) -> tuple[Focus, ...]:
    """The code to be tested, shortened, in pieces of about `most` characters.

    `>` marks lines that never ran, `?` those with a way out that was never taken; the first of a run tells its number.
    """
    text = read(Path(workspace.root, target.path), LARGEST).decode("utf-8", "replace")
    tree = parsed(text)
    if tree is None:
        return ()
    units = list(_units(tree.body))
    forks = frozenset(a for a, b in branches) - lines
    wanted = [u for u in units if not (lines | forks).isdisjoint(u.inside)]
    page = _Page(target.module, text.split("\n"), tree, units, lines, forks)
    return tuple(_pieces(page, [*wanted, *_at_the_top(tree.body, lines, forks)], most))


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


def _units(body: Iterable[ast.stmt], owner: str = "") -> Iterator[_Unit]:
    for node in body:
        if isinstance(node, Function):
            yield _Unit(f"{owner}{node.name}", node)
        elif isinstance(node, ast.ClassDef):
            yield from _units(node.body, f"{owner}{node.name}.")
        elif isinstance(node, ast.If | ast.Try):
            yield from _units([*node.body, *node.orelse], owner)


def _at_the_top(body: list[ast.stmt], lines: frozenset[int], forks: frozenset[int]) -> Iterator[_Unit]:
    """Statements that run when the module is imported, and did not wholly. Of a module that was never imported none: they will run."""
    said = body[:1] if body and isinstance(body[0], ast.Expr) else []
    plain = [node for node in body[len(said) :] if not isinstance(node, Function | ast.ClassDef)]
    if not plain or plain[0].lineno in lines:
        return
    for node in plain:
        inner = {n for u in _units([node]) for n in u.inside}
        for_types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not for_types and (lines | forks) & (frozenset(span(node)) - inner):
            yield _Unit(TOP, node)


@dataclass(frozen=True, slots=True)
class _Page:
    """The file, to be shown in parts."""

    module: str
    lines: list[str]
    tree: ast.Module
    units: list[_Unit]
    missing: frozenset[int]
    forks: frozenset[int]

    def focus(self, group: list[_Unit]) -> Focus:
        """One piece."""
        count = sum(1 for u in group for n in u.inside if n in self.missing or n in self.forks)
        return Focus(tuple(u.name for u in group), self.show(group), count, tuple(self._hints(group)))

    def _hints(self, group: list[_Unit]) -> Iterator[str]:
        touches = touched(self.tree, [u.node for u in group])
        if touches:
            outside = "; ".join(touches)
            yield f"It reaches outside ({outside}): files go into a temporary folder, the rest is patched as the module names it."
        if any(u.name == TOP for u in group):
            yield (
                f'Lines outside of functions run on import: `runpy.run_module("{self.module}", run_name=...)`, '
                "with `sys.modules[name]` patched to None where an import has to fail."
            )

    def show(self, group: list[_Unit]) -> str:
        """Imports and constants that are used, what is wanted of the units, what they call and who calls them in outline."""
        wanted = self.missing | self.forks
        kept = {id(u.node): shown(u.node, wanted & frozenset(u.inside)) for u in group}
        kept |= {id(u.node): lines for u, lines in self._callers(group) if id(u.node) not in kept}
        lines = frozenset().union(*kept.values())
        used = set(self.used_in(lines, [u.node for u in self.units if id(u.node) in kept] + [u.node for u in group if u.name == TOP]))
        view = _View(self, kept, used, frozenset(_owners(self.tree, kept)))
        return "\n".join(_merged(line for node in self.tree.body for line in view.top(node)))

    def used_in(self, lines: frozenset[int], nodes: Iterable[ast.AST]) -> Iterator[str]:
        """Names in these lines."""
        for node in nodes:
            for n in ast.walk(node):
                if isinstance(n, ast.Name) and n.lineno in lines:
                    yield n.id
                elif isinstance(n, ast.Attribute) and (n.end_lineno or n.lineno) in lines:
                    yield n.attr

    def _callers(self, group: list[_Unit]) -> Iterator[tuple[_Unit, frozenset[int]]]:
        """Public units through which private ones are reached, each with the lines that call."""
        found: dict[str, tuple[_Unit, frozenset[int]]] = {}
        seen = {u.name for u in group}
        hidden = [u for u in group if _private(u.name)]
        for _ in range(3):
            called = {u.name.rpartition(".")[2] for u in hidden}
            hidden = []
            for unit in self.units:
                lines = frozenset(line for name, line in _calls(unit.node) if name in called)
                if lines and unit.name not in seen:
                    seen.add(unit.name)
                    found[unit.name] = unit, shown(unit.node, frozenset([min(lines)]), only=True)
                    hidden += [unit] if _private(unit.name) else []
        yield from sorted(found.values(), key=lambda pair: (_private(pair[0].name), len(pair[1])))[:_CALLERS]

    def excerpt(self, node: ast.stmt, lines: Collection[int]) -> list[str]:
        """These lines of a statement, each with its mark; what is left out between them is `...`."""
        out, gap, lead, told = [], "", 0, -_TOLD
        if isinstance(node, Function) and (end := self._end_of_signature(node)) > first_line(node):
            out, lead = [f" {' ' * node.col_offset}{_signature(node)}:"], end + 1 - first_line(node)
        whole = self._joined(node, lines)
        inside = frozenset(n for first, (rest, _) in whole.items() for n in range(first + 1, rest))
        for number in span(node)[lead:]:
            if number in inside:
                continue
            end, text = whole.get(number, (number + 1, without_notes(self.lines[number - 1].rstrip())))
            if not text or (text.lstrip().startswith("#") and not {number - 1, number, number + 1} & self.missing):
                continue
            if number not in lines:
                told = -_TOLD
                gap = gap or f" {text[: len(text) - len(text.lstrip())]}..."
                continue
            out += [gap] if gap else []
            gap = ""
            mark = ">" if number in self.missing else "?" if number in self.forks else " "
            told = number if mark != " " and not told < number < told + _TOLD else told
            out.append(f"{mark}{text}  # {number}" if told == number else mark + text)
            told = told if mark != " " and end == number + 1 else -_TOLD  # nobody can count on over lines that became one
        return [*out, gap] if gap else out

    def _joined(self, node: ast.stmt, lines: Collection[int]) -> dict[int, tuple[int, str]]:
        """First line → end and text of what has several lines and is told in one: statements that are shown whole, and documentation."""
        found: dict[int, tuple[int, str]] = {}
        said = documentation(node)
        if len(said) > 1 and isinstance(node, Function):
            found[said.start] = said.stop, f'{" " * (node.col_offset + 4)}"""{_said(node)}"""'
        for part in joinable(node):
            rest = frozenset(part[1:])
            if rest <= frozenset(lines) and rest.isdisjoint(self.missing | self.forks):
                text = joined(self.lines[part.start - 1 : part.stop - 1])
                if text:
                    found[part.start] = part.stop, text
        return found

    def _end_of_signature(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        parts = [n.end_lineno or 0 for n in ast.walk(node.args) if isinstance(n, ast.expr | ast.arg)]
        last = max([node.lineno, *parts, (node.returns.end_lineno or 0) if node.returns else 0])
        while last < first_line(node.body[0]) - 1 and not re.search(r":\s*(#.*)?$", self.lines[last - 1]):
            last += 1
        return last


@dataclass(frozen=True, slots=True)
class _View:
    """What of a file is shown: some lines of some statements, and of the rest what these use."""

    page: _Page
    kept: dict[int, frozenset[int]]
    used: set[str]
    owners: frozenset[int]
    """Classes that hold what is shown."""

    def top(self, node: ast.stmt) -> list[str]:
        """A statement of the module."""
        if id(node) in self.kept and not isinstance(node, Function):
            return self.page.excerpt(node, self.kept[id(node)])
        match node:
            case ast.Import() | ast.ImportFrom():
                return self._import(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return self._function(node, node.name in self.used)
            case ast.ClassDef():
                return self._class(node)
            case ast.Assign() | ast.AnnAssign():
                names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
                return [" " + _cut(ast.unparse(node), _CONSTANT)] if names & self.used else []
            case ast.If() | ast.Try():
                return [line for inner in (*node.body, *node.orelse) for line in self.top(inner)]
        return []

    def _import(self, node: ast.Import | ast.ImportFrom) -> list[str]:
        names = [a for a in node.names if (a.asname or a.name.partition(".")[0]) in self.used]
        if not names:
            return []
        few = ast.Import(names) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, names, node.level)
        return [" " + ast.unparse(few)]

    def _class(self, node: ast.ClassDef) -> list[str]:
        wanted = id(node) in self.owners
        if not wanted and node.name not in self.used:
            return []
        lead = " " * (node.col_offset + 1)
        bases = ", ".join(ast.unparse(base) for base in (*node.bases, *node.keywords))
        out = [f"{lead}@{_cut(ast.unparse(d), _OUTLINE)}" for d in node.decorator_list]
        out.append(f"{lead}class {node.name}({bases}):".replace("()", ""))
        first = len(out)
        made = any(isinstance(inner, Function) and inner.name == "__init__" for inner in node.body)
        mine = self._used_in(node) if wanted else frozenset()
        fields = 0
        for inner in node.body:
            if isinstance(inner, Function):
                out += self._function(inner, inner.name == "__init__" or inner.name in mine)
            elif isinstance(inner, ast.ClassDef):
                out += self._class(inner)
            elif isinstance(inner, ast.AnnAssign | ast.Assign):
                names = {n.id for n in ast.walk(inner) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
                fields += not made and isinstance(inner, ast.AnnAssign)
                if names & self.used or (not made and isinstance(inner, ast.AnnAssign) and fields <= _FIELDS):
                    out.append(" " * (inner.col_offset + 1) + _cut(ast.unparse(inner), _CONSTANT))
        return out if len(out) > first else [*out[:-1], out[-1] + " ..."]

    def _used_in(self, node: ast.ClassDef) -> frozenset[str]:
        """Names in what is shown of a class: other classes' methods of these names are theirs."""
        inside = [n for n in ast.walk(node) if id(n) in self.kept]
        lines = frozenset[int]().union(*(self.kept[id(n)] for n in inside))
        return frozenset(self.page.used_in(lines, inside))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, known: bool) -> list[str]:
        if id(node) in self.kept:
            return self.page.excerpt(node, self.kept[id(node)])
        return [_outline(node)] if known else []


def _owners(tree: ast.Module, kept: Collection[int]) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(id(inner) in kept for inner in ast.walk(node)):
            yield id(node)


def _merged(lines: Iterable[str]) -> list[str]:
    """Imports from one module that follow one another become one."""
    out: list[str] = []
    for line in lines:
        start, found, names = line.partition(" import ")
        if found and start.startswith(" from ") and out and out[-1].startswith(start + found):
            out[-1] += f", {names}"
        else:
            out.append(line)
    return out


def _outline(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """A function in one line: how it is called, and the first line of its documentation."""
    text = f" {' ' * node.col_offset}{_cut(_signature(node), _OUTLINE)}: ..."
    said = _said(node)
    return text + (f"  # {_cut(said, 60)}" if said and node.name != "__init__" else "")


def _said(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The first line of what a function says of itself."""
    return (ast.get_docstring(node) or "").strip().split("\n")[0]


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    marks = "".join(f"@{_cut(ast.unparse(d), 60)} " for d in node.decorator_list)
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{marks}{word} {node.name}({ast.unparse(node.args)}){returns}"


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split()) if "\n" in text else text
    return text if len(text) <= most else text[:most] + "…"


def _private(name: str) -> bool:
    return any(part.startswith("_") and not part.startswith("__") for part in name.split("."))


def _calls(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Names that are called, or taken from `self`, each with its line."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""
            yield name, call.lineno
        elif isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id in ("self", "cls"):
            yield call.attr, call.lineno
