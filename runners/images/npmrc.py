"""What npm is told on this machine: registries, proxies and certificates for commands that may use the network. Never a secret."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_GENERAL = ("registry", "proxy", "https-proxy", "noproxy", "cafile", "strict-ssl")
_SAME = re.compile(r"NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|(HTTPS?|NO)_PROXY|(https?|no)_proxy")
_SCOPE = re.compile(r"@[\w.~-]+:registry")


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach registries from here."""

    environment: Mapping[str, str]
    scopes: str
    """Lines of a settings file: registries of single scopes."""
    reads: tuple[str, ...]
    """Files of this machine that the variables name."""
    notes: tuple[str, ...]


def access(host: Mapping[str, str]) -> Access:
    """What a command with network may see of npm's settings, with credentials taken out of addresses."""
    said, notes = settings(host), list[str]()
    general = {f"npm_config_{name.replace('-', '_')}": said[name] for name in _GENERAL if said.get(name)}
    chosen = general | {name: value for name, value in host.items() if value and _SAME.fullmatch(name)}
    chosen = {name: _public(name, value, notes) for name, value in chosen.items()}
    scopes = {name: _public(name, value, notes) for name, value in said.items() if _SCOPE.fullmatch(name)}
    places = [urlsplit(value).netloc for name, value in (*chosen.items(), *scopes.items()) if name.endswith("registry")]
    for name in said:
        place = name.removeprefix("//").partition("/")[0]
        if name.startswith("//") and place in places:
            notes.append(f"npm's credentials for {place} are not passed to code that is not trusted; private packages there are not found")
    reads = {value for value in chosen.values() if value.startswith("/") and Path(value).is_file()}
    lines = "".join(f"{name}={value}\n" for name, value in scopes.items())
    return Access(chosen, lines, tuple(sorted(reads)), tuple(dict.fromkeys(notes)))


def settings(host: Mapping[str, str]) -> dict[str, str]:
    """All settings of the user, credentials among them: npm's variables before the settings file."""
    found = _file(host)
    for name, value in host.items():
        if value and name.lower().startswith("npm_config_"):
            found[name[len("npm_config_") :].lower().replace("_", "-")] = value
    return found


def _file(host: Mapping[str, str]) -> dict[str, str]:
    named = next((value for name, value in host.items() if name.lower() == "npm_config_userconfig" and value), "")
    try:
        lines = Path(named or Path(host.get("HOME", "/nowhere"), ".npmrc")).read_text("utf-8", "replace").splitlines()
    except OSError:
        return {}
    pairs = [line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith(("#", ";"))]
    return {key.strip(): _VARIABLE.sub(lambda match: host.get(match[1], ""), value.strip().strip("\"'")) for key, _, value in pairs}


def _public(name: str, value: str, notes: list[str]) -> str:
    try:
        parts = urlsplit(value)
        if "@" not in parts.netloc:
            return value
        host = parts.hostname
    except ValueError:
        notes.append(f"{name}: not a usable address, left out")
        return ""
    notes.append(f"{name}: the user name and password for {host} are not passed to code that is not trusted")
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
