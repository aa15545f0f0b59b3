"""Runs inside a box and tries what must not work. Prints one JSON object: promise → "" when it holds, else what was seen.

Only the standard library; nothing of the house is visible where this runs.
"""

# ruff: noqa: PTH108, PTH115, PTH118, PTH120, PTH123, PTH208, S108 - these are the folders that are tried, with the calls that a test would use
import contextlib
import ctypes
import errno
import json
import mmap
import os
import platform
import resource
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

LIBC = ctypes.CDLL(None, use_errno=True)
CALLS = {
    "x86_64": {"io_uring_setup": 425, "keyctl": 250, "add_key": 248, "bpf": 321, "unshare": 272, "setns": 308, "ptrace": 101, "mount": 165,
               "fsopen": 430, "name_to_handle_at": 303, "userfaultfd": 323, "perf_event_open": 298, "process_vm_readv": 310},
    "aarch64": {"io_uring_setup": 425, "keyctl": 219, "add_key": 217, "bpf": 280, "unshare": 97, "setns": 268, "ptrace": 117, "mount": 40,
                "fsopen": 430, "name_to_handle_at": 264, "userfaultfd": 282, "perf_event_open": 241, "process_vm_readv": 270},
}  # fmt: skip
ARGUMENTS = {"unshare": 0x10000000, "ptrace": 1}
"""First arguments that do something where the call is allowed: a new user namespace; reading memory (of nobody)."""


def refused_calls() -> str:
    """Every call of the list has to be refused, or unknown to the kernel, whatever its arguments."""
    wrong = []
    for name, number in CALLS.get(platform.machine(), {}).items():
        ctypes.set_errno(0)
        argument = ARGUMENTS.get(name, 0)
        result = LIBC.syscall(number, argument, 0, 0, 0, 0)
        if result != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
            wrong.append(f"{name} gave {errno.errorcode.get(ctypes.get_errno(), result)}")
    return ", ".join(wrong)


def refused_sockets() -> str:
    """Families that reach past the network namespace."""
    wrong = []
    for name, family in (("vsock", 40), ("alg", 38), ("packet", 17), ("bluetooth", 31), ("xdp", 44)):
        try:
            socket.socket(family, socket.SOCK_DGRAM).close()
            wrong.append(f"{name} was opened")
        except OSError as error:
            if error.errno != errno.EPERM:
                wrong.append(f"{name} gave {errno.errorcode.get(error.errno or 0)}")
    return ", ".join(wrong)


def foreign_calls() -> str:
    """A 32-bit call from a 64-bit process has to kill it."""
    if platform.machine() != "x86_64":
        return ""
    pid = os.fork()
    if pid == 0:
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(b"\xb8\x14\x00\x00\x00" + b"\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
        ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    # Kernels without that interface kill with another signal, before any filter is asked.
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGSYS, signal.SIGSEGV)
    return "" if killed else f"a 32-bit call ended with status {status}"


def no_network() -> str:
    """No way out, at once; the loopback works."""
    seen = []
    for address in (("1.1.1.1", 53), ("169.254.169.254", 80), ("10.0.0.1", 80)):
        with socket.socket() as client:
            client.settimeout(2)
            code = client.connect_ex(address)
            if code != errno.ENETUNREACH:
                seen.append(f"connecting to {address[0]} gave {errno.errorcode.get(code, code)}")
    with contextlib.suppress(OSError):
        socket.getaddrinfo("example.com", 443)
        seen.append("a name was looked up")
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        socket.create_connection(server.getsockname(), 2).close()
    return ", ".join(seen)


def no_privileges() -> str:
    """No capability, none to be had, no user number that anyone else has."""
    with open("/proc/self/status") as lines:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in lines if ":\t" in line)
    wanted = {"CapEff": 0, "CapPrm": 0, "CapBnd": 0, "CapInh": 0, "CapAmb": 0, "NoNewPrivs": 1, "Seccomp": 2}
    wrong = [f"{name} is {status.get(name)}" for name, value in wanted.items() if int(status.get(name, "-1"), 16) != value]
    if os.getuid() in (0, 65534) or 0 in os.getgroups():
        wrong.append(f"user {os.getuid()}, groups {os.getgroups()}")
    for change in (os.setuid, os.setgid):
        with contextlib.suppress(OSError):
            change(0)
            wrong.append("became root")
    return ", ".join(wrong)


SYSTEM = ("/", "/etc", "/usr", "/usr/bin", "/usr/lib", "/var", "/home", "/root", "/opt")
OPEN = (".", "/tmp", "/dev/shm")


def read_only_system() -> str:
    """Nothing outside of the scratch folder, /tmp and /dev/shm can be written; of the system not even by a user that may."""
    wrong = []
    for folder in (*SYSTEM, "/dev", "/proc", "/sys", os.path.dirname(sys.executable)):
        path = os.path.join(folder, "testwright-probe")
        with contextlib.suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
            os.unlink(path)
            wrong.append(folder)
    for folder in (*SYSTEM, os.path.dirname(sys.executable)):
        # That this user may not write there says nothing of how it is mounted.
        with contextlib.suppress(FileNotFoundError):
            if not os.statvfs(folder).f_flag & os.ST_RDONLY and folder not in wrong:
                wrong.append(f"{folder} is mounted to be written")
    for folder in OPEN:
        try:
            with open(os.path.join(folder, "probe-wrote"), "w"):
                pass
        except OSError as error:
            wrong.append(f"not even {folder} ({error.strerror})")
    return ", ".join(wrong)


def bounded_storage(most: int) -> str:
    """What can be written is bounded, and so is the number of files."""
    wrong = []
    for folder in OPEN:
        room = os.statvfs(folder)
        if not 0 < room.f_blocks * room.f_frsize <= most:
            wrong.append(f"{folder} holds {room.f_blocks * room.f_frsize} bytes")
        if not 0 < room.f_files <= 200_000:
            wrong.append(f"{folder} holds {room.f_files} files")
    return ", ".join(wrong)


def limits() -> str:
    """The limits that the kernel keeps for each process."""
    wrong = []
    for name in ("FSIZE", "NOFILE", "DATA", "MEMLOCK", "CORE"):
        value = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[1]
        if value == resource.RLIM_INFINITY or (name == "CORE" and value):
            wrong.append(f"RLIMIT_{name} is {value}")
    return ", ".join(wrong)


def own_processes() -> str:
    """Only processes of this box are visible."""
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return "" if len(pids) <= 6 and max(pids) < 1000 else f"{len(pids)} processes are visible"


def nothing_inherited(allowed: set[str]) -> str:
    """No variable, no descriptor and no name of the machine came in."""
    wrong = sorted(set(os.environ) - allowed)
    for descriptor in range(3, 1024):
        with contextlib.suppress(OSError):
            os.fstat(descriptor)
            wrong.append(f"descriptor {descriptor}: {os.readlink(f'/proc/self/fd/{descriptor}')}")
    if socket.gethostname() != "sandbox":
        wrong.append(f"host name {socket.gethostname()}")
    return ", ".join(wrong)


FILES = ("/etc/shadow", "/proc/kcore", "/proc/keys")
SOCKETS = ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock")


def secrets(allowed: set[str], home: str, named: list[str]) -> str:
    """The places where a machine keeps secrets are not there, or closed; of root's home only what was named."""
    wrong = [path for path in SOCKETS if os.path.lexists(path)]  # opening one is always refused, connecting is not
    for path in FILES:
        with contextlib.suppress(OSError), open(path, "rb") as file:
            if file.read(1):
                wrong.append(path)
    with contextlib.suppress(OSError):
        inside = [os.path.join(home, name) for name in os.listdir(home)]
        wrong += [path for path in inside if not any(f"{read}/".startswith(f"{path}/") for read in named)]
    with contextlib.suppress(OSError), open("/proc/1/environ", "rb") as file:
        names = {part.partition(b"=")[0].decode(errors="replace") for part in file.read().split(b"\0") if part}
        wrong += [f"{name} of the first process" for name in sorted(names - allowed)]
    return ", ".join(wrong)


def main(settings: dict[str, Any]) -> None:
    """Try everything; a check that breaks off has not held."""
    variables = set(settings["environment"].split())
    checks: dict[str, Callable[[], str]] = {
        "network": no_network,
        "privileges": no_privileges,
        "sockets": refused_sockets,
        "calls": refused_calls,
        "foreign calls": foreign_calls,
        "system": read_only_system,
        "storage": lambda: bounded_storage(settings["storage"]),
        "limits": limits,
        "processes": own_processes,
        "inheritance": lambda: nothing_inherited(variables),
        "secrets": lambda: secrets(variables, settings["home"], settings["reads"]),
    }
    seen = {}
    for name, check in checks.items():
        try:
            seen[name] = check()
        except Exception as error:  # noqa: BLE001 - whatever breaks a check is what was seen
            seen[name] = f"{type(error).__name__}: {error}"
    print(json.dumps(seen))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
