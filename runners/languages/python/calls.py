"""How arguments are passed: the same way in all calls of a unit, so that the calls can share a table."""

import ast
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from runners.languages.python.layout import expression
from runners.languages.python.signatures import Signatures
from testwright.model import Argument, How, Observation

OPTIONS = "options"
"""Column of a table that holds the optional arguments of each row."""
LEAST = 3
"""Different sets of optional arguments, each with an example or two, from which on they share a table."""


def with_keywords(observations: Sequence[Observation], known: Signatures) -> list[Observation]:
    """A parameter that some call of a unit passes by keyword is passed so by all of them."""
    named: dict[str, set[str]] = defaultdict(set)
    for o in observations:
        named[o.unit] |= {a.name for a in o.arguments if a.keyword and a.name}
    return [_by_keyword(o, named[o.unit] & set(known.defaults.get(o.unit, {}))) for o in observations]


def _by_keyword(o: Observation, names: set[str]) -> Observation:
    """The observation with these parameters, and those behind them, passed by keyword."""
    call = _call(o)
    positional = [a for a in o.arguments if not a.keyword]
    first = next((i for i, a in enumerate(positional) if a.name in names), None)
    if call is None or first is None or len(call.args) != len(positional) or not all(a.name for a in positional[first:]):
        return o
    if any(isinstance(node, ast.Starred) for node in call.args):
        return o
    moved = [ast.keyword(a.name, node) for a, node in zip(positional[first:], call.args[first:], strict=True)]
    source = ast.unparse(ast.Call(call.func, call.args[:first], [*moved, *call.keywords]))
    given = (*positional[:first], *(replace(a, keyword=True) for a in positional[first:]), *(a for a in o.arguments if a.keyword))
    return replace(o, call=source, arguments=given)


def _call(o: Observation) -> ast.Call | None:
    """The call of a function by its name."""
    try:
        node = expression(o.call)
    except SyntaxError:
        return None
    return node if isinstance(node, ast.Call) and o.callee and ast.unparse(node.func) == o.callee else None


def with_options(observations: Sequence[Observation], bulky: Sequence[str] = ()) -> list[Observation]:
    """Examples of many sets of optional arguments of one function become rows of a table, with the arguments as a dict."""
    times = Counter(_shape(o) for o in observations)
    few = [o for o in observations if times[_shape(o)] < LEAST and o.id not in bulky and _fits_table(o)]
    shapes: dict[object, set[object]] = defaultdict(set)
    for o in few:
        shapes[_table(o)].add(_shape(o))
    chosen = {o.id for o in few if len(shapes[_table(o)]) >= LEAST}
    return [_with_dict(o) if o.id in chosen else o for o in observations]


def _shape(o: Observation) -> tuple[object, ...]:
    return o.unit, tuple((a.name, a.keyword) for a in o.arguments), o.raised is None, tuple((c.subject, c.how) for c in o.checks)


def _table(o: Observation) -> tuple[object, ...]:
    return o.unit, o.callee, o.result_type, tuple(a.name for a in o.arguments if not a.keyword)


def _fits_table(o: Observation) -> bool:
    """One call of a function with keywords, and one fact about what it returns."""
    plain = o.raised is None and not o.arrange and not o.asynchronous and len(o.checks) == 1
    equal = plain and o.checks[0].subject == "result" and o.checks[0].how is How.EQUALS
    named = [a for a in o.arguments if a.keyword]
    return equal and bool(named) and _call(o) is not None and sum(len(a.name) + len(a.source) + 4 for a in named) <= 60


def _with_dict(o: Observation) -> Observation:
    call = _call(o)
    assert call is not None
    options = ast.Dict([ast.Constant(k.arg) for k in call.keywords], [k.value for k in call.keywords])
    source = ast.unparse(ast.Call(call.func, call.args, [ast.keyword(None, options)]))
    given = (*(a for a in o.arguments if not a.keyword), Argument(OPTIONS, ast.unparse(options), keyword=True))
    return replace(o, call=source, arguments=given)
