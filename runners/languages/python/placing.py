"""Where a test file goes."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from runners.languages.base import Style
from testwright.model import Target, Workspace

_SKIPPED = frozenset({".git", ".hg", ".tox", ".nox", ".venv", "venv", "node_modules", "__pycache__", "build", "dist", ".eggs"})


def test_path(workspace: Workspace, target: Target, style: Style) -> str:
    """`tests/test_MODULE.py`, or a longer name that no file has yet."""
    folder = PurePosixPath(style.folder or ".")
    root = Path(workspace.root)
    names, sources = _basenames(root)
    shared = sources.count(PurePosixPath(target.path).name) > 1
    for stem in _stems(target, shared):
        name = f"{style.prefix}{stem}{style.facts.get('suffix', '')}.py"
        if name not in names and not (root / folder / name).exists():
            return (folder / name).as_posix()
    raise AssertionError("unreachable: there are endless names")


test_path.__test__ = False  # type: ignore[attr-defined]


def _stems(target: Target, shared: bool) -> Iterator[str]:
    parts = [p.strip("_") or p for p in target.module.split(".") if p not in ("__init__", "__main__")]
    if not shared:
        yield parts[-1]
    yield from ("_".join(parts[-n:]) for n in range(2, len(parts) + 1))
    if len(parts) == 1 and shared:
        yield parts[-1]
    more = parts[-1]
    while True:
        more += "_more"
        yield more


def _basenames(root: Path) -> tuple[set[str], list[str]]:
    """Names of all Python files; those of test files apart, because two of one name cannot both be collected."""
    tests: set[str] = set()
    sources: list[str] = []
    for path in _python_files(root):
        if path.name.startswith("test_") or path.stem.endswith(("_test", "_tests")):
            tests.add(path.name)
        else:
            sources.append(path.name)
    return tests, sources


def _python_files(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.is_symlink() or entry.name in _SKIPPED:
            continue
        if entry.is_dir():
            yield from _python_files(entry)
        elif entry.suffix == ".py":
            yield entry
