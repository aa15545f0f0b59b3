"""The tools that our images pin: where they are in an image, and where elsewhere."""

import hashlib
import sys
from pathlib import Path

IN_IMAGE = "/opt/testwright"
"""The folder of the tools in our images."""
READY = "ready"
"""A file in a folder of tools that is complete."""
WITH_NPM = """
[ -e "$1/ready" ] && exit 0
command -v npm >/dev/null || { echo "npm is missing here" >&2; exit 1; }
exec 9>"$1/lock"; ! command -v flock >/dev/null || flock 9
[ -e "$1/ready" ] && exit 0
cp package.json package-lock.json "$1" && cd "$1" || exit
options="--ignore-scripts --legacy-peer-deps --no-audit --no-fund --no-update-notifier --loglevel error --cache $1/cache"
npm ci $options || exit
# An older Node leaves out what is optional and asks for a newer one: then the pinned one installs again.
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
  rm -rf first && mv node_modules first && first/node-linux-*/bin/node first/npm/bin/npm-cli.js ci $options && rm -rf first || exit
fi
rm -rf cache bin node_modules/node-linux-*/include
mkdir bin && ln -s "$1"/node_modules/node-linux-*/bin/node bin/node && touch ready
"""
"""A shell script that installs Node's tools in the folder `$1` from the pins beside it. Nothing of them runs."""
_PINS = Path(__file__).parent
_FILES = {"python": ("requirements.txt",), "node": ("package.json", "package-lock.json")}
"""Kind of tools → the files that pin them, with hashes."""


def pins(kind: str) -> dict[str, bytes]:
    """The files that pin the tools of a kind."""
    return {name: (_PINS / kind / name).read_bytes() for name in _FILES[kind]}


def folder(kind: str, environments: Path | str) -> str:
    """Where the tools of a kind are without an image: below the folder of environments, shared by all campaigns."""
    digest = hashlib.sha256(b"".join((*pins(kind).values(), sys.version.encode()))).hexdigest()[:16]
    return str(Path(environments) / f"tools-{kind}-{digest}")
