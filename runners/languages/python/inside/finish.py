"""The last step of making an environment: switch on the fallback finder, keep what set-up commands made, say what is there."""

from __future__ import annotations

import json
import os
import shutil
import sys
import sysconfig

SKIP = {"__pycache__", "build", "dist", "node_modules", ".git", ".tox", ".venv", "venv"}
LIMIT = 2000


def main() -> None:
    """`finish.py TREE ORIGINAL ROOT…`: roots are relative to the tree."""
    tree, original, roots = sys.argv[1], sys.argv[2], sys.argv[3:]
    site = sysconfig.get_path("purelib")
    here = os.path.dirname(os.path.abspath(__file__))
    shutil.copyfile(os.path.join(here, "fallback.py"), os.path.join(site, "testwright_fallback.py"))
    made = [name for root in roots for name in keep_made(os.path.join(tree, root), os.path.join(original, root), site)]
    with open(os.path.join(site, "testwright_fallback.pth"), "w", encoding="utf-8") as file:
        file.write("import testwright_fallback; testwright_fallback.install()\n")
    with open("facts.json", "w", encoding="utf-8") as file:
        json.dump({"python": sys.version.split()[0], "made": made[:20]}, file)


def keep_made(tree: str, original: str, site: str) -> list[str]:
    """Copy modules that are in the tree where commands ran, and not in the original."""
    made: list[str] = []
    for folder, folders, names in os.walk(tree):
        folders[:] = [name for name in folders if name not in SKIP and not name.endswith((".egg-info", ".dist-info"))]
        inner = os.path.relpath(folder, tree)
        for name in names:
            source = os.path.join(folder, name)
            new = name.endswith((".py", ".so", ".pyd")) and not os.path.lexists(os.path.join(original, inner, name))
            if new and not os.path.islink(source) and len(made) < LIMIT:
                target = os.path.join(site, "testwright_made", inner, name)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copyfile(source, target)
                made.append(os.path.normpath(os.path.join(inner, name)))
    return made


if __name__ == "__main__":
    main()
