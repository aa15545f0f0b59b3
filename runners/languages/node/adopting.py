"""JavaScript tests that somebody else proposed: taken in, put right where a rule is enough, objected to, cut and joined."""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from runners.languages.base import Style
from runners.languages.node.imports import GLOBALS, written
from runners.languages.node.layout import quoted
from runners.languages.node.modules import Importable
from runners.languages.node.placing import specifier, test_path
from runners.languages.node.reader import Reader
from runners.languages.node.sheet import Part, Sheet, cases, pruned, sheet, spelled, text_of
from runners.languages.node.sheet import without as _without
from testwright.model import Candidate, Environment, Reason, Target, Verdict, Workspace

ENGINE = "llm"
_HOOKS = frozenset({"after", "afterAll", "afterEach", "before", "beforeAll", "beforeEach", "mock"})
_LOADED = re.compile(
    r"(?P<before>\b(?:import|require|require\.resolve|(?:vi|jest)\.(?:mock|doMock|unmock|dontMock|importActual|importMock|requireActual))"
    r"\(\s*)(?P<quote>['\"])(?P<module>\.{1,2}/[^'\"\n]+)(?P=quote)"
)


def adopt(
    blocks: Iterable[str],
    workspace: Workspace,
    environment: Environment,
    target: Target,
    style: Style,
    header: str,
    taken: Collection[str],
    reader: Reader,
) -> Candidate:
    """A candidate of everything in these texts that is a test; imports are put right. It may hold no test at all."""
    path = test_path(workspace, target, style)
    known = Importable.of(workspace, environment, target, path, reader)
    whole = _apart(_once(sheet(list(blocks), path, style, reader)), frozenset(taken), style)
    whole = _with_right_paths(_with_missing(_with_right_imports(whole, known), known), known, workspace, style)
    imports = tuple(dict.fromkeys(written(each, path, workspace, style) for each in whole.imports))
    made = pruned(replace(whole, imports=imports, header=f"// {header.removeprefix('//').strip()}" if header else ""))
    return candidate_of(made, path, style)


def without(candidate: Candidate, names: Collection[str], style: Style, reader: Reader) -> Candidate:
    """The candidate without some of its tests, and without what only those needed."""
    if not names:
        return candidate
    return candidate_of(_without(sheet([candidate.text], candidate.path, style, reader), names), candidate.path, style, candidate)


def joined(first: Candidate, second: Candidate, style: Style, reader: Reader) -> Candidate:
    """One file with the tests of both; what has a name of the first is renamed in the second."""
    if not first.tests:
        return second
    a = sheet([first.text], first.path, style, reader)
    b = _apart(sheet([second.text], second.path, style, reader), frozenset(test.name for test in a.tests), style)
    b = _distinct(a, b)
    have = {(p.kind, p.path, p.text) for p in a.parts if p.kind != "test"}
    parts = (*a.parts, *(p for p in b.parts if (p.kind, p.path, p.text) not in have))
    both = Sheet(tuple(dict.fromkeys((*a.imports, *b.imports))), parts, a.header)
    return replace(candidate_of(both, first.path, style, first), engine="hybrid")


def objections(candidate: Candidate, style: Style, reader: Reader) -> tuple[Verdict, ...]:
    """Tests that need not be run to be refused: they assert nothing that can fail, or reach into what is private."""
    found: list[Verdict] = []
    for p in sheet([candidate.text], candidate.path, style, reader).tests:
        if not p.asserts:
            found.append(Verdict(p.name, Reason.ASSERTS_NOTHING, "no assertion on a result, and no expected error"))
        elif p.hidden:
            found.append(Verdict(p.name, Reason.PRIVATE, f"it uses {p.hidden}; reach it through public names"))
    return tuple(found)


def candidate_of(given: Sheet, path: str, style: Style, old: Candidate | None = None) -> Candidate:
    """The file; what is known of tests that it was made from stays known."""
    observations = {test.name: test.observations for test in old.tests} if old else {}
    tests = tuple(replace(test, observations=observations.get(test.name, ())) for test in cases(given))
    return Candidate(path, text_of(given, style) if tests else "", tests, old.engine if old else ENGINE)


# ---- names -----------------------------------------------------------------------------------------------------------


def _once(given: Sheet) -> Sheet:
    """Every test once; a later statement replaces an earlier one that binds the same."""
    parts: dict[object, Part] = {}
    for p in given.parts:
        key: object = (p.path, p.text.replace(p.raw, "", 1)) if p.kind == "test" else (p.path, p.kind, p.binds or p.text)
        parts.setdefault(key, p) if p.kind == "test" else parts.update({key: p})
    return replace(given, parts=tuple(parts.values()))


def _apart(given: Sheet, taken: frozenset[str], style: Style) -> Sheet:
    """With titles that no other test has, and groups of their own for what runs around tests."""
    groups = {name.split(" > ")[0] for name in taken if " > " in name}
    around = {p.path[0] for p in given.parts if p.path and p.kind != "test"} & groups
    parts: list[Part] = []
    names = set(taken)
    for p in given.parts:
        path = (f"{p.path[0]} (more)", *p.path[1:]) if p.path and p.path[0] in around else p.path
        p = replace(p, path=path)
        while p.kind == "test" and p.name in names:
            p = _titled(p, f"{p.title} again", style)
        names |= {p.name} if p.kind == "test" else set()
        parts.append(p)
    return replace(given, parts=tuple(parts))


def _titled(part: Part, title: str, style: Style) -> Part:
    raw = f"`{title}`" if part.raw.startswith("`") else quoted(title, style)
    return replace(part, title=title, raw=raw, text=part.text.replace(part.raw, raw, 1))


def _distinct(a: Sheet, b: Sheet) -> Sheet:
    """The second with other names for what means something else in the first."""
    there = {name: p.text for p in a.parts if not p.path for name in p.binds} | {
        each.local: f"{each.module} {each.name}" for each in a.imports
    }
    here = {name: p.text for p in b.parts if not p.path for name in p.binds} | {
        each.local: f"{each.module} {each.name}" for each in b.imports
    }
    changes: dict[str, str] = {}
    for name, meaning in here.items():
        new = name
        while there.get(new, meaning) != meaning or (new != name and new in here):
            new += "More"
        changes |= {name: new} if new != name else {}
    return spelled(b, changes)


# ---- imports ---------------------------------------------------------------------------------------------------------


def _with_right_imports(given: Sheet, known: Importable) -> Sheet:
    """Imports of what is not there are turned to the target where it has the name, else left out."""
    right = (known.right(each) for each in given.imports if each.local)
    return replace(given, imports=tuple(dict.fromkeys(each for each in right if each is not None)))


def _with_missing(given: Sheet, known: Importable) -> Sheet:
    """Imports for names that nothing binds."""
    have = {each.local for each in given.imports} | {name for p in given.parts for name in p.binds}
    missing = {name for p in given.parts for name in p.uses} - have - GLOBALS - _HOOKS
    found = [known.missing(name) for name in sorted(missing)]
    return replace(given, imports=(*given.imports, *(each for each in found if each is not None)))


def _with_right_paths(given: Sheet, known: Importable, workspace: Workspace, style: Style) -> Sheet:
    """Files that are loaded inside of tests, by their right paths."""

    def right(match: re.Match[str]) -> str:
        module = known.module(match["module"])
        named = specifier(known.path, module, style, known.root) if module else match["module"]
        return f"{match['before']}{match['quote']}{named}{match['quote']}"

    return replace(given, parts=tuple(replace(p, text=_LOADED.sub(right, p.text)) for p in given.parts))
