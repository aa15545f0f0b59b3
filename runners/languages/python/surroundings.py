"""What stands around a file: types that it takes from elsewhere, who calls it, and how the project's own tests look."""

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
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
_OUTLINED = 6
_CONSTANT = 200
_LINE = 100
_FILES = 300


def outlines(workspace: Workspace, target: Target, roots: Iterable[str], allowed: Callable[[str], bool]) -> str:
    """Constructors of the workspace's own classes that the file takes from elsewhere."""
    tree = parsed(read(Path(workspace.root, target.path), LARGEST).decode("utf-8", "replace"))
    found: list[str] = []
    for node in tree.body if tree else ():
        if isinstance(node, ast.ImportFrom) and node.module:
            base = target.module.split(".")[: -node.level] if node.level else []
            module = ".".join([*base, node.module])
            names = {a.name for a in node.names if a.name[:1].isupper() and not a.name.endswith(("Error", "Exception", "Warning"))}
            for root in roots:
                file = Path(workspace.root, root, *module.split(".")).with_suffix(".py")
                if names and file.is_file() and allowed(file.relative_to(workspace.root).as_posix()):
                    found += _outlines(file, module, names)
    return "\n".join(found[:_OUTLINED])


def _outlines(file: Path, module: str, names: Collection[str]) -> Iterator[str]:
    tree = parsed(read(file, LARGEST).decode("utf-8", "replace"))
    for node in tree.body if tree else ():
        if isinstance(node, ast.ClassDef) and node.name in names:
            made = next((n for n in node.body if isinstance(n, Function) and n.name == "__init__"), None)
            fields = [ast.unparse(n) for n in node.body if isinstance(n, ast.AnnAssign)]
            if made is not None or fields:
                taken = ast.unparse(made.args).removeprefix("self").lstrip(", ") if made else ", ".join(fields)
                yield f" {module}.{node.name}({taken})"[:_CONSTANT]


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
