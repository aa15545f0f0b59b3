"""What an operator can set about Docker sandboxes, by environment variable. Never a source: these decide what holds it."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from runners.sandboxes.bounds import Bounds
from testwright.errors import SandboxUnavailable

RUNTIMES = {"runc": "runc", "runsc": "gVisor (`runsc install`)", "kata": "Kata Containers"}
IMAGE = "testwright-python"


@dataclass(frozen=True, slots=True)
class DockerSettings(Bounds):
    """The operator's bounds, and which engine, runtime and image are used. '' means: as the engine says."""

    runtime: str = ""
    """TESTWRIGHT_RUNTIME"""
    image: str = IMAGE
    """TESTWRIGHT_IMAGE"""
    userns: str = ""
    """TESTWRIGHT_USERNS: Docker's userns mode, e.g. `host` on an engine that remaps users."""
    host: str = ""
    """DOCKER_HOST"""
    campaign: str = ""
    """The campaign that it is for, as it stands on containers and volumes."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, *, host: str = "", campaign: str = "") -> "DockerSettings":
        """Read the settings; a `host` wins over DOCKER_HOST.

        Raises:
            SandboxUnavailable: for a value that means nothing; nothing is guessed about limits.
        """
        given = os.environ if environment is None else environment
        runtime = given.get("TESTWRIGHT_RUNTIME", "")
        if runtime and runtime not in RUNTIMES:
            raise SandboxUnavailable(f"TESTWRIGHT_RUNTIME is {runtime!r}; set it to one of {', '.join(RUNTIMES)}")
        return cls(
            **asdict(Bounds.from_environment(given)),
            runtime=runtime,
            image=given.get("TESTWRIGHT_IMAGE") or IMAGE,
            userns=given.get("TESTWRIGHT_USERNS", ""),
            host=host or given.get("DOCKER_HOST", ""),
            campaign=campaign,
        )

    def image_of(self, tools: str) -> str:
        """Return the name of the image with these tools; the operator's own is one for Python."""
        return self.image if tools == "python" else f"testwright-{tools}"
