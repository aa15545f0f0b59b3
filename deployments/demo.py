"""`make demo`: a campaign on one well-known package, in the best sandbox that is here."""

from deployments.run import run_campaign
from testwright.campaign import Campaign, SandboxName
from testwright.errors import SandboxUnavailable

PACKAGE = "pypi:python-string-utils==1.0.0"
SECONDS_PER_FILE = 20


def demonstrate(*, verbose: bool = False) -> int:
    """Run the demonstration; returns the exit status."""
    print(f"Testwright gives {PACKAGE.removeprefix('pypi:')} its tests: its source distribution has none.")
    name = _sandbox()
    print("The server stays up for its page; `make down` stops it.")
    return run_campaign(Campaign(sources=(PACKAGE,), sandbox=name, seconds_per_file=SECONDS_PER_FILE), verbose=verbose)


def _sandbox() -> SandboxName:
    """The best isolation that works here; for this one package, and only here, none if there is none."""
    from runners.sandboxes import choose

    try:
        sandbox = choose(SandboxName.AUTO)
        sandbox.check()
    except SandboxUnavailable as problem:
        print(f"No sandbox works on this machine ({problem}).")
        print("So this one well-known package runs without isolation (sandbox 'process'). No other campaign does that by itself.")
        return SandboxName.PROCESS
    print(f"Sandbox: {sandbox.name}")
    return SandboxName(sandbox.name)
