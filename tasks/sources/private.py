"""Which files hold secrets: they are never copied, whoever made the source."""

import re

_NAMES = re.compile(
    r"""\.env(\..+)?|\.envrc|\.?netrc|_netrc|\.pypirc|\.git-credentials|\.htpasswd|\.pgpass|\.my\.cnf|\.vault[-_]pass(word)?(\.txt)?
    |id_(rsa|dsa|ecdsa|ed25519)(_sk)?|.+\.(p12|pfx|jks|keystore|kdbx|ppk|tfvars)|terraform\.tfstate(\..+)?
    |(client[-_])?(secrets?|credentials?)(\.(json|ya?ml|toml|ini|cfg|txt|csv))?|service[-_]account.*\.json|application_default_credentials\.json
    |secring\..+|token\.(json|txt|pickle)""",
    re.IGNORECASE | re.VERBOSE,
)
_HARMLESS = re.compile(r"\.env\.(example|sample|template|dist|defaults?)|\.env\.[^.]+\.(example|sample|template|dist)", re.IGNORECASE)
_FOLDERS = frozenset({".ssh", ".aws", ".gnupg", ".kube", ".azure", ".gcloud"})
_KEY_FILES = (".pem", ".key", ".crt", ".cer", ".asc", ".priv")
_TOKEN_FILES = (".npmrc", ".yarnrc.yml", "pip.conf", "auth.json", "nuget.config")
_TOKEN = re.compile(rb"(?i)_auth(token)?\s*=|_password|npmAuth|://[^/\s]+:[^/\s]+@|oauth|cleartextpassword")


def is_secret(path: str) -> bool:
    """Whether a file at this path is made to hold secrets."""
    *folders, name = path.split("/")
    if _FOLDERS.intersection(folders):
        return True
    return _NAMES.fullmatch(name) is not None and not _HARMLESS.fullmatch(name)


def may_hold_secret(path: str) -> bool:
    """Whether it takes a look into the file (a certificate or a key, a registry's settings) to tell."""
    return path.lower().endswith(_KEY_FILES) or _name(path) in _TOKEN_FILES


def holds_secret(head: bytes, path: str) -> bool:
    """Whether such a file, of which this is the beginning, holds a private key or a token."""
    return (_TOKEN.search(head) is not None) if _name(path) in _TOKEN_FILES else b"PRIVATE KEY" in head


def _name(path: str) -> str:
    return path.rpartition("/")[2].lower()
