"""The sandboxes: places where code that nobody vetted may run. `choose` picks one."""

import threading
from importlib import import_module

from runners.sandboxes.base import Sandbox
from runners.sandboxes.bounds import Bounds
from runners.sandboxes.docker_settings import DockerSettings
from testwright.errors import SandboxUnavailable

SANDBOXES = {
    "docker": "runners.sandboxes.docker:DockerSandbox",
    "bubblewrap": "runners.sandboxes.bubblewrap:BubblewrapSandbox",
    "process": "runners.sandboxes.process:ProcessSandbox",
}
"""Name → where it is; loaded only when it is asked for. The first two are tried in this order by `auto`."""

__all__ = ["SANDBOXES", "Sandbox", "choose"]


_chosen: dict[DockerSettings, Sandbox] = {}
"""Engines are asked much at the start, and what is made for one stays until the end."""
_choosing = threading.Lock()


def choose(name: str = "auto", *, campaign: str = "", host: str = "") -> Sandbox:
    """Return the sandbox of that name, its self-check passed; `auto` takes docker, then bubblewrap, and never falls to `process`.

    Asked again by the same campaign, it is the same one. `campaign` is written on what it makes; `host` is the engine to use instead of the
    one that DOCKER_HOST names.

    Raises:
        SandboxUnavailable: when it cannot be used here; the message says what to do.
    """
    if name != "auto":
        return _checked(name, campaign, host)
    reasons = []
    for candidate in ("docker", "bubblewrap"):
        try:
            return _checked(candidate, campaign, host)
        except SandboxUnavailable as refusal:
            reasons.append(f"{candidate}: {refusal}")
    raise SandboxUnavailable(f"install Docker or bubblewrap (`apt-get install bubblewrap`) to run untrusted code ({'; '.join(reasons)})")


def _checked(name: str, campaign: str, host: str) -> Sandbox:
    if name not in SANDBOXES:
        raise SandboxUnavailable(f"there is no sandbox {name!r}; take one of auto, {', '.join(SANDBOXES)}")
    module, _, kind = SANDBOXES[name].partition(":")
    make = getattr(import_module(module), kind)
    if name != "docker":
        sandbox: Sandbox = make(Bounds.from_environment())
        sandbox.check()
        return sandbox
    settings = DockerSettings.from_environment(host=host, campaign=campaign)
    with _choosing:
        if settings not in _chosen:
            sandbox = make(settings)
            sandbox.check()
            _chosen[settings] = sandbox
        return _chosen[settings]
