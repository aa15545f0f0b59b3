"""What a test file may import: the standard library, what is installed, and the workspace's own modules with what they define."""

import ast
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from testwright.model import Environment, Target, Workspace

LARGEST = 1 << 20
USUAL = {
    **{name: (name, "") for name in ("pytest", "math", "re", "json", "os", "sys", "datetime", "io", "textwrap", "asyncio", "collections",
        "copy", "decimal", "enum", "functools", "itertools", "logging", "pathlib", "string", "time", "types", "typing", "uuid", "warnings",
        "random", "inspect", "operator", "tempfile", "fractions", "unittest")},
    **{name: ("unittest.mock", name) for name in ("Mock", "MagicMock", "AsyncMock", "patch", "call", "ANY", "sentinel")},
    **{name: ("datetime", name) for name in ("timedelta", "timezone")},
    **{name: ("collections", name) for name in ("OrderedDict", "defaultdict", "namedtuple", "deque", "Counter")},
    "Path": ("pathlib", "Path"), "Decimal": ("decimal", "Decimal"), "StringIO": ("io", "StringIO"), "BytesIO": ("io", "BytesIO"),
    "dataclass": ("dataclasses", "dataclass"), "SimpleNamespace": ("types", "SimpleNamespace"), "Enum": ("enum", "Enum"),
    "Fraction": ("fractions", "Fraction"), "contextmanager": ("contextlib", "contextmanager"), "partial": ("functools", "partial"),
    "Any": ("typing", "Any"), "NamedTuple": ("typing", "NamedTuple"),
}  # fmt: skip
"""Names that tests use without importing them → where they come from."""


@dataclass(frozen=True, slots=True)
class Importable:
    """What can be imported beside one target."""

    target: str
    """Its module."""
    names: frozenset[str]
    """What the target's module defines."""
    roots: tuple[str, ...]
    packages: frozenset[str] = field(default_factory=frozenset)
    """Installed top-level names."""

    def exists(self, module: str) -> bool:
        """Whether a module can be imported."""
        top = module.partition(".")[0]
        return top in sys.stdlib_module_names or bool(self.file(module)) or (top in self.packages and not self.own(top))

    def own(self, top: str) -> bool:
        return any(Path(root, top).is_dir() or Path(root, f"{top}.py").is_file() for root in self.roots)

    def file(self, module: str) -> Path | None:
        """The file of a module of the workspace."""
        if not all(part.isidentifier() for part in module.split(".")):
            return None
        for root in self.roots:
            path = Path(root, *module.split("."))
            for file in (path.with_suffix(".py"), path / "__init__.py"):
                if file.is_file():
                    return file
        return None

    def defines(self, module: str, name: str) -> bool:
        """Whether `from module import name` works, as far as can be seen without running it."""
        if module == self.target and name in self.names:
            return True
        file = self.file(module)
        if file is None:
            return True
        return name in defined(file) or self.file(f"{module}.{name}") is not None or "__getattr__" in defined(file) or "*" in defined(file)


def importable(workspace: Workspace, environment: Environment, target: Target) -> Importable:
    """Read it off the workspace and the environment."""
    roots = tuple(str(Path(workspace.root, root)) for root in (environment.roots or (".",)))
    packages = {path.name.removesuffix(".py") for path in Path(environment.root).glob("venv/lib/python*/site-packages/*")}
    return Importable(target.module, defined(Path(workspace.root, target.path)), roots, frozenset({*packages, "pytest"}))


def defined(file: Path) -> frozenset[str]:
    """Names that a module binds at its top; '*' when it takes over all of another's."""
    try:
        stat = file.stat()
        return _defined(file, stat.st_mtime_ns) if stat.st_size <= LARGEST else frozenset()
    except OSError:
        return frozenset()


@lru_cache(maxsize=2000)
def _defined(file: Path, changed: int) -> frozenset[str]:
    try:
        return frozenset(bound(ast.parse(file.read_bytes()).body))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()


def bound(body: Iterable[ast.stmt]) -> set[str]:
    """Names that these statements bind, those inside of `if`, `try` and `with` too."""
    names: set[str] = set()
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases):
                names |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
            case ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name for alias in aliases}
            case _:
                names |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
                names |= bound(n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt))
    return names
