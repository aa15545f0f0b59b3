"""The module with all its mutants, loaded under its own name so that the rest of the package uses it too."""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import sys
import warnings
from collections.abc import Sequence
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


class Recorder:
    """Stands in for the number of the living mutant: no mutant lives, and every place that asks is noted."""

    def __init__(self) -> None:
        self.sites: set[int] = set()

    def __eq__(self, other: object) -> bool:
        self.sites.add(other)  # type: ignore[arg-type]
        return False

    def __ge__(self, other: int) -> bool:
        self.sites.add(other)
        return False

    __hash__ = None  # type: ignore[assignment]


class Loader(importlib.machinery.SourceFileLoader):
    """Loads one file with its mutants, all asleep, and notes which of them importing comes by."""

    def __init__(self, name: str, path: str, log: Log | None) -> None:
        super().__init__(name, path)
        self.log = log
        self.mutants: list[Mutant] = []
        self.code: CodeType | None = None
        self.imported: set[int] = set()
        """Sites that importing the module comes by."""

    def get_code(self, fullname: str) -> CodeType | None:
        if self.code is None:
            path = self.get_filename(fullname)
            self.code, self.mutants = compiled(self.get_data(path), path, self.log is not None)
        return self.code

    def exec_module(self, module: ModuleType) -> None:
        recorder = Recorder()
        self._execute(module, recorder)
        module.__dict__[SWITCH] = 0
        self.imported = recorder.sites

    def _execute(self, module: ModuleType, alive: Any) -> None:
        module.__dict__[SWITCH] = alive
        if self.log is not None:
            module.__dict__.update(probes(self.log))
        super().exec_module(module)

    def again(self, original: ModuleType, alive: int) -> ModuleType:
        """The module once more, imported with a mutant alive; the original stays the one that others import."""
        made = ModuleType(original.__name__, original.__doc__)
        for name in ("__file__", "__package__", "__spec__", "__loader__", "__path__", "__cached__"):
            if name in vars(original):
                setattr(made, name, getattr(original, name))
        sys.modules[original.__name__] = made
        try:
            self._execute(made, alive)
        finally:
            sys.modules[original.__name__] = original
        return made


class Finder(importlib.abc.MetaPathFinder):
    """Gives one module the loader above."""

    def __init__(self, module: str, log: Log | None) -> None:
        self.module = module
        self.log = log

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        if fullname != self.module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):  # also one that an import hook put there
            spec.loader = Loader(spec.loader.name, spec.loader.path, self.log)
        return spec
