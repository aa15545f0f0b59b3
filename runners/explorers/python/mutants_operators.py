"""What can be changed in an expression: each function gives (what, changed expression) pairs; the given node is not touched."""

from __future__ import annotations

import ast
import copy
from typing import Any

Variants = list[tuple[str, ast.expr]]

SIGNS: dict[type, str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in", ast.NotIn: "not in",
    ast.Is: "is", ast.IsNot: "is not", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>", ast.And: "and", ast.Or: "or",
    ast.MatMult: "@",
}  # fmt: skip
COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip
ARITHMETIC: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip


def of_compare(node: ast.Compare) -> Variants:
    """Each comparison sign by its neighbours."""
    found: Variants = []
    for place, sign in enumerate(node.ops):
        for other in COMPARISONS[type(sign)]:
            changed = copy.copy(node)
            changed.ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            found.append((f"{SIGNS[type(sign)]}→{SIGNS[other]}" + (f" at {place + 1}" if place else ""), changed))
    return found


def of_bool(node: ast.BoolOp) -> Variants:
    """`and` by `or`, and the other way."""
    other = ast.Or if isinstance(node.op, ast.And) else ast.And
    return [(f"{SIGNS[type(node.op)]}→{SIGNS[other]}", ast.BoolOp(other(), node.values))]


def of_binary(node: ast.BinOp) -> Variants:
    """The operator by another; text formatting with `%` stays."""
    if type(node.op) not in ARITHMETIC or (isinstance(node.op, ast.Mod) and _is_text(node.left)):
        return []
    other: Any = ARITHMETIC[type(node.op)]
    return [(f"{SIGNS[type(node.op)]}→{SIGNS[other]}", ast.BinOp(node.left, other(), node.right))]


def of_unary(node: ast.UnaryOp) -> Variants:
    """The operand alone."""
    names = {ast.Not: "not", ast.USub: "-", ast.Invert: "~"}
    if type(node.op) not in names:
        return []
    return [(f"{names[type(node.op)]} left out", node.operand)]


def of_slice(node: ast.Subscript) -> Variants:
    """Without its lower bound, without its upper bound."""
    found: Variants = []
    for name in ("lower", "upper"):
        if getattr(node.slice, name) is not None:
            changed, part = copy.copy(node), copy.copy(node.slice)
            setattr(part, name, None)
            changed.slice = part
            found.append((f"{name} bound left out", changed))
    return found


def constants(value: Any) -> list[Any]:
    """Other values in place of a constant."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [value + 1.0]
    if isinstance(value, str):
        return [value + "X", ""] if value else ["X"]
    if isinstance(value, bytes):
        return [value + b"X"]
    return []


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)))
