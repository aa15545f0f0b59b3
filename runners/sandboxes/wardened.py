"""The controller's side of the warden: start it, feed it, take what the command prints, never wait for longer than agreed."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runners.sandboxes.warden import protocol, scratch
from runners.sandboxes.warden.main import STOP
from testwright.model import Command, Ending, Limits, Output

_HERE = Path(__file__).parent
_START = f"""
import sys
for name, folder in (("runners", {str(_HERE.parent)!r}), ("runners.sandboxes", {str(_HERE)!r})):
    sys.modules[name] = package = type(sys)(name)
    package.__path__ = [folder]
from runners.sandboxes.warden.main import main
main(int(sys.argv[1]))
"""
"""The packages above the warden load the whole table of nouns, which takes three times as long as all the warden does."""
_GRACE = 30.0
"""Seconds that the warden may take beyond the deadline, to copy, to kill and to read, on a busy machine."""
_MIB = 1 << 20
_LEAST = 64
LARGEST_RESULT, LARGEST_RESULTS = 64, 256
"""MiB that are taken out of a box at most, whatever it was allowed to write: the controller holds them in its own memory."""


def order(command: Command, box: str, folder: str) -> dict[str, Any]:
    """Return the part of an order that is the same everywhere, for a run whose scratch folder is `folder`; `box` is removed if we die.

    Raises:
        ValueError: for a path of the command that leaves the scratch folder.
    """
    check_paths(command)
    limits = command.limits
    return {
        "remove": box,
        "scratch": folder,
        "cwd": within(folder, command.cwd),
        "copies": dict(command.copies),
        "results": command.results,
        "rlimits": rlimits(limits),
        "seconds": limits.seconds,
        "memory": limits.memory,
        "processes": limits.processes,
        "largest": min(limits.file_size, LARGEST_RESULT) * _MIB,
        "total": min(limits.scratch, LARGEST_RESULTS) * _MIB,
    }


def check_paths(command: Command) -> None:
    """Look at every path of a command that has to lie in the scratch folder.

    Raises:
        ValueError: for one that does not.
    """
    within("", command.cwd)
    for name in (*command.files, *(name for name in command.copies if name not in ("", "."))):
        scratch.inside(name)


def within(folder: str, cwd: str) -> str:
    """Return the working folder that a command asks for, below `folder`."""
    return folder if cwd in ("", ".") else "/".join((folder, *scratch.inside(cwd)))


def fixed_environment(home: str, temporary: str) -> dict[str, str]:
    """Return all that a command sees of an environment unless it brings more."""
    return {
        "HOME": home,
        "TMPDIR": temporary,
        "USER": "sandbox",
        "LOGNAME": "sandbox",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "CI": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONHASHSEED": "0",
    }


def rlimits(limits: Limits) -> dict[str, int]:
    """Return the limits that the kernel keeps for each process by itself.

    RLIMIT_DATA is twice the memory: it stops absurd sizes at once, and counts neither what Node and Java only reserve nor much of a stack.
    It is never less than what an engine needs to start a container at all.
    """
    return {
        "RLIMIT_DATA": 2 * max(limits.memory, _LEAST) * _MIB,
        "RLIMIT_FSIZE": limits.file_size * _MIB,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 4096,
        "RLIMIT_MEMLOCK": 65536,
        "RLIMIT_CPU": int(limits.seconds * max(1.0, limits.cpus)) + 5,
    }


def run_wardened(command: Command, head: Mapping[str, Any]) -> Output:
    """Run the order `head` under a warden."""
    answer, gives = os.pipe()
    try:
        warden = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _START, str(gives)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            pass_fds=(gives,),
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        os.close(answer)
        return Output(Ending.INFRASTRUCTURE, None, reason=f"the warden could not be started: {error}")
    finally:
        os.close(gives)
    with warden:
        pump = _Pump(warden, answer, protocol.pack(head, command.files), command)
        try:
            pump.run()
        finally:
            _end(warden)
            pump.close()
    return _output(command, pump)


class _Pump:
    """Moves bytes between the controller and one warden without ever blocking on one of its pipes."""

    def __init__(self, warden: subprocess.Popen[bytes], answer: int, order: bytes, command: Command) -> None:
        self.warden, self.order, self.answer, self.late = warden, memoryview(order), answer, False
        self.cap = command.limits.output * _MIB
        self.flood = max(4 * self.cap, command.limits.file_size * _MIB)
        self.deadline = time.monotonic() + command.limits.seconds + _GRACE
        assert warden.stdin
        assert warden.stdout
        assert warden.stderr
        self.stdin = warden.stdin.fileno()
        self.kept = {warden.stdout.fileno(): bytearray(), warden.stderr.fileno(): bytearray(), answer: bytearray()}
        self.seen = dict.fromkeys(self.kept, 0)
        self.selector = selectors.DefaultSelector()
        for descriptor in self.kept:
            os.set_blocking(descriptor, False)
            self.selector.register(descriptor, selectors.EVENT_READ)
        os.set_blocking(self.stdin, False)
        self.selector.register(self.stdin, selectors.EVENT_WRITE)

    @property
    def streams(self) -> tuple[bytes, bytes, bytes]:
        """Return standard output, standard error and the reply."""
        first, second, third = (bytes(data) for data in self.kept.values())
        return first, second, third

    def run(self) -> None:
        """Pump until the warden has closed its answer, or is given up."""
        while self.answer in self.selector.get_map():
            left = self.deadline - time.monotonic()
            if left <= 0:
                self.late = True
                return
            for key, _ in self.selector.select(left):
                if key.fd == self.stdin:
                    self._feed()
                else:
                    self._take(key.fd)
        for descriptor in list(self.kept)[:2]:
            while descriptor in self.selector.get_map() and self._take(descriptor):
                pass

    def close(self) -> None:
        """Let go of everything."""
        self.selector.close()
        os.close(self.answer)

    def _feed(self) -> None:
        try:
            self.order = self.order[os.write(self.stdin, self.order[:65536]) :]
        except BrokenPipeError:
            self.order = self.order[:0]
        if not self.order:
            self.selector.unregister(self.stdin)

    def _take(self, descriptor: int) -> bool:
        """Read what is there; past the cap it is counted and dropped. False when there is nothing now."""
        try:
            chunk = os.read(descriptor, 65536)
        except BlockingIOError:
            return False
        if not chunk:
            self.selector.unregister(descriptor)
            return False
        kept = self.kept[descriptor]
        room = len(chunk) if descriptor == self.answer else self.cap - len(kept)
        kept += chunk[: max(0, room)]
        before, self.seen[descriptor] = self.seen[descriptor], self.seen[descriptor] + len(chunk)
        if descriptor != self.answer and before <= self.flood < self.seen[descriptor]:
            with contextlib.suppress(BrokenPipeError):
                os.write(self.stdin, STOP)
        return True

    @property
    def overflowed(self) -> bool:
        """True when something that was printed had to be dropped."""
        return any(seen > self.cap for descriptor, seen in self.seen.items() if descriptor != self.answer)


def _end(warden: subprocess.Popen[bytes]) -> None:
    """Closing its input tells a living warden to end its family; then it goes itself."""
    if warden.stdin:
        with contextlib.suppress(BrokenPipeError):
            warden.stdin.close()
    try:
        warden.wait(10)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(warden.pid, signal.SIGKILL)


def _output(command: Command, pump: _Pump) -> Output:
    stdout, stderr, answer = pump.streams
    if pump.late:
        return Output(Ending.TIMEOUT, None, stdout, stderr, seconds=command.limits.seconds, reason="did not end when it was told to")
    try:
        reply, files = protocol.unpack(answer)
    except ValueError:
        return Output(Ending.INFRASTRUCTURE, None, stdout, stderr, reason=f"the warden failed: {_last(stderr)}")
    ending, code, reason = _ending(reply, pump.overflowed, command)
    if ending is Ending.INFRASTRUCTURE:
        reason = f"{reason} ({_last(stderr)})"
    return Output(ending, code, stdout, stderr, files, reply["seconds"], reason or "; ".join(reply["refused"]))


def _last(stderr: bytes) -> str:
    return stderr.decode(errors="replace").strip().rpartition("\n")[2] or "it said nothing"


def _ending(reply: Mapping[str, Any], overflowed: bool, command: Command) -> tuple[Ending, int | None, str]:
    limits = command.limits
    match reply["ending"]:
        case "timeout":
            return Ending.TIMEOUT, None, f"not done after {limits.seconds:g} s"
        case "output limit":
            return Ending.OUTPUT_LIMIT, None, f"printed more than {limits.output} MiB and was stopped"
        case "out of memory":
            return Ending.OUT_OF_MEMORY, None, f"used more than {limits.memory} MiB"
        case "process limit":
            return Ending.PROCESS_LIMIT, None, f"had more than {limits.processes} processes and threads"
        case "ended":
            return ended(os.waitstatus_to_exitcode(reply["status"]), overflowed, limits.output)
    return Ending.INFRASTRUCTURE, None, f"the box: {reply['ending']}"


def ended(code: int, overflowed: bool, output: int) -> tuple[Ending, int | None, str]:
    """Say what an exit code means; negative ones are signals."""
    if code == -signal.SIGSYS:
        return Ending.VIOLATION, None, "killed for a system call that it may not make"
    if code < 0:
        return Ending.SIGNAL, None, f"killed by signal {-code} ({_signal_name(-code)})"
    if overflowed:
        return Ending.OUTPUT_LIMIT, code, f"printed more than {output} MiB; the rest was dropped"
    return Ending.EXITED, code, ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unnamed"
