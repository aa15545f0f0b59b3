"""How a test asks for what a call says beside what it returns, and sets what is around it, in the words of its framework."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from runners.languages.base import Style
from runners.languages.python.renaming import substituted
from testwright.model import Check, How, Step

WORDS = ("printed", "complained", "logged", "warned")
_WORD = re.compile(rf"(?<![\w.])({'|'.join(WORDS)})\b")
_PYTEST = {
    "printed": ("capsys", "capsys.readouterr().out"),
    "complained": ("capsys", "capsys.readouterr().err"),
    "logged": ("caplog", "caplog.messages"),
}
_UNITTEST = {
    "printed": ("contextlib.redirect_stdout(io.StringIO()) as printed", "printed.getvalue()"),
    "complained": ("contextlib.redirect_stderr(io.StringIO()) as complained", "complained.getvalue()"),
    "logged": ("self.assertLogs(level='WARNING') as logged", "[record.getMessage() for record in logged.records]"),
}


def word_of(check: Check) -> str:
    """Which of the words a check is about; '' for other checks."""
    found = _WORD.search(check.subject)
    return found[1] if found else ""


def fixtures(checks: Iterable[Check], steps: Iterable[Step], style: Style) -> tuple[str, ...]:
    """The fixtures of the framework that these checks and steps need."""
    if style.framework == "unittest":
        return ()
    words = {word_of(c) for c in checks}
    setting = ["monkeypatch"] if any(s.source.startswith(_SETTING) for s in steps) else []
    return tuple(dict.fromkeys([*setting, *(name for word, (name, _) in _PYTEST.items() if word in words)]))


_SETTING = "monkeypatch.setattr("


def settings(steps: Sequence[Step], style: Style) -> tuple[list[str], list[Step]]:
    """What a test without fixtures does everything in so that its surroundings are set, and the steps that are left."""
    if style.framework != "unittest":
        return [], list(steps)
    setting = [s.source for s in steps if s.source.startswith(_SETTING)]
    return [f"mock.patch({source.removeprefix(_SETTING)}" for source in setting], [s for s in steps if s.source not in setting]


def contexts(checks: Iterable[Check], style: Style) -> list[str]:
    """What a test without fixtures does everything in, outermost first."""
    words = {word_of(c) for c in checks} if style.framework == "unittest" else set()
    return [context for word, (context, _) in _UNITTEST.items() if word in words]


def framed(checks: Sequence[Check], style: Style) -> tuple[list[str], list[Check]]:
    """Statements before the assertions, and the checks in the words of the framework, without those of a warning."""
    before: list[str] = []
    made = [c for c in checks if word_of(c) != "warned"]
    if style.framework != "unittest" and {"printed", "complained"} <= {word_of(c) for c in made}:
        before.append("captured = capsys.readouterr()")  # what was said can be asked for only once
        streams = {"printed": "captured.out", "complained": "captured.err"}
        made = [replace(c, subject=substituted(c.subject, word, streams[word])) if (word := word_of(c)) in streams else c for c in made]
    for word, (_, asked) in (_UNITTEST if style.framework == "unittest" else _PYTEST).items():
        about = [i for i, c in enumerate(made) if word_of(c) == word]
        once = len(about) == 1 and len(re.findall(rf"\b{word}\b", made[about[0]].subject)) == 1
        if about and word != "logged" and style.framework != "unittest" and not once:
            before.append(f"{word} = {asked}")
            continue
        for i in about:
            made[i] = replace(made[i], subject=substituted(made[i].subject, word, asked))
    return before, made


def warning(checks: Iterable[Check]) -> tuple[str, str]:
    """The class of the warning and its text, as source text; '' for none."""
    about = {c.how: c.expected for c in checks if word_of(c) == "warned"}
    return about.get(How.TYPE, ""), about.get(How.EQUALS, "")
