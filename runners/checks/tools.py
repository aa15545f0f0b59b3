"""Where the tools are: in the image, else in a folder of their own, filled once by the pins of the images and shared by campaigns."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import uv

from runners.images import npmrc
from runners.images.pinned import IN_IMAGE, WITH_NPM, folder, pins
from runners.languages.python.index import access
from runners.languages.python.interpreters import prefixes
from testwright.model import Command, Limits

_LIMITS = Limits(seconds=300, memory=2048, processes=512, file_size=512, scratch=512)
_WITH_UV = """
place=$1 uv=$2 python=$3; shift 3
"$uv" venv --quiet --clear --python "$python" "$place" || exit
exec "$uv" pip install --quiet --python "$place/bin/python" --only-binary :all: --constraint requirements.txt "$@"
"""


def place(kind: str, sandbox: str, environments: Path) -> str:
    """The folder that the tools of a kind are in; for all sandboxes but Docker's, below the one of environments."""
    return IN_IMAGE if sandbox == "docker" else folder(kind, environments)


def install(kind: str, names: Sequence[str], place: str) -> Command:
    """Put these tools there, each with the hash that was pinned: nothing of them runs. Needs the network."""
    reach = access()
    binary, interpreter = str(Path(uv.find_uv_bin()).resolve()), str(Path(sys.executable).resolve())
    argv = (_WITH_UV, "sh", place, binary, interpreter, *names) if kind == "python" else (WITH_NPM, "sh", place)
    npm = npmrc.access(os.environ)
    return Command(
        argv=("sh", "-c", *argv),
        limits=_LIMITS,
        environment={**reach.environment, **npm.environment, "UV_NO_CACHE": "1", "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"},
        files=pins(kind),
        reads=(binary, *prefixes(), *reach.reads, *npm.reads),
        writes=(place,),
        network=True,
    )
