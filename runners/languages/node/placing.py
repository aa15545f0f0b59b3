"""Where a test file goes, and how it names the files it imports."""

import os
import re
from pathlib import Path, PurePosixPath

from runners.languages.base import Style
from runners.languages.node.manifests import package
from testwright.model import Target, Workspace

_SOURCE = re.compile(r"\.[cm]?[jt]sx?$")


def test_path(workspace: Workspace, target: Target, style: Style) -> str:
    """Beside its source or in the folder of the tests, as the neighbours are; with a name that no file has yet."""
    root, source = Path(workspace.root), PurePosixPath(target.path)
    folder = _folder(root, source, style)
    suffix = _suffix(root, source, style)
    stem = _SOURCE.sub("", source.name)
    if stem == "index" and source.parent.name and style.facts.get("place", "") in ("", "mirror"):
        stem = source.parent.name if source.parent.name not in ("src", "lib") else stem
    names = [stem, "-".join((*source.parent.parts[-1:], stem))]
    for name in names:
        if not (root / folder / f"{name}{suffix}").exists():
            return (folder / f"{name}{suffix}").as_posix()
    more = stem
    while True:
        more += "-more"
        if not (root / folder / f"{more}{suffix}").exists():
            return (folder / f"{more}{suffix}").as_posix()


test_path.__test__ = False  # type: ignore[attr-defined]


def _folder(root: Path, source: PurePosixPath, style: Style) -> PurePosixPath:
    way = style.facts.get("place", "")
    if way == "beside":
        return source.parent
    if way == "__tests__":
        return source.parent / "__tests__"
    top = PurePosixPath(style.folder or ".")
    own = next((folder for folder in source.parents if folder.parts and (root / folder / "package.json").is_file()), None)
    parts = source.parent.parts
    if own and not top.is_relative_to(own):  # tests of a package inside of the project lie in it
        top = own / (top.name or "test")
        parts = source.parent.relative_to(own).parts
    return top.joinpath(*parts[1:]) if way == "mirror" else top


def _suffix(root: Path, source: PurePosixPath, style: Style) -> str:
    """`.test.ts`: the habit of the project, in the language of the source."""
    habit = style.facts.get("suffix", "")
    mark = _SOURCE.sub("", habit) if habit else ".test"
    if mark == "" and habit and style.facts.get("place") in ("beside", "__tests__"):
        mark = "" if style.facts.get("place") == "__tests__" else ".test"
    typed = re.search(r"\.[cm]?tsx?$", source.name) is not None
    markup = source.suffix in (".jsx", ".tsx")
    if typed:
        return f"{mark}.tsx" if markup else f"{mark}.ts"
    if habit and not re.search(r"tsx?$", habit) and not markup:
        return habit
    if markup:
        return f"{mark}.jsx"
    own = package(root / "package.json").get("type") == "module"
    native = style.framework in ("mocha", "node:test")  # Node loads these itself, and goes by the ending
    if style.facts.get("module") == "esm" and not own and (source.suffix == ".mjs" or native):
        return f"{mark}.mjs"
    if style.facts.get("module") == "cjs" and own:
        return f"{mark}.cjs"
    return f"{mark}.js"


def specifier(path: str, module: str, style: Style, root: Path) -> str:
    """How a test file at `path` names a module: a relative path, or the bare name of a package."""
    if not _SOURCE.search(module) or not (root / module).is_file():
        return module
    relative = os.path.relpath(module, PurePosixPath(path).parent).replace(os.sep, "/")
    named = relative if relative.startswith(".") else f"./{relative}"
    kept = style.facts.get("extension", "")
    if re.search(r"\.tsx?$", named):
        bare = re.sub(r"\.tsx?$", "", named)
        return f"{bare}.js" if kept == "full" else re.sub(r"(?<=/)index$", "index", bare)
    if (kept == "none" and named.endswith(".js")) or (style.facts.get("module") == "cjs" and kept != "full" and named.endswith(".js")):
        return named.removesuffix(".js")
    return named
