"""The filter: what it lets through, worked out by running its program on paper."""

import json
import struct

import pytest

from runners.sandboxes import seccomp

ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026


def judge(machine: str, number: int, argument: int = 0, architecture: int | None = None) -> int:
    """Run the program as the kernel does."""
    code = [struct.unpack_from("=HBBI", seccomp.program(machine), at) for at in range(0, len(seccomp.program(machine)), 8)]
    call = struct.pack("=IIQQ", number, architecture or seccomp.ARCHITECTURES[machine][1], 0, argument)
    at, register = 0, 0
    while True:
        operation, yes, no, operand = code[at]
        at += 1
        if operation == 0x06:
            return operand
        if operation == 0x20:
            (register,) = struct.unpack_from("=I", call, operand)
        elif operation == 0x54:
            register &= operand
        else:
            holds = {0x15: register == operand, 0x25: register > operand, 0x35: register >= operand}[operation]
            at += yes if holds else no


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_the_program_and_the_profile_agree_on_every_call(machine: str) -> None:
    profile = json.loads(seccomp.docker_profile(machine))
    always = set(profile["syscalls"][0]["names"])
    for name, number in seccomp.numbers(machine).items():
        verdict = judge(machine, number, argument=0)
        if name in always or name in ("clone", "personality"):
            assert verdict == ALLOW, name
        else:
            assert verdict == (ENOSYS if name == "clone3" else EPERM), name


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_arguments_are_looked_at(machine: str) -> None:
    table = seccomp.numbers(machine)
    assert {family for family in range(64) if judge(machine, table["socket"], family) == ALLOW} == {1, 2, 10, 16}
    assert judge(machine, table["socket"], (1 << 32) | 40) == EPERM
    assert judge(machine, table["clone"], 0x003D0F00) == ALLOW
    for bit in (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):
        assert judge(machine, table["clone"], bit | 17) == EPERM
    assert judge(machine, table["personality"], 0xFFFFFFFF) == ALLOW
    assert judge(machine, table["personality"], 0x0400000) == EPERM


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_other_interfaces_kill_and_newer_calls_are_unknown(machine: str) -> None:
    assert judge(machine, 20, architecture=0x40000003) == KILL
    assert judge(machine, 0x40000000 | 1) == KILL
    assert judge(machine, max(seccomp.numbers(machine).values()) + 1) == ENOSYS


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_every_refused_name_is_a_name_that_some_kernel_knows(machine: str) -> None:
    refused = {name for names in seccomp.REFUSED.values() for name in names.split()}
    known = set().union(*(seccomp.numbers(each) for each in seccomp.ARCHITECTURES))
    assert refused - known <= {"umount", "stime", "clock_settime64", "clock_adjtime64", "process_madvise"}
    assert not refused & set(seccomp.allowed(machine))
