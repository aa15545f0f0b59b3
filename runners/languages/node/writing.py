"""Turns observations into a test file that a maintainer would merge."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from runners.languages.base import Style
from runners.languages.node.asserting import assertion, error_of, is_primitive
from runners.languages.node.heads import runner_lines, word_of
from runners.languages.node.imports import Import, import_lines, imports
from runners.languages.node.layout import fits, flat, laid, quoted
from runners.languages.node.naming import titles, unit_path
from runners.languages.node.placing import test_path
from runners.languages.node.spoken import is_watched, spoken
from runners.languages.node.tables import Column, Plan, plans
from runners.languages.node.tokens import names, renamed
from testwright.model import Argument, Candidate, Check, How, Observation, Step, Target, TestCase, Workspace

__all__ = ["test_path", "write"]
_SIGNS = re.compile(r"%[sj]")


@dataclass(frozen=True, slots=True)
class _Test:
    """One `it` with its place and its text, which is not indented."""

    path: tuple[str, ...]
    title: str
    plan: Plan
    text: str

    @property
    def name(self) -> str:
        return " > ".join((*self.path, self.title))


def write(workspace: Workspace, target: Target, observations: Iterable[Observation], style: Style, header: str = "") -> Candidate:
    """A test file that asserts exactly these observations."""
    unclashed, wanted = _without_clashes(_spoken(list(observations), style), style)
    given = [each for o in unclashed if (each := spoken(o, style)) is not None]
    planned = plans(given)
    path = test_path(workspace, target, style)
    tests = [_test(plan, title, planned, style) for plan, title in zip(planned, titles(planned), strict=True)]
    cases = [TestCase(test.name, test.text, tuple(o.id for o in _ids(test.plan, given))) for test in tests]
    return Candidate(path, _file(tests, wanted, path, workspace, style, header), tuple(cases))


def _ids(plan: Plan, given: Sequence[Observation]) -> list[Observation]:
    """The observations of a plan, and those that say the same as one of them."""
    same = [(o.unit, o.arrange, o.call, o.raised) for o in plan.observations]
    own = {o.id for o in plan.observations}
    return [*plan.observations, *(o for o in given if o.id not in own and (o.unit, o.arrange, o.call, o.raised) in same)]


# ---- names ----------------------------------------------------------------------------------------------------------


def _spoken(observations: list[Observation], style: Style) -> list[Observation]:
    """Fake timers and spies in the words of the runner; what it has no words for is left out."""
    word = {"vitest": "vi", "jest": "jest"}.get(style.framework)
    found = []
    for o in observations:
        used = any("vi" in names(text) for text in _texts(o))
        if used and word is None:
            continue
        found.append(_renamed(o, {"vi": word}) if used and word and word != "vi" else o)
    return found


def _without_clashes(observations: Sequence[Observation], style: Style) -> tuple[list[Observation], list[Import]]:
    """What is imported has one name in the whole file, and none that the runner or a variable has."""
    locals_: dict[str, Import] = {}
    taken = {"describe", "it", "test", "expect", "assert", "vi", "jest", "result", "expected", "message"}
    taken |= {step.name for o in observations for step in o.arrange}
    changed, wanted = [], []
    for o in observations:
        changes: dict[str, str] = {}
        for each in imports(o):
            name = next((known.local for known in locals_.values() if (known.module, known.name) == (each.module, each.name)), "")
            if not name:
                name = _free(each.local, taken | set(locals_))
                locals_[name] = Import(each.module, each.name, name)
            if name != each.local:
                changes[each.local] = name
            wanted.append(Import(each.module, each.name, name))
        changed.append(_renamed(o, changes))
    return changed, wanted


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"the{name[:1].upper()}{name[1:]}" if not name.startswith("the") else f"{name}Export"
    return name


def _renamed(o: Observation, changes: dict[str, str]) -> Observation:
    if not changes:
        return o

    def new(text: str) -> str:
        return renamed(text, changes)

    return replace(
        o,
        call=new(o.call),
        callee=new(o.callee),
        arguments=tuple(Argument(a.name, new(a.source), a.keyword) for a in o.arguments),
        arrange=tuple(Step(new(s.source), new(s.name) if "." in s.name else s.name) for s in o.arrange),
        checks=tuple(Check(new(c.subject), c.how, new(c.expected)) for c in o.checks),
        raised=o.raised and replace(o.raised, type=new(o.raised.type)),
    )


def _texts(o: Observation) -> list[str]:
    return [o.call, *(step.source for step in o.arrange), *(text for check in o.checks for text in (check.subject, check.expected))]


# ---- one test ---------------------------------------------------------------------------------------------------------


def _test(plan: Plan, title: str, planned: Sequence[Plan], style: Style) -> _Test:
    path = unit_path(plan.first)
    flat_path = style.facts.get("describe") == "no"
    owners = {unit_path(each.first)[:1] for each in planned}
    if flat_path:
        named = title.startswith(f"{path[-1]}(") and len(path) == 1
        path, title = (), title if named else f"{'.'.join(path)} {title}"
    elif len(path) > 1 and len({unit_path(p.first) for p in planned if unit_path(p.first)[0] == path[0]}) == 1 and len(owners) == 1:
        path = (".".join(path),)
    level = style.indent * len(path)
    narrow = replace(style, line_length=style.line_length - len(level.expandtabs(4)))
    lines = _table(plan, title, narrow) if plan.columns else _single(plan, title, narrow)
    if plan.columns and style.framework in ("mocha", "node:test"):
        title = _template(plan, title)
    return _Test(path, title, plan, "\n".join(lines) + "\n")


def _single(plan: Plan, title: str, style: Style) -> list[str]:
    head = f"{word_of(style)}({quoted(title, style)}, {_async(plan, style)}({_context(plan, style)}) => {{"
    return [head, *_body(plan, style.indent, style), f"}}){style.facts.get('semi', '')}"]


def _context(plan: Plan, style: Style) -> str:
    """node:test gives a test its spies, and puts back what they stand for."""
    return "t" if style.framework == "node:test" and is_watched(plan.arrange) else ""


def _async(plan: Plan, style: Style) -> str:
    awaited = plan.first.asynchronous or any(step.source.startswith("await ") for step in plan.arrange)
    return "async " if awaited else ""


def _table(plan: Plan, title: str, style: Style) -> list[str]:
    """`it.each([...])('title', (a, b, expected) => {…})`; a loop where the runner has no tables."""
    semi, columns = style.facts.get("semi", ""), [column.name for column in plan.columns]
    rows = [_row(plan.columns, i, style) for i in range(len(plan.observations))]
    body = _body(plan, style.indent, style)
    if style.framework in ("mocha", "node:test"):
        heads = columns[0] if len(columns) == 1 else f"[{', '.join(columns)}]"
        loop = laid(f"for (const {heads} of ", f"[{', '.join(rows)}]", ") {", "", style)
        head = f"{style.indent}{word_of(style)}(`{_template(plan, title)}`, {_async(plan, style)}({_context(plan, style)}) => {{"
        inside = [style.indent + line if line.strip() else line for line in body]
        return [*loop, head, *inside, f"{style.indent}}}){semi}", "}"]
    word, narrow = f"{word_of(style)}.each(", f")({quoted(title, style)}, {_async(plan, style)}({', '.join(columns)}) => {{"
    line = f"{word}[{', '.join(rows)}]{narrow}"
    if len(columns) == 1 and fits(line, style):
        return [line, *body, f"}}){semi}"]
    comma = "," if style.facts.get("comma") else ""
    inner = [text for i, row in enumerate(rows) for text in laid("", row, "," if i + 1 < len(rows) else comma, style.indent, style)]
    return [f"{word}[", *inner, f"]{narrow}", *body, f"}}){semi}"]


def _row(columns: Sequence[Column], i: int, style: Style) -> str:
    cells = [flat(column.values[i], style) for column in columns]
    return cells[0] if len(cells) == 1 and _are_rows(columns[0].values, style) else f"[{', '.join(cells)}]"


def _are_rows(values: Sequence[str], style: Style) -> bool:
    """Whether single values need no brackets: `each` takes arrays apart, and wraps all rows or none."""
    return style.framework in ("mocha", "node:test") or all(value[:1] == "{" or is_primitive(value) for value in values)


def _template(plan: Plan, title: str) -> str:
    """The title with the columns in it: `returns ${expected}`."""
    signs = iter(_holes(plan, title))
    text = title.replace("\\", "\\\\").replace("`", "'").replace("${", "$ {")
    return _SIGNS.sub(lambda match: next(signs, match[0]), text)


def _holes(plan: Plan, title: str) -> list[str]:
    shown = _SIGNS.findall(title)
    return [f"${{{f'JSON.stringify({c.name})' if sign == '%j' else c.name}}}" for c, sign in zip(plan.columns, shown, strict=False)]


def _body(plan: Plan, pad: str, style: Style) -> list[str]:
    """Arrange, act, assert, with one blank line between."""
    semi = style.facts.get("semi", "")
    blocks = [[line for step in plan.arrange for line in _step(step, pad, style)]]
    call = flat(plan.call, style)
    if plan.raised is not None:
        blocks.append(_raising(plan, call, pad, style))
        blocks.append(_checks(plan, plan.checks, pad, style))
    elif not call:
        blocks.append(_checks(plan, plan.checks, pad, style))
    elif lines := _inline(plan, call, pad, style):
        blocks.append(lines)
    else:
        used = any("result" in names(check.subject) for check in plan.checks)
        awaited = f"await {call}" if plan.first.asynchronous else call
        blocks.append(laid("const result = " if used else "", awaited, semi, pad, style))
        blocks.append(_checks(plan, plan.checks, pad, style))
    return "\n\n".join("\n".join(block) for block in blocks if block).split("\n")


def _step(step: Step, pad: str, style: Style) -> list[str]:
    prefix = (
        ""
        if not step.name
        else f"{step.name} = "
        if re.search(r"[.\[]", step.name) and step.name[0] not in "{["
        else f"const {step.name} = "
    )
    return laid(prefix, flat(step.source, style), style.facts.get("semi", ""), pad, style)


def _inline(plan: Plan, call: str, pad: str, style: Style) -> list[str]:
    """The whole test as one assertion, when it is short or only its expected value is long."""
    if len(plan.checks) != 1 or plan.checks[0].subject != "result":
        return []
    awaited = f"await {call}" if plan.first.asynchronous else call
    lines = _assert(plan, replace(plan.checks[0], subject=awaited), pad, style)
    return lines if all(fits(line, style) for line in lines) and (len(lines) == 1 or call in lines[0]) else []


def _checks(plan: Plan, checks: Sequence[Check], pad: str, style: Style) -> list[str]:
    return [line for check in checks for line in _assert(plan, check, pad, style)]


def _assert(plan: Plan, check: Check, pad: str, style: Style) -> list[str]:
    columns = frozenset(column.name for column in plan.columns)
    before, expected, behind = assertion(_plain(check), style, columns)
    return laid(flat(before, style), flat(expected, style), f"{behind}{style.facts.get('semi', '')}", pad, style)


def _plain(check: Check) -> Check:
    """Equality of what is compared by identity anyway, and of signed zeros as equal."""
    return replace(check, how=How.IS) if check.how is How.EQUALS and is_primitive(check.expected) else check


def _raising(plan: Plan, call: str, pad: str, style: Style) -> list[str]:
    assert plan.raised is not None
    semi, error = style.facts.get("semi", ""), error_of(plan.raised, style)
    library, late = style.facts.get("expect", "expect"), plan.first.asynchronous
    if library == "expect" and late:
        return laid("await ", f"expect({call}).rejects.toThrow({error})", semi, pad, style)
    if library == "expect":
        return laid("", f"expect(() => {call}).toThrow({error})", semi, pad, style)
    if library == "chai" and not late:
        return laid("", f"expect(() => {call}).to.throw({error})", semi, pad, style)
    error = f", {error}" if error else ""
    if late:
        return laid("await ", f"assert.rejects({call}{error})", semi, pad, style)
    return laid("", f"assert.throws(() => {call}{error})", semi, pad, style)


# ---- the file -------------------------------------------------------------------------------------------------------


def _file(tests: Sequence[_Test], wanted: Sequence[Import], path: str, workspace: Workspace, style: Style, header: str) -> str:
    body = "\n".join([*_restoring(tests, style), *_blocks(tests, 0, style)])
    used = names(body)
    lines = runner_lines(used, style)
    lines += import_lines([each for each in wanted if each.local in used], path, workspace, style)
    strict = ["'use strict'" + style.facts.get("semi", "")] if style.facts.get("strict") else []
    top = [f"// {header.removeprefix('//').strip()}\n"] if header else []
    head = "\n".join([*top, *strict, *lines])
    return f"{head}\n\n{body}\n" if head else f"{body}\n"


def _restoring(tests: Sequence[_Test], style: Style) -> list[str]:
    """Spies on the console are taken away after each test."""
    word, semi = {"vitest": "vi", "jest": "jest"}.get(style.framework), style.facts.get("semi", "")
    if word is None or not any(is_watched(test.plan.arrange) for test in tests):
        return []
    return ["afterEach(() => {", f"{style.indent}{word}.restoreAllMocks(){semi}", f"}}){semi}", ""]


def _blocks(tests: Sequence[_Test], depth: int, style: Style) -> list[str]:
    """`describe` blocks in the order of their first tests, one blank line between what stands side by side."""
    found: list[str] = []
    done: set[str] = set()
    pad = style.indent * depth
    for test in tests:
        if len(test.path) == depth:
            found += ["", *_indented(test.text, pad)]
            continue
        name = test.path[depth]
        if name in done:
            continue
        done.add(name)
        group = [other for other in tests if len(other.path) > depth and other.path[depth] == name]
        inner = _blocks(group, depth + 1, style)
        found += ["", f"{pad}describe({quoted(name, style)}, () => {{", *inner, f"{pad}}}){style.facts.get('semi', '')}"]
    return found[1:]


def _indented(text: str, pad: str) -> list[str]:
    return [pad + line if line.strip() else "" for line in text.rstrip("\n").split("\n")]
