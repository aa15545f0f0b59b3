"""The pytest plugin of our runs: a deadline for every test, order, choice, coverage by test, and an account that survives a crash."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import threading
import time
from collections.abc import Generator
from types import FrameType
from typing import Any

import coverage
import pytest

LEAST = 5.0
"""Seconds that a test gets however many before it were ended."""
SWALLOWED = 5
"""A test that catches this many endings does not end."""
TIME_UP = 124
MEASURING = os.path.join(os.path.dirname(coverage.__file__), "")
DEPTH, SHORTLY, POSTPONED = 10, 0.001, 500
"""An ending is put off while one of this many innermost frames measures, for so many seconds, at most this often."""


class Plugin:
    """Registered as an object: it needs no place on the import path."""

    def __init__(self, request: dict[str, Any], measured: Any) -> None:
        self.request = request
        self.measured = measured
        self.end = time.monotonic() + request["seconds"]
        self.patience = request["test_seconds"]
        self.account = os.open(os.path.join(request["results"], "account.jsonl"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        """Keep the tests that are wanted, in the order that is wanted."""
        only = set(self.request["only"])
        if only:
            dropped = [item for item in items if not only & names(item)]
            items[:] = [item for item in items if only & names(item)]
            config.hook.pytest_deselected(items=dropped)
        if self.request["order"] is not None:
            items.sort(key=lambda item: str(item.nodeid))
            random.Random(self.request["order"]).shuffle(items)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: Any) -> Generator[None, Any, None]:
        """Measure a test, set-up and tear-down included, under its own name, and end it when its time is up."""
        self.write(begin=item.nodeid)
        if self.request["tests"]:
            self.measured.switch_context(test_of(item.nodeid))
        try:
            with self.deadline():
                yield
        finally:
            if self.request["tests"]:
                self.measured.switch_context("")
            if time.monotonic() >= self.end:
                item.session.shouldstop = "time is up"
                self.write(stopped="time is up")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector: Any) -> Generator[None, Any, None]:
        """A file that leaves or hangs when it is imported costs only itself."""
        self.write(collect=collector.nodeid)
        with self.deadline():
            outcome = yield
        if outcome.excinfo is not None and issubclass(outcome.excinfo[0], (SystemExit, pytest.fail.Exception)):
            said = f"E   {outcome.excinfo[0].__name__}: {outcome.excinfo[1]}"
            outcome.force_result(pytest.CollectReport(collector.nodeid, "failed", said, []))

    @contextlib.contextmanager
    def deadline(self) -> Generator[None, None, None]:
        """Fail what runs inside when its time is up."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        seconds = min(self.patience, max(0.1, self.end - time.monotonic()))
        before = signal.signal(signal.SIGALRM, self.timed_out(seconds))
        # Again and again, because code under test may swallow the first.
        signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def timed_out(self, seconds: float) -> Any:
        """Build the handler that fails a test, and gives the next one half the time: a suite that hangs once often hangs everywhere."""
        times = postponed = 0

        def handler(_: int, frame: FrameType | None) -> None:
            nonlocal times, postponed
            if postponed < POSTPONED and measures(frame):
                postponed += 1
                signal.setitimer(signal.ITIMER_REAL, SHORTLY, 1.0)
                return
            times += 1
            self.patience = max(min(LEAST, self.patience), self.patience / 2) if times == 1 else self.patience
            if times > SWALLOWED:
                self.leave()
            pytest.fail(f"timeout: took longer than {seconds:.3g} seconds", pytrace=False)

        return handler

    def leave(self) -> None:
        """End the run in the middle of a test that catches whatever is thrown at it; what was measured so far counts."""
        self.write(stopped="a test does not end")
        if self.measured:
            self.measured.stop()
            self.measured.save()
        os._exit(TIME_UP)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Say what became of a phase of a test."""
        if report.when == "call" or report.outcome != "passed":
            self.write(test=report.nodeid, when=report.when, outcome=report.outcome)

    def write(self, **entry: str) -> None:
        """One line at once: what is written survives the death of this process."""
        try:
            os.write(self.account, json.dumps(entry).encode() + b"\n")
        except OSError:
            pass


def measures(frame: FrameType | None) -> bool:
    """Whether coverage.py is at work: what is thrown into it ends tracing for all that follows, and may leave its lock held for ever."""
    for _ in range(DEPTH):
        if frame is None:
            break
        if frame.f_code.co_filename.startswith(MEASURING):
            return True
        frame = frame.f_back
    return False


def names(item: Any) -> set[str]:
    """How a test may be asked for: `test_a`, `TestX.test_a`, `tests/test_x.py::test_a`."""
    plain = test_of(item.nodeid)
    _, _, inner = plain.partition("::")
    return {plain, inner.replace("::", "."), inner.rsplit("::", 1)[-1]}


def test_of(node: str) -> str:
    """The test of a node: the same for all its parameters."""
    path, separator, inner = node.partition("::")
    return path + separator + inner.partition("[")[0]
