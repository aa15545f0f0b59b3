"""Whether two test files make the same calls and assertions, whatever their tests are called and however they are ordered."""

from collections import defaultdict
from collections.abc import Mapping

from runners.languages.base import Row, Style
from runners.languages.node.reader import Reader
from runners.languages.node.sheet import Part, sheet
from runners.languages.node.tokens import code
from testwright.model import Candidate

_PLAIN = Style()


def alike(first: Candidate, second: Candidate, reader: Reader) -> tuple[Mapping[str, tuple[Row, ...]], str]:
    """For each test of the second the test of the first that it is; and in one line what differs, '' when nothing does.

    A table is one row: its rows are not told apart, so they cannot be ordered anew.
    """
    a, b = (sheet([each.text], each.path, _PLAIN, reader) for each in (first, second))
    if set(a.imports) != set(b.imports):
        return {}, "its imports are others"
    if sorted(_solid(p) for p in a.parts if p.kind != "test") != sorted(_solid(p) for p in b.parts if p.kind != "test"):
        return {}, "what stands beside the tests is something else"
    left: dict[str, list[str]] = defaultdict(list)
    for p in a.tests:
        left[_solid(p)].append(p.name)
    origins: dict[str, tuple[Row, ...]] = {}
    for p in b.tests:
        if not left[_solid(p)]:
            return {}, f"{p.name} makes a call or an assertion that was not there"
        origins[p.name] = ((left[_solid(p)].pop(0), 0),)
    lost = next((names[0] for names in left.values() if names), "")
    return ({}, f"a call or an assertion of {lost} is missing") if lost else (origins, "")


def _solid(part: Part) -> str:
    """The words of a statement without its title, comments and layout."""
    return "\0".join(token.text for token in code(part.text.replace(part.raw, "", 1) if part.raw else part.text))
