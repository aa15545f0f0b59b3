"""What the host knows about package indexes, proxies and certificates, for commands that may use the network. Never a secret."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

_SAME = re.compile(
    "UV_(DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|INDEX_STRATEGY|HTTP_TIMEOUT|NATIVE_TLS|SYSTEM_CERTS)"
    "|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|PIP_CERT|(HTTPS?|ALL|NO)_PROXY|(https?|all|no)_proxy"
)
_PIP = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_CERT": "SSL_CERT_FILE",
}
"""What pip is told by environment is told to uv in its own words."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach package indexes from here."""

    environment: Mapping[str, str]
    reads: tuple[str, ...]
    """Files and folders of this machine that the variables name."""
    notes: tuple[str, ...]


def access(host: Mapping[str, str] | None = None) -> Access:
    """What of the host's environment a command with network may see: an allow-list, with credentials taken out of addresses."""
    host = os.environ if host is None else host
    chosen = {name: value for name, value in host.items() if value and _SAME.fullmatch(name)}
    for name, ours in _PIP.items():
        if host.get(name):
            chosen.setdefault(ours, host[name])
    notes: list[str] = []
    for name, value in chosen.items():
        chosen[name] = " ".join(_without_credentials(word, name, notes) for word in value.split()) if "://" in value else value
    reads = {word for value in chosen.values() for word in value.split() if word.startswith("/") and Path(word).exists()}
    return Access(chosen, tuple(sorted(reads)), tuple(dict.fromkeys(notes)))


def _without_credentials(address: str, name: str, notes: list[str]) -> str:
    label, separator, url = address.partition("=") if "=" in address.partition("://")[0] else ("", "", address)
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        notes.append(f"{name}: not a usable address, left out")
        return ""
    if "@" not in parts.netloc or host is None:
        return address
    notes.append(
        f"{name}: the user name and password for {host} are not passed to code that is not trusted; packages there may not be found"
    )
    return label + separator + urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
