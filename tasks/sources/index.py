"""Where packages are looked for: what pip's and uv's environment variables and pip's settings file say."""

import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from unearth import PackageFinder

DEFAULT: str = PackageFinder().sources[0]["url"]
"""PyPI, as unearth knows it."""
_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Indexes:
    """Package indexes, best first, and how they are reached."""

    urls: tuple[str, ...] = (DEFAULT,)
    links: tuple[str, ...] = ()
    """Folders or pages that hold archives."""
    trusted: tuple[str, ...] = ()
    """Hosts whose certificate is not looked at, because the user said so."""
    certificates: str = ""
    seconds: float = _SECONDS


def indexes(environ: Mapping[str, str]) -> Indexes:
    """What the user has set, uv's variables before pip's, and those before pip's settings file."""
    pip = _pip_file(environ) | {
        name[4:].lower().replace("_", "-"): value for name, value in environ.items() if name.startswith("PIP_") and value
    }
    main = environ.get("UV_DEFAULT_INDEX") or environ.get("UV_INDEX_URL") or pip.get("index-url") or DEFAULT
    extra = [*_words(environ.get("UV_INDEX", "")), *_words(environ.get("UV_EXTRA_INDEX_URL", "")), *_words(pip.get("extra-index-url", ""))]
    none = (environ.get("UV_NO_INDEX") or pip.get("no-index", "")).lower() in ("1", "true", "yes", "on")
    links = [*environ.get("UV_FIND_LINKS", "").replace(",", " ").split(), *_words(pip.get("find-links", ""))]
    return Indexes(
        urls=() if none else tuple(dict.fromkeys(_unnamed(url) for url in (*extra, main))),
        links=tuple(link for link in dict.fromkeys(links) if "://" in link or Path(link).exists()),
        trusted=(*_words(environ.get("UV_INSECURE_HOST", "")), *_words(pip.get("trusted-host", ""))),
        certificates=environ.get("SSL_CERT_FILE") or pip.get("cert", ""),
        seconds=_seconds(environ.get("UV_HTTP_TIMEOUT") or pip.get("default-timeout") or pip.get("timeout", "")),
    )


def _words(text: str) -> list[str]:
    return text.split()


def _unnamed(url: str) -> str:
    """uv lets an index be written as NAME=URL."""
    name, mark, rest = url.partition("=")
    return rest if mark and "/" not in name else url


def _seconds(text: str) -> float:
    try:
        return min(max(float(text), 1.0), 300.0)
    except ValueError:
        return _SECONDS


def _pip_file(environ: Mapping[str, str]) -> dict[str, str]:
    """The `[global]` and `[download]` settings of pip's files, the nearest last."""
    home = Path(environ.get("HOME", "/"))
    named = environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return {}
    user = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    files = [Path("/etc/pip.conf"), home / ".pip" / "pip.conf", user, *([Path(named)] if named else [])]
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(files, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return {}
    found: dict[str, str] = {}
    for section in ("global", "download"):
        if parser.has_section(section):
            found |= {name.replace("_", "-"): value for name, value in parser.items(section)}
    return found
