"""How a test asks what a call says on the console: `printed`, `complained` and `warned` in the words of its runner.

For JavaScript each is the list of what a method of the console was given: `[['saved', 3]]` for `console.log('saved', 3)`.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from runners.languages.base import Style
from runners.languages.node.tokens import names, renamed
from testwright.model import Check, Observation, Step

METHODS = {"printed": "log", "complained": "error", "warned": "warn"}
_SPIES = {
    "vitest": "vi.spyOn(console, '{}').mockImplementation(() => {{}})",
    "jest": "jest.spyOn(console, '{}').mockImplementation(() => {{}})",
    "node:test": "t.mock.method(console, '{}', () => {{}})",
}
_ASKED = {"node:test": "{}.mock.calls.map((call) => call.arguments)"}


def spoken(o: Observation, style: Style) -> Observation | None:
    """The observation with the console watched; without what is said where the runner has no spies; None when nothing is left of it."""
    words = [word for word in METHODS if any(word in names(check.subject) for check in o.checks)]
    if not words:
        return o
    spy = _SPIES.get(style.framework)
    if spy is None:
        others = tuple(check for check in o.checks if not set(words) & names(check.subject))
        return replace(o, checks=others) if others or o.raised else None
    called = {word: _free(METHODS[word], o) for word in words}
    asked = _ASKED.get(style.framework, "{}.mock.calls")
    watched = tuple(Step(spy.format(METHODS[word]), called[word]) for word in words)
    changes = {word: asked.format(name) for word, name in called.items()}
    return replace(o, arrange=(*watched, *o.arrange), checks=tuple(_asked(check, changes) for check in o.checks))


def is_watched(steps: Iterable[Step]) -> bool:
    """Whether one of these steps is a spy on the console."""
    return any(re.search(r"\(console, ", step.source) for step in steps)


def _free(method: str, o: Observation) -> str:
    taken = {name for text in (o.call, *(step.source for step in o.arrange)) for name in names(text)} | {step.name for step in o.arrange}
    return f"console{method.capitalize()}" if method in taken else method


def _asked(check: Check, changes: dict[str, str]) -> Check:
    return replace(check, subject=renamed(check.subject, changes))
