"""How JavaScript and its tests are spoken of to somebody who shall write them: the words of the rules, and what an error says."""

import re
from pathlib import Path

from runners.languages.base import Style, Words
from runners.languages.node.heads import word_of
from runners.languages.node.placing import specifier, test_path
from testwright.model import Target, Workspace

_FOLDER = re.compile(r"(?:file://)?/(?:[^/\s:'\"()]+/)*?tree/|(?:file://)?/(?:[^/\s:'\"()]+/)+(?=[^/\s:'\"()]+:\d)")
_LIBRARIES = {"expect": "`expect`", "chai": "chai's `expect`", "assert": "`node:assert`"}


def words(workspace: Workspace, target: Target, style: Style) -> Words:
    """How the file and its tests are spoken of."""
    word = word_of(style)
    loops = style.framework in ("mocha", "node:test")
    module = style.facts.get("module", "esm") == "esm"
    named = specifier(test_path(workspace, target, style), target.path, style, Path(workspace.root))
    flat = style.facts.get("describe") == "no"
    return Words(
        language="TypeScript" if re.search(r"\.[cm]?tsx?$", target.path) else "JavaScript",
        module=f"`{target.path}` (`{named}` in tests)",
        tables=f"Inputs with one kind of outcome are one {f'`for` loop around one `{word}`' if loops else f'`{word}.each` table'}.",
        private="what the module exports, and nothing that begins with an underscore",
        remarks="No comments, no snapshots.",
        comment="//",
        rules=(
            f"Write {'ES modules (`import`)' if module else 'CommonJS (`require`)'} and assert with "
            f"{_LIBRARIES[style.facts.get('expect', 'expect')]}. Tests are `{word}`{'' if flat else ', in one `describe` for each unit'}.",
        ),
    )


def brief(detail: str) -> str:
    """The lines of an error that say what happened: no folder of this machine, no stack."""
    lines = _FOLDER.sub("", detail).replace(" // Object.is equality", "").split("\n")
    return "\n".join(line.rstrip() for line in lines if not re.match(r"\s+at ", line)).strip()
