"""A sandbox in which nothing runs: what came out is written by the test, so that what is made of it can be looked at alone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, tostring

from testwright.model import Command, Ending, Output


@dataclass
class ScriptedSandbox:
    """Answers every command with what a function of the command and its number says."""

    script: Callable[[Command, int], Output]
    commands: list[Command] = field(default_factory=list)
    name: str = "process"

    @property
    def images(self) -> Mapping[str, str]:
        """It has none."""
        return {}

    def identity(self, image: str = "python") -> str:
        """Always the same."""
        return "scripted"

    def check(self) -> tuple[str, ...]:
        """Promise nothing."""
        return ()

    def run(self, command: Command) -> Output:
        """What the script says."""
        self.commands.append(command)
        return self.script(command, len(self.commands))


def ran(tests: Mapping[str, str], covered: Mapping[str, tuple[set[int], set[int]]] = {}) -> Output:
    """What a run of pytest leaves: `FILE::TEST` → '' when it passed, else its message; file → covered and missing lines."""
    suite = Element("testsuite")
    account = []
    for node, message in tests.items():
        file, _, name = node.partition("::")
        case = SubElement(suite, "testcase", file=file, classname=file.removesuffix(".py").replace("/", "."), name=name)
        if message:
            SubElement(case, "failure", message=message)
        account += [{"begin": node}, {"test": node, "outcome": "failed" if message else "passed"}]
    files = {path: {"executed_lines": sorted(ran), "missing_lines": sorted(not_ran)} for path, (ran, not_ran) in covered.items()}
    results = {
        "results/junit.xml": tostring(suite),
        "results/account.jsonl": "".join(json.dumps(line) + "\n" for line in account).encode(),
        "results/coverage.json": json.dumps({"files": files}).encode(),
    }
    return Output(Ending.EXITED, 1 if any(tests.values()) else 0, files=results)


def broken(reason: str) -> Output:
    """What a sandbox says that failed itself."""
    return Output(Ending.INFRASTRUCTURE, None, reason=reason)
