"""Which engine a campaign uses, and that what it makes there has its name on it."""

from pathlib import Path

import pytest
from prefect import flow

from runners.sandboxes import choose
from tasks.folder import Folder
from tasks.sandbox import BLOCK, docker_host, sandbox_of
from tests.runners.sandboxes.conftest import open_box
from testwright.campaign import Campaign
from testwright.errors import SandboxUnavailable


def test_no_block_is_no_address() -> None:
    assert docker_host("") == ""


def test_a_campaign_gets_what_it_asked_for(tmp_path: Path) -> None:
    asked = Campaign(sources=("a",), sandbox="process")  # type: ignore[arg-type]
    assert sandbox_of(asked, Folder.of(str(tmp_path), "one")).name == "process"


@pytest.mark.docker
def test_a_campaign_that_asks_again_gets_the_same_containers_and_another_gets_its_own() -> None:
    open_box("docker")
    first = choose("docker", campaign="one")
    assert choose("docker", campaign="one") is first
    assert choose("docker", campaign="two") is not first


@pytest.mark.slow
@pytest.mark.usefixtures("prefect_server")
def test_a_block_names_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect_docker.host import DockerHost

    DockerHost(base_url=f"unix://{tmp_path}/no.sock").save("engine")
    DockerHost().save("engine-without-address")

    @flow
    def ask() -> None:
        with pytest.raises(SandboxUnavailable, match=r"no Docker engine answers at unix:.*/no.sock"):
            sandbox_of(Campaign(sources=("a",), sandbox="docker"), Folder.of(str(tmp_path), "one"))  # type: ignore[arg-type]

    monkeypatch.setenv(BLOCK, "engine")
    ask()
    with pytest.raises(SandboxUnavailable, match="has no base URL"):
        docker_host("engine-without-address")
    with pytest.raises(SandboxUnavailable, match="no such Docker Host block"):
        docker_host("engine-that-is-not-there")
