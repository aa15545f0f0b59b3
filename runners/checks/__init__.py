"""Static checks: which tools read which language, and which files are worth it."""

import re
from collections.abc import Iterable, Mapping

from runners.checks import bandit, eslint, ruff
from runners.checks.base import Check

CHECKS: Mapping[str, tuple[Check, ...]] = {"python": (bandit, ruff), "javascript": (eslint,)}
"""Language → its tools; JavaScript is TypeScript too. Adding one: a module and a word here."""

_FOREIGN = (
    "node_modules bower_components jspm_packages vendor vendored _vendor _vendored third_party third-party thirdparty externals"
    " site-packages dist build htmlcov .git .tox .nox .venv venv __pycache__ .eggs generated __generated__"
)
"""Folders of code that somebody else wrote, or a program."""
_TESTS = "test tests testing spec specs __tests__ __mocks__ e2e fixtures testdata"
_FOLDERS = frozenset((*_FOREIGN.split(), *_TESTS.split()))
_TEST_FILE = re.compile(
    r"(test_.*|.*_test|tests|conftest)\.pyi?|.*[.-](test|spec|e2e)\.[cm]?[jt]sx?|.*\.min\.[cm]?js|.*[._-]bundle\.js", re.IGNORECASE
)


def readable(check: Check, paths: Iterable[str]) -> tuple[str, ...]:
    """Of these files, those that the check reads: no tests, and nothing that was copied in or generated."""
    return tuple(path for path in paths if path.endswith(check.SUFFIXES) and not _left_out(path))


def _left_out(path: str) -> bool:
    *folders, name = path.lower().split("/")
    return bool(_FOLDERS.intersection(folders) or _TEST_FILE.fullmatch(name))
