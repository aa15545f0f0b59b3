"""Names of tests: unit, condition, outcome. From facts alone, and never a number."""

import ast
import copy
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from runners.languages.python.layout import expression
from runners.languages.python.signatures import Signatures
from runners.languages.python.tables import Plan, first_line
from testwright.model import How, Observation, Step

LONGEST = 70
_NOTHING = Signatures()
_DUNDERS = {
    "init": "",
    "new": "",
    "eq": "equals",
    "ne": "differs",
    "lt": "less_than",
    "le": "less_or_equal",
    "gt": "greater_than",
    "ge": "greater_or_equal",
    "getitem": "item",
    "setitem": "set_item",
    "delitem": "delete_item",
    "contains": "contains",
    "iter": "iteration",
    "enter": "context",
    "exit": "after_context",
    "aenter": "context",
    "call": "call",
}
LOOSEST = 80
"""Characters of a name where nothing shorter tells two tests apart."""
_COUNTS = ("no", "one", "two", "three", "four", "five")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_EMPTY = {"''": "string", "b''": "bytes", "[]": "list", "()": "tuple", "{}": "dict", "set()": "set"}


def snake(name: str) -> str:
    """`HTTPError` → `http_error`, `C.bump_build` → `c_bump_build`."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"\W+|_+", "_", parts).strip("_").lower()


def slug(text: str, longest: int = 24) -> str:
    """Words of a short text, or nothing."""
    if not re.fullmatch(r"[A-Za-z0-9_ .,:=()<>!'\"\[\]-]*", text):
        return ""
    words = snake(re.sub(r"[^A-Za-z0-9_]+", " ", text).strip())
    return words if words and len(words) <= longest and not words.isdigit() else ""


def names(plans: Sequence[Plan], known: Signatures = _NOTHING) -> list[str]:
    """One name for each plan, all different; '' for a plan that nothing tells apart from one before it."""
    plans = [_with_parameters(plan, known) for plan in plans]
    owners = {p.unit.rpartition(".")[0] or (p.unit if p.observations[0].kind == "constructor" else "") for p in plans}
    single = len(owners) == 1
    units = {p.unit: unit_words(p.unit, single) for p in plans}
    for unit in [u for u, n in Counter(units.values()).items() if n > 1]:
        units.update({u: unit_words(u, False) for u, words in units.items() if words == unit})
    taken: set[str] = set()
    chosen: dict[int, str] = {}
    served: set[str] = set()
    for i, plan in enumerate(plans):
        siblings = [p for p in plans if p.unit == plan.unit and p is not plan]
        further = () if plan.unit in served else _made_up(units[plan.unit])
        for name in itertools.chain(_candidates(plan, siblings, units[plan.unit]), further):
            if name not in taken:
                chosen[i] = name
                taken.add(name)
                served.add(plan.unit)
                break
    return [chosen.get(i, "") for i in range(len(plans))]


def _made_up(unit: str) -> Iterator[str]:
    """Names for the first test of a unit when others took all that say something."""
    return (f"test_{unit}{'_itself' * times}" for times in range(1, 100))


def _with_parameters(plan: Plan, known: Signatures) -> Plan:
    """The plan with all arguments in its arrangement named, so that they can be told apart. Only good for names."""
    made = tuple(replace(o, arrange=tuple(_step_with_parameters(step, known) for step in o.arrange)) for o in plan.observations)
    return replace(plan, observations=made)


def _step_with_parameters(step: Step, known: Signatures) -> Step:
    try:
        node = copy.deepcopy(expression(step.source))
    except SyntaxError:
        return step
    if not step.name or not isinstance(node, ast.Call) or not node.args or any(isinstance(a, ast.Starred) for a in node.args):
        return step
    parameters = known.of_call(ast.unparse(node.func))
    if len(parameters) < len(node.args):
        return step
    node.keywords[:0] = [ast.keyword(name, value) for name, value in zip(parameters, node.args, strict=False)]
    node.args = []
    return replace(step, source=ast.unparse(node))


def unit_words(unit: str, single: bool) -> str:
    """How the unit is called in a name; `single` when its class needs no mention."""
    owner, _, last = unit.rpartition(".")
    if last.startswith("__") and last.endswith("__"):
        word = _DUNDERS.get(last[2:-2], last[2:-2])
        return "_".join(filter(None, (snake(owner), word)))
    return snake(last) if single or not owner else f"{snake(owner)}_{snake(last)}"


def _candidates(plan: Plan, siblings: Sequence[Plan], unit: str) -> Iterator[str]:
    """Names from the wanted one to more and more explicit ones."""
    outcome = outcome_words(plan)
    same = [p for p in siblings if outcome_words(p) == outcome]
    special = _conditions(plan, siblings)
    conditions = list(dict.fromkeys([*special, *_message_words(plan, same), *_attributes(plan, same), *_values(plan)]))
    wanted = next((c for c in (*special, *_message_words(plan, same)) if not c.startswith("when_")), "")
    strong = wanted if plan.raised or outcome or plan.rows == 1 or same else ""
    first = [(outcome, strong)] if strong else [(outcome, "")]
    tries: list[tuple[str, ...]] = [*first, *((outcome, c) for c in conditions)]
    tries += [(outcome, a, b) for i, a in enumerate(conditions) for b in conditions[i + 1 :]]
    tries += [(o, c) for o in _results(plan) for c in ("", *conditions)]
    tries += [
        (outcome, a, b, c) for i, a in enumerate(conditions) for j, b in enumerate(conditions[i + 1 :]) for c in conditions[i + j + 2 :]
    ]
    kinds = list(dict.fromkeys([*_kinds(plan), *_facts(plan, siblings)]))
    tries += [(outcome, kind) for kind in kinds] + [(outcome, a, b) for a in conditions[:4] for b in kinds]
    tries += [(outcome, a, b) for i, a in enumerate(kinds) for b in kinds[i + 1 :]]
    named = ["_".join(filter(None, ("test", unit, *parts))) for parts in tries]
    yield from (name for name in named if len(name) <= LONGEST)
    yield from (name for name in named if len(name) <= LOOSEST)
    shorter = unit_words(plan.unit, True)
    shorter = shorter if len(shorter) <= LONGEST // 2 else shorter[: LONGEST // 2].rpartition("_")[0]
    yield from (name for parts in tries if len(name := "_".join(filter(None, ("test", shorter, *parts)))) <= LOOSEST)


def outcome_words(plan: Plan) -> str:
    """`raises_value_error`, `is_false`, `returns_none`; '' for plain values."""
    if plan.raised is not None:
        return f"raises_{snake(plan.raised.type.rpartition('.')[2])}"
    first = plan.checks[0] if plan.checks else None
    if first is None or "result" not in first.subject:
        return ""
    if first.subject == "result" and first.how is How.IS and first.expected in ("True", "False", "None"):
        value = plan.observations[0].kind == "property" or first.expected != "None"
        return f"is_{first.expected.lower()}" if value else "returns_none"
    return ""


def _message_words(plan: Plan, same: Sequence[Plan]) -> Iterator[str]:
    """What a message says that those of the sibling tests do not: `unclosed_delimiter`."""
    if plan.raised is None or not same:
        return
    message = first_line(plan.observations[0])
    if all(first_line(other.observations[0]) == message for other in same):
        return
    for other in same:
        head, colon, rest = message.partition(": ")
        if colon and first_line(other.observations[0]).startswith(head + colon):
            message = rest
    words: list[str] = []
    for word in re.findall(r"[A-Za-z]{2,}", re.sub(r"'[^']*'|\"[^\"]*\"", " ", message.replace(plan.raised.type, ""))):
        if len(words) == 4 or len("_".join([*words, word])) > 32:
            break
        words.append(word.lower())
    if words:
        yield "as_" + "_".join(words) if words[0] in ("is", "are", "not", "no") else "_".join(words)


def _attributes(plan: Plan, same: Sequence[Plan]) -> Iterator[str]:
    """Attributes of the result that only this test looks at, or finds true: `gives_examples`, `gives_is_generator`."""
    mine, others = _looked_at(plan), [_looked_at(p) for p in same]
    for name, expected in mine.items():
        if others and (all(name not in o for o in others) or (expected == "True" and all(o.get(name) != "True" for o in others))):
            yield f"sets_{snake(name)}" if plan.observations[0].kind == "constructor" else f"gives_{snake(name)}"


def _looked_at(plan: Plan) -> dict[str, str]:
    """Attributes of the result → what they are expected to be."""
    found: dict[str, str] = {}
    for check in plan.checks:
        if attribute := re.search(r"\bresult(?:\[\d+\])?(?:\.\w+(?:\[\d+\])?)*?\.([A-Za-z]\w*)\)?$", check.subject):
            found.setdefault(attribute[1], check.expected)
    return {name: expected for name, expected in found.items() if expected not in ("None", "False")}


def _results(plan: Plan) -> Iterator[str]:
    """Further words about the outcome, for when the inputs do not tell enough."""
    if plan.raised is not None:
        return
    for check in plan.checks[:2]:
        kind = _EMPTY.get(_plain(check.expected))
        if check.subject == "result" and kind:
            yield f"returns_empty_{kind}"
    types = {o.result_type for o in plan.observations}
    if len(types) == 1 and "" not in types:
        yield f"returns_{snake(types.pop())}"
    for check in plan.checks[:1] if plan.rows == 1 else ():
        if check.subject == "result" and check.how is How.EQUALS and (words := slug(_content(check.expected))):
            yield f"gives_{words}"
        elif attribute := re.fullmatch(r"\w+\.(\w+)", check.subject):
            yield f"sets_{attribute[1]}"


def _conditions(plan: Plan, siblings: Sequence[Plan]) -> list[str]:
    """What is special in the input, most telling first: for an exception the odd value, otherwise what was given or done."""
    specials, shape = list(_specials(plan, siblings)), list(_shape(plan, siblings))
    found = [*specials, *shape] if plan.raised else [*shape, *specials]
    found += _before(plan, siblings)
    if len({o.condition for o in plan.observations}) == 1 and (words := condition_words(plan.observations[0].condition)):
        found.append(f"when_{words}")
    return list(dict.fromkeys(found))


def condition_words(condition: str) -> str:
    """`strict` → `strict`, `not strict`, `x is None`, `n > 3` → `n_over_3`; nothing for anything longer."""
    found = re.fullmatch(r"(not )?\(?([A-Za-z][\w.]*)(?: (is not|is|not in|in|==|!=|<=|>=|<|>) ([\w.'\"-]+))?\)?", condition.strip())
    if not found or (found[1] and found[3]):
        return ""
    words = {"==": "is", "!=": "is not", "<": "below", ">": "over", "<=": "at most", ">=": "at least"}
    return slug(" ".join(filter(None, (found[1], found[2], words.get(found[3] or "", found[3]), found[4]))), 30)


def _specials(plan: Plan, siblings: Sequence[Plan]) -> Iterator[str]:
    """Arguments of a kind that the sibling tests do not have: `negative_length`, `empty_string`."""
    inputs = _inputs(plan)
    usual = [_inputs(p) for p in siblings if (p.raised is None) or plan.raised is None]
    for name, sources in inputs.items():
        other_sources = [s for other in usual for s in other.get(name, ())]
        alone = len(inputs) == 1 and any(a.name == name for a in plan.observations[0].arguments)
        if plan.raised and (kind := _odd_type(sources, other_sources)):
            yield f"for_{_with_name(kind, name, alone)}"
        words = {describe(s) for s in sources}
        if len(words) != 1 or not (word := words.pop()):
            continue
        if word not in {describe(s) for s in other_sources} | {snake(plan.unit.rpartition(".")[0])}:
            yield f"for_{_with_name(word, name, alone)}"


def _odd_type(sources: Sequence[str], others: Sequence[str]) -> str:
    """The type of all of these when no other is of it; '' when the types cannot be told."""
    mine, usual = {_type(s) for s in sources}, {_type(s) for s in others}
    kind = mine.pop() if len(mine) == 1 else ""
    numbers = {"int", "float"}
    return kind if usual - {""} and kind not in usual and not (kind in numbers and usual & numbers) else ""


def _type(source: str) -> str:
    try:
        value = ast.literal_eval(source)
    except (ValueError, SyntaxError, MemoryError):
        return ""
    return "none" if value is None else type(value).__name__


def _with_name(word: str, name: str, alone: bool) -> str:
    """`empty_string` when there is one argument, else `empty_text`; `length_zero`."""
    adjective, _, noun = word.partition(" ")
    if alone or not name:
        return word.replace(" ", "_")
    return f"{adjective}_{snake(name)}" if noun or word == "zero" else f"{snake(name)}_{word}"


def describe(source: str) -> str:
    """What is special about a value, as an adjective and a noun or as one word; '' for ordinary ones."""
    plain = _plain(source)
    if plain in _EMPTY:
        return f"empty {_EMPTY[plain]}"
    try:
        value = ast.literal_eval(source)
    except (ValueError, SyntaxError, MemoryError):
        return _describe_expression(source)
    if isinstance(value, bool):
        return ""
    for test, word in _WORDS:
        if test(value):
            return word
    return ""


_WORDS: list[tuple[Callable[[object], bool], str]] = [
    (lambda v: v is None, "none"),
    (lambda v: v is ..., "ellipsis"),
    (lambda v: isinstance(v, int | float) and v == 0, "zero"),
    (lambda v: isinstance(v, int | float) and v < 0, "negative number"),
    (lambda v: isinstance(v, bytes), "bytes"),
    (lambda v: isinstance(v, str) and not v.strip(), "blank string"),
    (lambda v: isinstance(v, str) and v.count("\n") > 0, "multiline string"),
    (lambda v: isinstance(v, str) and not v.isascii(), "non_ascii string"),
]


def _describe_expression(source: str) -> str:
    if found := re.fullmatch(r"float\(['\"]-?(nan|inf)\w*['\"]\)|(?:math\.)(nan|inf)", source):
        return {"nan": "nan", "inf": "infinity"}[found[1] or found[2]]
    if source.startswith("lambda"):
        return "function"
    if found := re.match(r"(?:\w+\.)*([A-Z]\w+)\(", source):
        return snake(found[1])
    return ""


def _shape(plan: Plan, siblings: Sequence[Plan]) -> Iterator[str]:
    """Arguments that are given here and not in every sibling, or the other way round."""
    mine = _given(plan)
    others = [_given(p) for p in siblings]
    if not others:
        return
    common = set.intersection(*(set(o) for o in others))
    extra = [name for name in mine if name not in common and not all(name in o for o in others)]
    named = [f"{name}_{mine[name]}" if mine[name] in ("none", "false") else name for name in extra]
    if named:
        yield "with_" + "_and_".join(map(snake, named[:2]))
        yield from (f"with_{snake(name)}" for name in named)
    for name in others[0]:
        if name in common and name not in mine:
            yield f"without_{snake(name)}"


def _given(plan: Plan) -> dict[str, str]:
    """Arguments of the call → 'true', 'false', 'none' when constant, else ''."""
    found = {}
    for name, sources in _inputs(plan).items():
        found[name] = sources[0].lower() if len(set(sources)) == 1 and sources[0] in ("True", "False", "None") else ""
    return {k: v for k, v in found.items() if k}


def _inputs(plan: Plan) -> dict[str, list[str]]:
    """Every input by its name: arguments of the call, keyword arguments of what is arranged."""
    found: dict[str, list[str]] = {}
    for o in plan.observations:
        for argument in o.arguments:
            found.setdefault(argument.name, []).append(argument.source)
        for name, source in _operand_of(o):
            found.setdefault(name, []).append(source)
        own = {argument.name for argument in o.arguments}
        for source in (*(step.source for step in o.arrange), _receiver_of(o)):
            for name, value in _keywords(source):
                if name not in own:
                    found.setdefault(name, []).append(value)
    return {name: sources for name, sources in found.items() if len(sources) == plan.rows}


def _operand_of(o: Observation) -> list[tuple[str, str]]:
    """The right side of an operator, the key of a subscript."""
    try:
        node = None if o.arguments or not o.call else expression(o.call)
    except SyntaxError:
        return []
    match node:
        case ast.Compare(comparators=[right]) | ast.BinOp(right=right):
            return [("other", ast.unparse(right))]
        case ast.Subscript(slice=right):
            return [("key", ast.unparse(right))]
    return []


def _receiver_of(o: Observation) -> str:
    """The call that makes the object whose member is called or read; '' when that has a name."""
    try:
        node = expression(o.call) if o.call and not o.arrange else None
    except SyntaxError:
        return ""
    member = node.func if isinstance(node, ast.Call) else node
    return ast.unparse(member.value) if isinstance(member, ast.Attribute) and isinstance(member.value, ast.Call) else ""


def _keywords(source: str) -> list[tuple[str, str]]:
    try:
        node = expression(source)
    except SyntaxError:
        return []
    if not isinstance(node, ast.Call):
        return []
    return [(k.arg, ast.unparse(k.value)) for k in node.keywords if k.arg]


def _before(plan: Plan, siblings: Sequence[Plan]) -> Iterator[str]:
    """What was done to the receiver before, when siblings differ in that."""
    mine = _done(plan)
    others = [_done(p) for p in siblings]
    extra = [word for word in mine if not all(word in o for o in others)]
    if extra:
        yield "after_" + "_and_".join(dict.fromkeys(extra[:2]))
        yield f"after_{extra[-1]}"
    missing = [word for word in (others[0] if others else ()) if word not in mine and all(word in o for o in others)]
    yield from (f"without_{word}" for word in missing[:1] if plan.raised and word != snake(plan.unit.rpartition(".")[2]))


def _done(plan: Plan) -> list[str]:
    found = []
    for step in plan.arrange:
        if not step.name and (called := re.match(r"[\w.]*?(\w+)\(", step.source)):
            found.append(snake(called[1]))
        elif "." in step.name:
            found.append("setting_" + snake(step.name.rpartition(".")[2]))
    return found


def _values(plan: Plan) -> Iterator[str]:
    """The plain words of an argument, as a last resort."""
    if plan.rows > 1:
        return
    for name, sources in _inputs(plan).items():
        text = _content(sources[0])
        if _type(sources[0]) == "" and not re.fullmatch(r"""b?(['"]).*\1 \* \d+""", sources[0]):
            continue
        if text in ("True", "False", "None"):
            yield f"with_{snake(name)}" if text == "True" else f"with_{snake(name)}_{text.lower()}"
        elif _type(sources[0]) not in ("str", "") and re.search(r"[\d\[({]", text) and not _NUMBER.fullmatch(text):
            continue
        elif words := slug(text) or _gist(sources[0]):
            yield f"for_{words}" if len(_inputs(plan)) == 1 else f"for_{snake(name)}_{words}"
        elif _NUMBER.fullmatch(text):
            yield f"for_{snake(name) + '_' if name else ''}{text.replace('-', 'minus_').replace('.', '_')}"
    yield from _inner_words(plan)


def _kinds(plan: Plan) -> Iterator[str]:
    """What kind of value an argument has: how many items, how long a text, how a number is written."""
    inputs = _inputs(plan)
    for name, sources in inputs.items():
        words = {_kind(source) for source in sources}
        if len(words) == 1 and (word := words.pop()):
            yield f"for_{word}" if len(inputs) == 1 else f"for_{snake(name)}_of_{word}" if name else f"for_{word}"


def _kind(source: str) -> str:
    """`two_items`, `single_character`, `long_text`, `several_lines`, `fraction`; '' for what has no such word."""
    try:
        value = ast.literal_eval(source)
    except (ValueError, SyntaxError, MemoryError):
        called = re.match(r"(?:\w+\.)*(\w+)\(", source)
        return snake(called[1]) if called else ""
    if isinstance(value, list | tuple | set | dict):
        return f"{_COUNTS[len(value)] if len(value) < len(_COUNTS) else 'many'}_item{'s' * (len(value) != 1)}"
    if isinstance(value, str | bytes):
        return _kind_of_text(value if isinstance(value, str) else value.decode("latin-1"))
    return "fraction" if isinstance(value, float) and value % 1 else "large_number" if isinstance(value, int) and value >= 1000 else ""


def _kind_of_text(text: str) -> str:
    rules = (
        ("single_character", len(text) == 1),
        ("space_at_the_start", text[:1].isspace()),
        ("space_at_the_end", text[-1:].isspace()),
        ("several_lines", "\n" in text),
        ("digits", text.isdigit()),
        ("upper_case", text.isupper()),
        ("several_words", " " in text),
        ("long_text", len(text) > 30),
        ("one_word", text.isalpha()),
    )
    return next((word for word, holds in rules if holds), "")


def _facts(plan: Plan, siblings: Sequence[Plan]) -> Iterator[str]:
    """What only this test asserts: attributes of the result or of an object, how many items there are."""
    common = {check for other in siblings for check in other.checks}
    for check in (check for check in plan.checks if check not in common):
        if size := re.fullmatch(r"len\((?:\w+\.)*(\w+)\)", check.subject):
            if re.fullmatch(r"\d", check.expected) and int(check.expected) < len(_COUNTS):
                yield f"gives_{_COUNTS[int(check.expected)]}_{snake(size[1])}".replace("_result", "_items")
        elif (attribute := re.search(r"\.([A-Za-z]\w*)$", check.subject)) and check.how is not How.TYPE:
            words = slug(_content(check.expected))
            yield f"with_{snake(attribute[1])}_{words}" if words else f"with_{snake(attribute[1])}"
        elif check.how is How.TYPE and plan.rows == 1:
            yield f"gives_{snake(check.expected.rpartition('.')[2])}"


def _inner_words(plan: Plan) -> Iterator[str]:
    """Words of the texts that stand somewhere inside of what is arranged and called."""
    for source in (*(step.source for step in plan.arrange), plan.call):
        try:
            nodes = list(ast.walk(expression(source)))
        except SyntaxError:
            continue
        texts = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str) and len(n.value) > 2]
        yield from (f"for_{words}" for text in texts if (words := _gist(repr(text))) and not any(c.isdigit() for c in words))


def _plain(source: str) -> str:
    try:
        return ast.unparse(expression(source))
    except SyntaxError:
        return source


def _gist(source: str) -> str:
    """A few words of a longer text; the signs of a text without words."""
    if re.fullmatch(r"""b?(['"]).*\1 \* \d+""", source):
        return "long_text"
    text = _content(source)
    if text is source:
        return ""
    words: list[str] = []
    for word in dict.fromkeys(re.findall(r"[a-z]{2,}", text.lower())):
        if len("_".join([*words, word])) > 24 or len(words) == 3:
            break
        words.append(word)
    signs = dict.fromkeys(snake(unicodedata.name(c, "")) for c in text if c.isascii() and c.isprintable() and not c.isalnum())
    return "_".join(words) or ("_and_".join(signs) if len(signs) < 3 else "")


def _content(source: str) -> str:
    """What a string literal holds; other sources as they are."""
    try:
        value = ast.literal_eval(source)
    except (ValueError, SyntaxError, MemoryError):
        return source
    return value if isinstance(value, str) else source
