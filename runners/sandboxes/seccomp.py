"""Which system calls a box may make, once, and written out in the two ways that sandboxes load it.

Every call of the native interface that the kernel headers of `syscalls.json` name is allowed, but for those below, each with its reason.
32-bit and x32 calls kill the process: through them a filter cannot see what `socketcall` opens.
"""

import json
import platform
import struct
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

REFUSED = {
    "a second road to files and sockets that no filter sees": "io_uring_setup io_uring_enter io_uring_register",
    "the keyring belongs to no namespace: runs could talk through it": "add_key request_key keyctl",
    "much kernel code, no use in a test": "bpf perf_event_open userfaultfd fanotify_init fanotify_mark lookup_dcookie vmsplice",
    "reaches into other processes": "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd",
    "mounts": "mount umount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr"
    " swapon swapoff quotactl quotactl_fd",
    "namespaces": "unshare setns",
    "opens files round every path check": "name_to_handle_at open_by_handle_at",
    "the clock of the machine": "settimeofday stime clock_settime clock_settime64 clock_adjtime clock_adjtime64 adjtimex",
    "the machine itself": "reboot kexec_load kexec_file_load init_module finit_module delete_module create_module get_kernel_syms"
    " query_module sethostname setdomainname acct syslog vhangup iopl ioperm modify_ldt",
    "where memory of others lies": "mbind migrate_pages move_pages set_mempolicy set_mempolicy_home_node",
    "gone, or never was": "uselib ustat sysfs _sysctl nfsservctl getpmsg putpmsg afs_syscall tuxcall security vserver"
    " epoll_ctl_old epoll_wait_old",
}
FAMILIES = {"unix": 1, "inet": 2, "inet6": 10, "netlink": 16}
"""Socket families; all others are refused (vsock and alg reach past the network namespace)."""
PERSONALITIES = (0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF)
NEW_NAMESPACE = 0x7E020000
"""Every flag of `clone` that makes a namespace."""
_JUDGED = {"socket", "socketpair", "clone", "clone3", "personality"}
_EPERM, _ENOSYS = 1, 38

ARCHITECTURES = {"x86_64": ("SCMP_ARCH_X86_64", 0xC000003E), "aarch64": ("SCMP_ARCH_AARCH64", 0xC00000B7)}
"""Machine → its name in profiles, its number in filters."""


@cache
def numbers(machine: str) -> Mapping[str, int]:
    """Return name → number of every system call the headers know.

    Raises:
        KeyError: for a machine without a table.
    """
    table: dict[str, dict[str, int]] = json.loads(Path(__file__).with_name("syscalls.json").read_text())
    return table[machine]


def allowed(machine: str) -> list[str]:
    """Return the calls that are allowed whatever their arguments are."""
    refused = {name for names in REFUSED.values() for name in names.split()}
    return sorted(name for name in numbers(machine) if name not in refused and name not in _JUDGED)


@cache
def docker_profile(machine: str = "") -> str:
    """Return the profile as the JSON text that Docker's API takes."""
    machine = machine or platform.machine()
    rules: list[dict[str, Any]] = [{"names": allowed(machine), "action": "SCMP_ACT_ALLOW"}]
    for call in ("socket", "socketpair"):
        rules += [_when(call, "SCMP_CMP_EQ", family) for family in FAMILIES.values()]
    rules.append(_when("clone", "SCMP_CMP_MASKED_EQ", NEW_NAMESPACE))
    rules += [_when("personality", "SCMP_CMP_EQ", persona) for persona in PERSONALITIES]
    # The C library falls back to clone, whose flags a filter can read.
    rules.append({"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": _ENOSYS})
    profile = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": _EPERM,
        "architectures": [ARCHITECTURES[machine][0]],
        "syscalls": rules,
    }
    return json.dumps(profile)


def _when(call: str, comparison: str, value: int) -> dict[str, Any]:
    return {"names": [call], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": value, "valueTwo": 0, "op": comparison}]}


# ---- the same as a program for the kernel ------------------------------------------------------------------------

_LOAD, _EQUAL, _GREATER, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x25, 0x35, 0x54, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16
_X32 = 0x40000000

Instruction = tuple[int, int, int, int]
"""Operation, jump when true, jump when false, operand."""


@cache
def program(machine: str = "") -> bytes:
    """Return the filter as the bytes that bubblewrap loads."""
    machine = machine or platform.machine()
    table = numbers(machine)
    code: list[Instruction] = [(_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, ARCHITECTURES[machine][1]), (_RETURN, 0, 0, _KILL)]
    code += [(_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    for first, last in _spans(table[name] for name in allowed(machine)):
        code += [(_AT_LEAST, 0, 2, first), (_GREATER, 1, 0, last), (_RETURN, 0, 0, _ALLOW)]
    for call in ("socket", "socketpair"):
        code += _one_of(table[call], FAMILIES.values())
    code += _one_of(table["personality"], PERSONALITIES)
    code += [(_EQUAL, 0, 5, table["clone"]), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_AND, 0, 0, NEW_NAMESPACE)]
    code += [(_EQUAL, 0, 1, 0), (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERRNO | _EPERM)]
    code += [(_EQUAL, 0, 1, table["clone3"]), (_RETURN, 0, 0, _ERRNO | _ENOSYS)]
    # Newer than the headers: libraries that try a new call take ENOSYS, and only that, as a reason to try the older one.
    code += [(_GREATER, 0, 1, max(table.values())), (_RETURN, 0, 0, _ERRNO | _ENOSYS), (_RETURN, 0, 0, _ERRNO | _EPERM)]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _one_of(call: int, values: Iterable[int]) -> list[Instruction]:
    """Allow the call when its first argument, an int, is one of `values`; refuse it otherwise."""
    wanted = list(values)
    code: list[Instruction] = [(_LOAD, 0, 0, _FIRST_ARGUMENT)]
    code += [(_EQUAL, len(wanted) - place, 0, value) for place, value in enumerate(wanted)]
    code += [(_RETURN, 0, 0, _ERRNO | _EPERM), (_RETURN, 0, 0, _ALLOW)]
    return [(_EQUAL, 0, len(code), call), *code]


def _spans(values: Iterable[int]) -> list[tuple[int, int]]:
    """Return the runs of consecutive numbers."""
    spans: list[tuple[int, int]] = []
    for value in sorted(values):
        if spans and value == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], value)
        else:
            spans.append((value, value))
    return spans
