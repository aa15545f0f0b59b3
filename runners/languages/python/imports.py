"""The import lines of a test file: only what is used, in the order that isort and ruff keep."""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping

from runners.languages.base import Style

Import = tuple[str, str]
"""(module, name); name '' for `import module`."""


def import_lines(imports: Iterable[Import], aliases: Mapping[Import, str], first_party: Iterable[str], style: Style) -> list[str]:
    """Sections set apart by a blank line: standard library, third party, first party; in each `import x` before `from x import y`."""
    own = set(first_party)
    sections: dict[int, set[Import]] = defaultdict(set)
    for module, name in imports:
        sections[_section(module, own)].add((module, name))
    blocks = ["\n".join(_section_lines(sections[key], aliases, style)) for key in sorted(sections)]
    return "\n\n".join(blocks).split("\n") if blocks else []


def _section(module: str, own: set[str]) -> int:
    root = module.partition(".")[0]
    return 0 if root == "__future__" else 1 if root in sys.stdlib_module_names else 3 if root in own else 2


def _section_lines(imports: set[Import], aliases: Mapping[Import, str], style: Style) -> list[str]:
    plain = sorted((m for m, name in imports if not name), key=_natural)
    lines = [f"import {m}" + (f" as {aliases[m, '']}" if (m, "") in aliases else "") for m in plain]
    members: dict[str, list[str]] = defaultdict(list)
    for module, name in imports:
        if name:
            members[module].append(name)
    for module in sorted(members, key=_natural):
        names = sorted(members[module], key=_member)
        lines += _from(module, [n for n in names if (module, n) not in aliases], style)
        lines += [f"from {module} import {n} as {aliases[module, n]}" for n in names if (module, n) in aliases]
    return lines


def _from(module: str, names: list[str], style: Style) -> list[str]:
    if not names:
        return []
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= style.line_length:
        return [line]
    return [f"from {module} import (", *(f"{style.indent}{name}," for name in names), ")"]


def _natural(text: str) -> tuple[tuple[int, int | str, str], ...]:
    parts = re.findall(r"\d+|\D+", text.lower())
    return tuple((0, int(p), "") if p.isdigit() else (1, p, "") for p in parts)


def _member(name: str) -> tuple[int, object, str]:
    """Constants, then classes, then the rest, as ruff and isort order them."""
    kind = 0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2
    return kind, _natural(name), name
