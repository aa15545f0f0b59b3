"""The lines at the top of a test file: what the runner, the assertions and the texts need."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from runners.languages.base import Style
from runners.languages.node.manifests import package
from runners.languages.node.placing import specifier
from runners.languages.node.tokens import names
from runners.languages.tree import read
from testwright.model import Observation, Workspace

_MODULE = re.compile(r"^\s*(?:import\b(?!\s*[(.])|export\b)", re.MULTILINE)
_WORDS = (
    "AggregateError Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean Buffer DataView Date Error EvalError "
    "Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map Math NaN Number "
    "Object Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String Symbol SyntaxError TypeError "
    "URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet AbortController AbortSignal Blob "
    "Event EventTarget Headers Request Response FormData TextDecoder TextEncoder URL URLSearchParams atob btoa clearInterval "
    "clearTimeout console document window fetch globalThis global process performance queueMicrotask setImmediate setInterval "
    "setTimeout structuredClone decodeURIComponent encodeURIComponent decodeURI encodeURI isFinite isNaN parseFloat parseInt "
    "require module exports undefined null true false this result typeof new void await async function return in of "
    "instanceof delete let const var class extends yield super if else for while throw vi jest expect describe it test assert "
    "printed complained warned emitted written reported"
)
GLOBALS = frozenset(_WORDS.split())
"""Names that need no import."""


@dataclass(frozen=True, slots=True)
class Import:
    """One name of a module, and what it is called in the tests."""

    module: str
    name: str
    """'default', '*' for all of it, else an exported name."""
    local: str
    type: bool = False
    """It is a type, which is gone when the code runs."""


def imports(o: Observation) -> tuple[Import, ...]:
    """What an observation takes from modules. A whole module or a default has the name that is left over in its texts."""
    known: list[Import] = []
    open_: list[tuple[str, str]] = []
    for module, name in o.imports:
        original, mark, alias = name.partition(" as ")
        if mark:
            known.append(Import(module, original, alias))
        elif name in ("", "default"):
            open_.append((module, name or "*"))
        else:
            known.append(Import(module, name, name))
    free = [name for name in sorted(mentioned(o)) if name not in GLOBALS and name not in {each.local for each in known} | _bound(o)]
    for module, name in open_:
        usual = camel(module)
        local = usual if usual in free or len(free) != 1 else free[0]
        free = [each for each in free if each != local]
        known.append(Import(module, name, local))
    return tuple(known)


def camel(module: str) -> str:
    """`src/string-utils.js` → `stringUtils`; an index is called like its folder."""
    path = PurePosixPath(module)
    stem = re.sub(r"\.[cm]?[jt]sx?$", "", path.name)
    if stem == "index" and path.parent.name:
        stem = path.parent.name
    words = [word for word in re.split(r"[^A-Za-z0-9$]+", stem) if word]
    name = "".join([words[0][:1].lower() + words[0][1:], *(word[:1].upper() + word[1:] for word in words[1:])]) if words else "module"
    return f"the{name[:1].upper()}{name[1:]}" if name in GLOBALS or not re.match(r"[A-Za-z_$]", name) else name


def mentioned(o: Observation) -> frozenset[str]:
    """Every free name in the texts of an observation."""
    texts = [o.call, o.callee, *(argument.source for argument in o.arguments), *(step.source for step in o.arrange)]
    texts += [step.name for step in o.arrange if "." in step.name]
    texts += [text for check in o.checks for text in (check.subject, check.expected)] + ([o.raised.type] if o.raised else [])
    return frozenset().union(*(names(text.removeprefix("...")) for text in texts if text))


def _bound(o: Observation) -> set[str]:
    """Names that the arrangement makes, parameters of functions among them."""
    texts = [o.call, *(step.source for step in o.arrange), *(argument.source for argument in o.arguments)]
    parameters = {
        name
        for text in texts
        for found in re.findall(r"\(([\w$,\s.={}\[\]]*)\)\s*(?:=>|\{)|([\w$]+)\s*=>", text)
        for name in names(" , ".join(found))
    }
    return parameters | {name for step in o.arrange for name in re.findall(r"[A-Za-z_$][\w$]*", step.name.partition(".")[0])}


def import_lines(wanted: Iterable[Import], path: str, workspace: Workspace, style: Style) -> list[str]:
    """The imports of the code under test, packages before files."""
    grouped: dict[str, list[Import]] = {}
    for each in sorted(set(wanted), key=lambda one: (one.module, one.name, one.local)):
        grouped.setdefault(each.module, []).append(each)
    root = Path(workspace.root)
    lines = []
    for module in sorted(grouped, key=lambda name: ((root / name).is_file(), name)):
        named = specifier(path, module, style, root)
        common = _is_common(root, module)
        write = _esm if style.facts.get("module", "esm") == "esm" else _cjs
        lines += write(grouped[module], named, common, style)
    return lines


def written_lines(wanted: Iterable[Import], style: Style) -> list[str]:
    """The same for modules that are named as the file names them already."""
    grouped: dict[str, list[Import]] = {}
    for each in sorted(set(wanted), key=lambda one: (one.module.startswith("."), one.module, one.name, one.local)):
        grouped.setdefault(each.module, []).append(each)
    write = _esm if style.facts.get("module", "esm") == "esm" else _cjs
    return [line for module, group in grouped.items() for line in write(group, module, False, style)]


def written(each: Import, path: str, workspace: Workspace, style: Style) -> Import:
    """An import of a file of the workspace as a test file at `path` writes it."""
    root = Path(workspace.root)
    common, esm = _is_common(root, each.module), style.facts.get("module", "esm") == "esm"
    name = "default" if each.name == "*" and common and esm else "*" if each.name == "default" and common and not esm else each.name
    return replace(each, module=specifier(path, each.module, style, root), name=name)


def _is_common(root: Path, module: str) -> bool:
    """Whether a file of the project is CommonJS, whose `module.exports` is what a default import gives."""
    file = root / module
    if not file.is_file() or module.endswith((".mjs", ".ts", ".tsx", ".mts", ".jsx")):
        return False
    if module.endswith((".cjs", ".cts")):
        return module.endswith(".cjs")
    try:
        return _MODULE.search(read(file).decode("utf-8", "replace")) is None and package(root / "package.json").get("type") != "module"
    except OSError:
        return False


def _esm(group: Sequence[Import], named: str, common: bool, style: Style) -> list[str]:
    semi, quote = style.facts.get("semi", ""), style.quote
    lines = []
    if types := [replace(each, type=False) for each in group if each.type]:
        lines += [line.replace("import ", "import type ", 1) for line in _esm(types, named, common, style)]
        group = [each for each in group if not each.type]
    defaults = [each.local for each in group if each.name == "default" or (each.name == "*" and common)]
    plain = [
        each.name if each.name == each.local else f"{each.name} as {each.local}" for each in group if each.name not in ("default", "*")
    ]
    for local in [each.local for each in group if each.name == "*" and not common]:
        lines.append(f"import * as {local} from {quote}{named}{quote}{semi}")
    first = ", ".join([*dict.fromkeys(defaults[:1]), *([f"{{ {', '.join(plain)} }}"] if plain else [])])
    if first:
        lines.append(_wrapped("import ", f" from {quote}{named}{quote}{semi}", first, style))
    lines += [f"import {local} from {quote}{named}{quote}{semi}" for local in dict.fromkeys(defaults[1:]) if local not in defaults[:1]]
    return lines


def _cjs(group: Sequence[Import], named: str, common: bool, style: Style) -> list[str]:
    semi, quote = style.facts.get("semi", ""), style.quote
    load = f"require({quote}{named}{quote})"
    lines = []
    group = [each for each in group if not each.type]
    for each in group:
        if each.name == "*" or (each.name == "default" and common):
            lines.append(f"const {each.local} = {load}{semi}")
        elif each.name == "default":
            lines.append(f"const {each.local} = {load}.default{semi}")
    plain = [each.name if each.name == each.local else f"{each.name}: {each.local}" for each in group if each.name not in ("default", "*")]
    if plain:
        lines.append(_wrapped("const ", f" = {load}{semi}", f"{{ {', '.join(plain)} }}", style))
    return lines


def _wrapped(before: str, after: str, text: str, style: Style) -> str:
    """Names on lines of their own when they do not fit on one."""
    line = f"{before}{text}{after}"
    head, brace, inner = text.partition("{ ")
    if len(line) <= style.line_length or not brace:
        return line
    items = inner.removesuffix(" }").split(", ")
    comma = "," if style.facts.get("comma") else ""
    return "\n".join(
        [f"{before}{head}{{", *(f"{style.indent}{item}," for item in items[:-1]), f"{style.indent}{items[-1]}{comma}", f"}}{after}"]
    )
