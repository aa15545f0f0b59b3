"""Other names for variables in source text."""

import ast
from collections.abc import Mapping


class Renamer(ast.NodeTransformer):
    """Puts expressions in place of names."""

    def __init__(self, names: Mapping[str, ast.expr]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.names.get(node.id, node)


def renamed_source(source: str, names: Mapping[str, str]) -> str:
    """The text with variables renamed; unchanged when it holds none of them or cannot be parsed."""
    if not any(name in source for name in names):
        return source
    return _replaced(source, {old: ast.Name(new) for old, new in names.items()})


def substituted(source: str, name: str, replacement: str) -> str:
    """The text with an expression in place of a variable, in parentheses where needed."""
    return _replaced(source, {name: ast.parse(replacement, mode="eval").body})


def _replaced(source: str, names: Mapping[str, ast.expr]) -> str:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    return ast.unparse(Renamer(names).visit(tree))


def names_in(source: str) -> set[str]:
    """Every variable that the text mentions."""
    try:
        return {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
    except SyntaxError:
        return set()
