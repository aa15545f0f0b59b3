"""What an explorer streamed. It ran beside untrusted code: a line that is not exactly an observation is dropped and counted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, Field, TypeAdapter

from runners.formats.text import last_line, one_line
from runners.formats.untrusted_json import branches, decode, lines, table
from testwright.model import Ending, Exploration, Finding, Observation, Output, Target

OBSERVATIONS = "observations.jsonl"
MAX_LINE = 256 * 1024
MAX_LINES = 50_000
MAX_PARTS = 2_000
MAX_TEXT = 20_000


class _End(BaseModel):
    ending: str = ""
    mutants: Annotated[int, Field(ge=0)] = 0
    executions: Annotated[int, Field(ge=0)] = 0
    seconds: Annotated[float, Field(ge=0, le=1e6)] = 0.0


class _Unreached(BaseModel):
    line: Annotated[int, Field(ge=1, le=10_000_000)]
    why: str


_OBSERVATION = TypeAdapter(Observation)
_FINDING = TypeAdapter(Finding)


@dataclass(slots=True)
class _Said:
    target: Target
    is_source: Callable[[Observation], bool]
    observations: dict[str, Observation] = field(default_factory=dict)
    findings: dict[Finding, None] = field(default_factory=dict)
    unreached: dict[int, str] = field(default_factory=dict)
    last: _End = field(default_factory=_End)
    dropped: int = 0

    def add(self, line: bytes) -> None:
        """Take one line in.

        Raises:
            ValueError: it is not what it says it is.
        """
        entry = _bounded(table(decode(line, MAX_LINE, "observation"), "observation"))
        match entry.pop("type", None):
            case "observation":
                observation = _OBSERVATION.validate_python(entry)
                if not self.is_source(observation):
                    raise ValueError("not source text")
                self.observations.setdefault(observation.id, observation)
            case "finding":
                self.findings[_cleaned(_FINDING.validate_python(entry), self.target)] = None
            case "unreached":
                note = _Unreached.model_validate(entry)
                self.unreached[note.line] = one_line(note.why)
            case "progress" | "end" as kind:
                self.last = _End.model_validate(entry)
                self.last.ending = self.last.ending if kind == "end" else ""
            case _:
                raise ValueError("unknown type")


def exploration(target: Target, output: Output, is_source: Callable[[Observation], bool]) -> Exploration:
    """Everything usable that was said, and how it ended: in its own words when it ended by itself, else in ours.

    `is_source`: whether the texts of an observation are whole expressions and statements of its language.
    """
    said = _Said(target, is_source)
    for line in _lines(output.files.get(OBSERVATIONS, b"")):
        try:
            said.add(line)
        except ValueError:
            said.dropped += 1
    ending = one_line(said.last.ending) or _ending(output)
    return Exploration(
        target=target,
        observations=tuple(said.observations.values()),
        findings=tuple(said.findings),
        mutants=said.last.mutants,
        executions=said.last.executions,
        ending=ending + (f"; {said.dropped} unreadable lines" if said.dropped else ""),
        unreached=said.unreached,
        seconds=said.last.seconds or output.seconds,
    )


def _bounded(entry: dict[str, object]) -> dict[str, object]:
    """Long arrays are looked at here: the validator would count every wrong element."""
    for key, value in entry.items():
        if not isinstance(value, list):  # progress counts lines and branches
            continue
        if key == "lines":
            lines(value, "observation")
        elif key == "branches":
            branches(value, "observation")
        elif len(value) > MAX_PARTS:
            raise ValueError("too many parts")
    return entry


def _lines(data: bytes) -> Iterable[bytes]:
    """Whole lines; one that is too long counts as unreadable. The last may be cut off by death: not counted."""
    start = 0
    for _ in range(MAX_LINES):
        stop = data.find(b"\n", start)
        if stop < 0:
            return
        if stop > start:
            yield data[start:stop] if stop - start <= MAX_LINE else b"!"
        start = stop + 1


def _ending(output: Output) -> str:
    if output.ending is Ending.EXITED:
        why = last_line(output.stderr)
        return f"crashed: exit code {output.exit_code}" + (f": {why}" if why else "")
    if output.ending is Ending.TIMEOUT:
        return "timeout"
    return f"crashed: {one_line(output.reason) or output.ending.value}"


def _cleaned(finding: Finding, target: Target) -> Finding:
    return Finding(
        tool="testwright",
        rule=one_line(finding.rule, 200),
        message=one_line(finding.message, 1000),
        path=target.path,
        line=max(0, finding.line),
        severity=finding.severity if finding.severity in ("error", "warning", "note") else "note",
        example=finding.example[:MAX_TEXT],
    )
