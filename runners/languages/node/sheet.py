"""A test file taken apart: imports, what tests need, and tests with the groups they stand in; and put together in a project's style."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from runners.formats.text import one_line
from runners.languages.base import Style
from runners.languages.node.heads import MORE_WORDS, OTHER_WORDS, RUNNERS, runner_lines, word_of
from runners.languages.node.imports import Import, written_lines
from runners.languages.node.layout import quoted
from runners.languages.node.reader import Reader
from runners.languages.node.tokens import renamed
from testwright.model import TestCase

_MOST = 1000
_ASSERTING = frozenset({"assert", "node:assert"})


@dataclass(frozen=True, slots=True)
class Part:
    """A statement of a test file, not indented."""

    kind: str
    """'test', 'hook' (runs around tests) or 'setup' (binds names)."""
    path: tuple[str, ...]
    """Titles of the groups it stands in."""
    text: str
    title: str = ""
    raw: str = ""
    """The title as it is written."""
    binds: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    fixed: frozenset[int] = frozenset()
    """Lines (from 0) that begin inside of a text and are not indented."""
    asserts: bool = False
    """An assertion in it can fail."""
    hidden: str = ""
    """A private name that it uses."""

    @property
    def name(self) -> str:
        """What a runner calls the test."""
        return " > ".join((*self.path, self.title))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file. Imports name modules as the file does, and hold none of the runner's own."""

    imports: tuple[Import, ...] = ()
    parts: tuple[Part, ...] = ()
    header: str = ""

    @property
    def tests(self) -> tuple[Part, ...]:
        return tuple(p for p in self.parts if p.kind == "test")


def sheet(texts: Sequence[str], name: str, style: Style, reader: Reader) -> Sheet:
    """What these texts hold that belongs into a test file of this name."""
    about = {"blocks": list(texts), "name": name, "style": _look(style)}
    said = reader.ask("sheet", about)
    if not isinstance(said, dict):
        return Sheet()
    header = texts[0].partition("\n")[0] if len(texts) == 1 and texts[0].startswith("// ") else ""
    imports = (_import(entry) for entry in _rows(said, "imports"))
    parts = (_part(entry) for entry in _rows(said, "parts"))
    own = tuple(dict.fromkeys(each for each in imports if each is not None and not _of_runner(each, style)))
    return Sheet(own, tuple(p for p in parts if p is not None), header)


def cases(given: Sheet) -> tuple[TestCase, ...]:
    """The tests of a file."""
    return tuple(TestCase(p.name, p.text + "\n") for p in given.tests)


def without(given: Sheet, names: Collection[str]) -> Sheet:
    """The file without some tests, and without what only those needed."""
    return pruned(replace(given, parts=tuple(p for p in given.parts if p.kind != "test" or p.name not in names)))


def pruned(given: Sheet) -> Sheet:
    """Without what no test needs: groups without tests, what is bound and not used, imports of it."""
    places = {p.path[:depth] for p in given.tests for depth in range(len(p.path) + 1)}
    parts = [p for p in given.parts if p.path in places]
    while True:
        used = {name for p in parts for name in p.uses}
        kept = [p for p in parts if p.kind != "setup" or not p.binds.isdisjoint(_used_by_others(p, parts))]
        if len(kept) == len(parts):
            break
        parts = kept
    return replace(given, parts=tuple(parts), imports=tuple(each for each in given.imports if each.local in used))


def _used_by_others(part: Part, parts: Iterable[Part]) -> set[str]:
    return {name for p in parts if p is not part for name in p.uses}


def spelled(given: Sheet, changes: Mapping[str, str]) -> Sheet:
    """With other names for what is bound at the top, and for imports."""
    if not changes:
        return given

    def new(names: frozenset[str]) -> frozenset[str]:
        return frozenset(changes.get(name, name) for name in names)

    table = dict(changes)
    parts = tuple(replace(p, text=renamed(p.text, table), binds=new(p.binds), uses=new(p.uses)) for p in given.parts)
    return replace(given, parts=parts, imports=tuple(replace(i, local=changes.get(i.local, i.local)) for i in given.imports))


def text_of(given: Sheet, style: Style) -> str:
    """The file, in the style of the project."""
    used = {name for p in given.parts for name in p.uses} - {each.local for each in given.imports}
    used |= {"describe"} if any(p.path for p in given.parts) else set()
    used -= {name for p in given.parts if not p.path for name in p.binds}
    known = OTHER_WORDS if style.framework in ("mocha", "node:test") else MORE_WORDS
    lines = [*runner_lines(used, style, known), *written_lines(given.imports, style)]
    strict = ["'use strict'" + style.facts.get("semi", "")] if style.facts.get("strict") else []
    top = [f"// {given.header.removeprefix('//').strip()}\n"] if given.header else []
    head = "\n".join([*top, *strict, *lines])
    body = "\n".join(_blocks(given.parts, 0, style))
    return f"{head}\n\n{body}\n" if head else f"{body}\n"


# ---- putting together ------------------------------------------------------------------------------------------------


def _blocks(parts: Sequence[Part], depth: int, style: Style) -> list[str]:
    """What tests need, then groups and tests in the order of their first tests; blank lines between all but short statements."""
    pad, found, done = style.indent * depth, list[str](), set[str]()
    own = [p for p in parts if len(p.path) == depth and p.kind != "test"]
    for before, p in zip([None, *own], own, strict=False):
        close = before is not None and before.kind == p.kind == "setup" and "\n" not in before.text + p.text
        found += [*([] if close or before is None else [""]), *_indented(p, pad)]
    for p in parts:
        if len(p.path) == depth:
            found += ["", *_indented(p, pad)] if p.kind == "test" else []
            continue
        name = p.path[depth]
        if name not in done:
            done.add(name)
            inner = _blocks([other for other in parts if len(other.path) > depth and other.path[depth] == name], depth + 1, style)
            found += ["", f"{pad}describe({quoted(name, style)}, () => {{", *inner, f"{pad}}}){style.facts.get('semi', '')}"]
    return found[1:] if found and not found[0] else found


def _indented(part: Part, pad: str) -> list[str]:
    return [pad + line if line.strip() and i not in part.fixed else line for i, line in enumerate(part.text.split("\n"))]


# ---- reading ---------------------------------------------------------------------------------------------------------


def _look(style: Style) -> dict[str, str]:
    facts = style.facts
    return {"indent": style.indent, "semi": facts.get("semi", ""), "quote": style.quote, "word": word_of(style)}


def _of_runner(each: Import, style: Style) -> bool:
    """Whether an import is one that is written anew: words of runners, and of the library that the project asserts with."""
    library = style.facts.get("expect", "expect")
    whole = each.name in ("default", "*")
    return (
        each.module in RUNNERS.values()
        or (library == "chai" and each.module == "chai" and each.local == "expect")
        or (each.local == "assert" and whole and each.module in (_ASSERTING | {style.facts.get("assert", "node:assert")}))
    )


def _rows(said: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = said.get(key)
    return [row for row in rows[:_MOST] if isinstance(row, dict)] if isinstance(rows, list) else []


def _import(entry: Mapping[str, Any]) -> Import | None:
    module, name, local = (str(entry.get(key, "")) for key in ("module", "name", "local"))
    return Import(module, name, local, entry.get("type") is True) if 0 < len(module) < 500 and len(name + local) < 500 else None


def _part(entry: Mapping[str, Any]) -> Part | None:
    kind, text, path = entry.get("kind"), entry.get("text"), entry.get("path")
    if not isinstance(kind, str) or not isinstance(text, str) or not isinstance(path, list):
        return None
    fixed = entry.get("fixed")
    return Part(
        kind,
        tuple(str(title) for title in path),
        text,
        str(entry.get("title", "")),
        str(entry.get("raw", "")),
        _names(entry, "binds"),
        _names(entry, "uses"),
        frozenset(line for line in fixed if isinstance(line, int)) if isinstance(fixed, list) else frozenset(),
        entry.get("asserts") is True,
        one_line(str(entry.get("hidden", "")), 100),
    )


def _names(entry: Mapping[str, Any], key: str) -> frozenset[str]:
    names = entry.get(key)
    return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()
