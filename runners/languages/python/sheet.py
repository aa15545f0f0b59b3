"""A test file taken apart: imports, what helps, and tests, to be put together anew."""

import ast
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from runners.languages.base import Style
from runners.languages.python.imports import Import, import_lines
from runners.languages.python.modules import bound
from runners.languages.python.salvage import parsed, statements
from testwright.model import TestCase

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Part:
    """One top-level statement: a test, a class of tests, or something that helps them."""

    text: str
    names: frozenset[str]
    """What it binds."""
    uses: frozenset[str]
    """Names that it mentions."""
    tests: tuple[str, ...] = ()
    """The tests in it, as the runner names them."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The file."""

    imports: tuple[Import, ...] = ()
    aliases: Mapping[Import, str] = None  # type: ignore[assignment]
    parts: tuple[Part, ...] = ()
    header: str = ""

    @property
    def tests(self) -> tuple[str, ...]:
        return tuple(name for part in self.parts for name in part.tests)


def sheet(text: str) -> Sheet:
    """Take a text apart. What is no import, function, class or assignment is left out, and so is what does not parse."""
    imports: list[Import] = []
    aliases: dict[Import, str] = {}
    parts: list[Part] = []
    for source in statements(text):
        tree = parsed(source)
        if tree is None:
            continue
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                _import(node, imports, aliases)
            else:
                parts.append(part(source, node))
    header = re.match(r"(?:#[^\n]*\n)*", text)
    return Sheet(tuple(dict.fromkeys(imports)), aliases, tuple(parts), header[0].rstrip("\n") if header else "")


def part(source: str, node: ast.stmt) -> Part:
    """One statement."""
    uses = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    uses |= {a.arg for n in ast.walk(node) if isinstance(n, ast.arguments) for a in (*n.args, *n.kwonlyargs)}  # fixtures
    return Part(source, frozenset(bound([node])), frozenset(uses), _tests(node))


def _tests(node: ast.stmt) -> tuple[str, ...]:
    if isinstance(node, Function) and node.name.startswith("test"):
        return (node.name,)
    if isinstance(node, ast.ClassDef) and (node.name.startswith("Test") or any("TestCase" in ast.dump(base) for base in node.bases)):
        return tuple(f"{node.name}.{n.name}" for n in node.body if isinstance(n, Function) and n.name.startswith("test"))
    return ()


def _import(node: ast.Import | ast.ImportFrom, imports: list[Import], aliases: dict[Import, str]) -> None:
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return
    for alias in node.names:
        module = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        pair = (module, alias.name if isinstance(node, ast.ImportFrom) else "")
        imports.append(pair)
        if alias.asname and alias.asname != (pair[1] or pair[0]):
            aliases[pair] = alias.asname


def visible(pair: Import, aliases: Mapping[Import, str]) -> str:
    """The name that an import binds."""
    return aliases.get(pair) or pair[1] or pair[0].partition(".")[0]


def without(given: Sheet, names: Collection[str]) -> Sheet:
    """The file without some tests, and without what only they needed."""
    parts = [kept for p in given.parts if (kept := _part_without(p, frozenset(names))) is not None]
    return pruned(replace(given, parts=tuple(parts)))


def _part_without(given: Part, names: frozenset[str]) -> Part | None:
    gone = names & set(given.tests)
    if not gone:
        return given
    if gone == set(given.tests):
        return None
    tree = parsed(given.text)
    assert tree is not None
    lines = given.text.split("\n")
    owner = tree.body[0]
    assert isinstance(owner, ast.ClassDef)
    for node in reversed(owner.body):
        if isinstance(node, Function) and f"{owner.name}.{node.name}" in gone:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
            del lines[first : node.end_lineno]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip()
    whole = parsed(text)
    assert whole is not None
    return part(text, whole.body[0])


def pruned(given: Sheet) -> Sheet:
    """Without helpers and imports that nothing uses. Fixtures that run by themselves stay."""
    parts = list(given.parts)
    while True:
        used = {name for p in parts for name in p.uses - (p.names if not p.tests else frozenset())}
        used |= {name for p in parts for q in parts if p is not q for name in q.uses & p.names}
        kept = [p for p in parts if p.tests or p.names & used or "autouse" in p.text or p.names & {"pytestmark"}]
        if len(kept) == len(parts):
            break
        parts = kept
    mentioned = {name for p in parts for name in p.uses}
    imports = tuple(pair for pair in given.imports if visible(pair, given.aliases) in mentioned or pair[1] == "*")
    return replace(given, imports=imports, parts=tuple(parts))


def text_of(given: Sheet, style: Style, first_party: Iterable[str]) -> str:
    """The whole file."""
    lines = import_lines(given.imports, given.aliases, first_party, style)
    blocks = [p.text for p in given.parts]
    body = blocks[0] if blocks else ""
    for before, block in zip(given.parts, blocks[1:], strict=False):
        plain = not before.tests and not re.match(r"(async |def |class |@)", block) and not re.match(r"(async |def |class |@)", before.text)
        body += ("\n" if plain else "\n\n\n") + block
    head = "\n".join(lines)
    plain_first = blocks and not re.match(r"(async |def |class |@)", blocks[0])
    gap = "\n\n" if plain_first else "\n\n\n"
    top = f"{given.header}\n\n" if given.header else ""
    return top + (head + gap if head and body else head) + body + "\n"


def cases(given: Sheet) -> tuple[TestCase, ...]:
    """Each test with its own text."""
    found: list[TestCase] = []
    for p in given.parts:
        if len(p.tests) == 1 and "." not in p.tests[0]:
            found.append(TestCase(p.tests[0], p.text + "\n"))
            continue
        tree = parsed(p.text) if p.tests else None
        owner = tree.body[0] if tree else None
        if isinstance(owner, ast.ClassDef):
            lines = p.text.split("\n")
            for node in owner.body:
                if isinstance(node, Function) and f"{owner.name}.{node.name}" in p.tests:
                    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                    found.append(TestCase(f"{owner.name}.{node.name}", "\n".join(lines[first - 1 : node.end_lineno]) + "\n"))
    return tuple({test.name: test for test in found}.values())
