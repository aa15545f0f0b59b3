"""About which lines and branches of a file count, where nothing could be run that counts them: read off its tokens."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from runners.languages.node.sources import is_minified, solid
from runners.languages.node.tokens import Token
from runners.languages.tree import MAX_BYTES, read
from testwright.model import FileCoverage

_SIMPLE = frozenset(
    ["if", "for", "while", "do", "switch", "break", "continue", "return", "throw", "try", "var", "let", "const", "debugger"]
)
_ARMS = {"if": 2, "?": 2, "&&": 2, "||": 2, "??": 2, "case": 1, "default": 1}


def statements(file: Path, path: str) -> FileCoverage:
    """Everything that counts, nothing of it covered; empty when the file cannot be read."""
    try:
        data = read(file, MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except (OSError, ValueError):
        return FileCoverage(path)
    if len(data) > MAX_BYTES or is_minified(data):
        return FileCoverage(path, lines=frozenset({1}))
    found = solid(text)
    lines = _line_of(text, [token.start for token in found])
    starts = frozenset(line for i, line in enumerate(lines) if _starts(found, i))
    arms: Counter[int] = Counter()
    for token, line in zip(found, lines, strict=True):
        if token.kind in ("name", "sign") and token.text in _ARMS:
            arms[line] += _ARMS[token.text]
    return FileCoverage(path, lines=starts, branches=frozenset((line, n + 1) for line, times in arms.items() for n in range(times)))


def _starts(found: Sequence[Token], i: int) -> bool:
    """Whether a statement starts at this token."""
    token, before = found[i], found[i - 1].text if i else ";"
    if token.kind == "name" and token.text in _SIMPLE:
        return True
    return (
        token.kind == "name"
        and before in (";", "{", "}", "=>")
        and token.text not in ("function", "class", "import", "export", "else", "case")
    )


def _line_of(text: str, places: Sequence[int]) -> list[int]:
    lines, line, at = [], 1, 0
    for place in places:
        line += text.count("\n", at, place)
        at = place
        lines.append(line)
    return lines
