"""A folder: what git would see of it, or everything except version control, caches and installed packages."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pathspec import GitIgnoreSpec

from tasks.sources import command
from tasks.sources.naming import Source, shown
from tasks.sources.notes import Notes
from tasks.sources.patterns import bounded
from tasks.sources.tree import MOST_FILES, Fetched
from testwright.errors import CheckoutFailed

NEVER = frozenset({".git", ".hg", ".svn", ".bzr", "CVS", "_darcs", ".jj", ".testwright"})
"""Version control and our own output: left out even where they are tracked."""

NOISE = frozenset(
    {
        "node_modules",
        "bower_components",
        ".venv",
        "venv",
        ".virtualenv",
        "virtualenv",
        "__pycache__",
        "__pypackages__",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        ".cache",
        ".gradle",
        ".m2",
        ".npm",
        ".yarn",
        ".pnpm-store",
        ".nyc_output",
        ".ipynb_checkpoints",
        ".eggs",
        "site-packages",
    }
)
"""Installed or made by tools: left out unless git tracks them."""


def fetch(source: Source, skip: Sequence[Path] = ()) -> Fetched:
    """The files of a folder that belong to it; `skip` are folders that are ours.

    Raises:
        CheckoutFailed: it is not there, not a folder, cannot be read, or is far too large.
    """
    root = Path(source.location)
    _check(root, source.text)
    notes = Notes()
    paths, revision = listed(root, notes), ""
    if paths is None:
        paths = walked(root, notes, skip)
    else:
        head = command.ask(root, "rev-parse", "--verify", "-q", "HEAD")
        revision = head.stdout.decode("ascii", "replace").strip() if head.returncode == 0 else ""
        ours = [
            place.relative_to(root.resolve()).as_posix() + "/" for place in map(Path.resolve, skip) if place.is_relative_to(root.resolve())
        ]
        paths = tuple(path for path in paths if not path.startswith(tuple(ours)))
    return Fetched(root, shown(root.resolve().name) or "root", revision, paths, notes)


def _check(root: Path, text: str) -> None:
    try:
        if not root.exists():
            raise CheckoutFailed(f"{text}: there is no such folder or archive; check the spelling.")
        if not root.is_dir():
            raise CheckoutFailed(f"{text} is one file; name the folder that holds it.")
        next(os.scandir(root), None)
    except OSError as error:
        raise CheckoutFailed(f"{text} cannot be read ({error.strerror}); check its permissions.") from error


def listed(root: Path, notes: Notes) -> tuple[str, ...] | None:
    """What git tracks or would add below the folder; None when it is no git checkout or git does not answer."""
    tracked = command.ask(root, "ls-files", "-z", "--cached", "--stage")
    if tracked.returncode != 0:
        return None
    others = command.ask(root, "ls-files", "-z", "--others", "--exclude-standard")
    paths: list[str] = []
    for entry in filter(None, tracked.stdout.split(b"\0")):
        head, _, name = entry.partition(b"\t")
        path = os.fsdecode(name)
        if head.startswith(b"160000"):
            notes.add("submodules", f"{shown(path)} is a submodule: left out; name it as a source of its own")
        else:
            paths.append(path)
    new = [os.fsdecode(name) for name in others.stdout.split(b"\0") if name] if others.returncode == 0 else []
    paths += [path for path in new if not path.endswith("/") and not NOISE.intersection(path.split("/")[:-1])]
    return tuple(path for path in paths if not NEVER.intersection(path.split("/")))


def walked(root: Path, notes: Notes, skip: Sequence[Path] = ()) -> tuple[str, ...]:
    """Every file and link below the folder that no .gitignore in it excludes; links are not followed."""
    found: list[str] = []
    ours = frozenset(os.path.realpath(path) for path in skip)
    for path in _walk(str(root), "", (), ours, notes):
        found.append(path)
        if len(found) > MOST_FILES:
            raise CheckoutFailed(f"{shown(str(root))}: more than {MOST_FILES:,} files; name a folder inside it.")
    return tuple(found)


def _walk(root: str, below: str, rules: tuple[tuple[str, GitIgnoreSpec], ...], ours: frozenset[str], notes: Notes) -> Iterator[str]:
    """Depth first without recursion: a tree may be deeper than Python's stack."""
    waiting = [(below, rules)]
    while waiting:
        below, rules = waiting.pop()
        try:
            with os.scandir(Path(root, below)) as entries:
                here = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            notes.add("folders that cannot be read", f"{shown(below)} cannot be read ({error.strerror}): left out")
            continue
        names = {entry.name for entry in here}
        if below and ("pyvenv.cfg" in names or "CACHEDIR.TAG" in names):
            continue
        if ".gitignore" in names:
            rules = (*rules, (below, _ignored(Path(root, below, ".gitignore"))))
        for entry in here:
            path = below + entry.name
            folder = entry.is_dir(follow_symlinks=False)
            if entry.name in NEVER or (folder and (entry.name in NOISE or os.path.realpath(entry.path) in ours)):
                continue
            if _excluded(path + "/" if folder else path, rules):
                continue
            if folder:
                waiting.append((path + "/", rules))
            else:
                yield path


def _ignored(file: Path) -> GitIgnoreSpec:
    try:
        text = file.read_bytes()[: 2**18].decode("utf-8", "replace") if file.is_file() else ""  # a named pipe would stop us
    except OSError:
        text = ""
    return GitIgnoreSpec.from_lines(bounded(text.splitlines())[0])


def _excluded(path: str, rules: tuple[tuple[str, GitIgnoreSpec], ...]) -> bool:
    """As git decides: the last rule that matches, in the innermost .gitignore that has one."""
    for below, spec in reversed(rules):
        verdict = spec.check_file(path[len(below) :]).include
        if verdict is not None:
            return verdict
    return False
