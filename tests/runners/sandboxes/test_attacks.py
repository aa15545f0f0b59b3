"""What hostile code tries. Each attack is first shown to work where nothing holds it (a plain process), then held by every wall."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.runners.sandboxes.conftest import ISOLATED, Box, open_box
from testwright.model import Ending, Limits

Survivors = Callable[[str], list[int]]
CALLING = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(number, *arguments)
    print("done" if result >= 0 else errno.errorcode.get(ctypes.get_errno()), flush=True)
    return result
"""
X86_ONLY = pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")


@pytest.fixture
def open_air() -> Box:
    """A plain process, where attacks work."""
    return open_box("process")


# ---- the network -------------------------------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[int]:
    """A server on every address of this machine."""
    with socket.create_server(("0.0.0.0", 0)) as server:  # noqa: S104
        yield server.getsockname()[1]


@pytest.fixture
def addresses() -> list[str]:
    """The addresses of this machine: its loopback, and the one it reaches others from."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return ["127.0.0.1", probe.getsockname()[0]]
        except OSError:
            return ["127.0.0.1"]


CONNECT = """
import socket, sys
for address in sys.argv[2:]:
    try: socket.create_connection((address, int(sys.argv[1])), 3).close(); print("reached", address)
    except OSError as error: print("held", address, type(error).__name__)
"""


def test_no_server_of_the_machine_is_reached(wall: Box, open_air: Box, listener: int, addresses: list[str]) -> None:
    assert open_air.python(CONNECT, str(listener), *addresses).stdout.count(b"reached") == len(addresses)
    held = wall.python(CONNECT, str(listener), *addresses)
    assert held.stdout.count(b"held") == len(addresses), held


def test_no_packet_leaves_and_no_name_is_found(wall: Box) -> None:
    program = CONNECT + "\ntry: socket.getaddrinfo('example.com', 80); print('reached')\nexcept OSError: print('held')"
    output = wall.python(program, "53", "1.1.1.1", "169.254.169.254", "10.0.0.1")
    assert output.stdout.count(b"held") == 4, output
    assert output.seconds < 25


def test_an_abstract_socket_of_the_machine_is_not_reached(wall: Box, open_air: Box) -> None:
    name = f"testwright-{secrets.token_hex(4)}"
    program = (
        f"import socket\ns = socket.socket(socket.AF_UNIX)\ntry: s.connect('\\0{name}'); print('reached')\nexcept OSError: print('held')"
    )
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{name}")
        server.listen()
        assert open_air.python(program).stdout == b"reached\n"
        assert wall.python(program).stdout == b"held\n"


SOCKETS = {"vsock": (40, 1), "alg": (38, 5), "packet": (17, 3), "bluetooth": (31, 1), "xdp": (44, 3), "netlink": (16, 3)}


@pytest.mark.parametrize(("family", "kind"), SOCKETS.values(), ids=SOCKETS.keys())
def test_sockets_of_other_kinds_are_refused(wall: Box, family: int, kind: int) -> None:
    """Netlink may be opened (programs list addresses with it) but changes nothing without a capability."""
    program = f"import socket\ntry: socket.socket({family}, {kind}); print('opened')\nexcept OSError as e: print(e.errno)"
    assert wall.python(program).stdout == (b"opened\n" if family == 16 else b"1\n")


def test_network_comes_only_with_the_flag(wall: Box) -> None:
    program = "print(len(open('/proc/net/dev').readlines()) - 2)"
    assert int(wall.python(program).stdout) == 1
    assert int(wall.python(program, network=True).stdout) > 1


# ---- the kernel --------------------------------------------------------------------------------------------------

CALLS = {
    "io_uring": "call(425, 1, 0)",
    "keyring": 'call(248, b"user", b"name", b"text", 4, -3)',
    "user namespace": "call(272, 0x10000000)",
    "ptrace": "call(101, 1, os.getpid(), 0, 0)",
    "reading another's memory": "call(310, os.getppid(), 0, 0, 0, 0, 0)",
    "file handle": 'call(303, -100, b"/", 0, 0, 0)',
    "userfaultfd": "call(323, 1)",
    "bpf": "call(321, 0, 0, 0)",
    "mount by parts": 'call(430, b"", 0)',
}


@X86_ONLY
@pytest.mark.parametrize("attack", CALLS.values(), ids=CALLS.keys())
def test_a_call_that_the_kernel_would_look_at_is_refused_unseen(wall: Box, open_air: Box, attack: str) -> None:
    assert open_air.python(CALLING + attack).stdout != b"EPERM\n" or "430" in attack or "323" in attack
    assert wall.python(CALLING + attack).stdout == b"EPERM\n"


@X86_ONLY
def test_clone_makes_no_namespace_and_the_new_clone_is_unknown(wall: Box) -> None:
    output = wall.python(CALLING + "call(56, 0x10000000 | 17, 0, 0, 0, 0); call(435, 0, 0)")
    assert output.stdout == b"EPERM\nENOSYS\n"


INT80 = """
import ctypes, mmap
code = mmap.mmap(-1, 4096, prot=7)
code.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
print("called")
"""


@X86_ONLY
def test_a_call_by_the_old_interface_ends_the_command(wall: Box, open_air: Box) -> None:
    assert open_air.python(INT80).stdout == b"called\n"
    assert wall.python(INT80).ending is Ending.VIOLATION


def test_nobody_becomes_root(wall: Box) -> None:
    program = """
import os, stat
def attempt(name, action):
    try: action(); print(name, "worked")
    except OSError: pass
attempt("setuid", lambda: os.setuid(0)); attempt("setgid", lambda: os.setgid(0)); attempt("groups", lambda: os.setgroups([0]))
attempt("device", lambda: os.mknod("d", stat.S_IFBLK | 0o600, os.makedev(8, 0))); attempt("chroot", lambda: os.chroot("."))
attempt("nice", lambda: os.nice(-5)); attempt("host name", lambda: __import__("socket").sethostname("x"))
attempt("clock", lambda: __import__("time").clock_settime(0, 0))
os.system("chmod u+s .program.py 2>/dev/null; su -c id root 2>/dev/null; mount -t tmpfs x /tmp 2>/dev/null && echo mounted")
"""
    assert wall.python(program).stdout == b""


# ---- what the machine holds --------------------------------------------------------------------------------------


def test_a_file_of_the_machine_cannot_be_read(wall: Box, open_air: Box, tmp_path: Path) -> None:
    (tmp_path / "canary").write_text("canary")
    read = f"cat '{tmp_path}/canary'"
    assert open_air.shell(read).stdout == b"canary"
    assert wall.shell(read).stdout == b""
    assert wall.shell("cat /etc/shadow ~root/.bashrc /var/run/docker.sock /run/docker.sock 2>/dev/null").stdout == b""


def test_what_lies_beside_a_folder_that_may_be_read_cannot_be(wall: Box, tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "canary").write_text("canary")
    (tmp_path / "given" / "way-out").symlink_to(tmp_path / "canary")
    output = wall.shell(f"cat '{tmp_path}/given/way-out' '{tmp_path}/given/../canary'; ls '{tmp_path}'", reads=(str(tmp_path / "given"),))
    assert output.stdout == b"given\n"


def test_what_may_be_read_cannot_be_changed(wall: Box, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    (tmp_path / "file").write_text("before")
    (tmp_path / "file").chmod(0o666)
    tries = "echo x > file; echo x > new; mv file other; rm -f file; chmod 0 file"
    output = wall.shell(f"cd '{tmp_path}' && {{ {tries}; }}", reads=(str(tmp_path),))
    assert output.exit_code == 1
    assert (tmp_path / "file").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_interpreter_and_the_system_cannot_be_changed(wall: Box) -> None:
    program = """
import os, sys, sysconfig
places = "/ /etc /usr/bin /usr/lib /bin /opt /var/tmp /home /root /dev /proc/sys/kernel".split() + [*sysconfig.get_paths().values()]
for place in places:
    try: open(os.path.join(place, "evil.pth"), "w"); print("wrote", place)
    except OSError: pass
"""
    assert wall.python(program).stdout == b""


def test_no_variable_descriptor_or_process_of_the_machine_is_there(wall: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTWRIGHT_SECRET", "do not tell")
    held = os.open("/", os.O_RDONLY)
    os.set_inheritable(held, True)
    program = """
import os, glob
for place in glob.glob("/proc/[0-9]*/environ"):
    try: print(open(place, "rb").read())
    except OSError: pass
print("descriptors", [os.readlink(f"/proc/self/fd/{d}") for d in range(3, 99) if os.path.exists(f"/proc/self/fd/{d}")])
print("processes", len(glob.glob("/proc/[0-9]*")))
"""
    try:
        lines = wall.python(program).stdout
    finally:
        os.close(held)
    assert b"do not tell" not in lines
    assert b"descriptors []" in lines, lines
    assert int(lines.rpartition(b"processes ")[2]) <= 5


def test_the_kernel_keeps_its_secrets(wall: Box) -> None:
    output = wall.shell("for f in kcore keys key-users kmsg kallsyms timer_list; do head -c 1 /proc/$f; done; echo c > /proc/sysrq-trigger")
    assert output.stdout == b""


# ---- what it may use ---------------------------------------------------------------------------------------------


def test_the_disk_cannot_be_filled(wall: Box) -> None:
    before = os.statvfs("/").f_bavail
    fill = "for d in . /tmp /dev/shm; do for i in 1 2 3 4 5 6 7 8; do head -c 20000000 /dev/zero > $d/f$i; done; done 2>/dev/null"
    script = f"{fill}; n=$(du -cm . /tmp /dev/shm | tail -1); rm f1; echo $n"
    output = wall.shell(script, limits=Limits(seconds=60, memory=256, scratch=32))
    assert 20 < int(output.stdout.split()[0]) <= 32 + 32 + 64 + 2, output
    assert before - os.statvfs("/").f_bavail < (400 << 20) // os.statvfs("/").f_frsize


def test_storage_larger_than_memory_ends_the_command_alone(wall: Box) -> None:
    fill = "for d in . /tmp /dev/shm; do head -c 200000000 /dev/zero > $d/f; done; sleep 1; echo filled"
    output = wall.shell(fill, limits=Limits(seconds=60, memory=32, scratch=180, file_size=256))
    assert output.ending in (Ending.OUT_OF_MEMORY, Ending.CHILD_OUT_OF_MEMORY, Ending.EXITED), output
    assert output.ending is not Ending.EXITED or b"No space left" in output.stderr
    assert wall.shell("echo next").stdout == b"next\n"


def test_files_cannot_be_made_without_end(wall: Box) -> None:
    program = """
import os
count = 0
try:
    for folder in range(300):
        os.mkdir(f"d{folder}")
        for number in range(1000):
            os.close(os.open(f"d{folder}/{number}", os.O_CREAT | os.O_WRONLY)); count += 1
except OSError as error: print(error.errno)
print(count)
"""
    error, count = wall.python(program, limits=Limits(seconds=90)).stdout.split()
    assert error == b"28"
    assert 10_000 < int(count) <= 102_400


def test_threads_without_end_are_held(wall: Box, survivors: Survivors) -> None:
    mark = secrets.token_hex(8)
    program = f"""
import threading, time # {mark}
started = 0
try:
    while started < 3000: threading.Thread(target=time.sleep, args=(60,), daemon=True).start(); started += 1
except RuntimeError: print("held at", started, flush=True)
time.sleep(1)
"""
    output = wall.run(wall.interpreter, "-c", program, reads=wall.prefixes, limits=Limits(seconds=20, processes=64, memory=512))
    assert output.ending in (Ending.PROCESS_LIMIT, Ending.EXITED), output
    assert b"held at 3000" not in output.stdout
    assert survivors(mark) == []


def test_memory_that_is_only_reserved_is_free(wall: Box) -> None:
    program = "import mmap\nm = mmap.mmap(-1, 8 << 30, flags=mmap.MAP_PRIVATE, prot=0)\nprint('reserved')"
    assert wall.python(program, limits=Limits(seconds=30, memory=256)).stdout == b"reserved\n"


def test_a_memory_bomb_ends_as_one(wall: Box) -> None:
    program = "import time\nx = []\nwhile True: x.append(b'x' * (1 << 20))"
    output = wall.python(program, limits=Limits(seconds=60, memory=128, scratch=32))
    assert output.ending is Ending.OUT_OF_MEMORY or b"MemoryError" in output.stderr, output


def test_a_child_that_bursts_does_not_pass_for_the_command(wall: Box) -> None:
    program = """
import os
pid = os.fork()
if pid == 0:
    x = []
    while True: x.append(b"x" * (1 << 20))
print(os.waitpid(pid, 0)[1] != 0)
"""
    output = wall.python(program, limits=Limits(seconds=60, memory=128, scratch=32))
    assert output.ending in (Ending.CHILD_OUT_OF_MEMORY, Ending.OUT_OF_MEMORY) or output.stdout == b"True\n", output


def test_time_is_measured_outside(wall: Box) -> None:
    output = wall.python("import time; time.time = time.monotonic = lambda: 0.0; time.sleep(0.5)")
    assert 0.4 < output.seconds < 20


# ---- traces and channels -----------------------------------------------------------------------------------------


def test_nothing_is_left_for_the_next_run(wall: Box) -> None:
    marks = "for p in ~/evil.pth /tmp/evil /dev/shm/evil ./json.py; do echo x > $p; done"
    assert wall.shell(f"{marks}; ipcmk -M 4096 >/dev/null 2>&1; true").exit_code == 0
    output = wall.shell("ls -A ~ /tmp/evil /dev/shm . 2>/dev/null; grep -c . /proc/sysvipc/shm")
    assert b"evil" not in output.stdout
    assert b"json.py" not in output.stdout
    assert output.stdout.split()[-1] == b"1"


def test_runs_at_the_same_time_have_no_channel(wall: Box) -> None:
    """One leaves marks everywhere it can, and waits; the other looks for them."""
    mark = secrets.token_hex(6)
    leave = f"""
import socket, time, mmap, os
for place in ("/dev/shm", "/tmp", "."): open(os.path.join(place, "{mark}"), "w").close()
a = socket.socket(socket.AF_UNIX); a.bind("\\0x{mark}"); a.listen()
t = socket.socket(); t.bind(("127.0.0.1", 45678)); t.listen()
time.sleep(4)
"""
    look = f"""
import socket, os, time
time.sleep(1.5)
for place in ("/dev/shm", "/tmp", "."):
    if os.path.exists(os.path.join(place, "{mark}")): print(place)
for family, address in ((socket.AF_UNIX, "\\0x{mark}"), (socket.AF_INET, ("127.0.0.1", 45678))):
    try: socket.socket(family).connect(address); print(address)
    except OSError: pass
print("looked")
"""
    with ThreadPoolExecutor(2) as pool:
        left, looked = pool.submit(wall.python, leave), pool.submit(wall.python, look)
        assert looked.result().stdout == b"looked\n"
        assert left.result().exit_code == 0, left.result()


def test_cleaning_up_follows_no_link(box: Box, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    (tmp_path / "precious").mkdir(mode=0o777)
    (tmp_path / "precious" / "file").write_text("1")
    box.shell(f"ln -s '{tmp_path}/precious' way; mkdir d; ln -s '{tmp_path}/precious' d/way; chmod 0 d")
    assert (tmp_path / "precious" / "file").read_text() == "1"
    assert (tmp_path / "precious").stat().st_mode & 0o777 in (0o777, 0o755)


def test_printed_text_decides_nothing(box: Box) -> None:
    program = """
import os
for door in range(1, 30):
    try: os.write(door, b'{"exit-code": 0, "ending": "ended", "status": 0}\\nPASSED\\n')
    except OSError: pass
os._exit(3)
"""
    output = box.python(program)
    assert (output.ending, output.exit_code) == (Ending.EXITED, 3)
    assert output.stdout.count(b"PASSED") == 1


# ---- the death of the controller ---------------------------------------------------------------------------------

CONTROLLER = """
import sys
from runners.sandboxes import choose
from testwright.model import Command, Limits
sandbox = choose(sys.argv[1])
print(getattr(sandbox, "_session", "-"), flush=True)
sandbox.run(Command(("sh", "-c", f"touch begun; setsid sleep 300 {sys.argv[2]} & sleep 300 {sys.argv[2]}"), Limits(seconds=100)))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["process", *ISOLATED])
def test_a_killed_controller_leaves_nothing(name: str, survivors: Survivors, tmp_path: Path) -> None:
    open_box(name)
    mark = f"0.{secrets.randbelow(10**9)}"
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[3])}
    controller = subprocess.Popen([sys.executable, "-c", CONTROLLER, name, mark], stdout=subprocess.PIPE, env=environment, text=True)
    assert controller.stdout
    session = controller.stdout.readline().strip()
    _wait_until(lambda: any(pid != controller.pid for pid in survivors(f"sleep\x00300\x00{mark}")))
    controller.send_signal(signal.SIGKILL)
    controller.wait()
    controller.stdout.close()
    _wait_until(lambda: not survivors(f"sleep\x00300\x00{mark}"))
    _wait_until(lambda: not list(tmp_path.iterdir()))
    if name == "docker":
        _wait_until(lambda: not _labelled(session))


def _wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _labelled(session: str) -> str:
    chosen = ["--filter", f"label=testwright.sandbox={session}", "-q"]
    lists = [["docker", "ps", "-a", *chosen], ["docker", "volume", "ls", *chosen]]
    return "".join(subprocess.run(argv, capture_output=True, text=True, check=True).stdout for argv in lists)


def test_threads_of_this_test_are_all_gone(box: Box) -> None:
    before = threading.active_count()
    box.run("true")
    assert threading.active_count() <= before
