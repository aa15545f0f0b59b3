"""Write syscalls.json from the kernel headers of this machine: `python -m runners.sandboxes.syscalls` (needs a C compiler)."""

import json
import re
import subprocess
from pathlib import Path

_X86 = "#include <asm/unistd_64.h>\n"
_ARM = (
    "#define __x86_64__\n#define __ARCH_WANT_NEW_STAT\n#define __ARCH_WANT_SET_GET_RLIMIT\n#define __ARCH_WANT_TIME32_SYSCALLS\n"
    "#define __ARCH_WANT_SYS_CLONE3\n#define __ARCH_WANT_MEMFD_SECRET\n#include <asm-generic/unistd.h>\n"
)


def numbers(source: str) -> dict[str, int]:
    """Return name → number of every system call that a C source defines, as the preprocessor sees it."""
    macros = subprocess.run(["cc", "-undef", "-E", "-dM", "-"], input=source, capture_output=True, text=True, check=True).stdout
    defined = dict(re.findall(r"#define __NR(3264_\w+|_\w+) (\w+)", macros))
    found = {name[1:]: _resolve(value, defined) for name, value in defined.items() if name.startswith("_")}
    return {name: found[name] for name in sorted(found) if name not in ("syscalls", "arch_specific_syscall")}


def _resolve(value: str, defined: dict[str, str]) -> int:
    return int(value) if value.isdigit() else _resolve(defined[value.removeprefix("__NR")], defined)


if __name__ == "__main__":
    table = {"x86_64": numbers(_X86), "aarch64": numbers(_ARM)}
    Path(__file__).with_name("syscalls.json").write_text(json.dumps(table, separators=(",", ":")) + "\n")
