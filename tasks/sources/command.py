"""Ask git: with the user's own settings and credentials, but without a prompt, a hook or a program that a repository names."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

from tasks.sources.naming import redact
from testwright.errors import CheckoutFailed

_SAFE = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.askPass=",
    "credential.interactive=false",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.detachedHead=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=30",
    "protocol.version=2",
)
_MISLEADING = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_CEILING_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_TRACE",
    "GIT_EXTERNAL_DIFF",
    "SSH_ASKPASS",
    "GIT_ATTR_SOURCE",
)
_LARGEST_FILE = 4 * 2**30


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    return kept | {
        "GIT_TERMINAL_PROMPT": "0",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
        "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }


def argv(*arguments: str) -> list[str]:
    """The command line of a git that runs nothing of the repository it looks at, and writes no file beyond bounds."""
    settings = [part for setting in _SAFE for part in ("-c", setting)]
    return ["sh", "-c", f'ulimit -f {_LARGEST_FILE // 512}; exec "$@"', "sh", "git", *settings, *arguments]


def start(where: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start git in a session of its own: it has no terminal to ask on, and can be ended with all it started."""
    return subprocess.Popen(
        argv(*arguments),
        cwd=where,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def ask(where: Path, *arguments: str, seconds: float = 60) -> "subprocess.CompletedProcess[bytes]":
    """Run git to its end; exit code 124 when it was too slow, 127 when there is no git."""
    try:
        process = start(where, *arguments)
    except OSError as error:
        return subprocess.CompletedProcess(arguments, 127, b"", f"fatal: git cannot be started: {error.strerror}".encode())
    with process:
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            end(process)
            return subprocess.CompletedProcess(arguments, 124, b"", f"fatal: no end after {seconds:g} seconds".encode())
        except BaseException:  # Ctrl-C must not leave git running
            end(process)
            raise
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def end(process: "subprocess.Popen[bytes]") -> None:
    """End git and everything it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def reason(stderr: bytes) -> str:
    """The one line of git's complaint that says why."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    fatal = next((line for line in lines if line.startswith("fatal:")), "")
    if not fatal or "Could not read from remote repository" in fatal:  # ssh said why, one line above
        before = [line for line in lines if not line.startswith(("fatal:", "warning:", "Please make sure", "and the repository", "hint:"))]
        fatal = before[-1] if before else fatal
    return fatal.removeprefix("fatal:").removeprefix("error:").strip() or "git gave no reason"


def must(where: Path, what: str, *arguments: str, seconds: float = 60) -> bytes:
    """What git answered.

    Raises:
        CheckoutFailed: git failed; the line begins with `what`.
    """
    done = ask(where, *arguments, seconds=seconds)
    if done.returncode != 0:
        raise CheckoutFailed(f"{what}: {redact(reason(done.stderr))}.")
    return done.stdout
