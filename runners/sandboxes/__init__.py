"""The sandboxes: places where code that nobody vetted may run. `choose` picks one."""

from importlib import import_module

from runners.sandboxes.base import Sandbox
from testwright.errors import SandboxUnavailable

SANDBOXES = {
    "docker": "runners.sandboxes.docker:DockerSandbox",
    "bubblewrap": "runners.sandboxes.bubblewrap:BubblewrapSandbox",
    "process": "runners.sandboxes.process:ProcessSandbox",
}
"""Name → where it is; loaded only when it is asked for. The first two are tried in this order by `auto`."""

__all__ = ["SANDBOXES", "Sandbox", "choose"]


def choose(name: str = "auto") -> Sandbox:
    """Return the sandbox of that name, its self-check passed; `auto` takes docker, then bubblewrap, and never falls to `process`.

    Raises:
        SandboxUnavailable: when it cannot be used here; the message says what to do.
    """
    if name != "auto":
        return _checked(name)
    reasons = []
    for candidate in ("docker", "bubblewrap"):
        try:
            return _checked(candidate)
        except SandboxUnavailable as refusal:
            reasons.append(f"{candidate}: {refusal}")
    raise SandboxUnavailable(f"install Docker or bubblewrap (`apt-get install bubblewrap`) to run untrusted code ({'; '.join(reasons)})")


def _checked(name: str) -> Sandbox:
    if name not in SANDBOXES:
        raise SandboxUnavailable(f"there is no sandbox {name!r}; take one of auto, {', '.join(SANDBOXES)}")
    module, _, kind = SANDBOXES[name].partition(":")
    sandbox: Sandbox = getattr(import_module(module), kind)()
    sandbox.check()
    return sandbox
