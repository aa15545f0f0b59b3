"""A package of PyPI, as its source distribution: found, fetched, checked and unpacked. Nothing of it is run."""

import logging
import os
import platform
import ssl
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version
from unearth import Package, PackageFinder
from unearth.auth import MultiDomainBasicAuth
from unearth.errors import HashMismatchError, UnpackError
from unearth.fetchers import Fetcher
from unearth.fetchers.sync import PyPIClient
from unearth.preparer import HTTPErrors, download_link

from tasks.sources import archive
from tasks.sources.index import Indexes, indexes
from tasks.sources.naming import ARCHIVES, Source, redact, shown
from tasks.sources.tree import Fetched
from testwright.errors import CheckoutFailed

PAUSES = (0.5, 1.5)
"""Seconds between tries when the network hiccups."""
T = TypeVar("T")

logging.getLogger("unearth").addHandler(logging.NullHandler())  # what it warns about, we say in our own words


def fetch(source: Source, staging: Path) -> Fetched:
    """Find the best source distribution for a requirement, and unpack it into `staging`.

    Raises:
        CheckoutFailed: no index answers, or has no such package, version or source distribution; a checksum is wrong.
    """
    requirement = Requirement(source.location)
    settings = indexes(os.environ)
    with _Session(settings) as session:
        package = _patiently(source.text, lambda: _find(requirement, settings, session, source.text))
        path = _patiently(source.text, lambda: _download(package, session, staging / "download", source.text))
    tree, paths, notes = archive.unpack(path, staging, source.text)
    if not package.link.hash_option:
        notes.add("checksums", f"{shown(package.link.filename)}: the index gave no checksum, so none was checked")
    return Fetched(tree, f"{requirement.name} {package.version}", str(package.version), paths, notes, ours=True)


class _Session(PyPIClient):
    """Remembers what indexes complained about, because unearth takes a broken index for an empty one."""

    def __init__(self, settings: Indexes) -> None:
        self.complaints: list[str] = []
        super().__init__(
            trusted_hosts=settings.trusted,
            verify=ssl.create_default_context(cafile=settings.certificates or None),
            timeout=settings.seconds,
            follow_redirects=True,
            event_hooks={"response": [self._remember]},
        )
        self.auth = MultiDomainBasicAuth(prompting=False, index_urls=settings.urls)

    def _remember(self, response: Any) -> None:
        if response.status_code >= 400 and response.status_code != 404:
            self.complaints.append(f"{response.url.host} answers {response.status_code} {response.reason_phrase}".strip())


def _patiently(text: str, step: Callable[[], T]) -> T:
    """Try again when the network hiccups."""
    for pause in (*PAUSES, None):
        try:
            return step()
        except HTTPErrors as error:
            if pause is None:
                why = redact(shown(str(error) or type(error).__name__))
                raise CheckoutFailed(
                    f"{text}: the package index cannot be reached ({why}); check the network and the index settings."
                ) from error
            time.sleep(pause)
    raise AssertionError("the last try returns or raises")


def _find(requirement: Requirement, settings: Indexes, session: _Session, text: str) -> Package:
    """The best source distribution that fits."""
    if not settings.urls and not settings.links:
        raise CheckoutFailed(f"{text}: the settings of pip or uv allow no package index; allow one, or name an archive or a folder.")
    finder = PackageFinder(session=cast(Fetcher, session), index_urls=settings.urls, find_links=settings.links, ignore_compatibility=True)
    everything = finder.find_all_packages(requirement.name, allow_yanked=True)
    archives = [package for package in everything if _is_sdist(package)]
    fitting = [package for package in archives if _fits(package, requirement)]
    if not fitting:
        raise CheckoutFailed(f"{text}: {_why_not(requirement, everything, archives, session)}")
    return max(fitting, key=lambda package: _rank(package, requirement))


def _rank(package: Package, requirement: Requirement) -> tuple[bool, bool, bool, Version]:
    """Withdrawn versions last, then those for another Python, then early ones that were not asked for; else the newest first."""
    version = Version(str(package.version))
    try:
        runs = SpecifierSet(package.link.requires_python or "").contains(platform.python_version(), prereleases=True)
    except InvalidSpecifier:
        runs = True
    return not package.link.is_yanked, runs, bool(requirement.specifier.prereleases) or not version.is_prerelease, version


def _is_sdist(package: Package) -> bool:
    return not package.link.is_wheel and not package.link.is_vcs and package.link.filename.lower().endswith(ARCHIVES)


def _fits(package: Package, requirement: Requirement) -> bool:
    return package.version is not None and requirement.specifier.contains(package.version, prereleases=True)


def _why_not(requirement: Requirement, everything: Sequence[Package], archives: Sequence[Package], session: _Session) -> str:
    if session.complaints and not everything:
        return f"the package index cannot be used ({session.complaints[0]}); check the index settings and credentials."
    if not everything:
        return f"no package is called {requirement.name}; check the spelling."
    if not any(_fits(package, requirement) for package in everything):
        versions = sorted({Version(str(package.version)) for package in everything if package.version}, reverse=True)
        return f"there is no such version; there are {', '.join(map(str, versions[:5]))}{' …' if len(versions) > 5 else ''}."
    newest = next((str(package.version) for package in archives), "")
    other = f"version {newest} has one; or name" if newest else "name"
    return f"it has no source distribution; {other} its git URL."


def _download(package: Package, session: _Session, folder: Path, text: str) -> Path:
    def watch(link: object, completed: int, total: int | None) -> None:
        if max(completed, total or 0) > archive.LARGEST:
            raise CheckoutFailed(f"{text}: the source distribution is larger than {archive.LARGEST // 2**30} GiB; name its git URL.")

    folder.mkdir(parents=True, exist_ok=True)
    try:
        return download_link(cast(Fetcher, session), package.link, folder, package.link.hash_option, watch)
    except HashMismatchError as error:
        raise CheckoutFailed(
            f"{text}: what came has not the checksum that the index promised; try again, else tell the index's owner."
        ) from error
    except UnpackError as error:
        raise CheckoutFailed(f"{text}: {redact(shown(str(error)))}; check the network and the index settings.") from error
