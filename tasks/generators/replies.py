"""What a model wrote → its code, the defects it names, and the lines that it calls unreachable. Takes fences, JSON, prose; never fails."""

import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BLOCKS = 40
LONGEST_RANGE = 200
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n`]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_FINDING = re.compile(r"^[ \t#*/-]*FINDING:?[ \t]+`?([\w.$#]{1,200})`?[ \t]*:[ \t]*(\S.{0,400})$", re.MULTILINE)
_UNREACHABLE = re.compile(
    r"^[ \t#*/-]*UNREACHABLE:?[ \t]+(?:lines?[ \t]+)?#?(\d{1,7}(?:[ \t]*(?:[-\u2013,]|to|and)[ \t]*\d{1,7})*)(?!\d)"
    r"[ \t]*(?:[:,\u2014-]?[ \t]*because\b|[:,\u2014-])[ \t]*([^\s\d][^\n]{0,300})$",
    re.MULTILINE,
)
_RANGE = re.compile(r"(\d+)(?:[ \t]*(?:[-\u2013]|to)[ \t]*(\d+))?")
_EMPTY = re.compile(r"```\w*\n(?:[ \t]*(?:(?:#|//)[^\n]*)?\n)*```")
_NOT_CODE = frozenset({"text", "txt", "console", "bash", "sh", "shell", "diff", "output", "markdown", "md", "json"})
_THINKING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reply holds."""

    blocks: tuple[str, ...] = ()
    """Pieces of code, in order; prose may still be in them when nothing told it apart."""
    findings: tuple[tuple[str, str], ...] = ()
    """(unit, what is wrong with it)."""
    unreachable: tuple[tuple[int, str], ...] = ()
    """(line, why no input reaches it): claims, and nothing else."""
    declined: bool = False
    """It holds nothing but an empty block: nothing can be reached."""


def read(text: str) -> Reply:
    """The code of a reply and the findings in it."""
    text = _THINKING.sub("", text.replace("\r\n", "\n").replace("\0", ""))
    findings = tuple(dict.fromkeys(_FINDING.findall(text)))[:MOST_BLOCKS]
    claims = [(line, why.strip()) for lines, why in _UNREACHABLE.findall(text)[:MOST_BLOCKS] for line in _numbers(lines)]
    declined = _EMPTY.fullmatch(text.strip()) is not None
    return Reply(tuple(_blocks(text))[:MOST_BLOCKS], findings, tuple(dict(reversed(claims)).items())[::-1], declined)


def _numbers(text: str) -> Iterator[int]:
    for first, last in _RANGE.findall(text):
        yield from range(int(first), min(int(last or first), int(first) + LONGEST_RANGE) + 1)


def _blocks(text: str) -> Iterator[str]:
    fenced = [(m[2].lower(), m[3]) for m in _FENCE.finditer(text)]
    for language, body in fenced:
        if language == "json":
            yield from _from_json(body)
        elif language not in _NOT_CODE and body.strip():
            yield textwrap.dedent(body)
    if not fenced and text.strip():
        from_json = list(_from_json(text))
        yield from from_json or [text]


def _from_json(text: str) -> Iterator[str]:
    """Strings of several lines anywhere in a JSON value, also in one that was cut off."""
    text = text.strip()
    if not text.startswith(("{", "[")):
        return
    try:
        yield from _strings(json.loads(text), 0)
    except (ValueError, RecursionError):
        for match in re.finditer(r'"((?:[^"\\]|\\.)*\\n(?:[^"\\]|\\.)*)(?:"|\\?\Z)', text):
            try:
                yield json.loads(f'"{match[1]}"', strict=False)
            except ValueError:
                continue


def _strings(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str) and "\n" in value:
        inner = list(_blocks(value)) if "```" in value else [value]
        yield from inner
    elif isinstance(value, dict | list) and depth < 8:
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one, depth + 1)
