"""Whether a package hands on what a module inside defines, read from the source."""

import ast
from functools import lru_cache
from pathlib import Path, PurePosixPath

from testwright.model import Target, Workspace


def hands_on(workspace: Workspace, target: Target, package: str, module: str, name: str) -> bool:
    """Whether `package.name` is the very `module.name`; False when the source does not say so."""
    path = PurePosixPath(target.path)
    depth = target.module.count(".") + (path.name != "__init__.py")
    top = Path(workspace.root, path.parent if path.name == "__init__.py" else path)
    for _ in range(depth + (path.name == "__init__.py")):
        top = top.parent
    return _hands_on(top, package, module, name, 3)


@lru_cache(maxsize=10_000)
def _hands_on(top: Path, package: str, module: str, name: str, depth: int) -> bool:
    if package == module:
        return True
    for source, original, known in _imported(top, package):
        if original == "*" and source == module:
            return True
        if known == name and depth and _hands_on(top, source, module, original, depth - 1):
            return True
    return False


@lru_cache(maxsize=1_000)
def _imported(top: Path, package: str) -> tuple[tuple[str, str, str], ...]:
    """(module, name there, name here) of what a package's `__init__.py` or a module imports."""
    file = top.joinpath(*package.split("."))
    file = file / "__init__.py" if (file / "__init__.py").exists() else file.with_suffix(".py")
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return ()
    here = package if file.name == "__init__.py" else package.rpartition(".")[0]
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            parents = here.split(".")[: len(here.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*parents, *([node.module] if node.module else [])])
            found += [(source, alias.name, alias.asname or alias.name) for alias in node.names]
    return tuple(found)
