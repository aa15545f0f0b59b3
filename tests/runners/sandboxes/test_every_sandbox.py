"""What every sandbox keeps to, whatever it is made of."""

import json
import os
import socket
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.runners.sandboxes.conftest import Box
from testwright.model import Ending, Limits

Survivors = Callable[[str], list[int]]
ODD_NAMES = ["with space.txt", "new\nline", "-rf", "quote'\".txt", "umlaut-äöü-日本", "*?[x]", ".hidden", "$(id)", "deep/er/and/deeper/x"]


# ---- bytes in and out --------------------------------------------------------------------------------------------


def test_output_error_and_exit_code_come_back(box: Box) -> None:
    output = box.shell("echo out; echo err >&2; exit 7")
    assert (output.ending, output.exit_code, output.stdout, output.stderr) == (Ending.EXITED, 7, b"out\n", b"err\n")


@pytest.mark.parametrize("code", [0, 1, 2, 5, 42, 125])
def test_every_ordinary_exit_code_is_told(box: Box, code: int) -> None:
    output = box.shell(f"exit {code}")
    assert (output.ending, output.exit_code) == (Ending.EXITED, code)


def test_every_byte_survives_the_way_in_and_out(box: Box) -> None:
    data = bytes(range(256)) * 64
    output = box.shell("cat data; cp data copy", files={"data": data}, results=("copy",))
    assert output.stdout == data
    assert output.files == {"copy": data}


def test_a_large_file_goes_in_and_comes_out(box: Box) -> None:
    data = os.urandom(1 << 20) * 20
    output = box.shell("cp data copy", files={"data": data}, results=("copy",))
    assert output.files["copy"] == data


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_only_names(box: Box, name: str) -> None:
    output = box.python(
        f"import pathlib; p = pathlib.Path({name!r}); p.write_bytes(p.read_bytes() * 2)", files={name: b"ab"}, results=(name,)
    )
    assert output.files == {name: b"abab"}, output


def test_an_empty_file_is_a_file(box: Box) -> None:
    assert box.shell("cp empty also-empty", files={"empty": b""}, results=("also-empty",)).files == {"also-empty": b""}


def test_arguments_are_never_read_by_a_shell(box: Box) -> None:
    nasty = ["$HOME", "`id`", "a b", "", "'", '"', "\\", ";ls", "--", "*", "ä\n"]
    output = box.python("import sys, json; print(json.dumps(sys.argv[1:]))", *nasty)
    assert output.stdout.decode() == f"{json.dumps(nasty)}\n"


def test_invalid_unicode_in_output_is_kept(box: Box) -> None:
    assert box.shell(r"printf '\377\376\000\033[31m'").stdout == b"\xff\xfe\x00\x1b[31m"


def test_the_command_reads_nothing_from_standard_input(box: Box) -> None:
    assert box.shell("cat; echo end").stdout == b"end\n"


def test_output_of_both_streams_is_kept_apart_when_both_are_flooded(box: Box) -> None:
    output = box.python("import sys\nfor i in range(20000):\n print('o' * 40); print('e' * 40, file=sys.stderr)")
    assert output.ending is Ending.EXITED
    assert (output.stdout.count(b"o"), output.stderr.count(b"e")) == (800_000, 800_000)


# ---- files -------------------------------------------------------------------------------------------------------


def test_results_that_are_not_there_are_left_out(box: Box) -> None:
    output = box.shell("echo 1 > there", results=("there", "not-there", "no/folder"))
    assert output.files == {"there": b"1\n"}
    assert output.ending is Ending.EXITED


@pytest.mark.parametrize(
    "plant",
    [
        "ln -s /etc/passwd result",
        "ln -s /proc/self/environ result",
        "ln -s other result; echo x > other",
        "mkfifo result",
        "mkdir result",
        "echo secret > other; ln other result",
        "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"result\")' || mkdir result",
    ],
)
def test_results_that_are_no_plain_files_are_refused(box: Box, plant: str) -> None:
    output = box.shell(plant, results=("result",))
    assert output.ending is Ending.EXITED
    assert output.files == {}


def test_a_link_on_the_way_to_a_result_is_not_followed(box: Box) -> None:
    output = box.shell(
        "mkdir real; echo x > real/result; ln -s real way; ln -s /etc etc", results=("way/result", "etc/passwd", "real/result")
    )
    assert output.files == {"real/result": b"x\n"}


def test_results_are_bounded_together(box: Box) -> None:
    script = "for i in 1 2 3 4 5; do head -c 2000000 /dev/zero > r$i; done; true"
    output = box.shell(script, results=("r1", "r2", "r3", "r4", "r5"), limits=Limits(seconds=30, scratch=5))
    assert output.files["r1"] == bytes(2_000_000)
    assert sum(map(len, output.files.values())) <= 5 << 20


@pytest.mark.parametrize("name", ["../escape", "/etc/passwd", "a/../../b", "", "nul\0byte"])
def test_paths_that_leave_the_scratch_folder_are_never_written(box: Box, name: str) -> None:
    with pytest.raises(ValueError, match="scratch"):
        box.run("true", files={name: b"x"})


def test_folders_are_copied_in_and_changes_stay_inside(box: Box, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "pkg").mkdir(parents=True)
    (source / "pkg" / "code.py").write_text("x = 1\n")
    (source / "link.py").symlink_to("pkg/code.py")
    (source / "run.sh").write_text("#!/bin/sh\necho ran\n")
    (source / "run.sh").chmod(0o755)
    output = box.shell("cat tree/link.py; tree/run.sh; echo y > tree/pkg/code.py; echo z > tree/new", copies={"tree": str(source)})
    assert output.stdout == b"x = 1\nran\n", output
    assert (source / "pkg" / "code.py").read_text() == "x = 1\n"
    assert not (source / "new").exists()


def test_files_are_written_over_copies_and_never_through_their_links(box: Box, tmp_path: Path) -> None:
    source, outside = tmp_path / "source", tmp_path / "outside"
    source.mkdir()
    outside.write_text("before")
    (source / "link").symlink_to(outside)
    (source / "plain").write_text("old")
    output = box.shell("cat tree/plain tree/link", copies={"tree": str(source)}, files={"tree/link": b"new", "tree/plain": b"new "})
    assert output.stdout == b"new new", output
    assert outside.read_text() == "before"


def test_sockets_and_pipes_in_a_copied_folder_are_left_out(box: Box, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("1")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(tmp_path)  # the path of a socket has to be short
        server.bind("socket")
        os.chdir(here)
        output = box.shell("ls tree", copies={"tree": str(tmp_path)})
    assert output.stdout == b"file\n", output


def test_what_may_be_read_has_the_same_path_inside(box: Box, tmp_path: Path) -> None:
    folder, single = tmp_path / "with space" / "folder", tmp_path / "single.txt"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("folder")
    single.write_text("single")
    output = box.shell(f"cat '{folder}/a.txt' '{single}'", reads=(str(folder), str(single)))
    assert output.stdout == b"foldersingle", output


def test_what_may_be_written_is_changed_outside(box: Box, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "file").write_text("1")
    output = box.shell(f"echo new > '{tmp_path}/made'; echo 2 >> '{tmp_path}/old/file'", writes=(str(tmp_path),))
    assert output.exit_code == 0, output
    assert (tmp_path / "made").read_text() == "new\n"
    assert (tmp_path / "old" / "file").read_text() == "12\n"


def test_a_folder_that_may_be_written_is_made_when_it_is_missing(box: Box, tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    assert box.shell(f"echo 1 > '{folder}/made'", writes=(str(folder),)).exit_code == 0
    assert (folder / "made").read_text() == "1\n"


def test_scratch_is_fresh_for_every_run(box: Box) -> None:
    first = box.shell("echo x > left; mkdir d; echo x > ${TMPDIR:-/tmp}/left; ls")
    second = box.shell("ls; ls ${TMPDIR:-/tmp} | grep left")
    assert first.stdout == b"d\nleft\n"
    assert second.stdout == b""


def test_the_working_folder_can_be_chosen(box: Box) -> None:
    output = box.shell("pwd; cat ../x", cwd="inner/most", files={"inner/x": b"up"})
    assert output.stdout.endswith(b"/inner/most\nup")


def test_a_nest_of_three_thousand_folders_leaves_nothing(box: Box) -> None:
    output = box.python("import os\nfor i in range(3000):\n os.mkdir('d'); os.chdir('d')\nos.chmod('.', 0)\nprint('done')")
    assert output.stdout == b"done\n", output


def test_folders_without_permissions_are_cleaned_up_too(box: Box) -> None:
    assert box.shell("mkdir -p a/b; echo x > a/b/c; chmod 0 a/b; chmod 0 a", results=("a/b/c",)).exit_code == 0


# ---- environment -------------------------------------------------------------------------------------------------


def test_nothing_of_the_host_environment_comes_in(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTWRIGHT_SECRET", "do not tell")
    output = box.shell("env")
    assert b"do not tell" not in output.stdout
    assert b"AWS" not in output.stdout


def test_variables_are_added_and_odd_ones_survive(box: Box) -> None:
    odd = {"GIVEN": "a b\n'\"$x`", "EMPTY": "", "UNICODE": "äöü"}
    output = box.python("import os, json; print(json.dumps({k: os.environ[k] for k in ('GIVEN', 'EMPTY', 'UNICODE')}))", environment=odd)
    assert json.loads(output.stdout) == odd


def test_a_home_and_a_folder_for_temporary_files_are_there(box: Box) -> None:
    program = "import os, tempfile, getpass; open(os.path.expanduser('~/x'), 'w'); tempfile.TemporaryFile(); print(getpass.getuser())"
    assert box.python(program).stdout == b"sandbox\n"


def test_programs_written_into_scratch_can_be_started(box: Box) -> None:
    assert box.shell("printf '#!/bin/sh\\necho started' > p; chmod +x p; ./p").stdout == b"started\n"


def test_locks_threads_and_process_pools_work(box: Box) -> None:
    program = """
import multiprocessing as m, concurrent.futures as f
if __name__ == "__main__":
    m.Lock()
    with f.ProcessPoolExecutor(2) as pool: print(sum(pool.map(abs, range(-5, 0))))
    with f.ThreadPoolExecutor(4) as pool: print(sum(pool.map(abs, range(-5, 0))))
"""
    assert box.python(program).stdout == b"15\n15\n"


def test_the_loopback_works(box: Box) -> None:
    program = (
        "import socket as s; a = s.socket(); a.bind(('127.0.0.1', 0)); a.listen(); s.create_connection(a.getsockname(), 5); print('ok')"
    )
    assert box.python(program).stdout == b"ok\n"


# ---- endings -----------------------------------------------------------------------------------------------------


def test_a_missing_program_is_an_exit_code(box: Box) -> None:
    output = box.run("no-such-program-anywhere", "x")
    assert (output.ending, output.exit_code) == (Ending.EXITED, 127)
    assert b"no-such-program-anywhere" in output.stderr


def test_a_file_that_cannot_be_started_is_an_exit_code(box: Box) -> None:
    output = box.run("./data", files={"data": b"text"})
    assert (output.ending, output.exit_code) == (Ending.EXITED, 126), output


@pytest.mark.parametrize(("signal", "number"), [("SEGV", 11), ("ABRT", 6), ("KILL", 9), ("TERM", 15)])
def test_a_crash_is_a_signal(box: Box, signal: str, number: int) -> None:
    output = box.python(f"import os, signal; os.kill(os.getpid(), signal.SIG{signal})")
    assert (output.ending, output.exit_code) == (Ending.SIGNAL, None)
    assert f"signal {number}" in output.reason


def test_what_was_printed_before_a_crash_is_there(box: Box) -> None:
    output = box.python("import os; print('before', flush=True); open('r', 'w').write('kept'); os.abort()", results=("r",))
    assert output.stdout == b"before\n"
    assert output.files == {"r": b"kept"}


STUBBORN = {
    "sleeps": "sleep 300 MARK",
    "ignores signals": "trap '' TERM INT HUP; while :; do sleep 300 MARK; done",
    "leaves its session": "setsid sh -c 'sleep 300 MARK' & sleep 300 MARK",
    "forks twice": "(setsid sh -c 'sleep 300 MARK & sleep 300 MARK' &) & sleep 300 MARK",
    "stops itself": "setsid sh -c 'sleep 300 MARK & kill -STOP $$' & kill -STOP $$; sleep 300 MARK",
    "keeps the pipes open": "sleep 300 MARK & exec sleep 300 MARK",
}


@pytest.mark.parametrize("script", STUBBORN.values(), ids=STUBBORN.keys())
def test_a_deadline_ends_everything(box: Box, script: str, survivors: Survivors) -> None:
    mark = str(uuid.uuid4().int % 10**9)
    output = box.shell("echo begun; " + script.replace(" MARK", f" 0.{mark}"), limits=Limits(seconds=1.5), results=("r",))
    assert output.ending is Ending.TIMEOUT, output
    assert output.exit_code is None
    assert output.stdout == b"begun\n"
    assert survivors(f"0.{mark}") == []


def test_children_left_behind_end_with_the_command(box: Box, survivors: Survivors) -> None:
    mark = str(uuid.uuid4().int % 10**9)
    output = box.shell(f"setsid sh -c 'sleep 300 0.{mark}' & sleep 300 0.{mark} & echo left")
    assert (output.ending, output.stdout) == (Ending.EXITED, b"left\n")
    assert survivors(f"0.{mark}") == []


def test_results_are_read_after_a_deadline(box: Box) -> None:
    output = box.shell("echo half > r; sleep 300", results=("r",), limits=Limits(seconds=1))
    assert output.ending is Ending.TIMEOUT
    assert output.files == {"r": b"half\n"}


def test_time_is_told(box: Box) -> None:
    assert 0.4 < box.run("sleep", "0.5").seconds < 20


# ---- limits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", ["", ">&2"])
def test_a_flood_without_a_newline_is_cut_and_ends_soon(box: Box, stream: str) -> None:
    began = time.monotonic()
    output = box.shell(f"tr '\\0' x < /dev/zero {stream}", limits=Limits(seconds=60, output=1, file_size=8))
    assert output.ending in (Ending.OUTPUT_LIMIT, Ending.SIGNAL)
    assert output.ending is Ending.OUTPUT_LIMIT, output.reason
    assert len(output.stderr if stream else output.stdout) == 1 << 20
    assert time.monotonic() - began < 40


def test_output_over_the_limit_is_dropped_and_the_command_goes_on(box: Box) -> None:
    output = box.shell("head -c 1500000 /dev/zero; echo done > r", limits=Limits(seconds=30, output=1), results=("r",))
    assert output.ending is Ending.OUTPUT_LIMIT
    assert len(output.stdout) == 1 << 20
    assert output.files == {"r": b"done\n"}


def test_a_file_cannot_grow_over_its_limit(box: Box) -> None:
    output = box.shell("head -c 30000000 /dev/zero > f; stat -c %s f", limits=Limits(seconds=30, file_size=4))
    assert int(output.stdout or b"0") <= 4 << 20


def test_a_sparse_file_cannot_either(box: Box) -> None:
    assert box.python("open('f', 'w').truncate(1 << 40)", limits=Limits(seconds=30, file_size=4)).exit_code != 0


def test_absurd_memory_is_refused(box: Box) -> None:
    output = box.python("x = bytearray(1 << 34)", limits=Limits(seconds=30, memory=256))
    assert output.ending in (Ending.EXITED, Ending.OUT_OF_MEMORY)
    assert output.exit_code != 0


def test_many_processes_that_hold_too_much_together_are_ended(box: Box) -> None:
    program = "import os, time\nfor i in range(4): os.fork()\nx = bytearray(b'x') * (60 << 20)\ntime.sleep(20)"
    output = box.python(program, limits=Limits(seconds=30, memory=256, scratch=64))
    assert output.ending in (Ending.OUT_OF_MEMORY, Ending.CHILD_OUT_OF_MEMORY), output


def test_a_fork_bomb_is_held(box: Box, survivors: Survivors) -> None:
    mark = f"bomb-{uuid.uuid4()}"
    program = f"import os, time # {mark}\nwhile True:\n  try: os.fork()\n  except OSError: time.sleep(0.01)"
    output = box.run(box.interpreter, "-c", program, reads=box.prefixes, limits=Limits(seconds=4, processes=64))
    assert output.ending in (Ending.PROCESS_LIMIT, Ending.TIMEOUT), output
    assert survivors(mark) == []


def test_core_dumps_are_not_written(box: Box) -> None:
    assert box.shell("ulimit -c").stdout == b"0\n"


# ---- many at once ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_fifty_at_once_are_told_apart_and_leave_nothing(
    box: Box, survivors: Survivors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    mark = uuid.uuid4().hex

    def one(number: int) -> bool:
        script = f"cat given; echo {number} > r; setsid sh -c 'sleep 300; : {mark}' & true"
        output = box.shell(script, files={"given": f"{number}".encode()}, results=("r",), limits=Limits(seconds=120, memory=64, scratch=16))
        return (output.stdout, output.files) == (f"{number}".encode(), {"r": f"{number}\n".encode()})

    with ThreadPoolExecutor(50) as pool:
        assert all(pool.map(one, range(50)))
    assert survivors(mark) == []
    assert list(tmp_path.iterdir()) == []


def test_runs_in_threads_do_not_see_each_other(box: Box) -> None:
    program = "import os, time, pathlib; pathlib.Path('mine').write_text('x'); time.sleep(0.3); print(sorted(os.listdir('.')))"
    with ThreadPoolExecutor(4) as pool:
        outputs = list(pool.map(lambda _: box.python(program).stdout, range(4)))
    assert outputs == [b"['.program.py', 'mine']\n"] * 4


def test_the_sandbox_says_what_it_is(box: Box) -> None:
    assert box.sandbox.name in ("process", "bubblewrap", "docker")
    assert box.sandbox.identity().startswith(box.sandbox.name)
    assert all(line and "\n" not in line for line in box.sandbox.check())
