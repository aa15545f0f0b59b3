"""Text that untrusted code printed, made fit for a report: decoded, without control characters, bounded."""

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str | bytes, limit: int = 4000) -> str:
    """Readable text of at most `limit` characters: no escapes, no control or direction characters, only newline and tab as white space."""
    if isinstance(text, bytes):
        text = text[: limit * 8].decode("utf-8", "replace")
    text = text[: limit * 8].replace("\r\n", "\n")
    text = _CONTROLS.sub("", _ESCAPES.sub("", text)).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def one_line(text: str | bytes, limit: int = 300) -> str:
    """The same on one line."""
    return clean(" ".join(clean(text, limit * 4).split()), limit)


def last_line(text: bytes, limit: int = 300) -> str:
    """The last line that says something: where programs say why they failed."""
    lines = [line for line in clean(text[-8000:], 8000).splitlines() if line.strip()]
    return one_line(lines[-1], limit) if lines else ""
