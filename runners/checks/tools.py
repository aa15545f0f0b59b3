"""Where the tools are: in the image, else in a folder of their own, filled once by the pins of the images and shared by campaigns."""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import uv

from runners.checks.base import IN_IMAGE
from runners.languages.python.index import access
from runners.languages.python.interpreters import prefixes
from testwright.model import Command, Limits

_PINS = Path(__file__).parent.parent / "images"
_LIMITS = Limits(seconds=300, memory=2048, processes=512, file_size=512, scratch=512)
_INSTALL = """
uv=$1 python=$2 venv=$3; shift 3
"$uv" venv --quiet --clear --python "$python" "$venv" || exit
exec "$uv" pip install --quiet --python "$venv/bin/python" --only-binary :all: --constraint pins.txt "$@"
"""


def place(kind: str, sandbox: str, folder: Path) -> str:
    """The folder that the tools of a kind are in; for all sandboxes but Docker's, below the one of environments."""
    if sandbox == "docker":
        return IN_IMAGE
    pins = hashlib.sha256(_pins(kind) + sys.version.encode()).hexdigest()[:16]
    return str(folder / f"tools-{kind}-{pins}")


def install(kind: str, names: Sequence[str], place: str) -> Command:
    """Put these tools there. Only wheels, each with the hash that was pinned: nothing of them runs. Needs the network."""
    reach = access()
    binary, interpreter = str(Path(uv.find_uv_bin()).resolve()), str(Path(sys.executable).resolve())
    return Command(
        argv=("sh", "-c", _INSTALL, "sh", binary, interpreter, place, *names),
        limits=_LIMITS,
        environment={**reach.environment, "UV_NO_CACHE": "1", "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"},
        files={"pins.txt": _pins(kind)},
        reads=(binary, *prefixes(), *reach.reads),
        writes=(place,),
        network=True,
    )


def _pins(kind: str) -> bytes:
    return (_PINS / kind / "requirements.txt").read_bytes()
