"""The default: a fresh container for each command, with every wall that the engine can build."""

import atexit
import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import docker  # type: ignore[import-untyped]
from docker.errors import APIError, DockerException, ImageNotFound  # type: ignore[import-untyped]
from requests.exceptions import RequestException

from runners.sandboxes import docker_profile, docker_reaper
from runners.sandboxes.docker_settings import RUNTIMES, DockerSettings
from runners.sandboxes.docker_shelves import Shelf, Shelves
from runners.sandboxes.folders import let_read, let_write, weight
from runners.sandboxes.selfcheck import verify
from runners.sandboxes.wardened import LARGEST_RESULT, LARGEST_RESULTS, check_paths, ended
from testwright.errors import SandboxUnavailable
from testwright.model import Command, Ending, Limits, Output

_MIB = 1 << 20
_TRUST = ("MemoryLimit", "SwapLimit", "PidsLimit", "CpuCfsQuota")
"""What the engine has to be able to limit; without it, some accept the limits and keep none."""


class DockerSandbox:
    """Runs each command in a container of its own."""

    name = "docker"

    def __init__(self, settings: DockerSettings | None = None) -> None:
        self._settings = settings or DockerSettings.from_environment()
        self._session = f"{os.getpid()}-{secrets.token_hex(4)}"
        campaign = {docker_profile.CAMPAIGN: self._settings.campaign} if self._settings.campaign else {}
        self._labels = {docker_profile.LABEL: self._session, **campaign}
        self._lock, self._checking = threading.Lock(), threading.Lock()
        self._checked: tuple[str, ...] = ()
        self._images: dict[str, str] = {}
        self._made: Shelves | None = None

    # ---- the engine ----------------------------------------------------------------------------------------------

    @cached_property
    def _api(self) -> Any:
        try:
            client = docker.from_env(timeout=60, max_pool_size=64, environment={**os.environ, "DOCKER_HOST": self._settings.host})
            client.ping()
        except (DockerException, RequestException, OSError) as error:
            where = self._settings.host or "the usual socket"
            raise SandboxUnavailable(f"no Docker engine answers at {where}; start one (`dockerd`) or set DOCKER_HOST ({error})") from error
        return client.api

    @cached_property
    def _cpus(self) -> float:
        """An engine refuses to give more than there are."""
        return float(self._api.info()["NCPU"])

    @cached_property
    def _image(self) -> str:
        return self._image_with("python")

    def _image_with(self, tools: str) -> str:
        """Return the digest of the image that has these tools."""
        if tools not in self._images:
            name = self._settings.image_of(tools)
            try:
                image = self._api.inspect_image(name)
            except ImageNotFound:
                raise SandboxUnavailable(f"the image {name} is missing; make it with `make images`") from None
            if image["Config"].get("Volumes"):
                raise SandboxUnavailable(f"the image {name} has volumes, which stay writable without bound; build one without")
            self._images[tools] = str(image["Id"])
        return self._images[tools]

    @property
    def _shelves(self) -> Shelves:
        with self._lock:
            if self._made is None:
                self._made = Shelves(self._api, self._image, self._settings, self._labels, f"testwright-{self._session}")
                docker_reaper.watch(self._session, self._settings.host)
                atexit.register(self.close)
            return self._made

    @property
    def images(self) -> Mapping[str, str]:
        """Name → digest of the images that commands have run in so far."""
        return {self._settings.image_of(tools): digest for tools, digest in sorted(self._images.items())}

    def identity(self, image: str = "python") -> str:
        """The digest of the image with these tools: another image may hold another interpreter."""
        return f"docker-{self._image_with(image)}"

    def check(self) -> tuple[str, ...]:
        """Try to break out of a container, and say what it holds.

        Raises:
            SandboxUnavailable: when there is no engine or image, a setting cannot be honoured, or a promise does not hold.
        """
        with self._checking:
            if not self._checked:
                self._examine()
                docker_reaper.reap(self._api)
                self._checked = (*self._see_the_same_files(), *verify(self, "python3", variables="HOSTNAME"))
            return self._checked

    def _examine(self) -> None:
        information = self._api.info()
        runtime = self._settings.runtime
        if runtime and runtime not in information.get("Runtimes", {}):
            raise SandboxUnavailable(
                f"this engine does not know the runtime {runtime!r}; install {RUNTIMES[runtime]} and restart the engine"
            )
        if not any("seccomp" in option for option in information.get("SecurityOptions", [])):
            raise SandboxUnavailable("this engine filters no system calls; use one that has seccomp")
        lacking = [name for name in _TRUST if not information.get(name)]
        if lacking:
            raise SandboxUnavailable(f"this engine cannot limit what containers use ({', '.join(lacking)}); it needs cgroups of its own")
        self._image  # noqa: B018 - says what is missing

    def _see_the_same_files(self) -> tuple[str, ...]:
        """An engine on another machine has other files at the paths that commands name."""
        folder = tempfile.mkdtemp(prefix="testwright-")
        try:
            token = secrets.token_hex(8)
            Path(folder, "token").write_text(token)
            output = self.run(Command(("cat", f"{folder}/token"), Limits(seconds=30, memory=64, scratch=16), reads=(folder,)))
        finally:
            shutil.rmtree(folder)
        if output.stdout.decode(errors="replace") != token:
            where = self._settings.host or "the engine"
            why = output.reason or "it sees other files"
            raise SandboxUnavailable(
                f"{where} must be on this machine, since sources and environments are shared with it as folders ({why})"
            )
        return (f"image {self._image}", f"runtime {self._settings.runtime or 'runc'}")

    # ---- one run -------------------------------------------------------------------------------------------------

    def run(self, command: Command) -> Output:
        """Run `command` in a fresh container."""
        check_paths(command)
        output = self._try(command)
        return self._try(command) if output.ending is Ending.INFRASTRUCTURE else output

    def _try(self, command: Command) -> Output:
        try:
            bounded = self._settings.bound(command.limits)
            return self._run(command, replace(bounded, cpus=min(bounded.cpus, self._cpus)))
        except SandboxUnavailable as refusal:
            return Output(Ending.INFRASTRUCTURE, None, reason=str(refusal))
        except (DockerException, RequestException, OSError, subprocess.CalledProcessError) as error:
            text = error.explanation if isinstance(error, APIError) else str(error)
            return Output(Ending.INFRASTRUCTURE, None, reason=f"the engine: {' '.join(str(text).split())[:500]}")

    def _run(self, command: Command, limits: Limits) -> Output:
        self._open(command)
        added = sum(map(len, command.files.values())) * (2 if command.copies else 1) + sum(map(weight, command.copies.values()))
        room = limits.scratch + -(-added // _MIB)
        shelf = self._shelves.take(room)
        try:
            if command.files:
                shelf.fill("files" if command.copies else "scratch", command.files)
            return self._in_container(command, limits, shelf)
        finally:
            self._shelves.give_back(shelf)

    def _open(self, command: Command) -> None:
        """Root's own folders have to be opened to the user of the box; any other user is that user."""
        for path in (*command.reads, *command.copies.values()):
            let_read(path)
        for path in command.writes:
            let_write(path)

    def _in_container(self, command: Command, limits: Limits, shelf: Shelf) -> Output:
        labels = {**self._labels, docker_profile.DEADLINE: str(int(time.time() + limits.seconds) + 60)}
        request = docker_profile.box(
            command, limits, self._image_with(command.image), shelf.volume, shelf.rack.room, self._settings, labels
        )
        container = self._api.create_container_from_config(request)["Id"]
        try:
            began = time.monotonic()
            self._api.start(container)
            code, stopped = self._wait(container, limits)
            seconds = time.monotonic() - began
            state = self._api.inspect_container(container)["State"]
        finally:
            with contextlib.suppress(APIError):
                self._api.remove_container(container, force=True, v=True)
        if state["Status"] != "exited":
            return Output(Ending.INFRASTRUCTURE, None, reason=f"the container was taken away while it ran (it is {state['Status']})")
        return _output(command, limits, shelf, code, stopped, bool(state.get("OOMKilled")), seconds)

    def _wait(self, container: str, limits: Limits) -> tuple[int, str]:
        """Return the exit code, and which limit made us end it."""
        try:
            return int(self._api.wait(container, timeout=limits.seconds)["StatusCode"]), ""
        except RequestException:
            stopped = "process limit" if self._crowded(container, limits) else "timeout"
        with contextlib.suppress(APIError):  # it may have ended just now
            self._api.kill(container, "SIGKILL")
        return int(self._api.wait(container, timeout=30)["StatusCode"]), stopped

    def _crowded(self, container: str, limits: Limits) -> bool:
        with contextlib.suppress(APIError, RequestException):
            pids = self._api.stats(container, stream=False, one_shot=True).get("pids_stats", {})
            return int(pids.get("current", 0)) >= limits.processes - 1
        return False

    def close(self) -> None:
        """Remove everything that this sandbox made; at the end of the program it happens by itself."""
        with self._lock:
            made, self._made = self._made, None
        if made:
            with contextlib.suppress(DockerException, RequestException, OSError):
                made.close()

    def reap(self) -> int:
        """Remove what controllers that are gone left behind; return how much it was."""
        return docker_reaper.reap(self._api)


def _output(command: Command, limits: Limits, shelf: Shelf, code: int, stopped: str, starved: bool, seconds: float) -> Output:
    total, largest = min(limits.scratch, LARGEST_RESULTS) * _MIB, min(limits.file_size, LARGEST_RESULT) * _MIB
    reply, files = shelf.read(command.results, largest, total, limits.output * _MIB)
    stdout, stderr = files.pop("stdout", b""), files.pop("stderr", b"")
    overflowed = any(size > limits.output * _MIB for size in reply["printed"].values())
    if code == 125 and not reply["begun"]:
        last = stderr.decode(errors="replace").strip().rpartition("\n")[2]
        return Output(Ending.INFRASTRUCTURE, None, stdout, stderr, reason=f"the box could not be filled: {last}")
    ending, exit_code, reason = _ending(limits, code, stopped, starved, overflowed, seconds)
    results = {name.removeprefix("file:"): data for name, data in files.items()}
    return Output(ending, exit_code, stdout, stderr, results, seconds, reason or "; ".join(reply["refused"]))


def _ending(limits: Limits, code: int, stopped: str, starved: bool, overflowed: bool, seconds: float) -> tuple[Ending, int | None, str]:
    """What our own deed explains comes first, then what the kernel did, then the exit code: 137 alone may be any of them."""
    if stopped == "process limit":
        return Ending.PROCESS_LIMIT, None, f"had {limits.processes} processes and threads until its deadline"
    if stopped or (code == 137 and seconds >= limits.seconds):
        return Ending.TIMEOUT, None, f"not done after {limits.seconds:g} s"
    if starved and code == 137:
        return Ending.OUT_OF_MEMORY, None, f"used more than {limits.memory} MiB"
    if overflowed and code > 128:
        return Ending.OUTPUT_LIMIT, None, f"printed more than {limits.output} MiB and was stopped"
    if starved:
        return Ending.CHILD_OUT_OF_MEMORY, code, f"a process of it was killed for using more than {limits.memory} MiB together"
    return ended(128 - code if 128 < code < 160 else code, overflowed, limits.output)
