"""What a command sees of the machine in a bubblewrap box, as options of bubblewrap."""

# ruff: noqa: S108 - these folders are the box's own
import os
from collections.abc import Iterable
from pathlib import Path

from runners.sandboxes.folders import OWNER
from runners.sandboxes.wardened import within
from testwright.model import Command

SCRATCH = "/scratch"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = (
    "alternatives ca-certificates ca-certificates.conf fonts gai.conf host.conf java-17-openjdk java-21-openjdk java-25-openjdk ld.so.cache"
    " ld.so.conf ld.so.conf.d localtime mime.types nsswitch.conf pki protocols python3 python3.11 services ssl/certs ssl/openssl.cnf"
)
"""What programs look up in /etc and holds no secret."""
_HIDDEN_FILES = "kcore keys key-users kallsyms kmsg timer_list sched_debug latency_stats config.gz"
_HIDDEN_FOLDERS = "acpi scsi"


def options(command: Command, room: str, *, own_user: bool) -> list[str]:
    """Return the options for one run whose written files lie in `room`; `own_user` makes a user namespace too."""
    return [
        *_namespaces(command, own_user),
        *_system(),
        *_settings(command, room),
        *("--proc", "/proc", "--dev", "/dev", "--bind", f"{room}/shm", "/dev/shm", "--bind", f"{room}/tmp", "/tmp"),
        *_masks(),
        *("--bind", f"{room}/scratch", SCRATCH),
        *_shown(command),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", within(SCRATCH, command.cwd)),
    ]


def _namespaces(command: Command, own_user: bool) -> list[str]:
    chosen = ["--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox"]
    chosen += [] if command.network else ["--unshare-net"]
    chosen += ["--new-session", "--die-with-parent", "--cap-drop", "ALL", "--seccomp", "9", "--json-status-fd", "8"]
    if own_user:
        return [*chosen, "--unshare-user", "--uid", str(OWNER), "--gid", str(OWNER)]
    # Root steps down inside, and loses these by doing so.
    return [*chosen, *_each("--cap-add", ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"))]


def _system() -> list[str]:
    """Show the folders of the operating system as they are: a link stays a link."""
    links = [word for path in map(Path, _SYSTEM) if path.is_symlink() for word in ("--symlink", str(path.readlink()), str(path))]
    folders = [path for path in _SYSTEM if Path(path).is_dir() and not Path(path).is_symlink()]
    return [*_same("--ro-bind", folders), *links]


def _settings(command: Command, room: str) -> list[str]:
    chosen = [*_folder("/etc"), *_folder("/etc/ssl"), *_same("--ro-bind-try", [f"/etc/{name}" for name in _SETTINGS.split()])]
    if command.network:
        for name in ("/etc/resolv.conf", "/etc/hosts"):
            chosen += ["--ro-bind-try", os.path.realpath(name), name]
    for name in ("passwd", "group"):
        chosen += ["--ro-bind", f"{room}/{name}", f"/etc/{name}"]
    return chosen


def _masks() -> list[str]:
    """Hide what /proc tells of the machine to anyone."""
    chosen: list[str] = []
    for name in _HIDDEN_FILES.split():
        chosen += ["--ro-bind", "/dev/null", f"/proc/{name}"] if Path("/proc", name).exists() else []
    for name in _HIDDEN_FOLDERS.split():
        path = f"/proc/{name}"
        if Path(path).is_dir():
            chosen += ["--perms", "0555", "--size", "4096", "--tmpfs", path, "--remount-ro", path]
    return chosen


def _shown(command: Command) -> list[str]:
    """Show what may be read, and open what may be changed, at the paths that they have outside.

    Outermost first: what lies inside of something else has to be mounted after it. The folders on the way there are made, and are empty.
    """
    chosen: list[str] = []
    shown = [*_SYSTEM]
    for path in sorted({*command.reads, *command.writes}):
        writable = path in command.writes
        if not writable and any(_lies_in(path, top) for top in shown):
            continue
        for way in [str(parent) for parent in reversed(Path(path).parents)][1:]:
            chosen += [] if any(_lies_in(way, top) for top in shown) else _folder(way)
        chosen += ["--bind" if writable else "--ro-bind", os.path.realpath(path), path]
        shown.append(path)
    return chosen


def _lies_in(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip("/") + "/")


def _folder(path: str) -> list[str]:
    return ["--perms", "0755", "--dir", path]


def _same(option: str, paths: Iterable[str]) -> list[str]:
    return [word for path in paths for word in (option, path, path)]


def _each(option: str, values: Iterable[str]) -> list[str]:
    return [word for value in values for word in (option, value)]
