"""What there is to reach: exactly the lines and branches that coverage.py counts, and a tracer for one call at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from coverage.config import DEFAULT_EXCLUDE
from coverage.parser import PythonParser

try:
    from coverage.tracer import CFileDisposition, CTracer
except ImportError:
    CTracer = CFileDisposition = None  # type: ignore[assignment,misc]

LAYOUTS = ((28, 56, 57), (20, 40, 41))
"""How versions of coverage.py pack an arc into one number: bits of a line, and the two sign bits."""


class Goals:
    """The lines and branches of one file that count, and the translation of measured arcs into them."""

    def __init__(self, text: str, path: str) -> None:
        parser = PythonParser(text=text, filename=path, exclude="|".join(f"(?:{pattern})" for pattern in DEFAULT_EXCLUDE))
        parser.parse_source()
        self.parser = parser
        exits = parser.exit_counts()
        partial = parser.lines_matching(r"#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(branch|BRANCH)")
        self.lines: frozenset[int] = frozenset(parser.statements)
        self.branches: frozenset[tuple[int, int]] = frozenset(
            arc
            for arc in parser.arcs()
            if exits.get(arc[0], 0) > 1 and arc[0] not in partial and arc[0] not in parser.excluded and arc[1] not in parser.excluded
        )
        self.before: dict[int, set[int]] = {}
        """Line → the lines that control comes from."""
        for first, second in parser.arcs():
            if first > 0 and second > 0:
                self.before.setdefault(second, set()).add(first)
        self._known: dict[tuple[int, int], tuple[int, tuple[int, int] | None]] = {}

    def translate(self, arcs: Iterable[tuple[int, int]]) -> tuple[set[int], set[tuple[int, int]]]:
        """Lines and branches that count among measured arcs."""
        lines: set[int] = set()
        branches: set[tuple[int, int]] = set()
        for arc in arcs:
            known = self._known.get(arc)
            if known is None:
                known = self._known[arc] = self._translate(arc)
            if known[0]:
                lines.add(known[0])
            if known[1]:
                branches.add(known[1])
        return lines, branches

    def _translate(self, arc: tuple[int, int]) -> tuple[int, tuple[int, int] | None]:
        line = self.parser.first_line(arc[1]) if arc[1] > 0 else 0
        moved = next(iter(self.parser.translate_arcs([arc])), arc)
        moved = self._jump(moved)
        return (line if line in self.lines else 0), (moved if moved in self.branches else None)

    def _jump(self, arc: tuple[int, int]) -> tuple[int, int]:
        fix = getattr(self.parser, "fix_with_jumps", None)
        return next(iter(fix([arc])), arc) if fix is not None and arc not in self.branches else arc


class CallTracer:
    """Arcs of one file during one call, by coverage.py's C tracer driven directly."""

    def __init__(self, path: str, layout: tuple[int, int, int]) -> None:
        if CTracer is None:
            raise ImportError("coverage.py has no C tracer here")
        self.path = path
        self.layout = layout
        self.unpacked: dict[int, tuple[int, int]] = {}

        def disposition(filename: str, trace: bool) -> Any:
            made = CFileDisposition()
            made.original_filename = made.canonical_filename = made.source_filename = filename
            made.trace, made.reason, made.file_tracer, made.has_dynamic_filename = trace, "", None, False
            return made

        traced, ignored = disposition(path, True), disposition("", False)

        def should_trace(filename: str, _frame: FrameType) -> Any:
            answer = traced if filename == path else ignored
            tracer.should_trace_cache[filename] = answer
            return answer

        tracer: Any = CTracer()
        tracer.data, tracer.trace_arcs, tracer.should_trace_cache, tracer.should_trace = {}, True, {}, should_trace
        tracer.warn = lambda *_args, **_keywords: None
        tracer.lock_data = tracer.unlock_data = lambda: None
        tracer.concur_id_func = tracer.should_start_context = tracer.switch_context = tracer.check_include = None
        tracer.file_tracers, tracer.disable_plugin = {}, lambda *_args: None
        self.tracer = tracer

    def start(self) -> None:
        self.tracer.data.clear()
        self.tracer.start()

    def stop(self) -> list[tuple[int, int]]:
        self.tracer.stop()
        found = self.tracer.data.get(self.path, ())
        unpacked = self.unpacked
        return [unpacked[packed] if packed in unpacked else self.unpack(packed) for packed in found]

    def unpack(self, packed: int) -> tuple[int, int]:
        bits, first, second = self.layout
        mask = (1 << bits) - 1
        a, b = packed & mask, packed >> bits & mask
        arc = (-a if packed >> first & 1 else a, -b if packed >> second & 1 else b)
        self.unpacked[packed] = arc
        return arc


class PythonTracer:
    """The same by `sys.settrace`, for interpreters where the C tracer is missing or packs in another way."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.arcs: set[tuple[int, int]] = set()

    def start(self) -> None:
        self.arcs = set()
        sys.settrace(self._call)

    def stop(self) -> list[tuple[int, int]]:
        sys.settrace(None)
        return list(self.arcs)

    def _call(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename != self.path:
            return None
        last = -frame.f_code.co_firstlineno

        def local(frame: FrameType, event: str, _argument: Any) -> Any:
            nonlocal last
            if event == "line":
                self.arcs.add((last, frame.f_lineno))
                last = frame.f_lineno
            elif event == "return":
                self.arcs.add((last, -frame.f_code.co_firstlineno))
            return local

        return local


class WorkTracer(PythonTracer):
    """The same, and an end after so many steps, which unlike seconds are the same on every machine: lines of the file, and all calls.

    `exceed` is called at the first step too many, and is to raise.
    """

    def __init__(self, path: str, most: int, exceed: Callable[[], None]) -> None:
        super().__init__(path)
        self.left, self.most, self.exceed = most, most, exceed

    def start(self) -> None:
        self.left = self.most
        super().start()

    def _call(self, frame: FrameType, event: str, argument: Any) -> Any:
        self._step()
        inner = super()._call(frame, event, argument)
        if inner is None:
            return None

        def local(frame: FrameType, event: str, argument: Any) -> Any:
            self._step()
            inner(frame, event, argument)
            return local

        return local

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            self.exceed()


PROBE = "def probe(a):\n    if a:\n        b = 1\n    else:\n        b = 2\n    return b\n"


def make_tracer(path: str) -> CallTracer | PythonTracer:
    """A tracer that has just proved on a known function that it tells the truth."""
    space: dict[str, Callable[[int], int]] = {}
    exec(compile(PROBE, "<probe>", "exec"), space)
    wanted = {(-1, 2), (2, 3), (3, 6), (6, -1)}
    for layout in LAYOUTS:
        try:
            tracer = CallTracer("<probe>", layout)
            tracer.start()
            try:
                space["probe"](1)
            finally:
                arcs = tracer.stop()
        except (ImportError, AttributeError, TypeError):
            break
        if set(arcs) == wanted:
            return CallTracer(path, layout)
    return PythonTracer(path)
