"""What a language is: it says what to run, reads what was said, and writes tests from observations. It never touches a sandbox."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from testwright.model import (
    Arc,
    Baseline,
    Candidate,
    Case,
    Command,
    Environment,
    Exploration,
    Limits,
    Observation,
    Output,
    RunResult,
    State,
    Target,
    Verdict,
    Workspace,
)


@dataclass(frozen=True, slots=True)
class Style:
    """How a project's own tests look, so that new ones look like their neighbours."""

    framework: str = "pytest"
    """'pytest' or 'unittest' for Python; 'jest', 'vitest', 'mocha', 'node:test' …"""
    folder: str = "tests"
    """Where tests go, relative to the workspace."""
    prefix: str = "test_"
    quote: str = '"'
    line_length: int = 88
    indent: str = "    "
    facts: Mapping[str, str] = field(default_factory=dict)
    """Whatever else the language wants to know again when it writes."""


@dataclass(frozen=True, slots=True)
class Focus:
    """A piece of a file that tests are asked for, as somebody who writes them has to see it."""

    units: tuple[str, ...]
    text: str
    missing: int
    """Lines in it with something uncovered."""
    hints: tuple[str, ...] = ()
    """Sentences on what only this code needs: what it reaches outside of itself, lines that only an import runs."""


Row = tuple[str, int]
"""A row of a table of tests: the test, and the number of the row in it."""


@dataclass(frozen=True, slots=True)
class Words:
    """How one file and its tests are spoken of to somebody who shall write them."""

    language: str
    module: str
    """What the file is called, and how tests import it where that is not plain."""
    tables: str
    """Sentence on inputs with one kind of outcome."""
    private: str
    """What begins a name, or marks it, that tests leave alone."""
    remarks: str
    """What is written beside the code for people."""
    comment: str
    """What begins a comment."""
    rules: tuple[str, ...] = ()
    """Further rules, a sentence or two each."""


class Dialect(Protocol):
    """What a language knows besides, so that somebody else may propose its tests. Pure, except that it reads files of the workspace."""

    def boxed(self, environment: Environment, run: Callable[[Command], Output]) -> "Dialect":
        """The same, able to have code read in a sandbox, for a language whose parser is not on the host."""

    def words(self, workspace: Workspace, target: Target, style: Style) -> Words:
        """How the file and its tests are spoken of."""

    def brief(self, detail: str) -> str:
        """The lines of a failing test's message that say what happened: no folder of this machine, no diff."""

    def focus(self, workspace: Workspace, target: Target, lines: frozenset[int], branches: frozenset[Arc], most: int) -> tuple[Focus, ...]:
        """The code with these lines and branches uncovered, shortened, in pieces of at most about `most` characters."""

    def outlines(self, workspace: Workspace, target: Target, roots: Iterable[str], allowed: Callable[[str], bool]) -> str:
        """What the file takes from elsewhere in the workspace, one line each, the name before what is said of it: ` module.Name(…)`.

        Constructors, members of enumerations, constants; only of allowed files.
        """

    def callers(self, workspace: Workspace, target: Target, allowed: Callable[[str], bool]) -> Mapping[str, tuple[str, ...]]:
        """Lines of the workspace's other code that call a public name of the file; only of allowed files."""

    def sample(self, workspace: Workspace, style: Style, allowed: Callable[[str], bool]) -> str:
        """A short test of the project's own, from an allowed file; '' when it has none."""

    def adopt(
        self,
        blocks: Iterable[str],
        workspace: Workspace,
        environment: Environment,
        target: Target,
        style: Style,
        header: str = "",
        taken: Collection[str] = (),
    ) -> Candidate:
        """A candidate of everything in these texts that is a test; what rules can mend is mended. It may hold no test.

        Tests that are called like one of `taken` get another name.
        """

    def seeded(self, command: Command, text: str) -> Command:
        """A command that explores, given one more text with example calls to begin from."""

    def without(self, candidate: Candidate, names: Collection[str], style: Style, target: Target) -> Candidate:
        """The candidate without some tests, and without what only those needed."""

    def joined(self, first: Candidate, second: Candidate, style: Style, target: Target) -> Candidate:
        """One file with the tests of both."""

    def objections(self, candidate: Candidate, target: Target) -> tuple[Verdict, ...]:
        """Tests that need not be run to be refused."""

    def mend(self, candidate: Candidate, failed: Sequence[Case], style: Style, target: Target) -> Candidate | None:
        """The candidate with assertions whose observed value is plainly right; None when no rule has anything to say."""

    def alike(self, first: Candidate, second: Candidate) -> tuple[Mapping[str, tuple[Row, ...]], str]:
        """For each test of the second the rows of the first that it has; and what differs, '' when both make the same calls and assertions.

        Names, order, grouping, ids of rows and comments make no difference; a test without a table is one row.
        """

    def kill(
        self,
        workspace: Workspace,
        environment: Environment,
        target: Target,
        candidate: Candidate,
        known: Collection[str],
        seconds: float,
    ) -> Command | None:
        """Run the tests against mutants of the target, without those that are known to be killed; None where nothing can."""

    def kills(self, output: Output) -> tuple[Mapping[str, frozenset[str]], int]:
        """Test → ids of the mutants that it kills, '' → of those that were tried and live; and how many mutants there are."""


class Language(Protocol):
    """A module that satisfies this is a language. All members are pure except that they read files below `workspace.root`."""

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def SUFFIXES(self) -> tuple[str, ...]:  # noqa: N802
        """Suffixes of its source files."""

    @property
    def MANIFESTS(self) -> tuple[str, ...]:  # noqa: N802
        """Names (fnmatch patterns, relative) of files that decide what has to be installed."""

    @property
    def VERSION(self) -> str:  # noqa: N802
        """Changes when what its commands make or measure may change: environments and results made by another one are made again."""

    def sources(self, workspace: Workspace, paths: Sequence[str]) -> tuple[str, ...]:
        """Of these files of the workspace, the ones that are code to be tested: no tests, no examples, no build scripts."""

    def inspect(self, workspace: Workspace, path: str) -> tuple[State, str] | None:
        """Why this file cannot be a target (state, reason), without running it; None when it can."""

    def prepare(self, workspace: Workspace, folder: str, requirements: Sequence[str], setup: Sequence[str]) -> tuple[Command, ...]:
        """Commands that install dependencies and test tools into `folder`, in order. They may use the network, and see no secret."""

    def environment(self, workspace: Workspace, folder: str, key: str, outputs: Sequence[Output]) -> Environment:
        """What the commands made."""

    def style(self, workspace: Workspace, paths: Sequence[str]) -> Style:
        """How the project's own tests look."""

    def has_tests(self, workspace: Workspace, paths: Sequence[str]) -> bool:
        """Whether the project has tests of its own in this language."""

    def suite(self, workspace: Workspace, environment: Environment, limits: Limits, extra: Mapping[str, bytes] = {}) -> Command:
        """Run the project's own tests with line and branch coverage, with `extra` files added to the copy of the tree they run in."""

    def count(self, workspace: Workspace, environment: Environment, limits: Limits, paths: Sequence[str]) -> Command | None:
        """Say which lines and branches of these files count, where there are no tests to run; None when `baseline` can tell by itself."""

    def baseline(self, workspace: Workspace, environment: Environment, paths: Sequence[str], output: Output | None) -> Baseline:
        """What the suite, or else the count, said (None: neither ran), with coverage for every path."""

    def target(self, workspace: Workspace, environment: Environment, path: str, baseline: Baseline) -> Target:
        """The file and what is uncovered in it."""

    def explore(
        self, workspace: Workspace, environment: Environment, target: Target, *, seed: int, seconds: float, executions: int | None = None
    ) -> Command:
        """Run the language's explorer on one target. `executions`: of the code, when they are the budget and `seconds` only the ceiling."""

    def exploration(self, target: Target, output: Output) -> Exploration:
        """What the explorer streamed, also when it died half-way. Malformed lines are dropped: the file is untrusted."""

    def write(self, workspace: Workspace, target: Target, observations: Iterable[Observation], style: Style, header: str = "") -> Candidate:
        """A test file that asserts exactly these observations."""

    def run(
        self,
        workspace: Workspace,
        environment: Environment,
        candidates: Sequence[Candidate],
        limits: Limits,
        *,
        target: Target | None = None,
        order: int | None = None,
        only: Sequence[str] = (),
    ) -> Command:
        """Run candidate files away from the project's suite, the target's coverage told apart by test; `order`: a seed to shuffle with."""

    def result(self, workspace: Workspace, output: Output, expected: Sequence[Candidate] = ()) -> RunResult:
        """What a run said. Cross-checks exit status, report and the tests that were expected; a mismatch is a `problem`."""
