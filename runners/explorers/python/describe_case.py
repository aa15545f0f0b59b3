"""What running one case shows: the checks on its result and on changed state, or the exception."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from runners.explorers.python.cases import Case, Outcome, run_case
from runners.explorers.python.describe import MOST, Check, Facts, describe, snapshot, state_checks
from runners.explorers.python.describe_judge import Judge
from runners.explorers.python.describe_source import LIMIT, Import, NoSourceError, Writer, namespace, unstable
from runners.explorers.python.harvest import Raises, is_raising
from runners.explorers.python.values import Atom, Call, Printer

MATCHED = 60
"""Characters of a message that a written test surely matches."""
WHOLE = 160
"""Characters of a message of the package's own that a written test compares as a whole."""
RAISES = Raises()


class Seen:
    """What can be asserted after a case."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.checks: list[Check] = []
        self.imports: set[Import] = set()
        self.error: type[BaseException] | None = None
        self.raised = ""
        """Source text of the class of the exception."""
        self.message = ""
        """Its text, when that does not change from run to run."""
        self.own = False
        """Whether the package's own raise statement made it."""
        self.type_name = ""
        self._judge: Judge | None = None

    def holds(self, outcome: Outcome, module: ModuleType | None = None) -> bool:
        """Whether the written test would pass with this outcome instead; `module` is where the outcome comes from, when that is a copy."""
        if self.error is not None:
            error = self.error if module is None else self._error_in(module)
            text = text_of(outcome.error)
            said = self.message == text if self.whole else not self.pattern or self.pattern in text
            return isinstance(outcome.error, error) and said and (not self.checks or self._judged(outcome, module))
        return outcome.error is None and self._judged(outcome, module)

    def failing(self, outcome: Outcome, module: ModuleType | None = None) -> list[str]:
        """Subjects of the checks on the result that fail with this outcome; of no use where it is the ending that differs."""
        if self.error is not None or outcome.error is not None:
            return []
        return [self.checks[index]["subject"] for index in self._judge_for(module).all_failing(known(outcome))]

    def _judged(self, outcome: Outcome, module: ModuleType | None) -> bool:
        return self._judge_for(module).failing(known(outcome)) < 0

    def _judge_for(self, module: ModuleType | None) -> Judge:
        if module is not None:
            return Judge(self.checks, self.imports, module)
        if self._judge is None:
            self._judge = Judge(self.checks, self.imports, self.module)
        return self._judge

    def settle(self, outcome: Outcome) -> bool:
        """Leave out what does not hold for another outcome of the same case; whether there was nothing to assert or something stays."""
        if (self.error is None) != (outcome.error is None) or not self.checks:
            return True
        names = known(outcome)
        self.checks = [check for check in self.checks if Judge([check], self.imports, self.module).failing(names) < 0]
        self._judge = None
        return bool(self.checks) or self.error is not None

    def _error_in(self, module: ModuleType) -> type[BaseException]:
        found: type[BaseException] = eval(self.raised, namespace(self.imports, module))
        return found

    @property
    def whole(self) -> bool:
        """Whether the message is asserted as it is: the package's own words, on one line, and short."""
        message = self.message
        return self.own and 3 <= len(message) <= WHOLE and message.isprintable() and message == message.strip()

    @property
    def pattern(self) -> str:
        """The start of the first line of the message, if it is telling."""
        line = self.message.splitlines()[0].strip() if self.message.strip() else ""
        return line[:MATCHED] if len(line) >= 3 and line.isprintable() else ""


def look(case: Case, module: ModuleType, most: int = MOST) -> Seen:
    """Run a case and describe what came out. The arrangement alone is run before, to see what the call changes."""
    before = states(arranged(case, module), module) if case.steps else {}
    return seen(case, run_case(case, module), before, module, most)


def arranged(case: Case, module: ModuleType) -> dict[str, Any]:
    """The variables of a case before its call, made afresh."""
    return run_case(case.copy(call=Atom(None), asynchronous=False), module).names


def states(names: dict[str, Any], module: ModuleType) -> dict[str, tuple[list[Check], set[Import]]]:
    """Snapshots of variables."""
    return {name: snapshot(value, module) for name, value in names.items()}


def seen(case: Case, outcome: Outcome, before: dict[str, tuple[list[Check], set[Import]]], module: ModuleType, most: int = MOST) -> Seen:
    """Describe an outcome; `before` has the states of the variables before the call."""
    made = Seen(module)
    if outcome.error is not None:
        describe_error(made, outcome.error)
        made.checks, imports = spoken(outcome, module)
        made.imports |= imports
        return made
    if case.unit.endswith(".__hash__"):
        made.type_name = "int"
        describe_hash(made, case)
        return made
    changed: list[Check] = []
    for name, value in outcome.names.items():
        if name in before:
            checks, imports = state_checks(before[name], snapshot(value, module), name)
            changed += checks
            made.imports |= imports
    said, imports = spoken(outcome, module)
    made.imports |= imports
    owner = next(
        (name for name, value in outcome.names.items() if value is outcome.value and not isinstance(value, (int, str, type(None)))), ""
    )
    made.type_name = type(outcome.value).__name__
    if owner:
        made.checks = [{"subject": "result", "how": "is", "expected": owner}]
    elif outcome.value is not None or not changed:
        made.checks, imports, _ = describe(outcome.value, "result", module, LIMIT, most)
        made.imports |= imports
    made.checks = made.checks + said + changed
    return made


def known(outcome: Outcome) -> dict[str, Any]:
    """What checks may name."""
    said = {"printed": outcome.printed, "complained": outcome.complained, "warned": outcome.warned, "logged": outcome.logged}
    return {**said, **outcome.names, "result": outcome.value}


def spoken(outcome: Outcome, module: ModuleType) -> tuple[list[Check], set[Import]]:
    """Checks on what was said beside the result, and what they import."""
    facts = Facts(module, LIMIT, MOST)
    for word in ("printed", "complained", "logged"):
        said = getattr(outcome, word)
        if said and word not in outcome.names:
            facts.about(said, word, 1)
    if outcome.warned is not None and outcome.error is None and not outcome.consumed and "warned" not in outcome.names:
        facts.warning(outcome.warned, "warned")
    return facts.checks, facts.imports


def describe_hash(made: Seen, case: Case) -> None:
    """The number is another one in every process; what can be said is that an object made in the same way has the same."""
    if len(case.steps) == 1 and isinstance(case.steps[0][1], Call):
        printer = Printer()
        made.checks = [{"subject": "result", "how": "equals", "expected": f"hash({case.steps[0][1].source(printer)})"}]
        made.imports |= {(module, name) for module, name in printer.imports}


def describe_error(made: Seen, error: BaseException) -> None:
    """The class of an exception as a test can name it, and its message."""
    writer = Writer(made.module)
    for kind in type(error).__mro__:
        try:
            made.raised = writer.name(kind)
        except NoSourceError:
            continue
        made.error = kind
        break
    made.imports |= writer.imports
    made.type_name = type(error).__name__
    made.own = is_own(error, made.module)
    text = text_of(error)
    made.message = "" if unstable(text) else text


def is_own(error: BaseException, module: ModuleType) -> bool:
    """Whether a raise statement of the package raised it."""
    link = error.__traceback__
    while link is not None and link.tb_next is not None:
        link = link.tb_next
    if link is None:
        return False
    package = str(link.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
    named = package == module.__name__.partition(".")[0]
    return named and RAISES.at(link.tb_frame.f_code.co_filename, link.tb_lineno) and is_raising(link)


def text_of(error: BaseException | None) -> str:
    """The text of an exception, which is code under test."""
    try:
        return str(error)
    except Exception:
        return ""
