"""A git URL: one commit of it, without its history where the server allows, running nothing that the repository names."""

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from tasks.sources import command
from tasks.sources.folder import NEVER
from tasks.sources.naming import Source, redact, shown
from tasks.sources.notes import Notes
from tasks.sources.tree import MOST_BYTES, MOST_FILES, Fetched
from testwright.errors import CheckoutFailed

_SECONDS = 600.0
_COMMIT = re.compile(r"[0-9a-f]{4,64}", re.IGNORECASE)
_ASK_FOR_ALL = re.compile(r"unadvertised object|find remote ref|shallow|not our ref", re.IGNORECASE)


def fetch(source: Source, staging: Path) -> Fetched:
    """Fetch one commit and lay out its files in `staging`.

    Raises:
        CheckoutFailed: the repository cannot be reached, is empty or too large, or has no such revision.
    """
    repository = staging / "repository"
    repository.mkdir(parents=True)
    command.must(repository, source.text, "init", "-q", "--template=")
    commit = _fetch(source, repository)
    notes = Notes()
    paths = tuple(_listed(source, repository, commit, notes))
    (repository / ".git" / "info").mkdir(exist_ok=True)
    # Before everything else that says something about attributes: no filter of the user's settings runs on a stranger's files.
    (repository / ".git" / "info" / "attributes").write_text("* -filter -ident -working-tree-encoding\n")
    command.must(repository, source.text, "checkout", "-q", "--force", "--detach", commit, seconds=_SECONDS)
    return Fetched(repository, _name(source), commit, paths, notes, ours=True)


def _name(source: Source) -> str:
    last = re.split(r"[/:]", source.location.rstrip("/"))[-1].removesuffix(".git")
    return shown(redact(last)) or "repository"


def _fetch(source: Source, repository: Path) -> str:
    wanted = source.revision or "HEAD"
    one = command.ask(repository, "fetch", "-q", "--depth=1", "--no-tags", "--", source.location, wanted, seconds=_SECONDS)
    if one.returncode == 0:
        return _commit(repository, source, "FETCH_HEAD")
    why = command.reason(one.stderr)
    if not _ASK_FOR_ALL.search(why):
        raise CheckoutFailed(f"{source.text}: git cannot fetch it: {redact(shown(why))}.")
    if not source.revision:
        raise CheckoutFailed(f"{source.text}: the repository has no commit yet; name one that has.")
    if not _COMMIT.fullmatch(wanted) and "shallow" not in why:
        raise CheckoutFailed(f"{source.text}: the repository has no branch, tag or commit {wanted!r}; check the revision.")
    everything = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
    command.must(repository, f"{source.text}: git cannot fetch it", "fetch", "-q", "--", source.location, *everything, seconds=_SECONDS)
    return _commit(repository, source, *(place + wanted for place in ("refs/remotes/origin/", "refs/tags/", "")))


def _commit(repository: Path, source: Source, *names: str) -> str:
    for name in names:
        found = command.ask(repository, "rev-parse", "-q", "--verify", "--end-of-options", name + "^{commit}")
        if found.returncode == 0:
            return found.stdout.decode("ascii", "replace").strip()
    raise CheckoutFailed(f"{source.text}: the repository has no branch, tag or commit {source.revision!r}; check the revision.")


def _listed(source: Source, repository: Path, commit: str, notes: Notes) -> Iterator[str]:
    """What is in the commit; counted before anything is laid out, because a small tree can name a billion files."""
    total = count = 0
    for head, path in _entries(source, repository, commit):
        mode, _, _, size = head.split()
        if mode == b"160000":
            notes.add("submodules", f"{shown(path)} is a submodule: not fetched; name it as a source of its own")
            continue
        count, total = count + 1, total + int(size)
        if count > MOST_FILES or total > MOST_BYTES:
            raise CheckoutFailed(
                f"{source.text}: more than {MOST_FILES:,} files or {MOST_BYTES // 2**30} GiB; clone it and name a folder inside it."
            )
        if not NEVER.intersection(path.split("/")):
            yield path


def _entries(source: Source, repository: Path, commit: str) -> Iterator[tuple[bytes, str]]:
    process = command.start(repository, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
    out = cast(io.BufferedReader, process.stdout)
    with process:
        try:
            rest = b""
            while chunk := out.read1(2**16):
                *lines, rest = (rest + chunk).split(b"\0")
                for line in lines:
                    head, _, name = line.partition(b"\t")
                    yield head, os.fsdecode(name)
            if process.wait() != 0:
                raise CheckoutFailed(f"{source.text}: git cannot list the commit {commit[:12]}; the repository is damaged.")
        finally:
            command.end(process)
