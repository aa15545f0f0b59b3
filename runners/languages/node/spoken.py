"""How a test asks what a call says: `printed`, `complained` and `warned` on the console, `emitted` as a warning of the process,
`written` and `reported` to its standard output and error, in the words of its runner.

For JavaScript each is the list of what the method was given: `[['saved', 3]]` for `console.log('saved', 3)`.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from runners.languages.base import Style
from runners.languages.node.tokens import names, renamed
from testwright.model import Check, How, Observation, Step

_CONSOLE = {"printed": ("console", "log"), "complained": ("console", "error"), "warned": ("console", "warn")}
_STREAMS = {"written": ("process.stdout", "write"), "reported": ("process.stderr", "write")}
METHODS = {**_CONSOLE, "emitted": ("process", "emitWarning"), **_STREAMS}
_SPIES = {
    "vitest": "vi.spyOn({}, '{}').mockImplementation(() => {})",
    "jest": "jest.spyOn({}, '{}').mockImplementation(() => {})",
    "node:test": "t.mock.method({}, '{}', () => {})",
}
_ASKED = {"node:test": "{}.mock.calls.map((call) => call.arguments)"}


def spoken(o: Observation, style: Style) -> Observation | None:
    """The observation with the console watched; without what is said where the runner has no spies; None when nothing is left of it."""
    words = [word for word in METHODS if any(word in names(check.subject) for check in o.checks)]
    if not words:
        return o
    spy = _SPIES.get(style.framework)
    # The runner of Node itself talks to its parent through standard output.
    if spy is None or (style.framework == "node:test" and any(word in _STREAMS for word in words)):
        others = tuple(check for check in o.checks if not set(words) & names(check.subject))
        return replace(o, checks=others) if others or o.raised else None
    called = {word: _free(word, o) for word in words}
    asked = _ASKED.get(style.framework, "{}.mock.calls")
    watched = tuple(Step(spy.format(*METHODS[word], "true" if word in _STREAMS else "{}"), called[word]) for word in words)
    changes = {word: asked.format(name) for word, name in called.items()}
    return replace(o, arrange=(*watched, *o.arrange), checks=tuple(_asked(check, changes) for check in _telling(o.checks)))


def is_watched(steps: Iterable[Step]) -> bool:
    """Whether one of these steps is a spy on the console."""
    return any(re.search(r"\((?:console|process(?:\.std\w+)?), '", step.source) for step in steps)


def _telling(checks: Iterable[Check]) -> list[Check]:
    """Without the fact that nothing is returned: what is said is what such a call is for."""
    return [check for check in checks if (check.subject, check.how, check.expected) != ("result", How.IS, "undefined")]


def _free(word: str, o: Observation) -> str:
    owner, method = METHODS[word]
    taken = {name for text in (o.call, *(step.source for step in o.arrange)) for name in names(text)} | {step.name for step in o.arrange}
    return f"{owner.split('.')[-1]}{method[:1].upper()}{method[1:]}" if method in taken or word in _STREAMS else method


def _asked(check: Check, changes: dict[str, str]) -> Check:
    return replace(check, subject=renamed(check.subject, changes))
