"""Turns observations into a test file that a maintainer would merge."""

import ast
import builtins
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from runners.languages.base import Style
from runners.languages.python.bodies import lines_of
from runners.languages.python.exports import hands_on
from runners.languages.python.hoisting import without_needless_variables
from runners.languages.python.imports import Import, import_lines
from runners.languages.python.layout import expression, fits, flat, laid
from runners.languages.python.naming import names
from runners.languages.python.placing import test_path
from runners.languages.python.renaming import names_in, renamed_source
from runners.languages.python.signatures import Signatures, signatures
from runners.languages.python.spoken import fixtures
from runners.languages.python.tables import Plan, plans
from runners.preference import is_private
from testwright.model import Argument, Candidate, Check, Observation, Step, Target, TestCase, Workspace

__all__ = ["test_path", "write"]

PRIVATE = "# Private, but no public call was found that gets here."
"""What a reader is told who would rather have the public way tested."""


@dataclass(frozen=True, slots=True)
class _Test:
    """One test function with the plans it asserts (more than one when nothing tells them apart)."""

    name: str
    plans: tuple[Plan, ...]

    @property
    def owner(self) -> str:
        """Class of the unit, '' for functions."""
        first = self.plans[0].observations[0]
        return first.unit.rpartition(".")[0] or (first.unit if first.kind == "constructor" else "")


def write(workspace: Workspace, target: Target, observations: Iterable[Observation], style: Style, header: str = "") -> Candidate:
    """A test file that asserts exactly these observations."""
    shown = _as_exported([without_needless_variables(_without_shadows(o)) for o in observations], workspace, target)
    given, aliases = _without_clashes(shown, target)
    known = signatures(Path(workspace.root, target.path))
    tests = _tests(plans(given, known, approximate=style.framework != "unittest"), known)
    classes = style.framework == "unittest" or bool(style.facts.get("classes"))
    cases = [TestCase(t.name, _text(t, style, classes), _ids(t)) for t in tests]
    text = _file(tests, cases, given, aliases, target, style, header, classes)
    return Candidate(test_path(workspace, target, style), text, tuple(cases))


def _ids(test: _Test) -> tuple[str, ...]:
    return tuple(o.id for plan in test.plans for o in (*plan.observations, *plan.repeated))


def _tests(planned: Sequence[Plan], known: Signatures) -> list[_Test]:
    """Plans with their names; a plan that cannot be told from others of its unit joins the last plain one."""
    found: list[_Test] = []
    for plan, name in zip(planned, names(planned, known), strict=True):
        if name:
            found.append(_Test(name, (plan,)))
            continue
        place = max(i for i, t in enumerate(found) if t.plans[0].unit == plan.unit)
        found[place] = replace(found[place], plans=(*found[place].plans, plan))
    return found


def _text(test: _Test, style: Style, classes: bool) -> str:
    """The whole test function, not indented for a class."""
    narrow = replace(style, line_length=style.line_length - len(style.indent)) if classes else style
    first = test.plans[0]
    columns = first.columns if style.framework != "unittest" else ()
    asked = fixtures((c for plan in test.plans for c in plan.checks), (s for plan in test.plans for s in plan.arrange), style)
    parameters = ", ".join([*(["self"] if classes else []), *asked, *(c.name for c in columns)])
    lines = (
        [*_decorator(first, narrow), *_signature(test.name, parameters, narrow)] if columns else _signature(test.name, parameters, narrow)
    )
    lines += [f"{style.indent}{PRIVATE}"] if is_private(first.unit) else []
    if first.columns and not columns:
        lines += _sub_tests(first, narrow)
    else:
        lines += lines_of(test.plans, style.indent, narrow)
    return "\n".join(lines) + "\n"


def _signature(name: str, parameters: str, style: Style) -> list[str]:
    line = f"def {name}({parameters}):"
    return [line] if fits(line, style) or not parameters else [f"def {name}(", f"{style.indent}{parameters}", "):"]


def _rows(plan: Plan) -> list[ast.expr]:
    """The cells of each row as one expression."""
    if len(plan.columns) == 1:
        return [expression(value) for value in plan.columns[0].values]
    return [ast.Tuple([expression(c.values[i]) for c in plan.columns]) for i in range(plan.rows)]


def _decorator(plan: Plan, style: Style) -> list[str]:
    """`@pytest.mark.parametrize(...)`: on one line only for a short list of single values."""
    one, two = style.indent, style.indent * 2
    names_of = [flat(repr(c.name), style) for c in plan.columns]
    heads = names_of[0] if len(names_of) == 1 else f"({', '.join(names_of)})"
    rows = _rows(plan)
    line = f"@pytest.mark.parametrize({heads}, [{', '.join(flat(r, style) for r in rows)}])"
    if len(plan.columns) == 1 and fits(line, style):
        return [line]
    return [
        "@pytest.mark.parametrize(",
        f"{one}{heads},",
        f"{one}[",
        *(t for r in rows for t in laid("", r, ",", two, style)),
        f"{one}],",
        ")",
    ]


def _sub_tests(plan: Plan, style: Style) -> list[str]:
    """A table where there is no parametrize: a loop over its rows."""
    one, two, three = style.indent, style.indent * 2, style.indent * 3
    heads = ", ".join(c.name for c in plan.columns)
    inputs = ", ".join(f"{c.name}={c.name}" for c in plan.columns if not c.expected)
    rows = [line for row in _rows(plan) for line in laid("", row, ",", two, style)]
    short = f"{one}for {heads} in [{', '.join(flat(row, style) for row in _rows(plan))}]:"
    opening = [short] if len(plan.columns) == 1 and fits(short, style) else [f"{one}for {heads} in [", *rows, f"{one}]:"]
    return [*opening, f"{two}with self.subTest({inputs}):", *lines_of([plan], three, style)]


def _file(
    tests: Sequence[_Test],
    cases: Sequence[TestCase],
    observations: Sequence[Observation],
    aliases: dict[Import, str],
    target: Target,
    style: Style,
    header: str,
    classes: bool,
) -> str:
    top = [f"# {header.lstrip('# ')}\n\n"] if header else []
    body = _classes(tests, cases, target, style) if classes else "\n\n".join(case.text for case in cases)
    imports = import_lines(_used(body, observations, aliases), aliases, {target.module.partition(".")[0]}, style)
    head = "\n".join(imports) + ("\n\n\n" if body else "\n")
    return "".join([*top, head, body])


def _classes(tests: Sequence[_Test], cases: Sequence[TestCase], target: Target, style: Style) -> str:
    """One class for each class under test, one for the functions of the module."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for test, case in zip(tests, cases, strict=True):
        grouped[_class_name(test.owner, target, style)].append(_indented(case.text, style.indent))
    base = "(unittest.TestCase)" if style.framework == "unittest" else ""
    return "\n\n".join(f"class {name}{base}:\n" + "\n".join(texts) for name, texts in grouped.items())


def _class_name(owner: str, target: Target, style: Style) -> str:
    words = owner.replace(".", "") or "".join(w.capitalize() for w in target.module.rpartition(".")[2].split("_"))
    words = words.strip("_")
    words = words[:1].upper() + words[1:]
    return f"{words}{style.facts['class_suffix']}" if style.facts.get("class_suffix") else f"Test{words}"


def _indented(text: str, indent: str) -> str:
    return "".join(indent + line if line.strip() else line for line in text.splitlines(keepends=True))


def _used(body: str, observations: Sequence[Observation], aliases: dict[Import, str]) -> set[Import]:
    """Imports whose name the text mentions."""
    mentioned = names_in(body)
    wanted = {pair for o in observations for pair in o.imports}
    own = {(name, "") for name in ("asyncio", "contextlib", "io", "pytest", "re", "textwrap", "unittest")} | {("unittest", "mock")}
    return {pair for pair in wanted | own if aliases.get(pair, _visible(pair)) in mentioned}


def _visible(pair: Import) -> str:
    return pair[1] or pair[0].partition(".")[0]


def _as_exported(observations: Sequence[Observation], workspace: Workspace, target: Target) -> list[Observation]:
    """A name that some import takes from a package that hands it on is taken from there by all, not from the module inside."""
    pairs = {pair for o in observations for pair in o.imports if pair[1]}
    public = {}
    for module, name in pairs:
        places = [m for m, n in pairs if n == name and module.startswith(f"{m}.") and hands_on(workspace, target, m, module, name)]
        public[module, name] = min(places, key=len, default=module)
    return [replace(o, imports=tuple((public.get(pair, pair[0]), pair[1]) for pair in o.imports)) for o in observations]


def _without_clashes(observations: Sequence[Observation], target: Target) -> tuple[list[Observation], dict[Import, str]]:
    """Two things of one name: the target's keeps it, others are named through their module. What looks like a test gets an alias."""
    meanings: dict[str, set[Import]] = defaultdict(set)
    for pair in {pair for o in observations for pair in o.imports}:
        meanings[_visible(pair)].add(pair)
    local = {step.name for o in observations for step in o.arrange} | {a.name for o in observations for a in o.arguments}
    taken = {*meanings, *local}
    aliases: dict[Import, str] = {}
    through: dict[Import, Import] = {}
    for name, pairs in meanings.items():
        first, *others = sorted((pair for pair in pairs if pair[1]), key=lambda pair: (pair[0] != target.module, pair)) or [("", "")]
        for pair in others:
            parent, _, last = pair[0].rpartition(".")
            plain = not parent and all(m.partition(".")[0] == last and not n for m, n in meanings.get(last, ())) and last not in local
            if last in taken and not plain:
                aliases[pair] = f"{name}_of_{last}"
            else:
                through[pair] = (parent, last) if parent else (last, "")
        if re.match("test|Test", name):
            aliases[first] = f"tested_{name}" if name[0] == "t" else f"Sut{name}"
    named = {pair: f"{_visible(module)}.{pair[1]}" for pair, module in through.items()}
    changed = [
        _renamed(o, {pair[1]: (aliases | named)[pair] for pair in o.imports if pair in aliases or pair in named}) for o in observations
    ]
    return [replace(o, imports=tuple(through.get(pair, pair) for pair in o.imports)) for o in changed], aliases


OWN_NAMES = frozenset({"pytest", "asyncio", "contextlib", "io", "re", "textwrap", "self", "capsys", "caplog", "monkeypatch", "mock"})
"""Names that a written test uses itself."""
BUILTINS = frozenset(name for name in dir(builtins) if name[0].islower())


def _without_shadows(o: Observation) -> Observation:
    """Local variables that hide something imported or built in are called otherwise."""
    imported = {_visible(pair) for pair in o.imports} | OWN_NAMES
    hiding = {s.name: f"the_{s.name}" if s.name in imported else f"{s.name}_" for s in o.arrange if s.name in imported | BUILTINS}
    if not hiding:
        return o
    names: dict[str, str] = {}
    steps = []
    for step in o.arrange:
        source = renamed_source(step.source, names)
        if step.name in hiding:
            names[step.name] = hiding[step.name]
        steps.append(Step(source, renamed_source(step.name, names) if step.name else ""))
    return replace(_renamed(replace(o, arrange=()), names), arrange=tuple(steps))


def _renamed(o: Observation, renames: dict[str, str]) -> Observation:
    if not renames:
        return o
    return replace(
        o,
        call=renamed_source(o.call, renames),
        callee=renamed_source(o.callee, renames),
        arguments=tuple(Argument(a.name, renamed_source(a.source, renames), a.keyword) for a in o.arguments),
        arrange=tuple(Step(renamed_source(s.source, renames), s.name) for s in o.arrange),
        checks=tuple(Check(renamed_source(c.subject, renames), c.how, renamed_source(c.expected, renames)) for c in o.checks),
        raised=o.raised and replace(o.raised, type=renamed_source(o.raised.type, renames)),
    )
