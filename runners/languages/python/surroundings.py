"""What stands around a file: who calls it, and how the project's own tests look."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from runners.languages.base import Style
from runners.languages.python.salvage import parsed
from runners.languages.python.sheet import Function
from runners.languages.python.sources import files, sources, tests
from runners.languages.tree import read
from testwright.model import Target, Workspace

LARGEST = 1 << 20
SAMPLE = 14
CALLS = 2
"""Call sites of one name that are shown."""
_LINE = 100
_FILES = 300


def sample(workspace: Workspace, style: Style, allowed: Callable[[str], bool]) -> str:
    """A short test of the project's own, to look like."""
    best = ""
    for path in tests(files(workspace))[:20]:
        if not allowed(path):
            continue
        if style.folder not in (".", "") and not path.startswith(style.folder):
            continue
        text = read(Path(workspace.root, path), LARGEST).decode("utf-8", "replace")
        tree = parsed(text)
        for node in _test_nodes(tree.body if tree else ()):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            lines = text.split("\n")[first - 1 : node.end_lineno]
            if 3 <= len(lines) <= SAMPLE and (not best or len(lines) < best.count("\n") + 1):
                best = "\n".join(lines)
    return best


def _test_nodes(body: Iterable[ast.stmt]) -> Iterator[Function]:
    for node in body:
        if isinstance(node, Function) and node.name.startswith("test"):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from _test_nodes(node.body)


def callers(workspace: Workspace, target: Target, allowed: Callable[[str], bool]) -> Mapping[str, tuple[str, ...]]:
    """Lines of the workspace's other code that call a public name of the file; only of allowed files."""
    tree = parsed(read(Path(workspace.root, target.path), LARGEST).decode("utf-8", "replace"))
    names = {n.name for n in (tree.body if tree else ()) if isinstance(n, Function | ast.ClassDef) and not n.name.startswith("_")}
    if not names:
        return {}
    called = re.compile(rf"(?<![\w.])(?:{re.escape(target.module.rpartition('.')[2])}\.)?({'|'.join(map(re.escape, sorted(names)))})\(")
    found: dict[str, tuple[str, ...]] = {}
    others = [path for path in sources(workspace, files(workspace)) if path != target.path and allowed(path)]
    for path in others[:_FILES]:
        text = read(Path(workspace.root, path), LARGEST).decode("utf-8", "replace")
        if called.search(text) is None:
            continue
        known = _imported(text)
        for line in text.split("\n"):
            site = called.search(line)
            if site is None or re.match(r"\s*(def|class|#|>>>)|.*\bimport\b", line) or site[0].partition(".")[0].rstrip("(") not in known:
                continue
            lines = found.get(site[1], ())
            if len(lines) < CALLS and line.strip()[:_LINE] not in lines:
                found[site[1]] = (*lines, line.strip()[:_LINE])
    return found


def _imported(text: str) -> set[str]:
    tree = parsed(text)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)] if tree else []
    return {alias.asname or alias.name.rpartition(".")[2] for node in imports for alias in node.names}
