"""Build the images: `python -m runners.images.build [NAME…]`; `--base` first makes the bases from Debian packages, without a registry."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
NAMES = tuple(sorted(path.parent.name for path in HERE.glob("*/Dockerfile")))
DEBIAN = "bookworm"
PACKAGES = {"python": "python3,python3-venv,ca-certificates", "node": "ca-certificates", "node-build": "nodejs,npm,ca-certificates"}
"""Image → what its base has beyond Debian's smallest system; NAME-build is what it is built in, when that is another."""
LARGEST = 700
"""Megabytes."""
_INDEX = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "NPM_CONFIG_REGISTRY")
_CERTIFICATES = ("TESTWRIGHT_CA_BUNDLE", "PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
_ONLY_LOCK = ("--package-lock-only", "--ignore-scripts", "--legacy-peer-deps", "--omit-lockfile-registry-resolved", "--no-audit")
_DIGEST, _STAGE = "testwright.digest", "testwright.stage"


class BuildFailed(Exception):
    """An image could not be built; the message says why."""


def image(name: str) -> str:
    """Return the name under which the image of a language is known to the engine."""
    return f"testwright-{name}"


def base(name: str) -> str:
    """Return the name of the base that is made from Debian packages."""
    return f"testwright-base-{name}:{DEBIAN}"


def make_base(name: str) -> None:
    """Make the base of an image from Debian packages, where no registry answers. Takes about half a minute.

    Raises:
        BuildFailed: when mmdebstrap is missing or fails.
    """
    if f"{name}-build" in PACKAGES:
        make_base(f"{name}-build")
    if _inspect(base(name), "{{.Id}}"):
        print(f"{base(name)} is there")
        return
    if not shutil.which("mmdebstrap"):
        raise BuildFailed("mmdebstrap is missing; install it with `apt-get install mmdebstrap`")
    with tempfile.TemporaryDirectory(prefix="testwright-base-") as folder:
        archive = f"{folder}/base.tar"
        _run("mmdebstrap", "--variant=minbase", f"--include={PACKAGES[name]}", DEBIAN, archive)
        _run("docker", "import", archive, base(name))


def build(name: str) -> str:
    """Build one image unless it is there already, made from the same files; return its id.

    Raises:
        BuildFailed: when the engine cannot, or the image is not what it has to be.
    """
    ground = _ground(name)
    digest = _digest(name, ground)
    if _inspect(image(name), f'{{{{index .Config.Labels "{_DIGEST}"}}}}') == digest:
        print(f"{image(name)} is up to date")
        return _inspect(image(name), "{{.Id}}")
    before = _inspect(image(name), "{{.Id}}")
    labels = ("--label", f"{_DIGEST}={digest}", "--build-arg", f"STAGE={digest}")
    try:
        with tempfile.TemporaryDirectory(prefix="testwright-image-") as folder:
            context = Path(folder, "context")
            shutil.copytree(HERE / name, context)
            (context / "ca.pem").write_bytes(_certificates())
            _run("docker", "build", "--tag", image(name), *labels, *_arguments(name, ground), str(context))
    finally:
        _tidy(before, digest)
    _judge(name)
    return _inspect(image(name), "{{.Id}}")


def _tidy(before: str, digest: str) -> None:
    """Remove what has no name any more: the image that was replaced, and stages, whose history tells how this machine reaches its index."""
    for nameless in {*_nameless(f"{_STAGE}={digest}"), *({before} & _nameless(_DIGEST))}:
        subprocess.run(["docker", "rmi", nameless], capture_output=True, check=False)  # one that a container still uses stays


def _nameless(label: str) -> set[str]:
    chosen = ("--filter", "dangling=true", "--filter", f"label={label}")
    return set(
        subprocess.run(["docker", "images", "-q", "--no-trunc", *chosen], capture_output=True, text=True, check=False).stdout.split()
    )


def _ground(name: str) -> str:
    """The base: as the caller says, else the one made here, else the one that the Dockerfile names."""
    chosen = os.environ.get(f"TESTWRIGHT_BASE_{name.upper().replace('-', '_')}", "")
    return chosen or (base(name) if _inspect(base(name), "{{.Id}}") else "")


def _arguments(name: str, ground: str) -> list[str]:
    settings = [f"{setting}={os.environ[setting]}" for setting in _INDEX if os.environ.get(setting)]
    settings += [f"BASE={ground}"] if ground else []
    workshop = _ground(f"{name}-build") if f"{name}-build" in PACKAGES else ""
    settings += [f"BUILD={workshop}"] if workshop else []
    return [word for setting in settings for word in ("--build-arg", setting)]


def _certificates() -> bytes:
    """The certificates that this machine trusts beyond the usual ones, for the time of the build."""
    for name in _CERTIFICATES:
        path = Path(os.environ.get(name, "") or "/nowhere")
        if path.is_file():
            return path.read_bytes()
    return b""


def _digest(name: str, ground: str) -> str:
    parts = [
        path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes()
        for path in sorted((HERE / name).rglob("*"))
        if path.is_file()
    ]
    return hashlib.sha256(b"\0".join([*parts, (_inspect(ground, "{{.Id}}") if ground else "").encode()])).hexdigest()


def _judge(name: str) -> None:
    volumes = _inspect(image(name), "{{json .Config.Volumes}}")
    if volumes not in ("null", "{}"):
        raise BuildFailed(f"{image(name)} has volumes ({volumes}), which would be writable without bound")
    if _inspect(image(name), "{{.Config.User}}").partition(":")[0] in ("", "0", "root"):
        raise BuildFailed(f"{image(name)} runs as root")
    size = int(_inspect(image(name), "{{.Size}}")) // 1_000_000
    if size > LARGEST:
        raise BuildFailed(f"{image(name)} has {size} MB, more than {LARGEST}")
    print(f"{image(name)}: {size} MB")


def lock(name: str) -> None:
    """Pin the tools of an image, with hashes and without addresses.

    Raises:
        BuildFailed: when nothing can be resolved.
    """
    if (HERE / name / "package.json").exists():
        _run("npm", "install", "--prefix", str(HERE / name), *_ONLY_LOCK)
        return
    wanted, pinned = HERE / name / "requirements.in", HERE / name / "requirements.txt"
    options = (
        "--generate-hashes",
        "--python-version",
        "3.11",
        "--no-annotate",
        "--no-header",
        "--no-emit-index-url",
        "--no-emit-find-links",
    )
    _run(sys.executable, "-m", "uv", "pip", "compile", "--quiet", *options, str(wanted), "--output-file", str(pinned))


def _inspect(name: str, template: str) -> str:
    """Return what the engine says of an image, or '' when there is none."""
    try:
        found = subprocess.run(["docker", "image", "inspect", "--format", template, name], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BuildFailed("docker is missing; install it with `apt-get install docker.io`") from None
    return found.stdout.strip() if found.returncode == 0 else ""


def _run(*argv: str) -> None:
    if subprocess.run(argv, check=False).returncode:
        raise BuildFailed(f"`{' '.join(argv[:3])} …` failed; its last lines are above")


def main(arguments: list[str] | None = None) -> int:
    """Build what is asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m runners.images.build", description="Build the images that Docker sandboxes run in.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(NAMES)} (all)")
    parser.add_argument(
        "--base", action="store_true", help="only make the bases, from Debian packages: for machines that reach no registry"
    )
    parser.add_argument("--lock", action="store_true", help="only pin the tools anew")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.names) - set(NAMES))
    if unknown:
        parser.error(f"there is no image {unknown[0]!r}; take one of {', '.join(NAMES)}")
    work = lock if chosen.lock else make_base if chosen.base else build
    try:
        for name in chosen.names or NAMES:
            work(name)
    except BuildFailed as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
