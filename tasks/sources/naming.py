"""Read what the caller names: which kind of source it is, where it lies, at which revision."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement

from testwright.errors import InvalidCampaign

ARCHIVES = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", ".tar", ".zip")
KINDS = "a folder, an archive, a git URL, pypi:NAME==VERSION or npm:NAME@VERSION"

_LATER = {"maven": "Java"}
_GIT_SCHEMES = ("https", "http", "ssh", "git", "file")
_SCP = re.compile(r"[\w.-]+@[\w.-]+:(?!//).+", re.DOTALL)
_PREFIX = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(?!//)")
_NPM = re.compile(r"((?:@[a-z0-9~-][a-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*)(?:@([A-Za-z0-9^~<>=*][A-Za-z0-9.+_*|^~<>= -]*))?")
_REVISION = re.compile(r"\w[\w./+@-]*")
_USERINFO = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<user>[^/\s@:]*)(?P<rest>:[^/\s]*)?@")
_TOKEN = re.compile(r"(?i)([?&][^=&#\s]*(?:token|key|password|secret|auth|signature)[^=&#\s]*=)[^&#\s]+")


class Kind(StrEnum):
    """How a source is fetched."""

    FOLDER = "folder"
    ARCHIVE = "archive"
    GIT = "git"
    PYPI = "pypi"
    NPM = "npm"


@dataclass(frozen=True, slots=True)
class Source:
    """What the caller named, understood."""

    kind: Kind
    text: str
    """As it was named, on one line and without credentials: safe to show."""
    location: str
    """Absolute path, URL or requirement."""
    revision: str = ""


def redact(text: str) -> str:
    """The text without passwords and tokens in its URLs."""

    def keep(match: re.Match[str]) -> str:
        harmless = match["scheme"].endswith("ssh") and not match["rest"]
        return match[0] if harmless else f"{match['scheme']}://***@"

    return _TOKEN.sub(r"\1***", _USERINFO.sub(keep, text))


def shown(name: str) -> str:
    """A name as it can stand in one line of text, whatever is in it."""
    clean = name.encode("utf-8", "backslashreplace").decode()
    return clean if clean.isprintable() and clean.strip() == clean and clean else ascii(name)


def slug(text: str) -> str:
    """A folder name for a source: readable, and different for every source."""
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", redact(text)).strip("-.")[-40:].strip("-.")
    return f"{words or 'source'}-{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def parse(text: str) -> Source:
    """Which kind of source the text names. Looks at the disk, not at the network.

    Raises:
        InvalidCampaign: the kind is unknown, not served yet, or written wrongly.
    """
    named = shown(redact(text))
    local = Path(text).expanduser()
    if not text.strip() or "\0" in text:
        raise InvalidCampaign(f"A source is empty; name {KINDS}.")
    if _exists(local):
        return _path(local, named)
    if text.lower().startswith("pypi:"):
        return Source(Kind.PYPI, named, _requirement(text[5:], named))
    if text.lower().startswith("npm:"):
        return _npm(text[4:].strip(), named)
    if "://" in text or _SCP.fullmatch(text):
        return _url(text, named)
    if prefix := _PREFIX.match(text):
        raise InvalidCampaign(_unknown(prefix[1].lower(), named))
    return _repository_at_revision(text, named) or _path(local, named)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long, a folder that may not be entered
        return False


def _path(path: Path, named: str) -> Source:
    absolute = str(path.absolute())
    if is_bare_repository(path):
        return Source(Kind.GIT, named, absolute)
    if path.name.lower().endswith(ARCHIVES) and not path.is_dir():
        return Source(Kind.ARCHIVE, named, absolute)
    return Source(Kind.FOLDER, named, absolute)


def is_bare_repository(path: Path) -> bool:
    """Whether the folder is a git repository without a working tree."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def _repository_at_revision(text: str, named: str) -> Source | None:
    """`./my-repository@v1`: a local git repository, at a revision."""
    for mark in "#@":
        place, found, revision = text.rpartition(mark)
        path = Path(place).expanduser()
        if found and place and _exists(path) and (is_bare_repository(path) or (path / ".git").exists()):
            return Source(Kind.GIT, named, str(path.absolute()), _revision(revision, named))
    return None


def _url(text: str, named: str) -> Source:
    url = text.removeprefix("git+")
    url, mark, revision = url.partition("#")
    if not mark:
        url, revision = _split_at(url)
    scheme = url.partition("://")[0].lower() if "://" in url else "ssh"
    if "::" in url.partition("/")[0] or scheme not in _GIT_SCHEMES:
        raise InvalidCampaign(f"{named}: git is asked over {', '.join(_GIT_SCHEMES)} only; name such a URL.")
    path = unquote(urlsplit(url).path) if "://" in url else url
    if path.lower().endswith(ARCHIVES) and not text.startswith("git+"):
        if scheme == "file":
            return Source(Kind.ARCHIVE, named, path)
        raise InvalidCampaign(f"{named}: archives are read from disk; download it first and name the file.")
    return Source(Kind.GIT, named, url, _revision(revision, named) if mark or revision else "")


def _split_at(url: str) -> tuple[str, str]:
    """Cut `@revision` off a URL: the part after `.git@`, else after the last `@` of the path."""
    if ".git@" in url:
        head, _, revision = url.partition(".git@")
        return head + ".git", revision
    start = url.find("/", url.find("://") + 3) if "://" in url else url.find(":")
    at = url.rfind("@")
    return (url[:at], url[at + 1 :]) if 0 <= start < at else (url, "")


def _revision(text: str, named: str) -> str:
    if not _REVISION.fullmatch(text) or ".." in text:
        raise InvalidCampaign(f"{named}: {shown(text)!r} is not a revision; name a branch, a tag or a commit after @ or #.")
    return text


def _requirement(text: str, named: str) -> str:
    try:
        requirement = Requirement(text.strip())
    except InvalidRequirement:
        raise InvalidCampaign(f"{named} is not a package; write pypi:NAME or pypi:NAME==VERSION.") from None
    if requirement.url or requirement.marker or requirement.extras:
        raise InvalidCampaign(f"{named}: only a name and versions can be given; write pypi:{requirement.name}=={'VERSION'}.")
    return str(requirement)


def _npm(text: str, named: str) -> Source:
    """`NAME`, `NAME@VERSION`, `NAME@^1.2` or `@SCOPE/NAME@TAG`."""
    found = _NPM.fullmatch(text)
    if not found or len(text) > 300:
        raise InvalidCampaign(f"{named} is not a package with a version, range or tag; write npm:NAME or npm:NAME@VERSION.")
    return Source(Kind.NPM, named, found[1], found[2] or "")


def _unknown(prefix: str, named: str) -> str:
    if prefix in _LATER:
        return f"{named}: {prefix} packages come with the language {_LATER[prefix]}, which is not served yet; name {KINDS}."
    return f"{named}: no kind of source is called {prefix!r}; name {KINDS}."
