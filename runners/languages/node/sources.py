"""Which files of a workspace are JavaScript or TypeScript code to be tested, and which cannot be served."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path, PurePosixPath

from runners.languages import tree
from runners.languages.node.tokens import Token, tokens, unbalanced
from runners.languages.tree import MAX_BYTES, is_generated, read
from testwright.model import State, Workspace

SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
_LONG = 5000
"""Characters of a line that no person wrote."""
_NEVER = re.compile(
    r"tests?|specs?|__tests__|__mocks__|__fixtures__|fixtures?|testdata|test[-_](data|utils?|helpers?)|e2e|cypress|playwright|mocks?|stubs?"
    r"|(jest|bower_components|jspm_packages|vendor(ed)?|third[-_]?party|externals?|\.storybook|stories|typings|@types)|node_modules|\..*"
    r"|dist|build|out|coverage|umd|amd|esm?|cjs|bundles?|generated|__generated__|min",
    re.IGNORECASE,
)
"""Folders that hold no code of the project's own, wherever they are."""
_BUILT = re.compile(r"dist|build|out|umd|amd|esm?|cjs|bundles?|min", re.IGNORECASE)
"""Of these the ones that a project may consist of, when there is nothing else: what was published is all there is of some packages."""
_NEVER_FIRST = re.compile(
    r"docs?|documentation|website|site|examples?|samples?|demos?|bench(marks?)?|perf|scripts?|tools?|tasks|ci|dev|playground|sandbox|public|static|assets",
    re.IGNORECASE,
)
"""Names at the top that are no code of the project's own, unless there is nothing else."""
_SCRIPTS = re.compile(r"(build|release|publish|deploy)([-_.][\w-]+)*\.[cm]?[jt]s")
_FILES = re.compile(
    r".*[.-](test|tests|spec|e2e|cy|stories|bench|mock)\.[cm]?[jt]sx?"
    r"|(test|tests|spec|bench|benchmark|karma\.conf|setup[-_]?tests?|jest[-_.]setup)\.[cm]?[jt]sx?"
    r"|.*\.(config|conf|rc|setup)\.[cm]?[jt]sx?|(gulp|grunt|cake|jake|rake)file(\.\w+)?\.[cm]?[jt]s|Gruntfile\.js|\..*rc\.[cm]?js"
    r"|.*[.-]min\.[cm]?js|.*[._-]bundle\.[cm]?js|.*\.d\.[cm]?ts|.*\.umd\.js|webpack\..*\.js|rollup\..*\.js|.*\.pnp\.[cm]?js",
    re.IGNORECASE,
)
_TEST_NAME = re.compile(r"(.*[.-](test|tests|spec)|test|tests|spec|(test|spec)[-_].*)\.[cm]?[jt]sx?", re.IGNORECASE)
_TEST_FOLDER = re.compile(r"tests?|specs?|__tests__")
_NO_TEST = re.compile(r"fixtures?|data|helpers?|utils?|support|mocks?|__mocks__|snapshots|node_modules|browser|e2e", re.IGNORECASE)
_TEST = re.compile(
    rb"\b(?:describe|it|test|suite|t\.test|tap\.test)(?:\.\w+)*\s*[(`]|node:test"
    rb"|from ['\"](?:ava|tape|uvu)|require\(['\"](?:ava|tape|uvu|tap)['\"]"
)
_OLD_TYPES = re.compile(rb"^\s*(?:export\s*=|import\s+\w+\s*=\s*require\(|module\.exports\b)", re.MULTILINE)
_DECIDING = re.compile(r"function|class|if|for|while|switch|try|do")


def sources(workspace: Workspace, paths: Sequence[str]) -> tuple[str, ...]:
    """Of these files, the ones that are code to be tested."""
    code = [path for path in paths if path.endswith(SUFFIXES) and not _FILES.fullmatch(PurePosixPath(path).name)]
    own = [path for path in code if not _other(path)]
    if not own:
        own = [path for path in code if not _other(path, built=True)]
    main = [path for path in own if not (_NEVER_FIRST if "/" in path else _SCRIPTS).fullmatch(path.split("/")[0])]
    folder = Path(workspace.root)
    found = [path for path in (main or own) if not is_generated(folder / path, (b"//", b"/*", b"*"))]
    doubled = {path[: path.rindex(".")] for path in found if re.search(r"\.[cm]?tsx?$", path)}
    return tuple(path for path in found if not (re.search(r"\.[cm]?jsx?$", path) and path[: path.rindex(".")] in doubled))


def countable(workspace: Workspace, paths: Sequence[str]) -> list[str]:
    """Of these files, the ones that a person can have written: what is huge or minified takes longer to count than to test."""
    return [path for path in paths if _is_countable(Path(workspace.root, path))]


@lru_cache(maxsize=8)
def has_old_types(workspace: Workspace) -> bool:
    """Whether the project's TypeScript says `export =` or `module.exports`, which no ES module can."""
    typed = [path for path in sources(workspace, files(workspace)) if re.search(r"\.c?ts$", path)]
    return any(_says(Path(workspace.root, path), _OLD_TYPES) for path in typed)


def _says(path: Path, pattern: re.Pattern[bytes]) -> bool:
    try:
        return pattern.search(read(path)) is not None
    except OSError:
        return False


def _is_countable(path: Path) -> bool:
    try:
        data = read(path, MAX_BYTES + 1)
    except OSError:
        return False
    return len(data) <= MAX_BYTES and not is_minified(data)


def _other(path: str, built: bool = False) -> bool:
    folders = path.split("/")[:-1]
    return any(_NEVER.fullmatch(part) and not (built and _BUILT.fullmatch(part)) for part in folders)


def is_minified(text: bytes) -> bool:
    """Whether nearly all of a text stands in very long lines."""
    long = sum(len(line) for line in text.splitlines() if len(line) > _LONG // 4)
    return len(text) > _LONG and long > 0.8 * len(text)


def tests(paths: Iterable[str]) -> tuple[str, ...]:
    """The files that are named like tests, or lie where tests do."""
    return tuple(path for path in paths if path.endswith(SUFFIXES) and _is_test(path))


def _is_test(path: str) -> bool:
    *folders, name = path.split("/")
    if ".d." in name or any(_NO_TEST.fullmatch(part) for part in folders):
        return False
    return _TEST_NAME.fullmatch(name) is not None or any(_TEST_FOLDER.fullmatch(part) for part in folders)


def has_tests(workspace: Workspace, paths: Sequence[str]) -> bool:
    """Whether a file that is named like a test holds one."""
    return any(holds_test(Path(workspace.root, path)) for path in tests(paths))


def holds_test(path: Path) -> bool:
    """Whether there is a test in it."""
    return _says(path, _TEST)


def files(workspace: Workspace) -> tuple[str, ...]:
    """All files of the workspace, relative, sorted; links and hidden folders are not followed."""
    return tree.files(workspace, ("node_modules",))


# ---- what cannot be served -----------------------------------------------------------------------------------------


def inspect(workspace: Workspace, path: str) -> tuple[State, str] | None:
    """Why this file cannot be a target, without running it."""
    file = Path(workspace.root, path)
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            return State.TOO_LARGE, f"{size / 2**20:.1f} MiB: files over {MAX_BYTES >> 20} MiB are not served"
        data = read(file)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return State.NOT_PARSABLE, f"line {line}: not valid utf-8"
    except OSError as error:
        return State.NOT_PARSABLE, f"cannot be read: {error.strerror}"
    if is_minified(data):
        return State.EXCLUDED, "it is minified"
    found = solid(text)
    if (wrong := unbalanced(found)) and not _may_be_markup(path, text):
        line = text.count("\n", 0, wrong.start) + 1
        return State.NOT_PARSABLE, f"line {line}: {wrong.text[:1]!r} has no match"
    return None if _has_behaviour(found) else (State.NOTHING_TO_TEST, "it has no functions and makes no decisions")


@lru_cache(maxsize=8)
def solid(text: str) -> tuple[Token, ...]:
    """The tokens of a file without white space and comments."""
    return tuple(token for token in tokens(text) if token.kind not in ("space", "comment"))


def _may_be_markup(path: str, text: str) -> bool:
    """Whether it has JSX, whose text has no tokens."""
    return path.endswith("x") or re.search(r"</[A-Za-z]|/>|<>", text) is not None


def _has_behaviour(found: Sequence[Token]) -> bool:
    words = any(token.kind == "name" and _DECIDING.fullmatch(token.text) for token in found)
    return words or any(token.kind == "sign" and token.text in ("=>", "?", "&&", "||", "??") for token in found) or _has_method(found)


def _has_method(found: Sequence[Token]) -> bool:
    """`name(…) {` in an object."""
    return any(one.text == ")" and other.text == "{" for one, other in pairwise(found))
