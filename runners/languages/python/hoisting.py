"""Which values of a test get a variable of their own, and which variables are not worth it."""

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from runners.languages.python.further import further
from runners.languages.python.layout import expression, is_tall
from runners.languages.python.renaming import names_in, substituted
from testwright.model import Argument, Check, Observation, Step

LONG = 40
"""Characters of an argument that gets a name of its own when the call does not fit on a line."""
SHORT = 24
"""Characters of a value that needs no name."""


def long_arguments(call: str, arguments: Sequence[Argument], taken: set[str], room: int) -> tuple[list[Step], str]:
    """Long arguments as variables, called like the parameters, when the call does not fit or a text has many lines."""
    node = ast.parse(call, mode="eval").body if call else None
    if not isinstance(node, ast.Call) or (len(call) <= room and not any(is_tall(n) for n in ast.walk(node) if isinstance(n, ast.expr))):
        return [], call
    steps: list[Step] = []
    names = names_in(call) | taken
    parameters = {ast.unparse(expression(a.source)): a.name for a in arguments if a.name}
    for inner in [n for n in ast.walk(node) if isinstance(n, ast.Call)]:
        for i, argument in enumerate(inner.args):
            text = ast.unparse(argument)
            if _worth_a_name(argument, inner is node):
                usual = "text" if isinstance(argument, ast.Constant) else "value"
                name = fresh(parameters.get(text, usual), names)
                steps.append(Step(text, name))
                inner.args[i] = ast.Name(name)
        for keyword in inner.keywords:
            if keyword.arg and _worth_a_name(keyword.value, inner is node):
                name = fresh(keyword.arg, names)
                steps.append(Step(ast.unparse(keyword.value), name))
                keyword.value = ast.Name(name)
    used = names_in(ast.unparse(node))  # what stands inside of a value that went out as a whole is not
    return [step for step in steps if step.name in used], ast.unparse(node)


def _worth_a_name(argument: ast.expr, outermost: bool) -> bool:
    """Long, and nothing that is evaluated at its place: inside of another call only literals are surely not."""
    if is_tall(argument):
        return True
    if len(ast.unparse(argument)) <= LONG or isinstance(argument, ast.Call | ast.Starred | ast.Lambda | ast.GeneratorExp):
        return False
    return outermost or _is_literal(ast.unparse(argument))


def repeated_by_name(check: Check, steps: Sequence[Step]) -> Check:
    """The check with the variable instead of a value that is long and stands in the test already."""
    for step in steps:
        if check.expected and ast.unparse(expression(check.expected)) == ast.unparse(expression(step.source)):
            return replace(check, expected=step.name)
    return check


def singletons(call: str, taken: set[str]) -> tuple[list[Step], str]:
    """`version == False` with a variable for False: the comparison is meant, though linters would have `is`."""
    node = ast.parse(call, mode="eval").body if call else None
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return [], call
    right = node.comparators[0]
    if not isinstance(right, ast.Constant) or not (right.value is None or isinstance(right.value, bool)):
        return [], call
    name = fresh("other", names_in(call) | taken)
    node.comparators[0] = ast.Name(name)
    return [Step(ast.unparse(right), name)], ast.unparse(node)


def without_needless_variables(o: Observation) -> Observation:
    """A variable that only holds a short literal for the call goes; the literal stands in the call."""
    for step in o.arrange:
        others = [text for s in o.arrange if s is not step for text in (s.source, s.name)]
        facts = [text for c in o.checks for text in (c.subject, c.expected)]
        used = any(step.name in names_in(text) for text in (*others, *facts) if text)
        once = len(re.findall(rf"(?<![\w.]){re.escape(step.name)}\b", o.call)) == 1 if step.name.isidentifier() else False
        argument = any(a.source == step.name for a in o.arguments)
        if not used and once and argument and len(step.source) <= SHORT and _is_literal(step.source):
            name, source = step.name, step.source
            given = tuple(replace(a, source=source) if a.source == name else a for a in o.arguments)
            rest = tuple(s for s in o.arrange if s is not step)
            o = replace(o, call=substituted(o.call, name, source), arguments=given, arrange=rest)
    return o


def with_receivers_inside(observations: Sequence[Observation]) -> list[Observation]:
    """Objects made for one short call go into it, where all examples of a unit make them in the same way."""
    makers: dict[str, set[str]] = defaultdict(set)
    for o in observations:
        makers[o.unit] |= {_form(step.source) for step in o.arrange[:1]}
    return [with_receiver_inside(o) if len(makers[o.unit]) == 1 else o for o in observations]


def _form(source: str) -> str:
    """A call without the values of its arguments."""
    try:
        node = expression(source)
    except SyntaxError:
        return source
    if not isinstance(node, ast.Call):
        return source
    return f"{ast.unparse(node.func)} {len(node.args)} {[k.arg for k in node.keywords]}"


def with_receiver_inside(o: Observation) -> Observation:
    """`version = Version("1.2")` and `version.major` in one: an object that is made only for one short call needs no name."""
    if len(o.arrange) != 1 or o.raised is not None or o.asynchronous or len(o.checks) != 1 or o.checks[0].subject != "result":
        return o
    step = o.arrange[0]
    used = names_in(o.checks[0].expected) | {name for a in o.arguments for name in names_in(a.source)}
    made = re.fullmatch(r"[A-Za-z][\w.]*\(.*\)", step.source) and "lambda" not in step.source and len(step.source) <= LONG
    first = re.match(rf"{re.escape(step.name)}(?=[.\[ ])", o.call) if step.name.isidentifier() else None
    once = len(re.findall(rf"(?<![\w.]){re.escape(step.name)}\b", o.call)) == 1
    if not made or not first or not once or step.name in used or ".__" in o.call or not isinstance(expression(step.source), ast.Call):
        return o
    callee = o.callee.replace(step.name, step.source, 1) if o.callee.startswith(f"{step.name}.") else o.callee
    return replace(o, arrange=(), call=substituted(o.call, step.name, step.source), callee=callee)


def _is_literal(source: str) -> bool:
    try:
        ast.literal_eval(source)
    except (ValueError, SyntaxError, MemoryError):
        return False
    return True


def fresh(name: str, taken: set[str]) -> str:
    """A name that is not taken, which it is from now on."""
    found = next(free for free in itertools.chain([name], further(name)) if free not in taken)
    taken.add(found)
    return found
