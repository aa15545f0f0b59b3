"""Folders in memory that outlive a container, and the keeper through which they are filled, read and wiped.

A container's own folders in memory die with it, and the engine's archive calls cannot reach them; a volume in memory lives as long as some
container uses it. The keeper is that container.
"""

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any

from runners.sandboxes import docker_profile
from runners.sandboxes.docker_settings import DockerSettings
from runners.sandboxes.warden import bundle, keeper, protocol

_TOGETHER = 8
"""Shelves of one keeper."""
_PATIENCE = 60.0
_STDOUT = 1


class KeeperGone(OSError):
    """The keeper does not answer any more; its shelves cannot be used."""


class Shelf:
    """One folder in memory, for one box at a time."""

    def __init__(self, rack: "Rack", number: int, volume: str) -> None:
        self.rack, self.volume, self._number = rack, volume, number

    def fill(self, into: str, files: Mapping[str, bytes]) -> None:
        """Write files below a folder of the shelf."""
        self.rack.ask({"do": "fill", "shelf": self._number, "into": into}, files)

    def read(self, results: tuple[str, ...], largest: int, total: int, output: int) -> tuple[dict[str, Any], dict[str, bytes]]:
        """Return what a box left: the expected results, and the beginning of what it printed."""
        return self.rack.ask(
            {"do": "read", "shelf": self._number, "results": results, "largest": largest, "total": total, "output": output}, {}
        )

    def wipe(self) -> bool:
        """Empty the shelf; False when something could not be removed."""
        return bool(self.rack.ask({"do": "wipe", "shelf": self._number}, {})[0]["clean"])


class Rack:
    """A keeper and its shelves, all of one size."""

    def __init__(self, api: Any, room: int, image: str, settings: DockerSettings, labels: Mapping[str, str], name: str) -> None:
        self.room, self.broken, self._api, self._turn = room, False, api, threading.Lock()
        self._volumes = [f"{name}-{number}" for number in range(_TOGETHER)]
        for volume in self._volumes:
            api.create_volume(volume, driver="local", driver_opts=docker_profile.volume_options(room), labels=dict(labels))
        places = {f"{keeper.SHELVES}/{number}": volume for number, volume in enumerate(self._volumes)}
        request = docker_profile.keeper(bundle.keeper(), image, places, settings, labels)
        self._container = api.create_container_from_config(request, f"{name}-keeper")["Id"]
        stream = api.attach_socket(self._container, params={"stdin": 1, "stdout": 1, "stream": 1})
        self._stream, self._socket = stream, _plain(stream)
        self._socket.settimeout(_PATIENCE)
        api.start(self._container)
        self.shelves = [Shelf(self, number, volume) for number, volume in enumerate(self._volumes)]

    def ask(self, head: Mapping[str, Any], files: Mapping[str, bytes]) -> tuple[dict[str, Any], dict[str, bytes]]:
        """Send one message and return the answer.

        Raises:
            KeeperGone: when there is none.
        """
        with self._turn:
            if self.broken:
                raise KeeperGone("the keeper of the results is gone")
            try:
                self._socket.sendall(protocol.pack(head, files))
                return protocol.unpack(self._answer())
            except (OSError, ValueError) as error:
                self.broken = True
                raise KeeperGone(f"the keeper of the results does not answer: {error}") from error

    def _answer(self) -> bytes:
        message = bytearray()
        size = None
        while size is None or len(message) < size:
            message += self._frame()
            size = size or protocol.size_so_far(message)
        return bytes(message)

    def _frame(self) -> bytes:
        """Return the next piece of the keeper's standard output; the engine puts a head before each."""
        while True:
            head = self._exactly(8)
            piece = self._exactly(int.from_bytes(head[4:], "big"))
            if head[0] == _STDOUT:
                return piece

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            chunk = self._socket.recv(min(size - len(data), 1 << 20))
            if not chunk:
                raise EOFError("it ended")
            data += chunk
        return bytes(data)

    def close(self) -> None:
        """Remove the keeper and its volumes; the stream first, since an engine waits for whoever does not read it."""
        self.broken = True
        with contextlib.suppress(OSError):
            self._socket.close()
            self._stream.close()
        remove(self._api, [self._container], self._volumes)


def remove(api: Any, containers: list[str], volumes: list[str]) -> None:
    """Remove containers and volumes; what is gone already is fine."""
    for container in containers:
        _gone(api.remove_container, container, force=True, v=True)
    for volume in volumes:
        _gone(api.remove_volume, volume, force=True)


def _gone(action: Any, *arguments: Any, **named: Any) -> None:
    try:
        action(*arguments, **named)
    except OSError as error:  # every error of the engine is one
        if getattr(getattr(error, "response", None), "status_code", 0) not in (404, 409):
            raise


def _plain(stream: Any) -> socket.socket:
    """The socket below what the SDK returns."""
    inner: socket.socket = getattr(stream, "_sock", stream)
    return inner


class Shelves:
    """All racks of one sandbox. Safe to call from several threads."""

    def __init__(self, api: Any, image: str, settings: DockerSettings, labels: Mapping[str, str], prefix: str) -> None:
        self._api, self._image, self._settings, self._labels, self._prefix = api, image, settings, labels, prefix
        self._racks: list[Rack] = []
        self._free: dict[int, list[Shelf]] = {}
        self._lock = threading.Lock()

    def take(self, room: int) -> Shelf:
        """Return an empty shelf of at least `room` MiB that nobody else has."""
        size = 1 << max(4, (room - 1).bit_length())
        with self._lock:
            free = self._free.setdefault(size, [])
            while free:
                shelf = free.pop()
                if not shelf.rack.broken:
                    return shelf
            rack = Rack(self._api, size, self._image, self._settings, self._labels, f"{self._prefix}-{len(self._racks)}")
            self._racks.append(rack)
            free += rack.shelves[1:]
            return rack.shelves[0]

    def give_back(self, shelf: Shelf) -> None:
        """Wipe a shelf for the next box; one that does not come clean is not used again."""
        try:
            clean = shelf.wipe()
        except KeeperGone:
            return
        if clean:
            with self._lock:
                self._free[shelf.rack.room].append(shelf)

    def close(self) -> None:
        """Remove everything."""
        with self._lock:
            racks, self._racks, self._free = self._racks, [], {}
        for rack in racks:
            rack.close()
