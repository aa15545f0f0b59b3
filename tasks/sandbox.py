"""Which sandbox a campaign runs in, and on which engine: a Prefect block may name that."""

import os

from runners.sandboxes import choose
from runners.sandboxes.base import Sandbox
from tasks.folder import Folder
from testwright.campaign import Campaign
from testwright.errors import SandboxUnavailable

BLOCK = "TESTWRIGHT_DOCKER_HOST_BLOCK"
"""Names a block of the type Docker Host; its address wins over DOCKER_HOST."""


def sandbox_of(campaign: Campaign, folder: Folder) -> Sandbox:
    """The sandbox that a campaign asked for, its self-check passed. What it makes has the campaign's id on it.

    Raises:
        SandboxUnavailable: when it cannot be used here; the message says what to do.
    """
    return choose(campaign.sandbox, campaign=folder.id, host=docker_host(os.environ.get(BLOCK, "")))


def docker_host(block: str) -> str:
    """The address of the engine that a block names; '' for no block.

    Raises:
        SandboxUnavailable: there is no such block, or it names no address.
    """
    if not block:
        return ""
    from prefect_docker.host import DockerHost  # type: ignore[import-untyped]  # takes seconds, and few name a block

    try:
        loaded = DockerHost.load(block)
    except ValueError as error:
        raise SandboxUnavailable(f"{BLOCK} is {block!r}, and Prefect has no such Docker Host block; make it, or unset it") from error
    if not loaded.base_url:
        raise SandboxUnavailable(f"the Docker Host block {block!r} has no base URL; give it one, or unset {BLOCK}")
    return str(loaded.base_url)
