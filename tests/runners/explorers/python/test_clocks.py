"""What code under test sees of shifted clocks, in a process of its own."""

import random
import subprocess
import sys

import pytest

AFTER = """
import datetime, time
real = time.time(), time.monotonic(), datetime.datetime.now()
from runners.explorers.python import clocks
clocks.shift()
"""


def said(code: str) -> str:
    """What a fresh interpreter prints after its clocks were shifted."""
    ran = subprocess.run([sys.executable, "-c", AFTER + code], capture_output=True, text=True, check=True)
    return ran.stdout.strip()


@pytest.mark.parametrize(
    "now",
    [
        "datetime.date.today()",
        "datetime.datetime.now().date()",
        "datetime.datetime.utcnow().date()",
        "datetime.datetime.today().date()",
        "datetime.date.fromtimestamp(time.time())",
        "datetime.date.fromtimestamp(time.time_ns() / 10**9)",
        "datetime.date(*time.localtime()[:3])",
    ],
)
def test_the_day_is_another(now: str) -> None:
    assert said(f"print(400 < ({now} - real[2].date()).days < 406)") == "True"


@pytest.mark.parametrize("clock", ["time", "monotonic", "perf_counter", "process_time"])
def test_every_look_finds_a_clock_further_on(clock: str) -> None:
    assert said(f"first = time.{clock}(); print(0.3 < time.{clock}() - first < 9, type(first).__name__)") == "True float"


def test_nanoseconds_are_whole_numbers() -> None:
    assert said("print(type(time.time_ns()).__name__)") == "int"


def test_our_own_code_and_the_event_loop_keep_the_real_time() -> None:
    code = (
        "exec('import time\\nseen = time.monotonic()', space := {'__name__': 'asyncio.base_events'}); print(space['seen'] - real[1] < 60)"
    )

    assert said(code) == "True"


def test_classes_of_dates_stay_what_they_are() -> None:
    assert (
        said("print(type(datetime.datetime.now()) is datetime.datetime, datetime.datetime(2020, 1, 2).isoformat())")
        == "True 2020-01-02T00:00:00"
    )


STANDING = "from runners.explorers.python import clocks\nclocks.stand({})\nimport os, random, time\n"


def told(number: int, code: str) -> str:
    """What a fresh interpreter prints where clocks stand."""
    return subprocess.run([sys.executable, "-c", STANDING.format(number) + code], capture_output=True, text=True, check=True).stdout


def test_standing_clocks_and_random_bytes_are_the_same_in_every_process_and_others_for_another_number() -> None:
    code = (
        "import datetime, uuid; print(time.time(), time.monotonic(), datetime.datetime.now(), uuid.uuid4(), random.SystemRandom().random())"
    )

    assert told(1, code) == told(1, code)
    assert len({part for number in range(3) for part in told(number, code).split()}) == 3 * 6


def test_turning_back_gives_the_same_times_and_bytes_again() -> None:
    code = "time.time(); clocks.keep(); a = time.time(), os.urandom(9); clocks.turn_back(); print(a == (time.time(), os.urandom(9)))"

    assert told(0, code).strip() == "True"


def test_generators_without_a_seed_are_the_same_in_every_process_and_seeded_ones_as_ever() -> None:
    code = "print(random.Random().random(), random.Random(3).random())"
    unseeded, seeded = told(1, code).split()

    assert told(1, code).split() == [unseeded, seeded]
    assert told(2, code).split()[0] != unseeded
    assert seeded == str(random.Random(3).random())  # noqa: S311
