"""Python tests that somebody else proposed: taken in, mended where a rule is enough, objected to, cut and joined."""

import ast
import builtins
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from runners.languages.base import Style
from runners.languages.python import proof
from runners.languages.python.imports import Import
from runners.languages.python.modules import USUAL, Importable, bound, importable
from runners.languages.python.observed import observed
from runners.languages.python.placing import test_path
from runners.languages.python.salvage import parsed
from runners.languages.python.sheet import Function, Part, Sheet, cases, part, pruned, sheet, text_of, visible
from runners.languages.python.sheet import without as _without
from testwright.model import Candidate, Case, Environment, Reason, Target, Verdict, Workspace

ENGINE = "llm"
_ASSERTING = re.compile(r"(pytest\.)?(raises|warns)|self\.(assert\w+|fail)|(\w*_)?(assert|check|verify|expect)_\w+|pytest\.fail")


def adopt(
    blocks: Iterable[str],
    workspace: Workspace,
    environment: Environment,
    target: Target,
    style: Style,
    header: str = "",
    taken: Collection[str] = (),
) -> Candidate:
    """A candidate of everything in these texts that is a test; imports are put right. It may hold no test at all."""
    known = importable(workspace, environment, target)
    whole = _renamed(_merged([sheet(block) for block in blocks]), {part for name in taken for part in name.split(".")})
    mended = pruned(_with_missing(_with_right_imports(whole, known), known))
    mended = replace(mended, header=f"# {header.lstrip('# ')}" if header else "")
    return _candidate(mended, test_path(workspace, target, style), style, target)


def without(candidate: Candidate, names: Collection[str], style: Style, target: Target) -> Candidate:
    """The candidate without some of its tests, and without what only those needed."""
    given = sheet(candidate.text)
    gone = {test for test in given.tests if test in names or test.rpartition(".")[2] in names}  # the search names no class
    return _candidate(_without(given, gone), candidate.path, style, target, candidate)


def joined(first: Candidate, second: Candidate, style: Style, target: Target) -> Candidate:
    """One file with the tests of both; what has a name of the first is renamed in the second."""
    if not first.tests:
        return second
    a = sheet(first.text)
    b = _apart(_renamed(sheet(second.text), {name for p in a.parts for name in p.names}), a)
    both = Sheet(tuple(dict.fromkeys((*a.imports, *b.imports))), {**b.aliases, **a.aliases}, (*a.parts, *b.parts), a.header)
    made = _candidate(both, first.path, style, target, first)
    short = {test.name.rpartition(".")[2]: test for test in first.tests}
    tests = [replace(t, name=short[t.name].name, observations=short[t.name].observations) if t.name in short else t for t in made.tests]
    return replace(made, tests=tuple(tests), engine="hybrid")


def objections(candidate: Candidate, target: Target) -> tuple[Verdict, ...]:
    """Tests that need not be run to be refused: they assert nothing that can fail, or reach into what is private."""
    found: list[Verdict] = []
    whole = parsed(candidate.text) or ast.Module([], [])
    trees = {test.name: parsed(_dedented(test.text)) for test in candidate.tests}
    own = {name: proof.overridden(tree) for name, tree in trees.items() if tree}
    shared = "" if any(own.values()) else proof.overridden(whole)
    for name, tree in trees.items():
        if tree is None:
            found.append(Verdict(name, Reason.DOES_NOT_PARSE, "it is no Python"))
        elif not proof.can_fail(tree):
            found.append(Verdict(name, Reason.ASSERTS_NOTHING, "no assertion on a result, and no expected error"))
        elif changed := own[name] or shared:
            found.append(Verdict(name, Reason.ASSERTS_NOTHING, f"{changed} is changed, which decides whether a test passes"))
        elif equal := proof.uses(tree, proof.yielding(whole)):
            found.append(Verdict(name, Reason.ASSERTS_NOTHING, f"{equal} is equal to anything"))
        elif private := _private(tree):
            found.append(Verdict(name, Reason.PRIVATE, f"it uses {private}; reach it through public names"))
    return tuple(found)


def mend(candidate: Candidate, failed: Sequence[Case], style: Style, target: Target) -> Candidate | None:
    """The candidate with assertions whose observed value is plainly right; None when no rule has anything to say."""
    text = observed(candidate, failed)
    return None if text == candidate.text else _candidate(sheet(text), candidate.path, style, target, candidate)


# ---- putting together ----------------------------------------------------------------------------------------------


def _candidate(given: Sheet, path: str, style: Style, target: Target, old: Candidate | None = None) -> Candidate:
    observations = {t.name.rpartition(".")[2]: t.observations for t in old.tests if t.observations} if old else {}
    tests = tuple(replace(t, observations=observations.get(t.name.rpartition(".")[2], ())) for t in cases(given))
    return Candidate(path, text_of(given, style, {target.module.partition(".")[0]}), tests, old.engine if old else ENGINE)


def _merged(sheets: Iterable[Sheet]) -> Sheet:
    """Blocks of one reply: a later one replaces what an earlier one called the same, and no test is there twice."""
    imports: list[Import] = []
    aliases: dict[Import, str] = {}
    parts: dict[object, Part] = {}
    for one in sheets:
        imports += one.imports
        aliases |= one.aliases
        parts |= {p.names: p for p in one.parts}
    bodies: dict[str, Part] = {}
    for p in parts.values():
        tree = parsed(p.text)
        body = tree.body[0] if tree else None
        same = (
            ast.dump(ast.Module(body.body, [])) + repr([ast.dump(d) for d in body.decorator_list])
            if isinstance(body, Function) and p.tests
            else p.text
        )
        bodies.setdefault(same, p)
    return Sheet(tuple(dict.fromkeys(imports)), aliases, tuple(bodies.values()))


def _renamed(given: Sheet, taken: set[str]) -> Sheet:
    """Parts under other names where theirs are taken."""
    names: dict[str, str] = {}
    for p in given.parts:
        for name in p.names & taken:
            new = f"{name}_more" if not name[:1].isupper() else f"{name}More"
            while new in taken:
                new += "_more" if not name[:1].isupper() else "More"
            names[name] = new
    return replace(given, parts=_spelled(given.parts, names)) if names else given


def _apart(given: Sheet, other: Sheet) -> Sheet:
    """With imports that bind no name to something else than the other file does.

    A class that two modules of one package show is the same class; what else is called alike gets the name of its module as well.
    """
    bound_there = {visible(pair, other.aliases): pair for pair in other.imports}
    imports: list[Import] = []
    aliases, names = dict(given.aliases), dict[str, str]()
    for pair in given.imports:
        name = visible(pair, given.aliases)
        there = bound_there.get(name, pair)
        if there == pair or not pair[1]:
            imports.append(pair)
        elif there[1] != pair[1] or not name[:1].isupper() or there[0].partition(".")[0] != pair[0].partition(".")[0]:
            aliases[pair] = names[name] = f"{pair[0].strip('.').replace('.', '_')}_{pair[1]}"
            imports.append(pair)
    return replace(given, imports=tuple(imports), aliases=aliases, parts=_spelled(given.parts, names) if names else given.parts)


def _spelled(parts: Iterable[Part], names: Mapping[str, str]) -> tuple[Part, ...]:
    pattern = re.compile(rf"(?<![\w.\"'])({'|'.join(map(re.escape, names))})\b(?![\"'])")
    renamed: list[Part] = []
    for p in parts:
        text = pattern.sub(lambda m: names[m[1]], p.text)
        tree = parsed(text)
        renamed.append(part(text, tree.body[0]) if tree else p)
    return tuple(renamed)


# ---- imports ---------------------------------------------------------------------------------------------------------


def _with_right_imports(given: Sheet, known: Importable) -> Sheet:
    """Imports of what is not there are turned to the target where it has the name, else left out."""
    imports: list[Import] = []
    aliases: dict[Import, str] = {}
    for pair in given.imports:
        right = _right(pair, known)
        if right is None:
            continue
        imports.append(right)
        name = given.aliases.get(pair)
        if not name and not right[1] and "." in right[0] and right != pair:
            name = pair[0] if "." not in pair[0] else None
        if name:
            aliases[right] = name
    return replace(given, imports=tuple(dict.fromkeys(imports)), aliases=aliases)


def _right(pair: Import, known: Importable) -> Import | None:
    module, name = pair
    if name == "*":
        return None
    if not module.startswith(".") and known.exists(module) and (not name or known.defines(module, name)):
        return pair
    if name and name in known.names:
        return known.target, name
    last = (name or module).rpartition(".")[2]
    if last == known.target.rpartition(".")[2]:
        parent, _, leaf = known.target.rpartition(".")
        return (parent, leaf) if name and parent else (known.target, "")
    return None


def _with_missing(given: Sheet, known: Importable) -> Sheet:
    """Imports for names that nothing binds."""
    have = {visible(pair, given.aliases) for pair in given.imports} | {name for p in given.parts for name in p.names} | set(dir(builtins))
    missing: set[str] = set()
    for p in given.parts:
        tree = parsed(p.text)
        missing |= _unbound(tree) - have if tree else set()
    more: list[Import] = []
    for name in sorted(missing):
        if name in known.names:
            more.append((known.target, name))
        elif name in USUAL:
            more.append(USUAL[name])
        elif name == known.target.rpartition(".")[2]:
            parent, _, leaf = known.target.rpartition(".")
            more.append((parent, leaf) if parent else (known.target, ""))
    return replace(given, imports=(*given.imports, *more))


def _unbound(tree: ast.Module) -> set[str]:
    """Names that are read and nowhere written."""
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    written = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    written |= {a.arg for a in ast.walk(tree) if isinstance(a, ast.arg)}
    written |= {n.name for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler) and n.name}
    written |= bound(n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom | ast.ClassDef | Function))
    return read - written


# ---- objections ------------------------------------------------------------------------------------------------------


def _private(tree: ast.AST) -> str:
    """A private name of something that is not the test's own."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and _hidden(node.attr)
            and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
        ):
            return node.attr
        if isinstance(node, ast.Call) and re.search(r"patch|setattr", ast.unparse(node.func)):
            for argument in node.args[:2]:
                last = argument.value.rpartition(".")[2] if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""
                if _hidden(last):
                    return last
        if isinstance(node, ast.Name) and _hidden(node.id) and isinstance(node.ctx, ast.Load) and node.id not in _own(tree):
            return node.id
    return ""


def _own(tree: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)} | {
        n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)
    }


def _hidden(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name.strip("_") != ""


def _dedented(text: str) -> str:
    lead = len(text) - len(text.lstrip())
    return "\n".join(line[lead:] if line[:lead].isspace() else line for line in text.split("\n")) if lead else text
