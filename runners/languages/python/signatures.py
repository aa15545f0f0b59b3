"""What the target's source says about its units: where they stand and what their parameters are called."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Signatures:
    """Line and parameters of every function (`f`), method (`C.m`) and constructor (`C`) of one file."""

    lines: Mapping[str, int] = field(default_factory=dict)
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Positional ones first, as they are passed; `self` and `cls` left out."""
    defaults: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Parameter → source text of its default."""

    def of_call(self, callee: str, receivers: Mapping[str, str] = {}) -> tuple[str, ...]:
        """Parameters of what is called as `callee`; `receivers` says of which class a variable is. Empty when unknown."""
        owner, _, name = callee.rpartition(".")
        for key in (callee, f"{receivers.get(owner, owner)}.{name}", callee.partition(".")[2]):
            if key in self.parameters:
                return self.parameters[key]
        return ()


def signatures(file: Path) -> Signatures:
    """Read them; nothing when the file cannot be parsed."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return Signatures()
    found = Signatures({}, {}, {})
    _collect(tree.body, "", found)
    return found


def _collect(body: list[ast.stmt], owner: str, found: Signatures) -> None:
    assert isinstance(found.lines, dict)
    assert isinstance(found.parameters, dict)
    assert isinstance(found.defaults, dict)
    for node in body:
        match node:
            case ast.ClassDef(name=name):
                found.lines.setdefault(owner + name, node.lineno)
                _collect(node.body, f"{owner}{name}.", found)
                initial = f"{owner}{name}.__init__"
                found.parameters[owner + name] = found.parameters.get(initial) or _fields(node)
                found.defaults[owner + name] = found.defaults.get(initial, {})
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                found.lines.setdefault(owner + node.name, node.lineno)
                found.parameters[owner + node.name] = _parameters(node, bool(owner))
                found.defaults[owner + node.name] = _defaults(node.args)
            case ast.If() | ast.Try():
                _collect(node.body, owner, found)
                _collect(node.orelse, owner, found)


def _parameters(node: _Function, method: bool) -> tuple[str, ...]:
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
    static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
    return tuple(names[1:] if method and not static else names) + tuple(a.arg for a in node.args.kwonlyargs)


def _defaults(arguments: ast.arguments) -> dict[str, str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = list(zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True))
    named = [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None]
    return {a.arg: ast.unparse(d) for a, d in (*pairs, *named)}


def _fields(node: ast.ClassDef) -> tuple[str, ...]:
    """Fields of a dataclass or NamedTuple, in order, that its constructor takes."""
    return tuple(s.target.id for s in node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name) and _is_given(s))


def _is_given(field: ast.AnnAssign) -> bool:
    """Whether a field is given to the constructor: no variable of the class, and none that it sets itself."""
    value = field.value
    own = isinstance(value, ast.Call) and any(k.arg == "init" and ast.unparse(k.value) == "False" for k in value.keywords)
    return not own and "ClassVar" not in ast.unparse(field.annotation)
