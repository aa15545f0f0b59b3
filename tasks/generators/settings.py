"""Which models to ask, where, and how much: from the campaign, the environment, a `.env` file and a secret block, in this order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from testwright.errors import InvalidCampaign

MODEL = ("LLM_MODEL", "OPENAI_MODEL")
ADDRESS = ("LLM_BASE_URL", "OPENAI_API_BASE", "OPENAI_BASE_URL")
KEY = ("LLM_API_KEY", "OPENAI_API_KEY")
NAMES = (
    *MODEL, *ADDRESS, *KEY, "LLM_TEMPERATURE", "LLM_TIMEOUT", "LLM_MAX_TOKENS", "LLM_CONCURRENCY", "LLM_RETRIES",
    "LLM_PROMPT_PRICE", "LLM_COMPLETION_PRICE", "LLM_CACHE", "LLM_REPLAY", "LLM_EXCLUDE",
)  # fmt: skip
"""Every variable that is understood; `.env.example` and docs/models.md list them."""


class Secret:
    """A key. It shows itself to nobody who does not ask for it by name."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret('***')" if self._value else "Secret('')"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> tuple[type["Secret"], tuple[str]]:
        return Secret, ("",)  # a pickled or copied one holds nothing

    def reveal(self) -> str:
        """The key itself, for the one call that needs it."""
        return self._value

    def hide(self, text: str) -> str:
        """The text without the key."""
        return text.replace(self._value, "***") if len(self._value) > 3 else text


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent. None: no limit."""

    tokens: int | None = None
    """Prompt and completion together, of the whole campaign."""
    cost: float | None = None
    """Dollars, of the whole campaign. Calls whose price nobody knows count as free; the report says how many."""
    minutes: float | None = None
    """No further question after this many minutes."""
    tokens_per_file: int | None = None


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """How a campaign asks its models."""

    models: tuple[str, ...]
    """Asked in this order: the next one when one cannot be asked."""
    address: str = ""
    """An OpenAI-compatible address; '' asks the provider that the model's name says."""
    key: Secret = field(default_factory=lambda: Secret(""))
    temperature: float | None = 0.0
    timeout: float = 120.0
    """Seconds for one call."""
    max_tokens: int = 4096
    """Of one answer."""
    concurrency: int = 8
    retries: int = 4
    """After a rate limit, a timeout or a server's error. Repairs are counted apart."""
    backoff: float = 1.0
    """Seconds before the first retry; doubled each time."""
    prompt_price: float | None = None
    """Dollars a million tokens, for models that no price list has."""
    completion_price: float | None = None
    cache: str = ""
    """Folder of answers; '' is `answers` beside the campaigns."""
    replay: str = ""
    """Folder of recorded answers: nothing is asked, and what is not there has no answer."""
    exclude: tuple[str, ...] = ()
    """Patterns of files (as in .gitignore) that no prompt may hold anything of."""
    budget: Budget = Budget()


def read(
    environ: Mapping[str, str], folder: Path, *, block: Mapping[str, str] | None = None, models: str = "", budget: Budget | None = None
) -> ModelSettings | None:
    """The settings; None when no model is named anywhere.

    Raises:
        InvalidCampaign: a value cannot be used; the line names its variable.
    """
    values = {**(block or {}), **_dotenv(folder), **{name: environ[name] for name in NAMES if environ.get(name)}}
    chain = tuple(name.strip() for name in (models or _first(values, MODEL)).split(",") if name.strip())
    if not chain:
        return None
    address = _first(values, ADDRESS).rstrip("/")
    if address and not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", address):
        raise InvalidCampaign(f"{_name(values, ADDRESS)} must be an address like http://localhost:8000/v1, without a password in it")
    return ModelSettings(
        chain,
        address,
        Secret(_first(values, KEY)),
        _number(values, "LLM_TEMPERATURE", 0.0, 0, 2) if values.get("LLM_TEMPERATURE") != "none" else None,
        _number(values, "LLM_TIMEOUT", 120.0, 0.1, 3600),
        int(_number(values, "LLM_MAX_TOKENS", 4096, 16, 1_000_000)),
        int(_number(values, "LLM_CONCURRENCY", 8, 1, 1000)),
        int(_number(values, "LLM_RETRIES", 4, 0, 20)),
        prompt_price=_price(values, "LLM_PROMPT_PRICE"),
        completion_price=_price(values, "LLM_COMPLETION_PRICE"),
        cache=values.get("LLM_CACHE", ""),
        replay=values.get("LLM_REPLAY", ""),
        exclude=tuple(pattern.strip() for pattern in values.get("LLM_EXCLUDE", "").split(",") if pattern.strip()),
        budget=budget or Budget(),
    )


def _dotenv(folder: Path) -> dict[str, str]:
    """What `.env` in the working folder says of models; everything else in it is not looked at."""
    file = folder / ".env"
    if not file.is_file():
        return {}
    found = dotenv_values(file, interpolate=False)
    return {name: value for name, value in found.items() if name in NAMES and value}


def _first(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((values[name].strip() for name in names if values.get(name, "").strip()), "")


def _name(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next(name for name in names if values.get(name, "").strip())


def _number(values: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    text = values.get(name, "")
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise InvalidCampaign(f"{name} must be a number from {least:g} to {most:g}, not {text[:40]!r}")
    return number


def _price(values: Mapping[str, str], name: str) -> float | None:
    return _number(values, name, 0, 0, 1e6) if values.get(name) else None
