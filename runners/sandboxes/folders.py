"""Folders of the host: those a sandbox makes and removes, and those it lets a box read or change."""

import os
import shutil
import subprocess
from pathlib import Path

OWNER = 10001
"""User and group of boxes when the controller is root: nobody else's, and not `nobody`, who may use reserved disk blocks."""


def remove(root: str) -> None:
    """Remove a folder and all below it, however deep it is nested and whatever its modes are, without following links."""
    try:
        shutil.rmtree(root)
    except FileNotFoundError:
        return
    except (OSError, RecursionError):
        # rmtree recurses and trips over folders without permissions; these two do neither.
        for tool in (["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
            subprocess.run([*tool, "--", root], stdin=subprocess.DEVNULL, capture_output=True, check=False)


def weight(source: str) -> int:
    """Return how many bytes a copy of a folder or file takes."""
    entries = [os.path.join(folder, name) for folder, _, names in os.walk(source) for name in names] or [source]  # noqa: PTH118
    return sum(-(-os.lstat(entry).st_size // 4096) * 4096 for entry in entries)


def let_read(path: str) -> None:
    """Open the top of a private folder to the group of our boxes, whose members are nobody else. Only root has to.

    Raises:
        OSError: when the path is not there.
    """
    if os.geteuid():
        return
    status = Path(path).stat()
    wanted = 0o050 if Path(path).is_dir() else 0o040
    others_may = status.st_mode & (wanted >> 3) == wanted >> 3
    group_may = status.st_gid == OWNER and status.st_mode & wanted == wanted
    if not others_may and not group_may:
        os.chown(path, -1, OWNER)
        Path(path).chmod((status.st_mode & 0o7777) | wanted)


def let_write(path: str) -> None:
    """Make a folder, and give it to the user of our boxes with what is in it, before anything of theirs has run in it.

    Raises:
        OSError: when it cannot be made.
    """
    Path(path).mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0 and Path(path).stat().st_uid != OWNER:
        subprocess.run(["chown", "-R", "--no-dereference", f"{OWNER}:{OWNER}", "--", path], check=True, capture_output=True)
