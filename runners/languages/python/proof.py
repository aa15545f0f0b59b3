"""What of a proposed test proves anything: an assertion that can fail, and nothing that changes what decides whether a test passes."""

import ast
import re
from collections.abc import Iterator

_DECIDING = ("pytest", "_pytest", "pluggy", "unittest", "builtins", "__builtins__")
"""Modules that decide whether a test passes."""
_SWALLOWING = ("AssertionError", "Exception", "BaseException")
_ASSERTING = r"(pytest\.)?(raises|warns)|self\.(assert\w+|fail)|(\w*_)?(assert|check|verify|expect)_\w+|pytest\.fail"


def can_fail(tree: ast.AST) -> bool:
    """Whether some assertion can fail, and the failure is not swallowed on its way out."""
    return any(_counts(node) for node in _heard(tree))


def _heard(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes whose assertion errors get out."""
    yield node
    for name, value in ast.iter_fields(node):
        if name == "body" and _swallows(node):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _heard(child)


def _swallows(node: ast.AST) -> bool:
    if isinstance(node, ast.Try):
        return any(_catches(handler.type) and not any(map(_speaks, ast.walk(handler))) for handler in node.handlers)
    if isinstance(node, ast.With):
        calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
        return any(ast.unparse(c.func) in ("suppress", "contextlib.suppress") and any(map(_catches, c.args)) for c in calls)
    return False


def _catches(kind: ast.expr | None) -> bool:
    return kind is None or any(isinstance(n, ast.Name) and n.id in _SWALLOWING for n in ast.walk(kind))


def _speaks(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise) or _counts(node)


def _counts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return not _always_true(node.test)
    return isinstance(node, ast.Call) and re.fullmatch(_ASSERTING, ast.unparse(node.func)) is not None


def _always_true(test: ast.expr) -> bool:
    match test:
        case ast.Constant():
            return True
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return True
        case ast.Compare(left=ast.Call(), ops=[ast.Is()]):
            return False  # two calls that give the same object: something is remembered
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            return ast.dump(left) == ast.dump(right) or any(ast.unparse(side).rpartition(".")[2] == "ANY" for side in (left, right))
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(_always_true(value) for value in values)
    return False


def yielding(tree: ast.AST) -> frozenset[str]:
    """Classes that are equal to anything."""
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(isinstance(f, ast.FunctionDef) and f.name == "__eq__" and _only_true(f) for f in node.body)
    )


def _only_true(function: ast.FunctionDef) -> bool:
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    return bool(returned) and all(isinstance(value, ast.Constant) and value.value is True for value in returned)


def uses(tree: ast.AST, names: frozenset[str]) -> str:
    """The first of these names that is used; '' for none."""
    return next((node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in names), "")


def overridden(tree: ast.AST) -> str:
    """What is changed of that which decides whether a test passes; '' for nothing."""
    for node in ast.walk(tree):
        places = list(_changed(node))
        if found := next((text for text in places if text.partition(".")[0].partition("[")[0] in _DECIDING), ""):
            return found
    return ""


def _changed(node: ast.AST) -> Iterator[str]:
    """The places that a statement or a call changes, as text."""
    if isinstance(node, ast.Assign | ast.Delete):
        yield from (ast.unparse(target) for target in node.targets if not isinstance(target, ast.Name))
    elif isinstance(node, ast.AugAssign | ast.AnnAssign) and not isinstance(node.target, ast.Name):
        yield ast.unparse(node.target)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        yield from (name for name in modules if name.partition(".")[0] in ("_pytest", "pluggy"))
    elif isinstance(node, ast.Call) and node.args and re.search(r"(^|\.)(setattr|delattr|patch)(\.object)?$", ast.unparse(node.func)):
        yield from _patched(node)


def _patched(call: ast.Call) -> Iterator[str]:
    """What a call that patches changes. Other builtins (`input`, `open`) may be stood in for: only exceptions decide."""
    first, *others = call.args
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ast.unparse(first)
    named = others[0].value if others and isinstance(others[0], ast.Constant) and isinstance(others[0].value, str) else ""
    place = f"{text}.{named}" if named and "." not in text else text
    if not place.startswith("builtins.") or place.endswith(("Error", "Exception")):
        yield place
