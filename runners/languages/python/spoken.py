"""How a test asks for what a call says beside what it returns: `printed`, `logged` and `warned` in the words of its framework."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from runners.languages.base import Style
from runners.languages.python.renaming import substituted
from testwright.model import Check, How

WORDS = ("printed", "logged", "warned")
_PYTEST = {"printed": ("capsys", "capsys.readouterr().out"), "logged": ("caplog", "caplog.messages")}
_UNITTEST = {
    "printed": ("contextlib.redirect_stdout(io.StringIO()) as printed", "printed.getvalue()"),
    "logged": ("self.assertLogs(level='WARNING') as logged", "[record.getMessage() for record in logged.records]"),
}


def word_of(check: Check) -> str:
    """Which of the words a check is about; '' for other checks."""
    found = re.search(r"(?<![\w.])(printed|logged|warned)\b", check.subject)
    return found[1] if found else ""


def fixtures(checks: Iterable[Check], style: Style) -> tuple[str, ...]:
    """The fixtures of the framework that these checks need."""
    words = {word_of(c) for c in checks} if style.framework != "unittest" else set()
    return tuple(_PYTEST[word][0] for word in ("printed", "logged") if word in words)


def contexts(checks: Iterable[Check], style: Style) -> list[str]:
    """What a test without fixtures does everything in, outermost first."""
    words = {word_of(c) for c in checks} if style.framework == "unittest" else set()
    return [_UNITTEST[word][0] for word in ("printed", "logged") if word in words]


def framed(checks: Sequence[Check], style: Style) -> tuple[list[str], list[Check]]:
    """Statements before the assertions, and the checks in the words of the framework, without those of a warning."""
    before: list[str] = []
    made = [c for c in checks if word_of(c) != "warned"]
    for word, (_, asked) in (_UNITTEST if style.framework == "unittest" else _PYTEST).items():
        about = [i for i, c in enumerate(made) if word_of(c) == word]
        once = len(about) == 1 and len(re.findall(rf"\b{word}\b", made[about[0]].subject)) == 1
        if about and word == "printed" and style.framework != "unittest" and not once:
            before.append(f"{word} = {asked}")  # what was printed can be asked for only once
            continue
        for i in about:
            made[i] = replace(made[i], subject=substituted(made[i].subject, word, asked))
    return before, made


def warning(checks: Iterable[Check]) -> tuple[str, str]:
    """The class of the warning and its text, as source text; '' for none."""
    about = {c.how: c.expected for c in checks if word_of(c) == "warned"}
    return about.get(How.TYPE, ""), about.get(How.EQUALS, "")
