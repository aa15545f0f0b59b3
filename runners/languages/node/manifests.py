"""What a project's package.json files say about what has to be installed. Reads them as data; runs nothing."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runners.formats.text import one_line
from runners.languages.tree import read
from testwright.model import Workspace

MANIFESTS = (
    *("package.json", "*/package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "pnpm-workspace.yaml"),
    *(".npmrc", ".yarnrc", ".yarnrc.yml", "patches/*", ".yarn/patches/*"),
)
MOST_PACKAGES = 20
_FOREIGN = re.compile(r"node_modules|fixtures?|__fixtures__|tests?|examples?|templates?|demos?|dist|build|vendor|\..*")
_GROUPS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is declared."""

    manager: str = "npm"
    """'npm', 'pnpm' or 'yarn', by its lock file or `packageManager`."""
    locked: bool = False
    needed: bool = False
    """There is something to be installed."""
    workspaces: bool = False
    """Packages in it are installed with it."""
    notes: tuple[str, ...] = ()


def manifests(workspace: Workspace) -> dict[str, Manifest]:
    """Folder → what is declared there: the root, and packages in it that are no workspaces of the root's."""
    top = manifest(Path(workspace.root))
    found = {".": top}
    if not top.workspaces:
        for folder in _nested(Path(workspace.root)):
            found[folder] = manifest(Path(workspace.root, folder))
    if len(found) > 1 and not Path(workspace.root, "package.json").is_file():
        found["."] = Manifest()
    return found


def _nested(root: Path) -> list[str]:
    found = [path.parent.relative_to(root) for pattern in ("*/package.json", "*/*/package.json") for path in sorted(root.glob(pattern))]
    return [folder.as_posix() for folder in found if not any(_FOREIGN.fullmatch(part) for part in folder.parts)][:MOST_PACKAGES]


def manifest(root: Path) -> Manifest:
    """Read the package.json of a folder, and look which lock file there is."""
    notes: list[str] = []
    declared = package(root / "package.json", notes)
    if not (root / "package.json").is_file():
        notes.append("there is no package.json, so nothing is installed: what the code needs beyond Node has to be named with npm:NAME")
    manager, locked = _manager(root, declared)
    if manager == "npm" and not locked and (root / "yarn.lock").is_file():
        notes.append("yarn.lock is one of Yarn 2 or newer, which is not read: what package.json allows is installed")
    workspaces = bool(declared.get("workspaces")) or (root / "pnpm-workspace.yaml").is_file()
    needed = workspaces or any(isinstance(declared.get(group), dict) and declared[group] for group in _GROUPS)
    return Manifest(manager, locked, needed, workspaces, tuple(notes))


def _manager(root: Path, declared: Mapping[str, Any]) -> tuple[str, bool]:
    for name, manager in (("pnpm-lock.yaml", "pnpm"), ("package-lock.json", "npm"), ("npm-shrinkwrap.json", "npm")):
        if (root / name).is_file():
            return manager, True
    if (root / "yarn.lock").is_file():
        berry = b"__metadata:" in read(root / "yarn.lock", 2000)
        return ("npm", False) if berry else ("yarn", True)
    if (root / "pnpm-workspace.yaml").is_file() or str(declared.get("packageManager", "")).startswith("pnpm"):
        return "pnpm", False
    return "npm", False


def package(path: Path, notes: list[str] | None = None) -> dict[str, Any]:
    """A package.json; {} and a note when it is none."""
    try:
        value = json.loads(read(path).decode("utf-8-sig"))
        if isinstance(value, dict):
            return value
        why = "it is no object"
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        why = one_line(str(error)) or "nested too deeply"
    if notes is not None:
        notes.append(f"{path.name} could not be read: {why}")
    return {}
