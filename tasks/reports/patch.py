"""tests.patch: what `git apply` needs to put the kept tests into the source. Made by git itself, so odd names are quoted as git wants."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tasks.reports.kept import Kept, write_kept


def patch(files: Sequence[Kept]) -> bytes:
    """The difference between the workspace and the workspace with these files; empty when there is none.

    Raises:
        OSError, subprocess.SubprocessError: git is not there or fails.
    """
    if not files:
        return b""
    with tempfile.TemporaryDirectory(prefix="testwright-patch-") as folder:
        root = Path(folder)
        (root / "tree").mkdir()
        _git(root, "init", "--quiet", "--template=")
        write_kept([Kept(f.path, f.old) for f in files if f.old is not None], root / "tree")
        before = _tree(root)
        write_kept(files, root / "tree")
        after = _tree(root)
        return _git(root, "diff-tree", "-r", "-p", "--binary", "--full-index", "--no-renames", "--no-color", before, after)


def _tree(root: Path) -> str:
    _git(root, "add", "--force", "--all", ".")
    return _git(root, "write-tree").decode().strip()


def _git(root: Path, *arguments: str) -> bytes:
    """Run git on our own scratch repository, with nothing of the user's settings: they could change the shape of the patch."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(root),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_DIR": str(root / "git"),
        "GIT_WORK_TREE": str(root / "tree"),
        "LC_ALL": "C",
    }
    command = ["git", "-c", "core.autocrlf=false", "-c", "core.attributesFile=", "-c", "core.fileMode=false", *arguments]
    return subprocess.run(command, cwd=root / "tree", env=environment, check=True, capture_output=True, timeout=120).stdout
