"""Where the tools are: in the image, else in a folder of their own, filled once by the pins of the images and shared by campaigns."""

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import uv

from runners.checks.base import IN_IMAGE
from runners.languages.python.index import access
from runners.languages.python.interpreters import prefixes
from testwright.model import Command, Limits

_PINS = Path(__file__).parent.parent / "images"
_PIN_FILES = {"python": ("requirements.txt",), "node": ("package.json", "package-lock.json")}
"""Kind of tools → the files that pin them, with hashes."""
_LIMITS = Limits(seconds=300, memory=2048, processes=512, file_size=512, scratch=512)
_WITH_UV = """
place=$1 uv=$2 python=$3; shift 3
"$uv" venv --quiet --clear --python "$python" "$place" || exit
exec "$uv" pip install --quiet --python "$place/bin/python" --only-binary :all: --constraint requirements.txt "$@"
"""
_WITH_NPM = """
command -v npm >/dev/null || { echo "npm is missing here" >&2; exit 1; }
cp package.json package-lock.json "$1" && cd "$1" || exit
npm ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund --no-update-notifier --loglevel error --cache "$1/cache" || exit
rm -rf cache bin node_modules/node-linux-*/include
mkdir bin && ln -s "$1"/node_modules/node-linux-*/bin/node bin/node
"""
_NPM_SETTINGS = ("NPM_CONFIG_REGISTRY", "npm_config_registry", "NODE_EXTRA_CA_CERTS")


def place(kind: str, sandbox: str, folder: Path) -> str:
    """The folder that the tools of a kind are in; for all sandboxes but Docker's, below the one of environments."""
    if sandbox == "docker":
        return IN_IMAGE
    pins = hashlib.sha256(b"".join((*_pins(kind).values(), sys.version.encode()))).hexdigest()[:16]
    return str(folder / f"tools-{kind}-{pins}")


def install(kind: str, names: Sequence[str], place: str) -> Command:
    """Put these tools there, each with the hash that was pinned: nothing of them runs. Needs the network."""
    reach = access()
    binary, interpreter = str(Path(uv.find_uv_bin()).resolve()), str(Path(sys.executable).resolve())
    argv = (_WITH_UV, "sh", place, binary, interpreter, *names) if kind == "python" else (_WITH_NPM, "sh", place)
    npm = _npm(os.environ)
    return Command(
        argv=("sh", "-c", *argv),
        limits=_LIMITS,
        environment={**reach.environment, **npm, "UV_NO_CACHE": "1", "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"},
        files=_pins(kind),
        reads=(binary, *prefixes(), *reach.reads, *(value for value in npm.values() if Path(value).is_file())),
        writes=(place,),
        network=True,
    )


def _npm(host: Mapping[str, str]) -> dict[str, str]:
    """What npm has to know of this machine; an address with a password in it is not passed on."""
    return {name: host[name] for name in _NPM_SETTINGS if host.get(name) and "@" not in host[name]}


def _pins(kind: str) -> dict[str, bytes]:
    return {name: (_PINS / kind / name).read_bytes() for name in _PIN_FILES[kind]}
