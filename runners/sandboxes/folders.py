"""Folders that a sandbox makes on the host, and how they go away again."""

import shutil
import subprocess


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
