"""How a project's own tests look: read from its test files and the settings of its formatter."""

import ast
import configparser
import io
import re
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from runners.languages.base import Style
from testwright.model import Workspace

MOST_FILES = 60
LARGEST = 400_000
_LENGTHS = ("max-line-length", "max_line_length", "line-length", "line_length")


@dataclass(frozen=True, slots=True)
class _Read:
    """One test file, read."""

    path: str
    unittest: int
    functions: int
    grouped: int
    """Methods of plain classes."""
    suffixes: tuple[str, ...]
    """What stands behind the name of each TestCase class that does not begin with Test."""
    single: int
    double: int
    indent: str


def style(workspace: Workspace, paths: Sequence[str]) -> Style:
    """How the project's own tests look; the usual style where there are none."""
    root = Path(workspace.root)
    read = [r for r in (_read(root, p) for p in sorted(filter(is_test, paths))[:MOST_FILES]) if r is not None]
    settings = _settings(root)
    facts: dict[str, str] = {}
    unittest = sum(r.unittest for r in read) > sum(r.functions + r.grouped for r in read)
    if not unittest and sum(r.grouped for r in read) > sum(r.functions for r in read):
        facts["classes"] = "yes"
    suffix = Counter(s for r in read for s in r.suffixes).most_common(1)
    if unittest and suffix and suffix[0][1] > sum(r.unittest > 0 for r in read) / 2:
        facts["class_suffix"] = suffix[0][0]
    behind = sum(PurePosixPath(r.path).stem.endswith("_test") for r in read)
    if behind > len(read) / 2:
        facts["suffix"] = "_test"
    return Style(
        framework="unittest" if unittest else "pytest",
        folder=_folder(read, paths),
        prefix="" if "suffix" in facts else "test_",
        quote=settings.quote or ("'" if sum(r.single for r in read) > 2 * sum(r.double for r in read) else '"'),
        line_length=settings.line_length or 88,
        indent=Counter(r.indent for r in read if r.indent).most_common(1)[0][0] if any(r.indent for r in read) else "    ",
        facts=facts,
    )


def is_test(path: str) -> bool:
    """Whether a file is one of the project's own tests, by its name."""
    name = PurePosixPath(path)
    return name.suffix == ".py" and (name.stem.startswith("test_") or name.stem.endswith(("_test", "_tests")))


def _folder(read: Sequence[_Read], paths: Iterable[str]) -> str:
    """The folder that holds most test files."""
    folders = Counter(str(PurePosixPath(r.path).parent) for r in read)
    if folders:
        return min(folders.items(), key=lambda entry: (-entry[1], len(entry[0]), entry[0]))[0]
    tops = {PurePosixPath(p).parts[0] for p in paths if len(PurePosixPath(p).parts) > 1}
    return next((name for name in ("tests", "test") if name in tops), "tests")


def _read(root: Path, path: str) -> _Read | None:
    try:
        file = root / path
        if file.stat().st_size > LARGEST:
            return None
        text = file.read_text("utf-8")
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError, RecursionError):
        return None
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef)]
    cases = [c for c in classes if any("TestCase" in ast.unparse(b) for b in c.bases)]
    names = [c.name for c in cases if not c.name.startswith("Test")]
    single, double = _quotes(text)
    return _Read(
        path,
        unittest=sum(_tests_of(c.body) for c in cases),
        functions=_tests_of(tree.body),
        grouped=sum(_tests_of(c.body) for c in classes if c not in cases),
        suffixes=tuple(s for name in names for s in ("TestCase", "Tests", "Test") if name.endswith(s) and name != s)[: len(names)],
        single=single,
        double=double,
        indent=_indent(text),
    )


def _tests_of(body: Iterable[ast.stmt]) -> int:
    return sum(isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.name.startswith("test") for n in body)


def _quotes(text: str) -> tuple[int, int]:
    """Strings in single and in double quotes; those with quotes inside say nothing."""
    single = double = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.STRING and not token.string.lstrip("rRbBuUfF").startswith(('"""', "'''")):
                body = token.string.lstrip("rRbBuUfF")
                plain = body.count("'") + body.count('"') == 2
                single += plain and body.startswith("'")
                double += plain and body.startswith('"')
    except (tokenize.TokenError, IndentationError):
        pass
    return single, double


def _indent(text: str) -> str:
    found = Counter(m[1] for m in re.finditer(r"^(?:class|def) .*:\n([ \t]+)\S", text, re.MULTILINE))
    return found.most_common(1)[0][0] if found else ""


# ---- settings of formatters ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Settings:
    line_length: int = 0
    quote: str = ""


def _settings(root: Path) -> _Settings:
    """What ruff, black, yapf, pycodestyle or flake8 are told, in this order."""
    project = _toml(root / "pyproject.toml").get("tool", {})
    project = project if isinstance(project, dict) else {}
    ruff = _toml(root / "ruff.toml") or _toml(root / ".ruff.toml") or _table(project, "ruff")
    black = _table(project, "black")
    lengths = [ruff.get("line-length"), black.get("line-length"), _table(project, "flake8").get("max-line-length"), _ini_length(root)]
    length = next((n for n in lengths if isinstance(n, int) and 60 <= n <= 200), 0)
    quote = {"single": "'", "double": '"'}.get(str(_table(ruff, "format").get("quote-style", "")), "")
    formatted = "black" in project or "format" in ruff
    if not quote and formatted and not black.get("skip-string-normalization") and _table(ruff, "format").get("quote-style") != "preserve":
        quote = '"'
    return _Settings(length, quote)


def _table(values: dict[str, Any], name: str) -> dict[str, Any]:
    found = values.get(name, {})
    return found if isinstance(found, dict) else {}


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}


def _ini_length(root: Path) -> int:
    for name in ("setup.cfg", "tox.ini", ".flake8", ".pycodestyle"):
        parser = configparser.RawConfigParser()
        try:
            parser.read_string((root / name).read_text("utf-8"))
        except (OSError, ValueError, configparser.Error):
            continue
        for section in ("flake8", "pycodestyle", "pep8", "isort"):
            for option in _LENGTHS:
                value = parser.get(section, option, fallback="").partition("#")[0].strip()
                if value.isdigit():
                    return int(value)
    return 0
