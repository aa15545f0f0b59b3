"""Observations made by hand in few words, for tests of writing."""

import ast
from pathlib import Path

from testwright.model import Argument, Check, How, Observation, Origin, Raised, Step, Target, Workspace

SAMPLE = Path(__file__).parent / "sample"
WORKSPACE = Workspace("sample", str(SAMPLE), "0", "sample")
TARGET = Target("python", "shapes/texts.py", "shapes.texts", "0")
BUILTIN = set(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__)


def seen(call: str, *facts: str, given: str = "", unit: str = "", kind: str = "", names: str = "", **fields: object) -> Observation:
    """`seen("truncate('abc', 2)", "result == 'ab'", names="text length")`; a fact `raises E: message` is an exception."""
    node = ast.parse(call, mode="eval").body
    steps = tuple(_step(line) for line in given.splitlines() if line.strip())
    parameters = names.split()
    arguments: tuple[Argument, ...] = ()
    callee = ""
    if isinstance(node, ast.Call):
        callee = ast.unparse(node.func)
        arguments = tuple(Argument(parameters[i] if i < len(parameters) else "", ast.unparse(a)) for i, a in enumerate(node.args))
        arguments += tuple(Argument(k.arg or "", ast.unparse(k.value), keyword=True) for k in node.keywords)
    raised = next((_raised(f) for f in facts if f.startswith("raises ")), None)
    checks = tuple(_check(f) for f in facts if not f.startswith("raises "))
    origin = Origin(str(fields.pop("origin", "search")))
    texts = [call, *(s.source for s in steps), *(c.expected for c in checks), *(c.subject for c in checks), raised.type if raised else ""]
    return Observation(
        id=str(fields.pop("id", "") or "; ".join([*(s.source for s in steps), call])),
        unit=unit or callee,
        kind=kind or ("method" if "." in unit else "function"),
        call=call,
        callee=callee,
        arguments=arguments,
        arrange=steps,
        imports=_imports(texts, {s.name for s in steps}),
        raised=raised,
        checks=checks,
        origin=origin,
        **fields,  # type: ignore[arg-type]
    )


def _step(line: str) -> Step:
    name, sign, source = line.strip().partition(" = ")
    return Step(source, name) if sign else Step(line.strip())


def _raised(fact: str) -> Raised:
    type_, _, message = fact.removeprefix("raises ").partition(": ")
    return Raised(type_, message, declared=True)


def _check(fact: str) -> Check:
    for sign, how in ((" == ", How.EQUALS), (" is ", How.IS), (" ~ ", How.CLOSE), (" : ", How.TYPE)):
        subject, found, expected = fact.partition(sign)
        if found:
            return Check(subject, how, expected)
    return Check(fact, How.TRUE)


def _imports(texts: list[str], local: set[str]) -> tuple[tuple[str, str], ...]:
    names = {n.id for t in texts if t for n in ast.walk(ast.parse(t)) if isinstance(n, ast.Name)}
    bound = {n.id for t in texts if t for n in ast.walk(ast.parse(t)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    plain = {"math", "datetime"}
    free = names - local - BUILTIN - bound - {"result", "printed", "complained", "logged", "warned", "monkeypatch"}
    return tuple(sorted((n, "") if n in plain else (TARGET.module, n) for n in free))
