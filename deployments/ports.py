"""Ports of this machine for a server of ours."""

import socket
from collections.abc import Collection
from urllib.parse import urlsplit

from deployments.services import ServiceFailed

TAKEN = "already in use"
"""What a server says when somebody else has its port, be it Prefect, uvicorn or the system."""


def free(wanted: int, first: int, lost: Collection[int] = ()) -> int:
    """A port that nobody has now: the wanted one, else one of the hundred from `first`, else any; none of `lost`."""
    for port in (wanted, *range(first, first + 100), 0):
        if port in lost:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            return int(probe.getsockname()[1])
    raise ServiceFailed("no free port on 127.0.0.1")


def of(address: str) -> int:
    """The port that an address names."""
    return urlsplit(address).port or 80
