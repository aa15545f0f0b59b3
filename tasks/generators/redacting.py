"""Text without the secrets in it. Whatever leaves the machine goes through here."""

import re
from functools import lru_cache
from typing import Any

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.high_entropy_strings import Base64HighEntropyString, HexHighEntropyString

MARK = "REDACTED"
_PLUGINS = [
    "ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "CloudantDetector", "DiscordBotTokenDetector",
    "GitHubTokenDetector", "GitLabTokenDetector", "IbmCloudIamDetector", "IbmCosHmacDetector", "JwtTokenDetector", "KeywordDetector",
    "MailchimpDetector", "NpmDetector", "OpenAIDetector", "PrivateKeyDetector", "PypiTokenDetector", "SendGridDetector", "SlackDetector",
    "SoftlayerDetector", "SquareOAuthDetector", "StripeDetector", "TelegramBotTokenDetector", "TwilioKeyDetector",
]  # fmt: skip
_LIMITS: tuple[tuple[Any, float], ...] = ((Base64HighEntropyString, 4.5), (HexHighEntropyString, 3.0))
"""Bits a character from which a quoted string counts as a secret."""
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_TOKEN = re.compile(r"\b(?:sk|pk|rk|ghp|gho|ghs|glpat|xox[abprs]|AKIA|ASIA|AIza|hf|npm|pypi)[-_]?[A-Za-z0-9_-]{16,}")
_JWT = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+(?:\.[\w-]+)?")
_URL = re.compile(r"(?<=://)[^\s/:@'\"]+:[^\s/@'\"]+(?=@)")
_SHORTEST = 6
_LONGEST = 20_000


def redacted(text: str, *known: str) -> str:
    """The text with everything that looks like a secret, and every known one, replaced."""
    for secret in known:
        if len(secret) > 3:
            text = text.replace(secret, MARK)
    text = _PEM.sub(MARK, text)
    text = _TOKEN.sub(MARK, text)
    text = _JWT.sub(MARK, text)
    text = _URL.sub(MARK, text)
    return "\n".join(_line(line) for line in text.split("\n"))


@lru_cache(maxsize=1)
def _plugins() -> tuple[Any, ...]:
    kinds: dict[str, Any] = dict(get_mapping_from_secret_type_to_class())
    known = {kind.__name__: kind for kind in kinds.values()}
    plain = (known[name]() for name in _PLUGINS)
    return (*plain, *(kind(limit=limit) for kind, limit in _LIMITS))


@lru_cache(maxsize=50_000)
def _line(line: str) -> str:
    if len(line) < _SHORTEST or len(line) > _LONGEST:
        return line if len(line) < _SHORTEST else MARK
    found = {secret.secret_value for plugin in _plugins() for secret in plugin.analyze_line("code.py", line, 1)}
    for secret in sorted(filter(None, found), key=len, reverse=True):
        line = line.replace(secret, MARK)
    return line
