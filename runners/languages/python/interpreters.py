"""Which interpreters may serve a project, and where they may be found."""

import sys
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet

SUPPORTED = tuple(f"3.{minor}" for minor in range(9, 15))
FOLDERS = ("/usr/local/bin", "/usr/bin", "/bin")


def versions(requires_python: str) -> tuple[str, ...]:
    """The versions that satisfy a `requires-python`, the one we run ourselves first, then the newest: both sides then parse alike."""
    wanted = _wanted(requires_python)
    ours = f"3.{sys.version_info.minor}"
    fits = [version for version in SUPPORTED if any(wanted.contains(f"{version}.{patch}") for patch in range(40))]
    return tuple(sorted(fits, key=lambda version: (version != ours, -int(version.partition(".")[2]))))


def _wanted(requires_python: str) -> SpecifierSet:
    try:
        return SpecifierSet(requires_python)
    except InvalidSpecifier:
        return SpecifierSet()


def serving(requires_python: str) -> tuple[str, ...]:
    """The versions that may stand in where none that fits is here: newer ones, since an upper bound is often a guess; never older ones."""
    wanted = _wanted(requires_python)
    fitting = [minor for minor in range(200) if any(wanted.contains(f"3.{minor}.{patch}") for patch in range(40))]
    oldest = min(fitting, default=200 if wanted.contains("4.0") else 0)
    return tuple(version for version in versions("") if int(version.partition(".")[2]) >= oldest)


def prefixes() -> tuple[str, ...]:
    """Where this machine's interpreters live outside the system folders: our own, and those a version manager keeps beside it."""
    base = Path(sys.base_prefix).resolve()
    if base in (Path("/usr"), Path("/usr/local")):
        return ()
    beside = sorted(path for path in base.parent.iterdir() if path != base and any(path.glob("bin/python3.*")))
    return tuple(str(path) for path in (base, *beside))


def folders() -> tuple[str, ...]:
    """Folders to look for `python3.X` in, in order."""
    return (*FOLDERS, *(f"{prefix}/bin" for prefix in prefixes()))
