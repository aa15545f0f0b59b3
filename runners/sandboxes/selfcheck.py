"""Run the probe in a real box, and refuse a sandbox that does not hold what it promises."""

import json
import pwd
from pathlib import Path

from runners.sandboxes.base import Sandbox
from testwright.errors import SandboxUnavailable
from testwright.model import Command, Ending, Limits

PROMISES = {
    "network": "no network, and no name can be looked up",
    "privileges": "no capability, no new privileges, a user of its own",
    "sockets": "no socket that reaches past the network namespace",
    "calls": "no io_uring, keyring, namespace, mount or debugging call",
    "foreign calls": "a call of another machine interface kills the process",
    "system": "the system is read-only",
    "storage": "what is written is bounded in bytes and files",
    "limits": "file size, open files, memory and core dumps are limited",
    "processes": "no process of the machine is visible",
    "inheritance": "no variable, descriptor or host name comes in",
    "secrets": "no socket of an engine, no password file, nothing of root's home, no kernel memory, no variable of the first process",
}
_VARIABLES = (
    "PATH HOME TMPDIR USER LOGNAME LANG LC_ALL LC_CTYPE TZ CI PWD HOSTNAME SHLVL _ PYTHONDONTWRITEBYTECODE PYTHONNOUSERSITE PYTHONHASHSEED"
)
_SCRATCH = 64


def verify(sandbox: Sandbox, python: str, reads: tuple[str, ...] = (), variables: str = "") -> tuple[str, ...]:
    """Return the promises, all kept.

    Raises:
        SandboxUnavailable: naming each promise that is broken and what was seen.
    """
    given = {
        "storage": (_SCRATCH + 64) << 20,
        "environment": f"{_VARIABLES} {variables}",
        "home": _home_of_root(),
        "reads": reads,
    }
    settings = json.dumps(given)
    probe = Path(__file__).with_name("probe.py").read_bytes()
    limits = Limits(seconds=60, memory=512, processes=64, scratch=_SCRATCH)
    output = sandbox.run(Command((python, "-I", "probe.py", settings), limits, files={"probe.py": probe}, reads=reads))
    if output.ending is not Ending.EXITED or output.exit_code != 0:
        last = output.reason or output.stderr.decode(errors="replace").strip().rpartition("\n")[2] or f"exit code {output.exit_code}"
        raise SandboxUnavailable(f"{sandbox.name} does not work on this machine: {last}")
    seen: dict[str, str] = json.loads(output.stdout)
    broken = [f"{PROMISES[name]} ({what})" for name, what in seen.items() if what] + [
        text for name, text in PROMISES.items() if name not in seen
    ]
    if broken:
        raise SandboxUnavailable(f"{sandbox.name} does not hold what it promises on this machine: {'; '.join(broken)}")
    return tuple(PROMISES.values())


def _home_of_root() -> str:
    """Where root lives on this machine; the box may not know."""
    return pwd.getpwuid(0).pw_dir
