"""The words of a question, from template files with strict variables. What stays the same stands first, so that prefix caches hit."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment as Templates
from jinja2 import FileSystemLoader, StrictUndefined

from runners.languages.base import Focus, Style, Words
from tasks.generators.asking import Message
from tasks.generators.redacting import redacted
from testwright.model import Target

FOLDER = Path(__file__).with_name("prompts")
DETAIL = 700
"""Characters of an error that are shown."""
KNOWN = 240
FEW = 5
SITES = 3
"""Lines of other files that call what is shown."""
_PRIVATE = re.compile(r"\b_[a-z]")


@dataclass(frozen=True, slots=True)
class Context:
    """What is the same in all questions about one file."""

    target: Target
    style: Style
    words: Words
    sample: str = ""
    outlines: str = ""
    callers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Unit → lines of other files that call it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A test that was not kept, and why."""

    text: str
    reason: str
    detail: str = ""
    """What went wrong, as a person would be told."""


def propose(context: Context, focus: Focus, known: Sequence[str], secrets: Sequence[str] = ()) -> tuple[Message, ...]:
    """Ask for tests of one piece of a file; `known` are calls that are tested already."""
    return _rules(context), Message("user", redacted(_proposal(context, focus, known), *secrets))


def repair(context: Context, focus: Focus, refused: Sequence[Refused], empty: bool, secrets: Sequence[str] = ()) -> tuple[Message, ...]:
    """Ask again, for what was refused or is still not reached. What stands before the code stays, for prefix caches; calls elsewhere go."""
    shown = [Refused(r.text.rstrip(), r.reason, r.detail[:DETAIL].rstrip()) for r in refused]
    fence = _fence(focus.text, *(r.text + r.detail for r in shown))
    asked = _render("repair", failed=shown, empty=empty, most=FEW, fence=fence)
    return _rules(context), Message("user", redacted(_proposal(replace(context, callers={}), focus, ()) + "\n" + asked, *secrets))


def polish(context: Context, tests: str, code: str, secrets: Sequence[str] = ()) -> tuple[Message, ...]:
    """Ask for better names, order and groups of tests that there are; `code` is what they reach."""
    rules = _render("naming", language=context.words.language, framework=context.style.framework)
    fence = _fence(tests, code, context.sample)
    asked = _render("polish", sample=context.sample, module=context.words.module, code=code, tests=tests.rstrip(), fence=fence)
    return Message("system", rules), Message("user", redacted(asked, *secrets))


def _rules(context: Context) -> Message:
    return Message("system", _render("rules", words=context.words, framework=context.style.framework))


def _proposal(context: Context, focus: Focus, known: Sequence[str]) -> str:
    calls = ", ".join(f"`{call}`" for call in known if "`" not in call and "\n" not in call and not _PRIVATE.search(call))
    sites = [line for unit in dict.fromkeys(unit.partition(".")[0] for unit in focus.units) for line in context.callers.get(unit, ())]
    outlines = _mentioned(context.outlines, focus.text)
    return _render(
        "propose",
        sample=context.sample,
        outlines=outlines,
        module=context.words.module,
        code=focus.text,
        sites=sites[:SITES],
        hints=focus.hints,
        known=calls[:KNOWN].rpartition(",")[0] if len(calls) > KNOWN else calls,
        fence=_fence(focus.text, context.sample, outlines, *sites),
    )


def _mentioned(outlines: str, code: str) -> str:
    """The lines on names that the code mentions."""
    words = set(re.findall(r"\w+", code))
    heads = ((line, re.match(r"\s*[\w.]*?(\w+)(?![\w.])", line)) for line in outlines.split("\n"))
    return "\n".join(line for line, head in heads if head is None or head[1] in words)


def _fence(*texts: str) -> str:
    """A fence that no line of the texts can close."""
    longest = max((len(run) for text in texts for run in re.findall(r"`{3,}", text)), default=2)
    return "`" * (longest + 1)


@lru_cache(maxsize=1)
def _templates() -> Templates:
    # Plain text for a model: nothing is escaped.
    made = Templates(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    made.loader = FileSystemLoader(FOLDER)
    return made


def _render(name: str, **values: object) -> str:
    return _templates().get_template(f"{name}.jinja").render(**values).strip()


def version(context: Context, *templates: str) -> str:
    """Digest of the templates of a question, and of the rules as they are told: answers to other words are other answers."""
    files = _files(templates or ("propose", "repair", "rules"))
    return hashlib.sha256(b"\0".join([*files, *(() if templates else (_rules(context).content.encode(),))])).hexdigest()[:16]


@lru_cache(maxsize=4)
def _files(templates: Sequence[str]) -> tuple[bytes, ...]:
    return tuple((FOLDER / name).read_bytes() for name in sorted(f"{name}.jinja" for name in templates))
