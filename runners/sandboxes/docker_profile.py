"""What is asked of the engine for each container: every wall there is, as plain values of Docker's API."""

import os
from collections.abc import Mapping
from typing import Any

from runners.sandboxes import seccomp
from runners.sandboxes.docker_settings import DockerSettings
from runners.sandboxes.folders import OWNER
from runners.sandboxes.wardened import fixed_environment, rlimits
from testwright.model import Command, Limits

BOX, COPIES = "/box", "/copies"
SCRATCH = f"{BOX}/scratch"
LABEL, CAMPAIGN, DEADLINE = "testwright.sandbox", "testwright.campaign", "testwright.deadline"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SYSTEM = ("/", *(f"{top}{name}" for top in ("/", "/usr/", "/usr/local/") for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32")))
_NEVER = frozenset((*_SYSTEM, "/usr", "/usr/local", "/usr/share", "/etc", "/dev", "/proc", "/sys", BOX, COPIES))
"""Places where the image's own files are needed."""
_TELLING = "acpi asound config.gz kcore keys key-users kallsyms kmsg latency_stats sched_debug scsi timer_list timer_stats"
_MASKED = [*(f"/proc/{name}" for name in _TELLING.split()), "/sys/firmware", "/sys/devices/virtual/powercap"]
"""What tells of the machine, and is of no use in a test: all that engines mask themselves, and more."""
_MIB = 1 << 20

_BEGIN = """
exec </dev/null >/box/stdout 2>/box/stderr
umask 022
mkdir -p "$HOME" /box/scratch || exit 125
deadline=$1 cwd=$2 copies=$3; shift 3; number=0
while [ "$number" -lt "$copies" ]; do
  target=/box/scratch/$1 source=/copies/$number
  if [ -d "$source" ]; then mkdir -p "$target" && cp -RP --preserve=mode,timestamps "$source/." "$target/" || exit 125
    find "$target" ! -type f ! -type d ! -type l -delete
  else mkdir -p "${target%/*}" && cp -P --preserve=mode,timestamps "$source" "$target" || exit 125; fi
  number=$((number + 1)); shift
done
if [ "$number" -gt 0 ] && [ -d /box/files ]; then cp -RP --remove-destination /box/files/. /box/scratch/ || exit 125; fi
mkdir -p "/box/scratch/$cwd" && cd "/box/scratch/$cwd" || exit 125
: > /box/begun; unset OLDPWD
exec timeout -s KILL "$deadline" "$@"
"""
"""A fixed text: what a command brings is an argument, never read by the shell. What it was given goes in, then it takes over."""
GRACE = 5
"""Seconds after which the box ends itself if nobody outside did."""


def user() -> tuple[int, int]:
    """Return who commands run as: whoever we are, unless that is root. Folders that we may read, they may read."""
    return (OWNER, OWNER) if os.geteuid() == 0 else (os.geteuid(), os.getegid())


def box(
    command: Command, limits: Limits, image: str, volume: str, room: int, settings: DockerSettings, labels: Mapping[str, str]
) -> dict[str, Any]:
    """Return the request for the container of one command; its scratch folder is in `volume`, which holds `room` MiB."""
    own = {**fixed_environment("/tmp/home", "/tmp"), "PATH": _PATH, **command.environment}  # noqa: S108 - the box's own
    memory = (limits.memory + room) * _MIB
    host = {
        **_walls(settings),
        "NetworkMode": "bridge" if command.network else "none",
        **({} if command.network else {"Dns": ["127.0.0.1"], "DnsSearch": ["."]}),
        "Memory": memory,
        "MemorySwap": memory,
        "PidsLimit": limits.processes,
        "NanoCpus": int(limits.cpus * 1e9),
        "Ulimits": ulimits(limits),
        "Tmpfs": {
            "/tmp": f"rw,nosuid,nodev,exec,size={room}m,nr_inodes=50k,mode=1777",  # noqa: S108
            "/dev/shm": "rw,nosuid,nodev,noexec,size=64m,nr_inodes=1k,mode=1777",  # noqa: S108
        },
        "Mounts": [_volume(BOX, volume), *_binds(command)],
    }
    arguments = [str(limits.seconds + GRACE), command.cwd or ".", str(len(command.copies)), *command.copies, *command.argv]
    return {
        **_identity(image, labels),
        "Entrypoint": ["sh", "-c", _BEGIN, "sh", *arguments],
        "Cmd": [],
        "Env": [f"{k}={v}" for k, v in own.items()],
        "HostConfig": host,
    }


def keeper(program: str, image: str, volumes: Mapping[str, str], settings: DockerSettings, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return the request for the container that keeps folders in memory; `volumes`: path → name."""
    host = {
        **_walls(settings),
        "NetworkMode": "none",
        "Memory": 1024 * _MIB,
        "MemorySwap": 1024 * _MIB,
        "PidsLimit": 16,
        "Mounts": [_volume(path, name) for path, name in volumes.items()],
    }
    stream = {"OpenStdin": True, "StdinOnce": True, "AttachStdin": True, "AttachStdout": True}
    return {
        **_identity(image, labels),
        **stream,
        "Entrypoint": ["python3", "-I", "-S", "-c", program],
        "Cmd": [],
        "Env": [f"PATH={_PATH}"],
        "HostConfig": host,
    }


def volume_options(room: int) -> dict[str, str]:
    """Return the options of a volume in memory of so many MiB."""
    owner, group = user()
    return {"type": "tmpfs", "device": "tmpfs", "o": f"size={room}m,nr_inodes=100k,uid={owner},gid={group},mode=0700,nosuid,nodev"}


def ulimits(limits: Limits) -> list[dict[str, Any]]:
    """Return the limits that the kernel keeps for each process; never of processes, which it would count over all containers."""
    kept = {name.removeprefix("RLIMIT_").lower(): value for name, value in rlimits(limits).items()}
    return [{"Name": name, "Soft": value, "Hard": value} for name, value in {**kept, "msgqueue": 0}.items()]


def _identity(image: str, labels: Mapping[str, str]) -> dict[str, Any]:
    owner, group = user()
    return {
        "Image": image,
        "User": f"{owner}:{group}",
        "Hostname": "sandbox",
        "WorkingDir": "/",
        "Labels": dict(labels),
        "Healthcheck": {"Test": ["NONE"]},
        "StopSignal": "SIGKILL",
        "Tty": False,
    }


def _walls(settings: DockerSettings) -> dict[str, Any]:
    """What is the same for every container, also for our own."""
    walls = {
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "Privileged": False,
        "SecurityOpt": ["no-new-privileges:true", f"seccomp={seccomp.docker_profile()}"],
        "CgroupnsMode": "private",
        "IpcMode": "none",
        "Init": True,
        "MemorySwappiness": 0,
        "OomScoreAdj": 800,
        "MaskedPaths": _MASKED,
        "ReadonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        "LogConfig": {"Type": "none"},
        "RestartPolicy": {"Name": "no"},
        "AutoRemove": False,
    }
    return {
        **walls,
        **({"Runtime": settings.runtime} if settings.runtime else {}),
        **({"UsernsMode": settings.userns} if settings.userns else {}),
    }


def _volume(path: str, name: str) -> dict[str, Any]:
    return {"Type": "volume", "Source": name, "Target": path, "VolumeOptions": {"NoCopy": True}}


def _binds(command: Command) -> list[dict[str, Any]]:
    places = [
        (path, path, True) for path in dict.fromkeys(command.reads) if path not in command.writes and os.path.normpath(path) not in _NEVER
    ]
    places += [(path, path, False) for path in dict.fromkeys(command.writes)]
    places += [(source, f"{COPIES}/{number}", True) for number, source in enumerate(command.copies.values())]
    return [
        {"Type": "bind", "Source": os.path.realpath(source), "Target": path, "ReadOnly": only, "BindOptions": {"Propagation": "private"}}
        for source, path, only in places
    ]
