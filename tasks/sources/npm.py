"""A package of npm, as the archive that its registry serves: found, fetched, checked and unpacked. Nothing of it is run."""

import base64
import hashlib
import os
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from runners.images import npmrc
from tasks.sources import archive
from tasks.sources.naming import Source, redact, shown
from tasks.sources.ranges import best
from tasks.sources.tree import Fetched
from testwright.errors import CheckoutFailed

PAUSES = (0.5, 1.5)
"""Seconds between tries when the network hiccups."""
HOST = "registry.npmjs.org"
"""npm's own registry."""
LARGEST_ANSWER = 64 * 2**20
_SECONDS = 60.0
_CHUNK = 2**18


@dataclass(frozen=True, slots=True)
class Registry:
    """Where packages of one scope come from."""

    url: str
    tokens: Mapping[str, str]
    """Address without its scheme → token; it goes nowhere else."""
    certificates: str = ""

    def headers(self, url: str) -> dict[str, str]:
        """What is said to this address."""
        bare = url.partition(":")[2]
        token = next((token for place, token in sorted(self.tokens.items(), reverse=True) if bare.startswith(place)), "")
        return {"authorization": f"Bearer {token}"} if token else {}


def fetch(source: Source, staging: Path) -> Fetched:
    """Find a version of a package, and unpack its archive into `staging`.

    Raises:
        CheckoutFailed: the registry does not answer, or has no such package or version; a checksum is wrong.
    """
    found = registry(source.location, os.environ)
    verify = ssl.create_default_context(cafile=found.certificates or None)
    with httpx.Client(verify=verify, timeout=_SECONDS, follow_redirects=True) as client:
        version, link, checksum = _find(source, found, client)
        path = staging / "download" / f"{re.sub(r'[^A-Za-z0-9._-]', '-', source.location)}-{version}.tgz"
        path.parent.mkdir(parents=True, exist_ok=True)
        _download(source.text, link, checksum, found, client, path)
    tree, paths, notes = archive.unpack(path, staging, source.text)
    if not checksum:
        notes.add("checksums", f"{shown(path.name)}: the registry gave no checksum, so none was checked")
    return Fetched(tree, f"{source.location} {version}", version, paths, notes, ours=True)


def registry(name: str, environ: Mapping[str, str]) -> Registry:
    """Where npm would look for a package: by its scope, npm's variables before the user's settings file."""
    settings = npmrc.settings(environ)
    scope = name.partition("/")[0] if name.startswith("@") else ""
    general = settings.get("registry") or f"https://{HOST}/"
    url = settings.get(f"{scope}:registry", "") or general if scope else general
    tokens = {
        key.removesuffix(":_authToken"): value for key, value in settings.items() if key.startswith("//") and key.endswith(":_authToken")
    }
    certificates = settings.get("cafile") or environ.get("NODE_EXTRA_CA_CERTS") or environ.get("SSL_CERT_FILE") or ""
    return Registry(url.rstrip("/") + "/", tokens, certificates if Path(certificates or "/nowhere").is_file() else "")


def _find(source: Source, found: Registry, client: httpx.Client) -> tuple[str, str, str]:
    """The version, where its archive lies, and its checksum."""
    url = found.url + quote(source.location, safe="@")
    headers = {"accept": "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8", **found.headers(url)}
    answer = _asked(source.text, client, url, headers)
    if answer.status_code == 404:
        raise CheckoutFailed(f"{source.text}: no package is called {source.location}; check the spelling.")
    if answer.status_code != 200 or len(answer.content) > LARGEST_ANSWER:
        raise CheckoutFailed(f"{source.text}: {_host(url)} answers {answer.status_code}; check npm's registry settings and credentials.")
    try:
        said = answer.json()
        versions, tags = dict(said["versions"]), dict(said.get("dist-tags") or {})
        wanted = source.revision or "latest"
        version = wanted if wanted in versions else str(tags.get(wanted, "")) or _in_range(wanted, versions, tags)
        if version not in versions:
            raise CheckoutFailed(f"{source.text}: there is no version, tag or range {wanted}; {_newest(versions)}")
        dist = dict(versions[version]["dist"])
        link = str(dist["tarball"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CheckoutFailed(f"{source.text}: what {_host(url)} answers is no package; check npm's registry settings.") from error
    return version, link, str(dist.get("integrity") or (f"sha1:{dist['shasum']}" if dist.get("shasum") else ""))


def _in_range(wanted: str, versions: Mapping[str, Any], tags: Mapping[str, Any]) -> str:
    try:
        return best(wanted, versions, str(tags.get("latest", "")))
    except ValueError:
        return ""


def _newest(versions: Mapping[str, Any]) -> str:
    newest = list(versions)[-5:][::-1]
    return f"there are {', '.join(map(shown, newest))}{' …' if len(versions) > 5 else ''}." if newest else "it has no versions."


def _asked(text: str, client: httpx.Client, url: str, headers: Mapping[str, str]) -> httpx.Response:
    for pause in (*PAUSES, None):
        try:
            answer = client.get(url, headers=dict(headers))
            if answer.status_code < 500 or pause is None:
                return answer
        except httpx.HTTPError as error:
            if pause is None:
                raise CheckoutFailed(_unreachable(text, error)) from error
        time.sleep(pause)
    raise AssertionError("the last try returns or raises")


def _download(text: str, link: str, checksum: str, found: Registry, client: httpx.Client, path: Path) -> None:
    if urlsplit(link).scheme not in ("https", "http"):
        raise CheckoutFailed(f"{text}: the registry names an archive at {shown(redact(link))}, which is not fetched.")
    kind, _, wanted = checksum.split()[0].replace("sha1:", "sha1-").partition("-") if checksum else ("sha512", "", "")
    try:
        digest = hashlib.new(kind, usedforsecurity=False)
    except ValueError as error:
        raise CheckoutFailed(f"{text}: the registry promises a checksum of a kind that is unknown ({shown(kind)}).") from error
    try:
        with client.stream("GET", link, headers=found.headers(link)) as answer, path.open("xb") as file:
            if answer.status_code != 200:
                raise CheckoutFailed(f"{text}: {_host(link)} answers {answer.status_code} for its archive; try again later.")
            size = 0
            for chunk in answer.iter_bytes(_CHUNK):
                size += len(chunk)
                if size > archive.LARGEST:
                    raise CheckoutFailed(f"{text}: its archive is larger than {archive.LARGEST // 2**30} GiB; name its git URL.")
                digest.update(chunk)
                file.write(chunk)
    except httpx.HTTPError as error:
        raise CheckoutFailed(_unreachable(text, error)) from error
    if checksum and wanted not in (digest.hexdigest(), base64.b64encode(digest.digest()).decode()):
        raise CheckoutFailed(f"{text}: what came has not the checksum that the registry promised; try again, else tell its owner.")


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the registry"


def _unreachable(text: str, error: Exception) -> str:
    why = redact(shown(str(error) or type(error).__name__))
    return f"{text}: npm's registry cannot be reached ({why}); check the network and npm's registry settings."
