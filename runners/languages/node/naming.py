"""Titles of tests, as sentences: what comes out, and for what. From facts alone, and never a number of its own."""

import re
from collections.abc import Iterator, Sequence

from runners.languages.node.tables import NUMBER, PRIMITIVE, Plan
from runners.languages.node.tokens import parts
from testwright.model import Check, How, Observation

LONGEST = 76
_SHORT = 24
QUOTES = "'\""
_LAST = ("in another case", "in a further case", "in one more case", "in a special case", "in yet another case")
_FIXED = {"''": "an empty string", '""': "an empty string", "``": "an empty string", "[]": "an empty array", "{}": "an empty object"}


def titles(plans: Sequence[Plan]) -> list[str]:
    """One title for each plan, all different within their unit."""
    taken: set[tuple[str, str]] = set()
    chosen = []
    for plan in plans:
        siblings = [other for other in plans if other.unit == plan.unit and other is not plan]
        title = next(title for title in _candidates(plan, siblings) if (plan.unit, title) not in taken)
        taken.add((plan.unit, title))
        chosen.append(title)
    return chosen


def _candidates(plan: Plan, siblings: Sequence[Plan]) -> Iterator[str]:
    if plan.columns:
        yield table_title(plan)
        yield from (f"{table_title(plan)} {word}" for word in _LAST)
    outcome, inputs = outcome_words(plan), [*_special(plan, siblings), *_inputs(plan)]
    condition = condition_words(plan.first.condition)
    lone = not siblings and plan.raised is not None and condition
    tries = [f"{outcome} {condition}"] if lone else []
    if not any(outcome_words(other) == outcome for other in siblings) and not inputs:
        tries.append(outcome)
    tries += [f"{outcome} {words}" for words in inputs]
    tries += [f"{outcome} {condition}"] if condition else []
    tries += [f"{outcome} {words}" for words in _before(plan)]
    tries += [f"{outcome} {words} {after}" for words in inputs for after in _before(plan)]
    tries += [outcome]
    yield from (title for title in tries if len(title) <= LONGEST)
    short = outcome if len(outcome) < LONGEST - 20 else outcome[: LONGEST - 20].rpartition(" ")[0]
    yield from (f"{short} {word}" for word in _LAST)
    yield from (f"{short} for {plan.first.call[:60]} {word}" for word in _LAST)
    raise AssertionError(f"no title for {plan.first.call}")


def table_title(plan: Plan) -> str:
    """`range(%j, %j) returns %j`: the values of a row go in where the signs are, in order."""
    holes = {column.name: hole(column.values) for column in plan.columns}
    order = [column.name for column in plan.columns]
    given = [column.name for column in plan.columns if not column.expected]
    arguments = [_cell(text, holes) for text in parts(plan.call[len(plan.first.callee) + 1 : -1])]
    inputs = f"{plan.unit.rpartition('.')[2]}({', '.join(arguments)})"
    if any(_printed_as_code(value) for column in plan.columns for value in column.values):
        return f"{outcome_words(plan)} for each {given[0] if given else 'value'}"
    if plan.raised is not None:
        return f"{outcome_words(plan)} for {', '.join(holes[name] for name in given)}"
    results = [check for check in plan.checks if check.expected in holes and check.subject == "result"]
    if results and order == [*given, results[0].expected]:
        verb = "resolves to" if plan.first.asynchronous else "returns"
        return f"{inputs} {verb} {holes[results[0].expected]}"
    return f"{outcome_words(plan)} for {', '.join(holes[name] for name in given)}"


def _printed_as_code(value: str) -> bool:
    """Whether a name stands for the value: when that is a function or a class, runners print all of its text."""
    return PRIMITIVE.fullmatch(value) is None and re.fullmatch(r"[A-Za-z_$][\w$.]*", value) is not None


def _cell(text: str, holes: dict[str, str]) -> str:
    if text in holes:
        return holes[text]
    return text if len(text) <= _SHORT and "%" not in text else "…"


def hole(values: Sequence[str]) -> str:
    """How a value is shown in a title: what JSON has no word for as text."""
    if all(NUMBER.fullmatch(value) or value in ("NaN", "Infinity", "-Infinity", "true", "false", "null", "undefined") for value in values):
        return "%s"
    plain = all(PRIMITIVE.fullmatch(value) or value[:1] in "[{" for value in values)
    odd = any(re.search(r"\d+n\b|\bSymbol\b|\bundefined\b|\bNaN\b|\bnew \b|\bInfinity\b|/\w*$", value) for value in values)
    return "%j" if plain and not odd else "%s"


# ---- what comes out -------------------------------------------------------------------------------------------------


def outcome_words(plan: Plan) -> str:
    """`throws a RangeError`, `returns 3`, `resolves to an empty array`, `leaves size at 2`."""
    o = plan.first
    if plan.raised is not None:
        kind = plan.raised.type.rpartition(".")[2]
        if kind in ("", "Error"):
            return "rejects" if o.asynchronous else "throws"
        return f"{'rejects with' if o.asynchronous else 'throws'} {_article(kind)}"
    check = next((check for check in plan.checks if check.subject == "result"), None)
    if check is None:
        return _side(plan)
    verb = "is" if o.kind == "property" else "resolves to" if o.asynchronous else "returns"
    if o.kind == "constructor":
        verb = "makes"
    if check.expected in {column.name for column in plan.columns}:
        return f"{verb} the expected value"
    if check.expected == o.callee.partition(".")[0] and any(step.name == check.expected for step in o.arrange):
        return f"{verb} itself"
    return f"{verb} {_value(check)}"


def _value(check: Check) -> str:
    if check.how is How.TYPE:
        return _article(check.expected.strip("'\""))
    if check.how is How.CLOSE and NUMBER.fullmatch(check.expected):
        return f"about {float(check.expected.replace('_', '')):.6g}"
    return describe(check.expected)


def _side(plan: Plan) -> str:
    """What is told by facts about something other than the result as a whole."""
    o = plan.first
    if not plan.checks:
        return "does not throw"
    check = plan.checks[0]
    if found := _SAYING.fullmatch(check.subject):
        columns = {column.name for column in plan.columns}
        return _said(found[1].lower(), "" if check.expected in columns else check.expected)
    if found := re.fullmatch(r"result\.([A-Za-z_$][\w$.]*)", check.subject):
        verb = "sets" if o.kind == "constructor" else "gives"
        told = (
            "" if check.expected in {column.name for column in plan.columns} else f" {_value(check)}" if check.how is not How.TRUE else ""
        )
        return f"{verb} {_words(found[1])}{told and ' as' + told}"
    if re.fullmatch(r"typeof \(?result\)?", check.subject):
        return f"{'resolves to' if o.asynchronous else 'returns'} {_article(check.expected.strip(QUOTES))}"
    if check.how is How.TRUE and check.subject == "Number.isNaN(result)":
        return f"{'resolves to' if o.asynchronous else 'returns'} NaN"
    if re.search(r"\bresult\b", check.subject):
        return (
            f"{'resolves to' if o.asynchronous else 'returns'} {_article('value')}"
            if check.how is How.TRUE
            else f"gives {describe(check.expected)}"
        )
    if found := re.fullmatch(r"[\w$]+\.([A-Za-z_$][\w$]*)(\(\))?", check.subject):
        told = "" if check.expected in {column.name for column in plan.columns} else f" at {_value(check)}"
        return f"leaves {_words(found[1])}{told}" if told else f"changes {_words(found[1])}"
    return f"changes {check.subject}" if re.fullmatch(r"[\w$]+", check.subject) else "has the expected effect"


_VERBS = {
    "log": "logs",
    "error": "logs the error",
    "warn": "warns of",
    "emitwarning": "warns of",
    "stdoutwrite": "writes",
    "stderrwrite": "writes to standard error",
}
_SAYING = re.compile(rf"(?:console|process)?({'|'.join(_VERBS)})\.mock\.calls(\.map\(.*\))?", re.IGNORECASE)


def _said(method: str, calls: str) -> str:
    """`logs "saved"` for one call with one text."""
    verb = _VERBS[method]
    if not calls:
        return f"{verb} what is expected"
    texts = [parts(call[1:-1]) for call in parts(calls[1:-1])]
    if not texts:
        return f"{verb} nothing"
    return f"{verb} {describe(texts[0][0])}" if len(texts) == 1 and len(texts[0]) == 1 else f"{verb} {describe(calls)}"


def _words(name: str) -> str:
    return name.replace(".", " ")


def _article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


# ---- for what -------------------------------------------------------------------------------------------------------


def _special(plan: Plan, siblings: Sequence[Plan]) -> list[str]:
    """Of several arguments of a call that throws the one that no other call has: `for step 0`."""
    given = {argument.name: argument.source for argument in plan.first.arguments if argument.name}
    if plan.raised is None or len(plan.first.arguments) < 2:
        return []
    others = [o for other in siblings for o in other.observations]
    usual = {(argument.name, argument.source) for o in others for argument in o.arguments}
    odd = [name for name, source in given.items() if (name, source) not in usual]
    return [f"for {name} {describe(given[name])}" for name in odd] if len(odd) == 1 and others else []


def _inputs(plan: Plan) -> list[str]:
    """Words about the arguments, from the whole to the telling."""
    made = {step.name: step.source for step in plan.arrange if step.name}
    arguments = [(argument.name, describe(made.get(argument.source, argument.source))) for argument in plan.first.arguments]
    if not arguments:
        return []
    whole = _list([words for _, words in arguments])
    found = [f"for {whole}"]
    named = [f"{name} {words}" if name and not words.startswith(("a ", "an ")) else words for name, words in arguments]
    if len(arguments) > 1:
        found.append(f"for {_list(named[:1])}")
        found.append(f"for {named[-1]}")
    found.append(f"for {_list([words.partition(' with ')[0] if words.startswith('an object with ') else words for _, words in arguments])}")
    return list(dict.fromkeys(found))


def _list(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def describe(source: str) -> str:
    """A value in a few words: as it is when it is short."""
    source = source.strip()
    if source in _FIXED:
        return _FIXED[source]
    if source.startswith("..."):
        return describe(source[3:])
    if source[:1] in "'\"`" and PRIMITIVE.fullmatch(source):
        return _text(source)
    if re.match(r"(?:async\s+)?(?:\([^()]*\)|[\w$]+)\s*=>|(?:async\s+)?function\b", source):
        return "a function"
    if found := re.match(r"new\s+([\w$.]+)\s*\(", source):
        return source if len(source) <= _SHORT else _article(found[1].rpartition(".")[2])
    if "\n" not in source and "%" not in source and len(source) <= _SHORT:
        return source
    if source.startswith("["):
        return f"an array of {len(parts(source[1:-1]))} items"
    if source.startswith("{"):
        keys = [re.sub(r"\W+", " ", entry.partition(":")[0]).strip() for entry in parts(source[1:-1])]
        return f"an object with {_list([key for key in keys if key][:2])}" if any(keys) else "an object"
    if source.startswith("/"):
        return "a regular expression"
    name = re.match(r"[\w$.]+", source)
    return f"{name[0]}(…)" if name and "(" in source else "a value"


def _text(source: str) -> str:
    body = source[1:-1]
    if not body.strip():
        return "a blank string"
    if len(body) <= _SHORT and not re.search(r"[\\%\"']|\s\s|^\s|\s$|\$\{", body):
        return f'"{body}"'
    words = re.findall(r"[A-Za-z][\w-]*", re.sub(r"\\[nrt]|\\u\{?\w+\}?|\\x\w\w", " ", body))
    if "\\n" in body:
        return "a text of several lines"
    said = " ".join(words)[:_SHORT].strip()
    return f'"{said}…"' if said else "a string of signs"


def condition_words(condition: str) -> str:
    """`when strict`, `unless strict`, `when n > 3`; nothing for anything long."""
    condition = condition.strip()
    if not condition or len(condition) > 32 or "\n" in condition or "%" in condition:
        return ""
    if found := re.fullmatch(r"!\s*\(?([\w$.]+)\)?", condition):
        return f"unless {found[1]}"
    return f"when {condition}"


def _before(plan: Plan) -> list[str]:
    """What was done first."""
    done = [re.match(r"(?:await\s+)?[\w$.]*?([\w$]+)\(", step.source) for step in plan.arrange if not step.name]
    called = list(dict.fromkeys(found[1] for found in done if found))
    set_ = [step.name.rpartition(".")[2] for step in plan.arrange if "." in step.name]
    words = [f"after {_list(called[:3])}"] if called else []
    words += [f"after setting {_list(set_[:2])}"] if set_ else []
    made = [step.source for step in plan.arrange if step.name and "." not in step.name]
    return words + [f"with {describe(source)}" for source in made if len(source) < 40]


def unit_path(o: Observation) -> tuple[str, ...]:
    """The names of the `describe` blocks that a test stands in."""
    parts = [part for part in o.unit.replace("#", ".").split(".") if part]
    whole = {name.removeprefix("* as ") for _, name in o.imports if name.startswith("* as ")}
    module = o.kind not in ("method", "static", "property", "iteration")  # else it is a class that is all its module has
    return tuple(parts[1:] if len(parts) > 1 and parts[0] in whole and module else parts)
