"""Which files of a workspace are Python code to be tested, what they are called when imported, and which cannot be served."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from runners.languages import tree
from runners.languages.tree import MAX_BYTES, is_generated, read
from testwright.model import State, Workspace

_LOOKED_AT = 200

_NEVER = re.compile(
    r"tests?|testing_tests|test_suite|unittests|testdata|fixtures|_?vendor(ed)?|third_?party|extern(als)?|node_modules|migrations"
    r"|site-packages|__pycache__|\..*|v?env.*|build|dist|eggs|wheels|htmlcov|.*\.(egg-info|dist-info|egg)"
)
"""Folders that hold no code of the project's own, wherever they are."""
_NEVER_FIRST = re.compile(
    r"bin|docs?|documentation|examples?|samples?|demos?|bench(mark)?s?|scripts?|tools|ci|dev|notebooks|tutorials|contrib|packaging|tasks\.py"
    r"|gulpfile\.py|build\.py|hatch_build\.py|make\.py|run_?tests\.py"
)
"""Names at the top that are no code of the project's own, unless there is nothing else."""
_DOCUMENTATION = re.compile("docs?|examples|benchmarks")
_FILES = re.compile(
    r"setup\.py|conftest\.py|noxfile\.py|fabfile\.py|dodo\.py|wscript\.py|versioneer\.py|ez_setup\.py|_version\.py|manage\.py"
    r"|tests?\.py|test_.*\.py|.*_tests?\.py|.*_pb2(_grpc)?\.py"
)
_TEST_FILE = re.compile(r"test.*\.py|.*_tests?\.py")
_TEST = re.compile(rb"^\s*(?:async\s+)?def test|^class \w*Test|TestCase\b", re.MULTILINE)


def sources(workspace: Workspace, paths: Sequence[str]) -> tuple[str, ...]:
    """Of these files, the ones that are code to be tested."""
    own = [path for path in paths if path.endswith(".py") and not _is_other(PurePosixPath(path))]
    main = [path for path in own if not _NEVER_FIRST.fullmatch(path.split("/")[0])]
    # A project may consist of nothing but a package called `tools`.
    return tuple(path for path in (main or own) if not is_generated(Path(workspace.root, path), (b"#", b'"""', b"'''")))


def tests(paths: Iterable[str]) -> tuple[str, ...]:
    """The files that are named like tests, by pytest's or unittest's habit."""
    return tuple(path for path in paths if _TEST_FILE.fullmatch(PurePosixPath(path).name))


def has_tests(workspace: Workspace, paths: Sequence[str]) -> bool:
    """Whether a file that is named like a test holds one."""
    return any(_holds_test(Path(workspace.root, path)) for path in tests(paths))


def _holds_test(path: Path) -> bool:
    try:
        return _TEST.search(read(path)) is not None
    except OSError:
        return False


def files(workspace: Workspace) -> tuple[str, ...]:
    """All files of the workspace, relative, sorted; links and hidden folders are not followed."""
    return tree.files(workspace, ("node_modules", "__pycache__"))


def _is_other(path: PurePosixPath) -> bool:
    folders = path.parts[:-1]
    hidden = any(_NEVER.fullmatch(part) for part in folders) or any(_DOCUMENTATION.fullmatch(part) for part in folders[:1])
    return hidden or _FILES.fullmatch(path.name) is not None


# ---- how a file is imported -------------------------------------------------------------------------------------


def place(workspace: Workspace, path: str) -> tuple[str, str]:
    """The import root of a file (relative, '.' for the workspace itself) and its dotted name."""
    base = Path(workspace.root)
    inner = PurePosixPath(path)
    package = inner.parent
    while package.parts and (base / package / "__init__.py").is_file():
        package = package.parent
    root = _namespace_root(base, package) if package.parts else package
    parts = list(inner.relative_to(root).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return (str(root) if root.parts else "."), ".".join(parts)


def _namespace_root(base: Path, folder: PurePosixPath) -> PurePosixPath:
    """A folder without __init__.py is a root when it is named like one or its files import each other by bare name; else a namespace."""
    for count, part in enumerate(folder.parts, 1):
        if part in ("src", "lib", "python", "source"):
            return PurePosixPath(*folder.parts[:count])
    for depth in range(len(folder.parts), 0, -1):
        root = PurePosixPath(*folder.parts[:depth])
        if (base / root / "pyproject.toml").is_file() or (base / root / "setup.py").is_file():
            return root
    return folder if _siblings_import_each_other(base / folder) else PurePosixPath()


def _siblings_import_each_other(folder: Path) -> bool:
    try:
        packages = sorted(path.parent for path in folder.glob("*/__init__.py"))[:_LOOKED_AT]
        modules = sorted(folder.glob("*.py"))[:_LOOKED_AT]
        inner = [path for package in packages for path in sorted(package.glob("*.py"))][:_LOOKED_AT]
        names = "|".join(re.escape(path.stem) for path in (*packages, *modules))
        imports = re.compile(rf"^(?:from|import)\s+(?:{names})\b".encode(), re.MULTILINE)
        return bool(names) and any(imports.search(read(path)) for path in (*modules, *inner))
    except OSError:
        return False


def roots(workspace: Workspace, paths: Sequence[str]) -> tuple[str, ...]:
    """The folders from which these files are imported, those that serve most files last so that '.' shadows nothing."""
    found = {place(workspace, path)[0] for path in paths}
    return tuple(sorted(found, key=lambda root: (root == ".", root))) or (".",)


# ---- what cannot be served -----------------------------------------------------------------------------------------


def inspect(workspace: Workspace, path: str) -> tuple[State, str] | None:
    """Why this file cannot be a target, without running it."""
    file = Path(workspace.root, path)
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            return State.TOO_LARGE, f"{size / 2**20:.1f} MiB: files over {MAX_BYTES >> 20} MiB are not served"
        data = read(file)
    except OSError as error:
        return State.NOT_PARSABLE, f"cannot be read: {error.strerror}"
    if PurePosixPath(path).name == "__main__.py":
        return State.EXCLUDED, "it runs when it is imported"
    try:
        tree = parse(data)
    except ValueError as error:
        return State.NOT_PARSABLE, str(error)
    name = place(workspace, path)[1]
    if not all(part.isidentifier() for part in name.split(".")):
        return State.NOT_IMPORTABLE, f"{name!r} is no name that Python can import"
    return None if _has_behaviour(tree) else (State.NOTHING_TO_TEST, "it has no functions and makes no decisions")


def parse(data: bytes) -> ast.Module:
    """The syntax tree of a file.

    Raises:
        ValueError: one line that says what is wrong and where.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except SyntaxError as error:
        raise ValueError(str(error.msg)) from None
    except (UnicodeDecodeError, LookupError) as error:
        line = data[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise ValueError(f"line {line}: not valid {encoding}") from None
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f"line {error.lineno or 1}: {error.msg}") from None
    except ValueError as error:
        raise ValueError(str(error).splitlines()[0]) from None
    except (RecursionError, MemoryError):
        raise ValueError("nested too deeply") from None


_DECIDING = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.If,
    ast.For,
    ast.While,
    ast.Try,
    ast.With,
    ast.Match,
    ast.IfExp,
    ast.BoolOp,
)


def _has_behaviour(tree: ast.Module) -> bool:
    typing_only = {id(node) for node in tree.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)}
    return any(isinstance(node, _DECIDING) and id(node) not in typing_only for node in ast.walk(tree))
