"""What an explorer streamed. It ran beside untrusted code: a line that is not exactly an observation is dropped and counted."""

import ast
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter

from runners.formats.text import last_line, one_line
from runners.languages.python.commands import OBSERVATIONS
from testwright.model import Ending, Exploration, Finding, Observation, Output, Target

MAX_LINE = 256 * 1024
MAX_LINES = 50_000
MAX_TEXT = 20_000


class _Type(BaseModel):
    type: Literal["observation", "finding", "unreached", "progress", "end"]


class _Unreached(BaseModel):
    line: Annotated[int, Field(ge=1, le=10_000_000)]
    why: str


class _End(BaseModel):
    ending: str = ""
    mutants: int = 0
    executions: int = 0
    seconds: float = 0.0


class _Progress(BaseModel):
    executions: int = 0
    seconds: float = 0.0


_TYPE = TypeAdapter(_Type)
_OBSERVATION = TypeAdapter(Observation)
_FINDING = TypeAdapter(Finding)


def exploration(target: Target, output: Output) -> Exploration:
    """Everything usable that was said, and how it ended: in its own words when it ended by itself, else in ours."""
    data = output.files.get(OBSERVATIONS, b"")
    observations: dict[str, Observation] = {}
    findings: dict[Finding, None] = {}
    unreached: dict[int, str] = {}
    end, progress, dropped = None, _Progress(), 0
    for line in _lines(data):
        try:
            match _TYPE.validate_json(line).type:
                case "observation":
                    observation = _OBSERVATION.validate_json(line)
                    if not _is_source(observation):
                        raise ValueError("not source text")
                    observations.setdefault(observation.id, observation)
                case "finding":
                    findings[_cleaned(_FINDING.validate_json(line), target)] = None
                case "unreached":
                    note = _Unreached.model_validate_json(line)
                    unreached[note.line] = one_line(note.why)
                case "progress":
                    progress = _Progress.model_validate_json(line)
                case "end":
                    end = _End.model_validate_json(line)
        except ValueError:
            dropped += 1
    ending = _ending(end, output) + (f"; {dropped} unreadable lines" if dropped else "")
    last = end or _End(executions=progress.executions, seconds=progress.seconds)
    return Exploration(
        target=target,
        observations=tuple(observations.values()),
        findings=tuple(findings),
        mutants=max(0, last.mutants),
        executions=max(0, last.executions),
        ending=ending,
        unreached=unreached,
        seconds=last.seconds if 0 <= last.seconds < 1e6 else output.seconds,
    )


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


def _ending(end: _End | None, output: Output) -> str:
    if end is not None and end.ending:
        return one_line(end.ending)
    if output.ending is Ending.EXITED:
        why = last_line(output.stderr)
        return f"crashed: exit code {output.exit_code}" + (f": {why}" if why else "")
    if output.ending is Ending.TIMEOUT:
        return "timeout"
    return f"crashed: {one_line(output.reason) or output.ending.value}"


def _cleaned(finding: Finding, target: Target) -> Finding:
    severity = finding.severity if finding.severity in ("error", "warning", "note") else "note"
    return Finding(
        "testwright",
        one_line(finding.rule, 200),
        one_line(finding.message, 1000),
        target.path,
        max(0, finding.line),
        severity,
        finding.example[:MAX_TEXT],
    )


def _is_source(observation: Observation) -> bool:
    """Every text is one expression or statement of Python: nothing can break out of the place where it will be written."""
    expressions = [observation.call, observation.callee, observation.condition, *(a.source for a in observation.arguments)]
    expressions += [text for check in observation.checks for text in (check.subject, check.expected)]
    expressions += [observation.raised.type] if observation.raised else []
    statements = [f"{step.name} = {step.source}" if step.name else step.source for step in observation.arrange]
    names = [step.name for step in observation.arrange if step.name] + [
        argument.name for argument in observation.arguments if argument.keyword
    ]
    imports = [part for module, name in observation.imports for part in (*module.split("."), *filter(None, [name]))]
    plain = all(text.isidentifier() for text in (*names, *imports))
    return plain and all(_parses(text, "eval") for text in expressions if text) and all(_parses(text, "exec") for text in statements)


def _parses(text: str, mode: Literal["eval", "exec"]) -> bool:
    if len(text) > MAX_TEXT:
        return False
    try:
        tree = ast.parse(text, mode=mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not isinstance(tree, ast.Module) or len(tree.body) == 1
