"""Real repositories and folders to check out."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.sources import checkout
from testwright.model import Workspace

Check = Callable[[str | Path], Workspace]


def git(where: Path, *arguments: str) -> str:
    """Run git with an identity of its own, unaware of the user's settings."""
    environ = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    identity = (
        "-c",
        "user.name=Test",
        "-c",
        "user.email=test@example.org",
        "-c",
        "init.defaultBranch=main",
        "-c",
        "protocol.file.allow=always",
    )
    done = subprocess.run(["git", *identity, *arguments], cwd=where, env=environ, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def listing(workspace: Workspace) -> list[str]:
    """Every file of a workspace; fails when there is anything but regular files and folders."""
    root = Path(workspace.root)
    assert not [path for path in root.rglob("*") if path.is_symlink() or not (path.is_file() or path.is_dir())]
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Check a source out into a folder of this test."""
    return lambda source: checkout(str(source), tmp_path / "checked out" / "0")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two commits, a tag and a branch."""
    root = write(tmp_path / "project", {"pkg/__init__.py": "", "pkg/a.py": "A = 1\n", ".gitignore": "*.log\nbuilt/\n"})
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "One")
    git(root, "tag", "v1.0")
    git(root, "checkout", "-qb", "feature/x")
    write(root, {"pkg/x.py": "X = 1\n"})
    git(root, "add", ".")
    git(root, "commit", "-qm", "X")
    git(root, "checkout", "-q", "main")
    write(root, {"pkg/a.py": "A = 2\n"})
    git(root, "commit", "-qam", "Two")
    return root
