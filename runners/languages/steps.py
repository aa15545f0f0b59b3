"""What the commands that install said, read without belief: it may have been written beside untrusted code."""

import json
import re

from runners.formats.text import clean, one_line
from testwright.model import Ending, Output


def said(data: bytes) -> dict[str, object]:
    """The object that a step left; {} when it is none."""
    try:
        value = json.loads(data[:100_000] or b"{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def notes(step: dict[str, object]) -> list[str]:
    """What a step wants a person to know."""
    noted = step.get("notes")
    return [one_line(str(note)) for note in noted[:20]] if isinstance(noted, list) else []


def why(output: Output, marks: tuple[str, ...], most: int | None = None) -> str:
    """Why a step failed: its standard error from the first line that starts with one of `marks`, at most `most` lines; else its end."""
    if output.ending is not Ending.EXITED:
        return one_line(output.reason) or output.ending.value
    lines = [re.sub("^[^a-zA-Z0-9]+", "", line) for line in clean(output.stderr, 20_000).splitlines()]
    start = next((i for i, line in enumerate(lines) if line.startswith(marks)), max(0, len(lines) - 3))
    end = None if most is None else start + most
    return one_line(" ".join(lines[start:end]).removeprefix("error: "), 400) or f"exit code {output.exit_code}"
