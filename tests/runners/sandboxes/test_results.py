"""Reading what hostile code left, and messages that are cut or forged: bounded, and never through a link."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runners.sandboxes.folders import remove
from runners.sandboxes.warden import protocol, scratch

CANARY = b"canary of the host"
NAMES = st.sampled_from(["a", "b", "c", "a/b", "a/b/c", "b/a", "c/a/b", "a/a"])
KINDS = [
    "file",
    "folder",
    "link to canary",
    "link to folder",
    "link to itself",
    "link up",
    "pipe",
    "hard link",
    "sparse",
    "unreadable",
    "socket",
]


def plant(root: Path, name: str, kind: str, canary: Path) -> None:
    path = root / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _PLANTERS[kind](path, canary)
    except (OSError, ValueError):
        return  # something else is in its way: that is a tree too


def _sparse(path: Path, _: Path) -> None:
    path.touch(exist_ok=False)
    os.truncate(path, 1 << 40)


def _unreadable(path: Path, _: Path) -> None:
    with path.open("xb") as file:
        file.write(b"mine")
    path.chmod(0)


def _socket(path: Path, _: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


_PLANTERS: dict[str, Callable[[Path, Path], object]] = {
    "file": lambda path, _: path.open("xb").write(b"mine"),
    "folder": lambda path, _: path.mkdir(),
    "link to canary": lambda path, canary: path.symlink_to(canary),
    "link to folder": lambda path, canary: path.symlink_to(canary.parent),
    "link to itself": lambda path, _: path.symlink_to(path),
    "link up": lambda path, _: path.symlink_to(".."),
    "pipe": lambda path, _: os.mkfifo(path),
    "hard link": lambda path, canary: path.hardlink_to(canary),
    "sparse": _sparse,
    "unreadable": _unreadable,
    "socket": _socket,
}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(NAMES, st.sampled_from(KINDS)), max_size=8))
def test_no_tree_makes_the_reader_tell_what_is_outside(tmp_path_factory: pytest.TempPathFactory, tree: list[tuple[str, str]]) -> None:
    top = tmp_path_factory.mktemp("t", numbered=True)
    canary = top / "outside" / "a"
    canary.parent.mkdir()
    canary.write_bytes(CANARY)
    root = top / "root"
    root.mkdir()
    for name, kind in tree:
        plant(root, name, kind, canary)
    wanted = ["a", "b", "c", "a/b", "a/b/c", "b/a", "c/a/b", "a/a", "../outside/a", str(canary), "", "..", "a/../../outside/a", "a\0b"]
    files, refused = scratch.read_results(str(root), wanted, 1000, 2000)
    assert set(files.values()) <= {b"mine"}
    assert len(refused) <= len(wanted)
    remove(str(root))
    assert not root.exists()
    assert canary.read_bytes() == CANARY


@given(st.binary(max_size=300))
def test_a_message_of_any_bytes_is_refused_or_read(data: bytes) -> None:
    try:
        head, blobs = protocol.unpack(data)
    except (ValueError, KeyError, TypeError):
        return
    assert isinstance(head, dict)
    assert sum(map(len, blobs.values())) <= len(data)


@given(st.dictionaries(st.text(max_size=20), st.binary(max_size=200), max_size=6), st.integers(0, 400))
def test_a_message_survives_whole_and_is_refused_when_it_is_cut(blobs: dict[str, bytes], cut: int) -> None:
    message = protocol.pack({"n": 1}, blobs)
    assert protocol.unpack(message) == ({"n": 1}, blobs)
    assert protocol.size_so_far(message) == len(message)
    if 0 < cut < len(message) and any(blobs.values()):
        with pytest.raises(ValueError, match="cut short"):
            protocol.unpack(message[:-cut] if len(message) - cut < 8 or cut <= sum(map(len, blobs.values())) else message[:8])


def test_a_result_larger_than_its_bound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(1001))
    (tmp_path / "fits").write_bytes(bytes(1000))
    files, refused = scratch.read_results(str(tmp_path), ["large", "fits"], 1000, 10_000)
    assert files == {"fits": bytes(1000)}
    assert refused == ["large: larger than 1000 bytes"]


def test_results_share_one_bound(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_bytes(bytes(400))
    files, refused = scratch.read_results(str(tmp_path), "abc", 1000, 1000)
    assert sorted(files) == ["a", "b"]
    assert refused == ["c: larger than 200 bytes"]


def test_a_pipe_does_not_hold_the_reader(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert scratch.read_results(str(tmp_path), ["pipe"], 10, 10) == ({}, ["pipe: not a regular file"])
    assert scratch.read_start(str(tmp_path), "pipe", 10) == (b"", 0)


def test_the_beginning_of_what_was_printed_comes_with_the_size_of_the_whole(tmp_path: Path) -> None:
    (tmp_path / "stdout").write_bytes(b"0123456789")
    assert scratch.read_start(str(tmp_path), "stdout", 4) == (b"0123", 10)
    assert scratch.read_start(str(tmp_path), "missing", 4) == (b"", 0)
