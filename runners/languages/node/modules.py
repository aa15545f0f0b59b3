"""What a test of a file may import: the file itself and its names, other files of the project, packages that are there."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runners.languages.node.imports import Import, camel
from runners.languages.node.manifests import package
from runners.languages.node.reader import Reader
from runners.languages.tree import read
from testwright.model import Environment, Target, Workspace

LARGEST = 1 << 20
_ENDINGS = ("", ".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx", "/index.ts", "/index.js", "/index.mjs", "/index.cjs")
_SUFFIX = re.compile(r"\.[cm]?[jt]sx?$")
_BUILT_IN = (
    "assert async_hooks buffer child_process cluster console crypto dgram diagnostics_channel dns events fs http http2 https inspector"
    " module net os path perf_hooks process punycode querystring readline repl stream string_decoder timers tls tty url util v8 vm wasi"
    " worker_threads zlib"
)
BUILT_IN = frozenset(_BUILT_IN.split())
_USUAL = {name: f"node:{name}" for name in ("assert", "crypto", "events", "fs", "os", "path", "url", "util")}


@dataclass(frozen=True, slots=True)
class Surface:
    """What a file gives to whoever imports it."""

    names: frozenset[str] = frozenset()
    """'default' among them."""
    whole: str = ""
    """What the default, or `module.exports`, is called where it is made."""
    common: bool = False
    open: bool = False
    """There may be names that cannot be seen without running it."""

    @property
    def has_default(self) -> bool:
        return "default" in self.names or (self.common and (bool(self.whole) or not self.names))


def surface(workspace: Workspace, target: Target, reader: Reader) -> Surface:
    """Of the target."""
    text = read(Path(workspace.root, target.path), LARGEST).decode("utf-8", "replace")
    said = reader.ask("surface", {"text": text, "name": target.path})
    if not isinstance(said, dict):
        return Surface(open=True)
    return Surface(_names(said), str(said.get("whole", "")), said.get("common") is True, said.get("open") is True)


def _names(said: Mapping[str, Any]) -> frozenset[str]:
    names = said.get("names")
    return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()


@dataclass(frozen=True, slots=True)
class Importable:
    """What imports of a test file at `path` may mean."""

    root: Path
    path: str
    target: str
    given: Surface
    installed: Path

    @classmethod
    def of(cls, workspace: Workspace, environment: Environment, target: Target, path: str, reader: Reader) -> "Importable":
        """For tests of a target."""
        modules = Path(environment.root, "tree", "node_modules")
        return cls(Path(workspace.root), path, target.path, surface(workspace, target, reader), modules)

    def right(self, each: Import) -> Import | None:
        """The import of what it must mean, files named from the top of the workspace; None when it can mean nothing."""
        module = self.module(each.module)
        if each.type:
            return replace(each, module=module) if module else None
        if module is None:
            return self._of_target(each) if each.name in self.given.names - {"default"} else None
        return self._of_target(each) if module == self.target else replace(each, module=module)

    def missing(self, name: str) -> Import | None:
        """What a name must be that nothing binds."""
        if name in self.given.names - {"default"}:
            return Import(self.target, name, name)
        if self.given.has_default and name in (self.given.whole, camel(self.target)):
            return Import(self.target, self._whole, name)
        return Import(_USUAL[name], "default", name) if name in _USUAL else None

    def module(self, specifier: str) -> str | None:
        """The file of the workspace, or the package, that a specifier means; None when there is none."""
        if specifier.startswith((".", "/", "@/", "~/", "#")):
            return self._file(specifier.lstrip("@~#") if specifier[0] in "@~#" else specifier)
        name = specifier.removeprefix("node:")
        if specifier.startswith("node:") or name.partition("/")[0] in BUILT_IN:
            return specifier
        own = package(self.root / "package.json")
        parts = name.split("/")
        top = "/".join(parts[:2]) if name.startswith("@") else parts[0]
        if top == own.get("name"):
            return self._file(name.removeprefix(top).lstrip("/") or self.target) or self.target
        if (self.installed / top).exists() or top in {**_table(own, "dependencies"), **_table(own, "devDependencies")}:
            return specifier
        return self._file(f"/{name}")

    def _file(self, specifier: str) -> str | None:
        """A file by its path, from the test, the top or the target; else the target when it is called so."""
        plain = specifier.lstrip("/")
        for base in (posixpath.dirname(self.path), "", posixpath.dirname(self.target)):
            joined = posixpath.normpath(posixpath.join(base, plain))
            bare = _SUFFIX.sub("", joined)
            for found in (joined + end for end in _ENDINGS), (bare + end for end in _ENDINGS):
                for path in found:
                    if not path.startswith("..") and (self.root / path).is_file():
                        return path
        stem, own = _stem(plain), _stem(self.target)
        return self.target if stem in (own, camel(self.target)) else None

    def _of_target(self, each: Import) -> Import | None:
        """The same thing by the way in which the target gives it."""
        names, local = self.given.names, each.local
        plain = names - {"default"}
        if each.name in ("default", "*"):
            if each.name == "*" and not self.given.common and names == {"default"}:
                return Import(self.target, "default", local)
            if each.name == "default" and not self.given.has_default:
                return Import(self.target, local if local in plain else "*", local)
            return Import(self.target, self._whole if each.name == "default" else "*", local)
        if each.name in plain or self.given.open:
            return replace(each, module=self.target)
        if self.given.has_default and (each.name == self.given.whole or not plain or each.name == camel(self.target)):
            return Import(self.target, self._whole, local)
        return None

    @property
    def _whole(self) -> str:
        return "*" if self.given.common else "default"


def _table(declared: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = declared.get(key)
    return value if isinstance(value, dict) else {}


def _stem(path: str) -> str:
    """`src/a.js` → `a`; an index is called like its folder."""
    stem = _SUFFIX.sub("", posixpath.basename(path))
    folder = posixpath.basename(posixpath.dirname(path))
    return folder if stem == "index" and folder else stem
