"""Reports as campaigns really end, for the tests of what is written about them."""

from pathlib import Path

from testwright.model import (
    Baseline,
    Candidate,
    Case,
    FileCoverage,
    FileReport,
    Finding,
    Reason,
    Report,
    SourceReport,
    State,
    Status,
    TestCase,
    Verdict,
    Workspace,
)

HOSTILE = "<script>alert('x')</script> \x1b[31mred\x1b[0m \u202egnp.exe `tick` |pipe| @someone ![i](http://evil.example/x.png) \x00"
"""What a source may hide in a name: markup, terminal escapes, reversed writing, table breaks, mentions, pictures."""


def measured(path: str, size: int, covered: int, branches: int = 0, taken: int = 0) -> FileCoverage:
    """Lines 1, 3, 5 … of which the first `covered` ran, with two branches on every fourth line."""
    lines = [1 + 2 * n for n in range(size)]
    arcs = [(1 + 8 * (n // 2), 3 + 8 * (n // 2) if n % 2 else -1) for n in range(branches)]
    return FileCoverage(path, frozenset(lines), frozenset(lines[:covered]), frozenset(arcs), frozenset(arcs[:taken]))


TRUNCATE = """def test_truncate(text, length, expected):
    assert truncate(text, length) == expected
"""
RAISES = """def test_truncate_raises_value_error_for_negative_length():
    with pytest.raises(ValueError, match="length must not be negative"):
        truncate("abc", -1)
"""


def improved(path: str = "textkit/cut.py", test: str = "tests/test_cut.py", text: str = "") -> FileReport:
    """A file that got two tests; one more was flaky, one added nothing."""
    cases = (TestCase("test_truncate", TRUNCATE), TestCase("test_truncate_raises_value_error_for_negative_length", RAISES))
    return FileReport(
        path,
        "python",
        State.IMPROVED,
        before=measured(path, 40, 9, 12, 2),
        after=measured(path, 40, 36, 12, 10),
        verdicts=(
            Verdict("test_truncate", Reason.KEPT, lines=frozenset({19, 21, 23, 31}), branches=frozenset({(9, 11), (17, -1)}), mutants=7),
            Verdict("test_truncate_raises_value_error_for_negative_length", Reason.KEPT, lines=frozenset({41}), mutants=1),
            Verdict("test_now_is_today", Reason.FLAKY, "failed 1 of 5 times: AssertionError: 2 != 3"),
            Verdict("test_truncate_returns_text", Reason.NO_GAIN),
        ),
        candidate=Candidate(test, text or f"import pytest\n\nfrom textkit.cut import truncate\n\n\n{TRUNCATE}\n\n{RAISES}", cases),
        findings=(
            Finding("testwright", "crash", "truncate raises IndexError for an empty text", path, 27, "warning", 'truncate("", 3)'),
            Finding("ruff", "B006", "Mutable default argument", path, 12, "note"),
        ),
        mutants=24,
        killed=20,
        unreached={73: "needs a terminal", 75: "needs a terminal", 77: "needs a terminal", 79: "no input found in 60 s"},
        seconds=12.5,
    )


def files() -> tuple[FileReport, ...]:
    """One file for most of the ways a file can end."""
    return (
        improved(),
        FileReport("textkit/__init__.py", "python", State.COVERED, before=measured("textkit/__init__.py", 4, 4), after=None),
        FileReport("textkit/old.py", "python", State.NOT_PARSABLE, "line 3: invalid syntax (print is a statement)"),
        FileReport(
            "textkit/gui/window.py",
            "python",
            State.NOT_IMPORTABLE,
            "No module named 'tkinter'",
            measured("textkit/gui/window.py", 120, 0, 30, 0),
        ),
        FileReport(
            "textkit/net.py",
            "python",
            State.UNCHANGED,
            "",
            measured("textkit/net.py", 55, 20, 8, 3),
            measured("textkit/net.py", 55, 20, 8, 3),
            (Verdict("test_fetch", Reason.TIMES_OUT, "no end after 10 s"),),
        ),
        FileReport("textkit/late.py", "python", State.NOT_REACHED, "20 minutes were over", measured("textkit/late.py", 200, 10, 40, 1)),
        FileReport(
            "web/range.js",
            "javascript",
            State.IMPROVED,
            "",
            measured("web/range.js", 20, 0, 6, 0),
            measured("web/range.js", 20, 20, 6, 6),
            (Verdict("range(%j, %j)", Reason.KEPT, lines=frozenset({1, 3, 5})),),
            Candidate(
                "web/range.test.js",
                "it.each([[0, 3]])('range(%j, %j)', () => {});\n",
                (TestCase("range(%j, %j)", "it.each([[0, 3]])('range(%j, %j)', () => {});\n"),),
            ),
            mutants=9,
            killed=9,
        ),
    )


def workspace(root: Path | str = "/nowhere/textkit", name: str = "textkit 2.1.0") -> Workspace:
    """A workspace at this place."""
    return Workspace(name, str(root), "5f0c" * 16, "pypi:textkit==2.1.0", "2.1.0")


def source(
    root: Path | str = "/nowhere/textkit", name: str = "textkit 2.1.0", contents: tuple[FileReport, ...] | None = None
) -> SourceReport:
    """A source with all of these files, completed."""
    cases = (Case("test_old", Status.PASSED, "tests/test_old.py"),)
    return SourceReport(
        "pypi:textkit==2.1.0",
        workspace(root, name),
        "completed",
        baseline={"python": Baseline("passed", cases, (measured("textkit/cut.py", 40, 9),)), "javascript": Baseline("none")},
        files=files() if contents is None else contents,
        findings=(Finding("testwright", "secret", "a key lies in the repository", "deploy/key.pem", 0, "error"),),
        notes=("link out of the tree left out: data → /etc",),
        seconds=61.0,
    )


def report(*sources: SourceReport) -> Report:
    """A campaign over these sources."""
    images = {"testwright-python": f"sha256:{'3d1e' * 16}"}
    return Report("20261124-101500-a1b2", sources or (source(),), "docker", 7, "search", "2026-11-24T10:15:00+00:00", 83.4, images)


def failed() -> Report:
    """A campaign whose only source could not be fetched."""
    return Report(
        "c2",
        (SourceReport("https://git.invalid/x.git", None, "checkout failed", "could not resolve host: git.invalid"),),
        started="2026-11-24T10:15:00+00:00",
    )


def hostile(root: Path | str = "/nowhere/textkit") -> Report:
    """Hostile text in every place that a source can reach."""
    bad = Finding(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 3, HOSTILE, HOSTILE)
    file = FileReport(
        f"pkg/{HOSTILE}.py",
        HOSTILE,
        State.IMPROVED,
        HOSTILE,
        measured("x", 10, 1, 4, 0),
        measured("x", 10, 9, 4, 4),
        (Verdict(HOSTILE, Reason.KEPT, HOSTILE, frozenset({1})), Verdict(HOSTILE, Reason.FAILS, HOSTILE)),
        Candidate(f"tests/{HOSTILE.replace(chr(0), '').replace('/', '')}.py", HOSTILE, (TestCase(HOSTILE, HOSTILE),), HOSTILE),
        (bad,),
        unreached={3: HOSTILE},
    )
    space = Workspace(HOSTILE, str(root), HOSTILE, HOSTILE, HOSTILE, (HOSTILE,))
    made = SourceReport(HOSTILE, space, HOSTILE, HOSTILE, {HOSTILE: Baseline(HOSTILE, reason=HOSTILE)}, (file,), (bad,), (HOSTILE,))
    return Report(HOSTILE, (made,), HOSTILE, 0, HOSTILE, HOSTILE)


def large(number: int) -> Report:
    """A campaign over many files, each with tests."""
    made = tuple(improved(f"pkg/part{n % 40}/module_{n}.py", f"tests/part{n % 40}/test_module_{n}.py") for n in range(number))
    return report(source(contents=made))
