"""The module with all its mutants, loaded under its own name so that the rest of the package uses it too."""

from __future__ import annotations

import ast
import importlib.machinery
import warnings
from types import CodeType, ModuleType
from typing import Any

from runners.explorers.python.mutants import SWITCH, Mutant, SwitchedExpression, SwitchedStatement, switched
from runners.explorers.python.probe import Instrument, Log, probes


class InstrumentOriginal(Instrument):
    """Logs operands in the original code only; the code of mutants stays plain."""

    def visit_SwitchedExpression(self, node: SwitchedExpression) -> Any:  # noqa: N802
        node.orelse = self.visit(node.orelse)
        return node

    def visit_SwitchedStatement(self, node: SwitchedStatement) -> Any:  # noqa: N802
        node.orelse = [self.visit(part) for part in node.orelse]
        return node


def compiled(text: str | bytes, path: str, log: bool = True) -> tuple[CodeType, list[Mutant]]:
    """The code of a file with switches for its mutants and, if asked for, with operand logging."""
    tree, found = switched(text, path)
    if log:
        tree = InstrumentOriginal().visit(tree)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True), found


class Loader(importlib.machinery.SourceFileLoader):
    """Loads one file with its mutants, all asleep."""

    def __init__(self, name: str, path: str, log: Log | None) -> None:
        super().__init__(name, path)
        self.log = log
        self.mutants: list[Mutant] = []

    def get_code(self, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        code, self.mutants = compiled(self.get_data(path), path, self.log is not None)
        return code

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__[SWITCH] = 0
        if self.log is not None:
            module.__dict__.update(probes(self.log))
        super().exec_module(module)
