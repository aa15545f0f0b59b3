"""From what the caller names to a workspace: one module for each kind of source. Nothing of a source is run here."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tasks.sources import archive, folder, git, npm, package
from tasks.sources.naming import KINDS, Kind, Source, parse, redact, shown, slug
from tasks.sources.tree import Fetched, admit
from testwright.errors import CheckoutFailed
from testwright.model import Workspace

__all__ = ["KINDS", "Kind", "Source", "checkout", "parse", "redact", "shown", "slug"]


def checkout(source: str, root: Path, skip: Sequence[Path] = ()) -> Workspace:
    """Check a source out into the folder `root`, which is replaced; `skip` are folders of ours that may lie inside the source.

    Raises:
        InvalidCampaign: the source is of no kind that is served.
        CheckoutFailed: it could not be fetched or unpacked, or has no files.
    """
    parsed = parse(source)
    root = root.absolute()
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{root.name[:40]}-", dir=root.parent))
    except OSError as error:
        raise CheckoutFailed(f"cannot write {shown(str(root.parent))} ({error.strerror}); choose another output folder.") from error
    try:
        fetched = _fetch(parsed, staging / "fetched", (*skip, root, staging))
        workspace = staging / "workspace"
        workspace.mkdir(mode=0o755)
        digest = admit(fetched, workspace)
        if not any(workspace.iterdir()):
            raise CheckoutFailed(f"{parsed.text}: there are no files in it; name a source with code.")
        _replace(root, workspace)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Workspace(fetched.name, str(root), digest, parsed.text, fetched.revision, fetched.notes.lines())


def _fetch(source: Source, staging: Path, skip: Sequence[Path]) -> Fetched:
    match source.kind:
        case Kind.FOLDER:
            return folder.fetch(source, skip)
        case Kind.ARCHIVE:
            return archive.fetch(source, staging)
        case Kind.GIT:
            return git.fetch(source, staging)
        case Kind.PYPI:
            return package.fetch(source, staging)
        case Kind.NPM:
            return npm.fetch(source, staging)


def _replace(root: Path, workspace: Path) -> None:
    """Only a finished workspace ever bears the name: a checkout that is cut off leaves none behind that looks whole."""
    if root.exists():
        shutil.rmtree(root)
    workspace.rename(root)
