"""How a project's own tests look: read from its test files, its packages and the settings of its formatter."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from runners.languages.base import Style
from runners.languages.node.manifests import package
from runners.languages.node.runners import KNOWN, framework
from runners.languages.node.sources import SUFFIXES, has_old_types, holds_test, sources, tests
from runners.languages.tree import read
from testwright.model import Workspace

MOST_FILES = 60
LARGEST = 400_000
_MODULE = re.compile(r"^\s*(?:import\b(?!\s*[(.])|export\b)", re.MULTILINE)
_REQUIRE = re.compile(r"\brequire\s*\(")
_STRING = re.compile(r"'(?:[^'\"\\\n]|\\.)*'|\"(?:[^'\"\\\n]|\\.)*\"")
_TYPES = re.compile(r"\.[cm]?tsx?$")
_LIBRARIES = {"chai": "chai", "node:assert": "assert", "assert": "assert", "node:assert/strict": "assert", "assert/strict": "assert"}


def style(workspace: Workspace, paths: Sequence[str]) -> Style:
    """How the project's own tests look; the usual style where there are none."""
    root = Path(workspace.root)
    own = [path for path in tests(paths) if holds_test(root / path)][:MOST_FILES]
    texts = {path: text for path in own if (text := _text(root / path))}
    code = sources(workspace, paths)
    look = _look(texts or {path: _text(root / path) for path in code[:MOST_FILES]})
    settings = _prettier(root)
    module = _is_module(root, texts, code)
    found = framework(workspace, paths)
    # What vitest cannot load, jest can, whose tests look alike.
    name = found if found in KNOWN else "vitest" if module and not has_old_types(workspace) else "jest"
    folder, beside = _place(own, code)
    imported = look["imported"] or name == "node:test" or (name == "vitest" and not own)
    module = module or (name == "vitest" and imported)  # vitest cannot be required
    facts = {
        "module": "esm" if module else "cjs",
        "typed": "yes" if _mostly(own or code, _TYPES) else "",
        "suffix": _suffix(own),
        "place": beside,
        "semi": ";" if settings.get("semi", look["semi"]) else "",
        "comma": "," if settings.get("trailingComma", "all" if look["comma"] else "none") in ("all", "es5") else "",
        "word": look["word"],
        "describe": look["describe"],
        "expect": _library(texts, name),
        "imported": "yes" if imported else "",
        "extension": look["extension"],
    }
    single = settings.get("singleQuote")
    quote = str(look["quote"]) if single is None else "'" if single else '"'
    width = settings.get("printWidth", 0)
    indent = "\t" if settings.get("useTabs") else " " * int(settings["tabWidth"]) if settings.get("tabWidth") else look["indent"]
    return Style(
        framework=name,
        folder=folder,
        prefix="",
        quote=quote,
        line_length=width if isinstance(width, int) and 40 <= width <= 240 else 80,
        indent=indent,
        facts={key: value for key, value in facts.items() if value},
    )


def _text(path: Path) -> str:
    try:
        return read(path, LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""


def _mostly(paths: Sequence[str], pattern: re.Pattern[str]) -> bool:
    return sum(1 for path in paths if pattern.search(path)) * 2 > len(paths)


def _is_module(root: Path, texts: dict[str, str], code: Sequence[str]) -> bool:
    """Whether tests are written as modules: as the own ones are, else as the package says, else as its code is."""
    said = [bool(_MODULE.search(text)) for text in texts.values() if _MODULE.search(text) or _REQUIRE.search(text)]
    if said:
        return sum(said) * 2 > len(said)
    if package(root / "package.json").get("type") == "module" or any(path.endswith((".ts", ".tsx", ".mts")) for path in code):
        return True
    looked = code[:MOST_FILES]
    return sum(1 for path in looked if path.endswith(".mjs") or _MODULE.search(_text(root / path))) * 2 > len(looked)


# ---- where they lie -------------------------------------------------------------------------------------------------


def _place(own: Sequence[str], code: Sequence[str]) -> tuple[str, str]:
    """The folder of most tests, and how it is found from a source: '' (always that folder), 'beside', '__tests__' or 'mirror'."""
    ways: Counter[str] = Counter()
    folders: Counter[str] = Counter()
    for path in own:
        folder = PurePosixPath(path).parent
        named = {PurePosixPath(source).parent.as_posix() for source in code if _stem(source) == _stem(path)}
        if folder.name == "__tests__":
            ways["__tests__"] += 1
        elif folder.as_posix() in named:
            ways["beside"] += 1
        else:
            top = folder.parts[0] if folder.parts else "."
            folders[top] += 1
            below = folder.relative_to(top).as_posix() if folder.parts else "."
            deeper = any(_below(source) == below for source in code if _stem(source) == _stem(path))
            ways["mirror" if below != "." and deeper else ""] += 1
    way = ways.most_common(1)[0][0] if ways else ""
    return (folders.most_common(1)[0][0] if folders else "test" if not own else "."), way


def _below(source: str) -> str:
    """The folder of a source without the first one."""
    parts = PurePosixPath(source).parent.parts[1:]
    return "/".join(parts) or "."


def _stem(path: str) -> str:
    return re.sub(r"(?:[.-](?:test|tests|spec))?\.[cm]?[jt]sx?$", "", PurePosixPath(path).name)


def _suffix(own: Sequence[str]) -> str:
    """What stands behind the name: `.test.js`, `.spec.ts`, `-test.js`, `.js`."""
    found: Counter[str] = Counter()
    for path in own:
        if match := re.search(r"((?:[.-](?:test|tests|spec))?)(\.[cm]?[jt]sx?)$", path):
            found[match[1] + match[2]] += 1
    return found.most_common(1)[0][0] if found else ""


# ---- how they look --------------------------------------------------------------------------------------------------


def _look(texts: dict[str, str]) -> dict[str, Any]:
    """Quotes, semicolons, indentation and words of these texts."""
    whole = "\n".join(texts.values())
    quotes = Counter(match[0] for match in _STRING.findall(whole))
    lines = [line.rstrip() for line in whole.splitlines() if line.strip()]
    ended = sum(1 for line in lines if line.endswith(";"))
    open_ended = sum(1 for line in lines if re.search(r"[\w)\]'\"`]$", line) and not line.lstrip().startswith(("//", "*", "/*")))
    indents = Counter(match[1] for match in re.finditer(r"[{(\[]\n([ \t]+)\S", whole) if match[1].strip(" ") == "" or "\t" in match[1])
    words = Counter(re.findall(r"^\s*(it|test)(?:\.\w+)*\s*(?:\(\s*['\"`]|\.each\b|`)", whole, re.MULTILINE))
    described = sum(1 for text in texts.values() if re.search(r"^\s*(?:describe|suite)\s*\(", text, re.MULTILINE))
    imported = bool(re.search(r"""(?:from|require\()\s*['"](?:vitest|@jest/globals|mocha)['"]""", whole))
    tests_there = bool(words or described)
    return {
        "quote": '"' if quotes['"'] > quotes["'"] else "'",
        "semi": ended >= open_ended or not lines,
        "comma": len(re.findall(r",\n\s*[}\]]", whole)) * 2 >= len(re.findall(r"[^,{\[\s]\s*\n\s*[}\]]\s*[,;)]", whole)),
        "indent": _indent(indents),
        "word": words.most_common(1)[0][0] if words else "",
        "describe": "no" if tests_there and not described else "",
        "imported": imported,
        "extension": _extension(texts),
    }


def _indent(found: Counter[str]) -> str:
    units: Counter[str] = Counter()
    for indent, times in found.items():
        units["\t" if indent.startswith("\t") else "  " if len(indent) % 4 else "    "] += times
    if units["    "] and units["  "]:
        return "  "
    return units.most_common(1)[0][0] if units else "  "


def _extension(texts: dict[str, str]) -> str:
    """Whether imports of the project's files name their extension: 'full', 'none', or '' when it cannot be told."""
    named = Counter[str]()
    for text in texts.values():
        for name in re.findall(r"""(?:from|require\()\s*['"](\.[^'"]*)['"]""", text):
            named["full" if name.endswith(SUFFIXES) else "none"] += 1
    return named.most_common(1)[0][0] if named else ""


def _library(texts: dict[str, str], name: str) -> str:
    """What asserts: 'expect', 'chai' or 'assert'."""
    if name == "node:test":
        return "assert"
    if name != "mocha":
        return "expect"
    found: Counter[str] = Counter()
    for text in texts.values():
        for module in re.findall(r"""(?:from|require\()\s*['"]([\w:/.-]+)['"]""", text):
            if module in _LIBRARIES:
                found[_LIBRARIES[module]] += 1
    return found.most_common(1)[0][0] if found else "assert"


def _prettier(root: Path) -> dict[str, Any]:
    """What prettier is told, where that is plain data."""
    found: dict[str, Any] = {}
    for name in (".prettierrc", ".prettierrc.json"):
        found = found or _data(root / name)
    said = package(root / "package.json").get("prettier")
    return found or (said if isinstance(said, dict) else {})


def _data(path: Path) -> dict[str, Any]:
    text = _text(path)
    try:
        value = json.loads(text)
        return value if isinstance(value, dict) else {}
    except (ValueError, RecursionError):
        pairs = re.findall(r"^(\w+):\s*[\"']?(\w+)[\"']?\s*$", text, re.MULTILINE)
        return {key: _value(value) for key, value in pairs}


def _value(word: str) -> Any:
    return {"true": True, "false": False}.get(word, int(word) if word.isdigit() else word)
