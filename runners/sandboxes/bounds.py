"""Bounds that the operator sets, by environment variable, for every command in every sandbox. A source can set none of them."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from testwright.errors import SandboxUnavailable
from testwright.model import Limits

_UNITS = {"": 1 / (1 << 20), "b": 1 / (1 << 20), "k": 1 / 1024, "m": 1, "g": 1024}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What no command gets over. 0 means: as the command says."""

    cpus: float = 0.0
    """RUNNER_CPU_LIMIT"""
    memory: int = 0
    """RUNNER_MEM_LIMIT, as Docker writes it: 512m, 2g; here MiB."""
    seconds: float = 0.0
    """RUNNER_TIMEOUT_SECS"""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the bounds.

        Raises:
            SandboxUnavailable: for a value that means nothing; nothing is guessed about limits.
        """
        given = os.environ if environment is None else environment
        return cls(
            cpus=_number(given, "RUNNER_CPU_LIMIT"), memory=_size(given, "RUNNER_MEM_LIMIT"), seconds=_number(given, "RUNNER_TIMEOUT_SECS")
        )

    def bound(self, limits: Limits) -> Limits:
        """Return the limits of a command, brought down to what the operator allows."""
        return replace(
            limits,
            cpus=min(limits.cpus, self.cpus or limits.cpus),
            memory=min(limits.memory, self.memory or limits.memory),
            seconds=min(limits.seconds, self.seconds or limits.seconds),
        )


def _number(given: Mapping[str, str], name: str) -> float:
    text = given.get(name, "").strip()
    try:
        value = float(text or 0)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e6 or (text and value == 0):
        raise SandboxUnavailable(f"{name} is {text!r}; set it to a number above 0, or unset it")
    return value


def _size(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "").strip().lower()
    if not text:
        return 0
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([bkmg]?)(?:i?b)?", text)
    value = int(float(found[1]) * _UNITS[found[2]]) if found else 0
    if value < 16:
        raise SandboxUnavailable(f"{name} is {text!r}; set it to a size of at least 16m, such as 512m or 2g, or unset it")
    return value
