"""Tracers: what a call reaches, and how many steps it takes."""

from collections.abc import Callable

import pytest

from runners.explorers.python.goals import WorkTracer, make_tracer

CODE = """
def add(count):
    total = 0
    for number in range(count):
        total += number
    return total
"""


class Enough(BaseException):
    pass


def function() -> Callable[[int], int]:
    space: dict[str, Callable[[int], int]] = {}
    exec(compile(CODE, "/code.py", "exec"), space)  # noqa: S102
    return space["add"]


def stop() -> None:
    raise Enough


def test_counting_steps_sees_the_same_arcs() -> None:
    add = function()
    seen = []
    for tracer in (make_tracer("/code.py"), WorkTracer("/code.py", 1000, stop)):
        tracer.start()
        try:
            add(3)
        finally:
            seen.append(set(tracer.stop()))

    assert len(seen[0]) > 3
    assert seen[0] == seen[1]


@pytest.mark.parametrize("code", ["while True:\n  pass\n", "def f(n):\n  return f(n - 1) if n else 0\nwhile True:\n  f(20)\n"])
def test_what_never_ends_is_ended_after_the_same_step_every_time(code: str) -> None:
    ends = []
    for _ in range(2):
        tracer = WorkTracer("/code.py", 5000, stop)
        compiled = compile(code, "/code.py", "exec")
        tracer.start()
        with pytest.raises(Enough):
            exec(compiled, {})  # noqa: S102
        ends.append((tracer.left, sorted(tracer.stop())))

    assert ends[0] == ends[1]


def test_one_step_less_is_borne() -> None:
    add = function()
    counting = WorkTracer("/code.py", 10**6, stop)
    counting.start()
    add(50)
    counting.stop()
    exact = WorkTracer("/code.py", 10**6 - counting.left, stop)
    exact.start()
    assert add(50) == 1225
    exact.stop()
    short = WorkTracer("/code.py", 10**6 - counting.left - 1, stop)
    short.start()
    with pytest.raises(Enough):
        add(50)
    short.stop()
