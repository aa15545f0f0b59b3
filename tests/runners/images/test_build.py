"""Building images: nothing of the machine that builds is in them, and nothing nameless is left behind."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from runners.images import build

pytestmark = pytest.mark.docker
MACHINE = "index-of-this-machine"
TINY = """
ARG BASE=none
FROM ${BASE} AS tools
USER 0:0
ARG PIP_INDEX_URL=
COPY ca.pem note /build/
RUN set -eu; mkdir /opt/made; cp /build/note /opt/made/; echo "$PIP_INDEX_URL" | wc -c > /opt/made/length
RUN wc -c < /build/ca.pem >> /opt/made/length
ARG STAGE=
LABEL testwright.stage=${STAGE}

FROM ${BASE}
COPY --from=tools /opt/made /opt/made
USER 10001:10001
"""


def docker(*argv: str) -> str:
    """What the client of the engine says."""
    return subprocess.run(["docker", *argv], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small image that needs no network."""
    if "testwright-python" not in docker("images", "--format", "{{.Repository}}").split():
        pytest.skip("the image testwright-python is missing; make it with `make images`")
    monkeypatch.setattr(build, "HERE", tmp_path)
    monkeypatch.setenv("TESTWRIGHT_BASE_TINY", "testwright-python")
    monkeypatch.setenv("PIP_INDEX_URL", f"https://{MACHINE}/simple")
    monkeypatch.setenv("TESTWRIGHT_CA_BUNDLE", str(tmp_path / "bundle.pem"))
    (tmp_path / "bundle.pem").write_text(f"certificate of {MACHINE}")
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny/Dockerfile").write_text(TINY)
    (tmp_path / "tiny/note").write_text("first")
    return tmp_path / "tiny"


@pytest.mark.slow
def test_an_image_made_anew_leaves_neither_the_old_one_nor_its_stages(tiny: Path) -> None:
    before = set(docker("images", "-q", "--no-trunc", "--filter", "dangling=true").split())
    try:
        first = build.build("tiny")
        assert build.build("tiny") == first
        (tiny / "note").write_text("second")
        second = build.build("tiny")
        left = set(docker("images", "-q", "--no-trunc", "--filter", "dangling=true").split()) - before
        history = docker("history", "--no-trunc", "testwright-tiny") + docker("image", "inspect", "testwright-tiny")
        inside = docker("run", "--rm", "--network=none", "testwright-tiny", "sh", "-c", "cat /opt/made/*; ls -d /build; true")
    finally:
        subprocess.run(["docker", "rmi", "testwright-tiny"], capture_output=True, check=False)

    assert second != first
    assert not {one for one in left if _is_ours(one)}
    assert MACHINE not in history
    assert inside.split() == [str(len(f"https://{MACHINE}/simple") + 1), str(len(f"certificate of {MACHINE}")), "second"]


def _is_ours(image: str) -> bool:
    """Whether an image has a label of ours: others may build at the same time."""
    return any(
        label.startswith("testwright.")
        for label in json.loads(docker("image", "inspect", "--format", "{{json .Config.Labels}}", image)) or ()
    )


@pytest.mark.parametrize("name", build.NAMES)
def test_an_image_is_small_runs_as_nobody_and_holds_nothing_of_the_machine_that_built_it(name: str) -> None:
    tag = build.image(name)
    if tag not in docker("images", "--format", "{{.Repository}}").split():
        pytest.skip(f"the image {tag} is missing; make it with `make images`")
    told = json.loads(docker("image", "inspect", tag))[0]
    history = docker("history", "--no-trunc", tag)
    find = "find / -xdev -name ca.pem -o -name pip.conf -o -name .npmrc -path '/opt/*' -size +0 2>/dev/null; env"
    inside = docker("run", "--rm", "--network=none", "--entrypoint", "sh", tag, "-c", find)

    assert told["Size"] < build.LARGEST * 1_000_000
    assert told["Config"]["User"] == "10001:10001"
    assert not told["Config"].get("Volumes")
    for setting in build._INDEX:
        value = os.environ.get(setting)
        assert setting not in history
        assert not value or value not in history
    assert "ca.pem" not in inside
    assert not [
        line
        for line in inside.splitlines()
        if line.lower().startswith(("pip_", "npm_config", "http_proxy", "https_proxy", "ssl_cert", "node_extra"))
    ]
