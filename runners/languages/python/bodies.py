"""The body of one test: arrange, act, assert."""

import ast
import re
from collections.abc import Sequence
from dataclasses import replace

from runners.languages.base import Style
from runners.languages.python.hoisting import long_arguments, repeated_by_name, singletons
from runners.languages.python.layout import as_block, expression, fits, flat, is_tall, laid, quoted
from runners.languages.python.renaming import renamed_source, substituted
from runners.languages.python.spoken import contexts, framed, settings, warning
from runners.languages.python.tables import MESSAGE, Plan, is_pattern, is_whole
from testwright.model import Check, How, Raised, Step

MATCH = 70
"""Characters of a message that are matched."""
_ENTER = re.compile(r"([\w.]+|\w+\(.*\))\.__enter__\(\)")
_ENTERING = ".__enter__()"
_EXIT = re.compile(r"([\w.]+)\.__exit__\((?:None, None, None)?\)")
_NUMBER = re.compile(r"-?[\d.]+(e[+-]?\d+)?")


def body(plan: Plan, pad: str, style: Style) -> list[str]:
    """The lines of the body, blocks set apart by one blank line."""
    call = f"asyncio.run({plan.call})" if plan.asynchronous else plan.call
    steps = list(plan.arrange)
    checks = plan.checks
    if not plan.columns:
        long, call = long_arguments(call, plan.observations[0].arguments, {s.name for s in steps}, style.line_length - len(pad) - 20)
        steps += long
        checks = tuple(repeated_by_name(c, long) for c in checks)
    singles, call = singletons(call, {s.name for s in steps})
    steps += singles
    before, told = framed(checks, style)
    outer, steps = settings(steps, style)
    outer += contexts(checks, style)
    plan = replace(plan, arrange=tuple(steps), checks=tuple(told))
    if before or len(told) < len(checks) or outer:
        return _joined(_framed(plan, call, checks, before, outer, pad, style))
    if (managed := _managed(plan, pad, style)) is not None:
        return _joined(managed)
    blocks = [[line for step in steps for line in _step(step, pad, style)]]
    if plan.raised is not None:
        blocks += _raising(plan, plan.raised, _statement("", call, pad + style.indent, style), pad, style)
    else:
        blocks += _act_and_assert(plan, call, pad, style)
    return _joined(blocks)


def _joined(blocks: Sequence[Sequence[str]]) -> list[str]:
    return "\n\n".join("\n".join(block) for block in blocks if block).split("\n")


def _managed(plan: Plan, pad: str, style: Style) -> list[list[str]] | None:
    """The blocks of a test that enters or leaves a context, with a `with` statement; None when there is no such call."""
    inner = pad + style.indent
    if entered := _ENTER.fullmatch(plan.call):
        if plan.raised is not None:
            return None
        used = any(_mentions(c.subject) for c in plan.checks)
        before = [line for step in plan.arrange for line in _step(step, pad, style)]
        opening = f"{pad}with {flat(entered[1], style)}{' as result' if used else ''}:"
        return [before, [opening, *(line for c in plan.checks for line in assertion(c, inner, style))]]
    left = _EXIT.fullmatch(plan.call)
    places = [i for i, s in enumerate(plan.arrange) if left and _entered(s, left[1])]
    if not left or not places or any(_mentions(c.subject) for c in plan.checks):
        return None
    before = [line for step in plan.arrange[: places[-1]] for line in _step(step, pad, style)]
    deeper = inner if plan.raised is None else inner + style.indent
    inside = plan.arrange[places[-1] + 1 :]
    during = [line for step in inside for line in _step(step, deeper, style)] or [f"{deeper}pass"]
    texts = (*(s.source for s in inside), *(s.name for s in inside), *(c.subject for c in plan.checks))
    used = any(re.search(rf"(?<![\w.]){re.escape(left[1])}\b", text) for text in texts)
    managed = _entered(plan.arrange[places[-1]], left[1])
    named = f" as {left[1]}" if managed != left[1] and used else ""
    entering = [f"{deeper.removesuffix(style.indent)}with {flat(managed, style)}{named}:", *during]
    if not fits(entering[0], style):
        return None
    if plan.raised is not None:
        return [before, *_raising(plan, plan.raised, entering, pad, style)]
    return [before, entering, [line for c in plan.checks for line in assertion(c, pad, style)]]


def _entered(step: Step, name: str) -> str:
    """What a step enters that is known by this name afterwards; '' when it enters nothing."""
    if not step.source.endswith(_ENTERING) or step.name not in ("", name):
        return ""
    managed = step.source.removesuffix(_ENTERING)
    return managed if step.name or managed == name else ""


def _step(step: Step, pad: str, style: Style) -> list[str]:
    return _statement(f"{step.name} = " if step.name else "", step.source, pad, style)


def _statement(prefix: str, source: str, pad: str, style: Style) -> list[str]:
    try:
        node = expression(source)
    except SyntaxError:
        return [pad + line for line in f"{prefix}{source}".splitlines()]
    if isinstance(node, ast.Lambda) and prefix.removesuffix(" = ").isidentifier():
        head = f"{pad}def {prefix.removesuffix(' = ')}({ast.unparse(node.args)}):"
        return [head, *laid("return ", node.body, "", pad + style.indent, style)]
    if prefix and isinstance(node, ast.Constant) and isinstance(node.value, str):
        block = as_block(prefix.removesuffix(" = "), node.value, pad, style)
        if block:
            return block
    return laid(prefix, node, "", pad, style)


def _act_and_assert(plan: Plan, call: str, pad: str, style: Style) -> list[list[str]]:
    checks = list(plan.checks)
    if not call:
        return [[line for c in checks for line in assertion(c, pad, style)]]
    if len(checks) == 1 and _mentions(checks[0].subject) == 1 and (lines := _inline(checks[0], call, pad, style)):
        return [lines]
    used = any(_mentions(c.subject) for c in checks)
    act = _statement("result = " if used else "", call, pad, style)
    return [act, [line for c in checks for line in assertion(c, pad, style)]]


def _framed(
    plan: Plan, call: str, checks: Sequence[Check], before: Sequence[str], outer: Sequence[str], pad: str, style: Style
) -> list[list[str]]:
    """The blocks of a test that sets its surroundings, or catches what is said beside the result.

    `checks` are those of the plan before they were framed, `outer` the contexts that everything is done in.
    """
    opening = [f"{pad}{style.indent * level}with {flat_context(context, style)}:" for level, context in enumerate(outer)]
    inner = pad + style.indent * len(outer)
    category, text = warning(checks)
    arrange = [line for step in plan.arrange for line in _step(step, inner, style)]
    asked = [pad + line for line in before]
    if plan.raised is not None:
        act, facts = _raising(plan, plan.raised, _statement("", call, inner + style.indent, style), inner, style, pad)
        return [[*opening, *arrange, *act], [*asked, *facts]] if opening else [arrange, act, [*asked, *facts]]
    used = any(_mentions(c.subject) for c in plan.checks)
    act = _statement("result = " if used else "", call, inner + style.indent * bool(category), style)
    if category:
        act = [*_expecting("Warns", category, _warning_pattern(category, text, style), "", inner, style), *act]
    facts = [*asked, *(line for c in plan.checks for line in assertion(c, pad, style))]
    return [[*opening, *arrange, *act], facts] if opening else [arrange, act, facts]


def flat_context(context: str, style: Style) -> str:
    """`call as name`, or the call alone, with the quotes of the style."""
    call, named, name = context.rpartition(" as ")
    return f"{flat(call, style)} as {name}" if named else flat(context, style)


def _warning_pattern(category: str, text: str, style: Style) -> str:
    """Source text of the pattern for what a warning says; a variable holds it in a table."""
    if text.isidentifier():
        return f"re.escape({text})"
    return message_pattern(Raised(category, ast.literal_eval(text), True), style) if text else ""


def _mentions(subject: str) -> int:
    return len(re.findall(r"(?<![\w.])result\b", subject))


def _inline(check: Check, call: str, pad: str, style: Style) -> list[str] | None:
    """The whole test as one assertion, when it is short or only its expected value is long."""
    lines = assertion(replace(check, subject=substituted(check.subject, "result", call)), pad, style)
    if all(fits(line, style) for line in lines) and (len(lines) == 1 or (lines[0].startswith(f"{pad}assert ") and " == " in lines[0])):
        return lines
    return None


def assertion(check: Check, pad: str, style: Style) -> list[str]:
    """One check as a statement of the style's framework."""
    return _unittest(check, pad, style) if style.framework == "unittest" else _pytest(check, pad, style)


def _pytest(check: Check, pad: str, style: Style) -> list[str]:
    subject = flat(check.subject, style)
    match check.how:
        case How.TYPE:
            return laid("assert ", expression(f"isinstance({check.subject}, {check.expected})"), "", pad, style)
        case How.TRUE:
            return laid("assert ", expression(check.subject), "", pad, style)
        case How.IS:
            if isinstance(expression(check.subject), ast.Compare) and check.expected == "True":
                return [f"{pad}assert {subject}"]
            if isinstance(expression(check.subject), ast.Compare) and check.expected == "False" and not re.search(r" [!=]= ", subject):
                return [f"{pad}assert not {subject}"]
            return [f"{pad}assert {_operand(check.subject, style)} is {flat(check.expected, style)}"]
    if check.expected in ("True", "False", "None"):
        return [f"{pad}assert {_operand(check.subject, style)} is {check.expected}"]
    return _equal(check, pad, style)


def _operand(source: str, style: Style) -> str:
    text = flat(source, style)
    return f"({text})" if isinstance(expression(source), ast.Compare | ast.BoolOp | ast.Lambda | ast.IfExp) else text


def _equal(check: Check, pad: str, style: Style) -> list[str]:
    node = expression(check.expected)
    prefix = f"assert {_operand(check.subject, style)} == "
    part = re.fullmatch(r"\w+\.(\w+)", check.subject)
    name = f"expected_{part[1]}" if part else "message" if check.subject.startswith("str(excinfo") else "expected"
    if is_tall(node) and (block := as_block(name, ast.literal_eval(node), pad, style)):
        return [*block, f"{pad}{prefix}{name}"]
    line = pad + prefix + _operand(check.expected, style)
    if fits(line, style):
        return [line]
    bracketed = isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Call)
    opening = flat(node.func, style) + "(" if isinstance(node, ast.Call) else "["
    if bracketed and fits(pad + prefix + opening, style):
        return laid(prefix, node, "", pad, style)
    return [*_statement(f"{name} = ", check.expected, pad, style), f"{pad}{prefix}{name}"]


def _unittest(check: Check, pad: str, style: Style) -> list[str]:
    subject, expected = check.subject, check.expected
    close = check.how is How.CLOSE
    if check.how is How.TYPE:
        call = f"self.assertIsInstance({subject}, {expected})"
    elif check.how is How.TRUE:
        call = f"self.assertTrue({subject})"
    elif expected == "None":
        call = f"self.assertIsNone({subject})"
    elif check.how is How.IS or expected in ("True", "False"):
        call = f"self.assertIs({subject}, {expected})"
    elif close and _NUMBER.fullmatch(expected):
        size = abs(float(expected))
        call = f"self.assertAlmostEqual({subject}, {expected}{'' if size < 100 else f', delta={size * 1e-8:.0e}'})"
    elif close:
        call = f"self.assertEqual({subject}, pytest.approx({expected}))"
    else:
        call = f"self.assertEqual({subject}, {expected})"
    lines = laid("", expression(call), "", pad, style)
    node = expression(expected) if expected else None
    if len(lines) > 3 and isinstance(node, ast.Constant | ast.List | ast.Dict | ast.Tuple | ast.Set):
        return [*_statement("expected = ", expected, pad, style), *assertion(replace(check, expected="expected"), pad, style)]
    return lines


def _raising(plan: Plan, raised: Raised, inside: list[str], pad: str, style: Style, after: str | None = None) -> list[list[str]]:
    """What raises, and what is asserted afterwards, indented by `after` where that is not as deep."""
    variable = "caught.exception" if style.framework == "unittest" else "excinfo.value"
    checks = [replace(c, subject=f"str({variable})") if c.subject == MESSAGE else c for c in plan.checks]
    name = f" as {variable.partition('.')[0]}" if any(c.subject == MESSAGE for c in plan.checks) else ""
    facts = [line for c in checks for line in assertion(c, pad if after is None else after, style)]
    return [[*_raises(raised, name, pad, style), *inside], facts]


def _raises(raised: Raised, name: str, pad: str, style: Style) -> list[str]:
    """The `with` line."""
    return _expecting("Raises", raised.type, message_pattern(raised, style), name, pad, style)


def _expecting(what: str, kind: str, text: str, name: str, pad: str, style: Style) -> list[str]:
    """The `with` line of what `Raises` or `Warns`: a class of exceptions or warnings, and a pattern or ''."""
    if style.framework == "unittest":
        opening, parts = (f"self.assert{what}Regex(", [kind, text]) if text else (f"self.assert{what}(", [kind])
    else:
        opening, parts = f"pytest.{what.lower()}(", [kind, f"match={text}"] if text else [kind]
    line = f"{pad}with {opening}{', '.join(parts)}){name}:"
    inner = pad + style.indent
    if fits(line, style):
        return [line]
    if fits(inner + ", ".join(parts), style):
        return [f"{pad}with {opening}", inner + ", ".join(parts), f"{pad}){name}:"]
    return [f"{pad}with {opening}", *(f"{inner}{part}," for part in parts), f"{pad}){name}:"]


def message_pattern(raised: Raised, style: Style) -> str:
    """Source text of a pattern: for the whole message, or for the telling start of a longer one; '' when there is none."""
    message = raised.message
    if is_whole(raised) and is_pattern(message):
        return "r" + quoted("^" + message.replace(".", "\0") + "$", style.quote).replace("\\x00", "\\.")
    line = message.splitlines()[0].strip() if message.strip() else ""
    most = min(MATCH, style.line_length - 22)
    if len(line) > most:
        line = line[:most].rpartition(" ")[0] or line[:most]
    if len(line) < 3 or not line.isprintable():
        return ""
    text = _pattern(line, style)
    while len(text) > most + 6 and " " in line:
        line = line.rpartition(" ")[0]
        text = _pattern(line, style)
    return text


def _pattern(line: str, style: Style) -> str:
    """Source text of a pattern that matches the line, raw only where it has to be."""
    pattern = re.sub(r"[.^$*+?{}\[\]\\|()]", r"\\\g<0>", line)
    if pattern == line:
        return quoted(line, style.quote)
    other = "'" if style.quote == '"' else '"'
    if style.quote not in pattern:
        return f"r{style.quote}{pattern}{style.quote}"
    return f"r{other}{pattern}{other}" if other not in pattern else quoted(pattern, style.quote)


def renamed(plan: Plan, names: dict[str, str]) -> Plan:
    """The plan with local variables and columns called otherwise."""
    if not names:
        return plan
    return replace(
        plan,
        arrange=tuple(Step(renamed_source(s.source, names), renamed_source(s.name, names) if s.name else "") for s in plan.arrange),
        call=renamed_source(plan.call, names),
        checks=tuple(replace(c, subject=renamed_source(c.subject, names), expected=renamed_source(c.expected, names)) for c in plan.checks),
        columns=tuple(replace(c, name=names.get(c.name, c.name)) for c in plan.columns),
    )


def lines_of(plans: Sequence[Plan], pad: str, style: Style) -> list[str]:
    """The bodies of plans that share one test, one after the other."""
    return "\n\n".join("\n".join(body(plan, pad, style)) for plan in plans).split("\n")
