"""The nouns of the house, in the order in which a source file meets them. Values only: no disk, no network, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

Arc = tuple[int, int]
"""One branch: line it leaves, line it goes to (negative: out of the code object that starts there), as coverage.py counts."""


# ---- where the code is ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Workspace:
    """A source checked out into a folder of ours. Nothing outside the folder belongs to it."""

    name: str
    """What a reader calls it: `python-string-utils 1.0.0`, `my-project`."""
    root: str
    """Absolute path of the folder."""
    digest: str
    """sha256 over the names and contents of its files."""
    origin: str
    """The source as the caller named it."""
    revision: str = ""
    """Commit or version, when known."""
    notes: tuple[str, ...] = ()
    """What was left out and why (symlinks out of the tree, unreadable names): one line each."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The dependencies of one workspace for one language, installed."""

    language: str
    root: str
    """Absolute path of the folder."""
    runtime: str
    """Absolute path of the interpreter that runs tests (python, node); '' when none here fits."""
    key: str
    """Digest of everything the environment was made from."""
    roots: tuple[str, ...] = ()
    """Folders of the workspace (relative, '.' for itself) from which its modules are imported."""
    complete: bool = True
    """False when something could not be installed; `notes` says what."""
    usable: bool = True
    """False when so much is missing that no test can run."""
    notes: tuple[str, ...] = ()


# ---- running something -------------------------------------------------------------------------------------------


class Ending(StrEnum):
    """How a sandboxed command ended. Says nothing about whether tests passed."""

    EXITED = "exited"
    """By itself, with an exit code."""
    TIMEOUT = "timeout"
    """We killed it at its deadline."""
    OUTPUT_LIMIT = "output limit"
    OUT_OF_MEMORY = "out of memory"
    """The command itself was killed for memory."""
    CHILD_OUT_OF_MEMORY = "child out of memory"
    PROCESS_LIMIT = "process limit"
    SIGNAL = "signal"
    """Killed by a signal that was not ours (a crash of the interpreter)."""
    VIOLATION = "sandbox violation"
    """Killed for a system call it may not make."""
    INFRASTRUCTURE = "infrastructure error"
    """The sandbox failed, not the command. Retried; never read as a failing test."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one command may use. Sizes in MiB, times in seconds of wall clock."""

    seconds: float = 60.0
    memory: int = 1024
    processes: int = 256
    output: int = 16
    """Of standard output and of standard error, each; what is over it is dropped and the ending says so."""
    file_size: int = 64
    """Of one file it writes."""
    scratch: int = 256
    """Of everything it writes."""
    cpus: float = 1.0


@dataclass(frozen=True, slots=True)
class Command:
    """What to run in a sandbox. A path means the same inside and outside, except `scratch`, the fresh working folder of each run."""

    argv: tuple[str, ...]
    limits: Limits = Limits()
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to the fixed environment of the sandbox. Nothing is inherited from the host."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Relative path in scratch → content, written before the start."""
    copies: Mapping[str, str] = field(default_factory=dict)
    """Relative folder in scratch → absolute host folder, copied before the start (for code that writes beside itself)."""
    reads: tuple[str, ...] = ()
    """Absolute host paths the command may read."""
    writes: tuple[str, ...] = ()
    """Absolute host folders the command may change. Only `prepare` uses this."""
    results: tuple[str, ...] = ()
    """Relative paths in scratch that are read out afterwards: regular files only, bounded, links never followed."""
    cwd: str = "."
    """Working folder, relative to scratch."""
    network: bool = False
    image: str = "python"
    """Which tools have to be in the box: 'python' or 'node'. Docker has an image of each; other boxes have what the machine has."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a command left behind. A failing command is an Output, not an exception."""

    ending: Ending
    exit_code: int | None
    """None unless it ended by itself."""
    stdout: bytes = b""
    stderr: bytes = b""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """The expected results that were there."""
    seconds: float = 0.0
    reason: str = ""
    """One line for a person when the ending is not EXITED."""


# ---- what tests did ------------------------------------------------------------------------------------------------


class Status(StrEnum):
    """How one test case ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Case:
    """One test case as a runner reported it."""

    name: str
    """Name of the test function or title, without parameters."""
    status: Status
    file: str = ""
    parameters: str = ""
    message: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """What was run of one source file."""

    path: str
    """Relative to the workspace, with forward slashes."""
    lines: frozenset[int] = frozenset()
    """Lines that count."""
    covered_lines: frozenset[int] = frozenset()
    branches: frozenset[Arc] = frozenset()
    """Branches that count: the ways out of every line that has more than one."""
    covered_branches: frozenset[Arc] = frozenset()

    @property
    def missing_lines(self) -> frozenset[int]:
        return self.lines - self.covered_lines

    @property
    def missing_branches(self) -> frozenset[Arc]:
        return self.branches - self.covered_branches

    def __or__(self, other: Self) -> Self:
        """What two runs reached together."""
        return replace(
            self,
            lines=self.lines | other.lines,
            covered_lines=self.covered_lines | other.covered_lines,
            branches=self.branches | other.branches,
            covered_branches=self.covered_branches | other.covered_branches,
        )


@dataclass(frozen=True, slots=True)
class RunResult:
    """What one run of tests said."""

    ending: Ending
    cases: tuple[Case, ...] = ()
    coverage: tuple[FileCoverage, ...] = ()
    gains: Mapping[str, Mapping[str, frozenset[int]]] = field(default_factory=dict)
    """Test name → file → lines it ran, where the runner tells tests apart."""
    problem: str = ""
    """One line when the run as a whole said nothing usable (nothing collected, forged report, timeout)."""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.problem and bool(self.cases) and all(c.status is Status.PASSED for c in self.cases)


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a workspace's own tests do and cover, before anything was added."""

    state: str
    """'passed', 'failed', 'timeout', 'none' (there are no tests) …"""
    cases: tuple[Case, ...] = ()
    coverage: tuple[FileCoverage, ...] = ()
    """Every source file of the language, also those no test reaches."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One file and what is uncovered in it."""

    language: str
    path: str
    """Relative to the workspace."""
    module: str
    """How it is imported: dotted name, or the path itself."""
    digest: str
    """sha256 of its content."""
    lines: frozenset[int] = frozenset()
    """Uncovered lines (all that count when there is no baseline)."""
    branches: frozenset[Arc] = frozenset()
    """Uncovered branches."""


# ---- what was explored ---------------------------------------------------------------------------------------------


class Origin(StrEnum):
    """Where the input of an observation comes from; the order is the order of preference."""

    DOCUMENTATION = "documentation"
    PROJECT = "project"
    """A call found in the project's own tests, README or code."""
    SEARCH = "search"
    STUB = "stub"
    """Uses an object made up to stand in for another."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call, as source text of the language."""

    name: str
    """Name of the parameter; '' for a further positional one."""
    source: str
    keyword: bool = False
    """Written as name=source."""


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of an arrangement: `name = source`, or `source` alone when name is ''."""

    source: str
    name: str = ""


class How(StrEnum):
    """What a check compares."""

    EQUALS = "equals"
    IS = "is"
    """Identity: True, False, None, an enum member."""
    CLOSE = "close"
    """Floating point that is no short decimal."""
    TYPE = "type"
    """Only the type is known; `expected` is its source text."""
    TRUE = "true"
    """The subject is an expression that must hold, e.g. `math.isnan(result)`."""


@dataclass(frozen=True, slots=True)
class Check:
    """One fact to assert after the call."""

    subject: str
    """Source text; the word `result` stands for what the call returned, `printed` for the text that the test wrote to standard
    output up to then, `complained` for that on standard error, `logged` for the messages of its log records, `warned` for the
    warning that the call gave."""
    how: How
    expected: str = ""
    """Source text of the expected value."""


@dataclass(frozen=True, slots=True)
class Raised:
    """The exception a call ended with."""

    type: str
    """Source text of the class, as importable by `Observation.imports`."""
    message: str = ""
    """Its text when it is the same in every process, else ''."""
    declared: bool = False
    """True when the code raises it on purpose (a raise statement of the package) or documents it."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One explored call: what was arranged and called, what came out, and what it reached. Streamed by explorers as JSON lines."""

    id: str
    """Unique within one exploration and the same for the same seed."""
    unit: str
    """Function `f`, method `C.m`, constructor `C`, property `C.p` that is exercised."""
    kind: str
    """'function', 'method', 'constructor', 'property', 'operator', 'iteration', 'context', 'module' …"""
    call: str
    """Source text of the whole call expression, e.g. `timer.stop()`; '' for kinds that have none."""
    callee: str = ""
    """What is called, without arguments: `timer.stop`. `callee(arguments)` is the call when not ''."""
    arguments: tuple[Argument, ...] = ()
    arrange: tuple[Step, ...] = ()
    imports: tuple[tuple[str, str], ...] = ()
    """(module, name) pairs the texts use; name '' for `import module`."""
    asynchronous: bool = False
    """The call has to be awaited."""
    raised: Raised | None = None
    checks: tuple[Check, ...] = ()
    """Facts on the result and on changed state; empty only when `raised` is set or nothing can be asserted."""
    result_type: str = ""
    """Short type name of what came out ('str', 'NoneType', 'Timer'); the exception's name when raised."""
    condition: str = ""
    """Source text of a branch condition that only this input decides this way, when short; may name the test."""
    origin: Origin = Origin.SEARCH
    stable: bool = True
    """Came out the same in a second process with another hash seed."""
    lines: frozenset[int] = frozenset()
    branches: frozenset[Arc] = frozenset()
    """Reached in the target's file, beyond what importing it reaches."""
    mutants: frozenset[str] = frozenset()
    """Ids of mutants of the target this observation's checks tell from the original."""
    proofs: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    """Subject of a check → those of the mutants that it tells by itself; empty where that was not asked."""
    size: int = 0
    """Length measure of inputs; smaller is easier to read."""


@dataclass(frozen=True, slots=True)
class Exploration:
    """Everything one explorer said about one target before it ended."""

    target: Target
    observations: tuple[Observation, ...] = ()
    findings: tuple["Finding", ...] = ()
    mutants: int = 0
    """How many mutants were tried."""
    executions: int = 0
    ending: str = ""
    """'all reached', 'no progress', 'budget', or why it broke off: 'import failed: …', 'timeout', 'crashed: signal 11'."""
    unreached: Mapping[int, str] = field(default_factory=dict)
    """Line → why it stays uncovered, where the explorer can tell."""
    seconds: float = 0.0


# ---- what is proposed, and what became of it ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TestCase:
    """One written test: a function or an it-block."""

    __test__ = False
    name: str
    text: str
    observations: tuple[str, ...] = ()
    """Ids of the observations it asserts, in table order."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed test file."""

    path: str
    """Where it goes, relative to the workspace."""
    text: str
    tests: tuple[TestCase, ...] = ()
    engine: str = "search"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A candidate and its result. In order: the history."""

    candidate: Candidate
    result: RunResult


class Reason(StrEnum):
    """Why a test is kept or not. The first filter that objects names it."""

    KEPT = "kept"
    DOES_NOT_PARSE = "does not parse"
    DOES_NOT_COLLECT = "does not collect"
    FAILS = "fails"
    TIMES_OUT = "times out"
    ASSERTS_NOTHING = "asserts nothing that can fail"
    PRIVATE = "uses private names of the code"
    NO_GAIN = "adds no line, branch or killed mutant"
    FLAKY = "flaky"
    ORDER_DEPENDENT = "fails alone or in another order"
    BREAKS_SUITE = "breaks the project's own tests"
    SANDBOX = "sandbox could not run it"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one test of a candidate."""

    test: str
    reason: Reason
    detail: str = ""
    lines: frozenset[int] = frozenset()
    """Lines of the target that it added when it was kept."""
    branches: frozenset[Arc] = frozenset()
    mutants: int = 0
    engine: str = "search"
    """Which engine proposed it: so the report can say which one won which line."""

    @property
    def kept(self) -> bool:
        return self.reason is Reason.KEPT


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at: from a static check, or a suspected defect."""

    tool: str
    """'testwright' for suspected defects, else the checker's name."""
    rule: str
    message: str
    path: str
    line: int = 0
    severity: str = "note"
    """'error', 'warning' or 'note', as in SARIF."""
    example: str = ""
    """Source text of the input that shows it."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What asking language models took."""

    calls: int = 0
    """Answered by a provider."""
    cached: int = 0
    """Answered from disk, for nothing."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prefix_tokens: int = 0
    """Of the prompt tokens, those that the provider had in its own cache."""
    cost: float = 0.0
    """Dollars, of the calls whose price is known."""
    unpriced: int = 0
    """Calls whose price nobody knows."""
    retries: int = 0
    """Calls that had to be made again: rate limits, timeouts, errors of a server."""
    seconds: float = 0.0
    """Waited for providers."""

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.calls + other.calls,
            self.cached + other.cached,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.prefix_tokens + other.prefix_tokens,
            self.cost + other.cost,
            self.unpriced + other.unpriced,
            self.retries + other.retries,
            self.seconds + other.seconds,
        )


class State(StrEnum):
    """How a file ended. Every file of a campaign has one."""

    IMPROVED = "improved"
    """Tests were kept."""
    COVERED = "already covered"
    UNCHANGED = "no test kept"
    NOT_IMPORTABLE = "cannot be imported"
    NOT_PARSABLE = "cannot be parsed"
    TOO_LARGE = "too large"
    EXCLUDED = "excluded"
    NOTHING_TO_TEST = "nothing to test"
    TIMED_OUT = "timed out"
    CRASHED = "crashed"
    NOT_REACHED = "not reached in the time given"
    NO_INTERPRETER = "no interpreter that fits"
    BROKEN = "infrastructure error"
    NO_MODEL = "no model answered"
    BUDGET = "model budget spent"


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file of a campaign, ended."""

    path: str
    language: str
    state: State
    reason: str = ""
    before: FileCoverage | None = None
    after: FileCoverage | None = None
    verdicts: tuple[Verdict, ...] = ()
    candidate: Candidate | None = None
    """The kept tests as one file, when there are any."""
    findings: tuple[Finding, ...] = ()
    mutants: int = 0
    killed: int = 0
    unreached: Mapping[int, str] = field(default_factory=dict)
    seconds: float = 0.0
    usage: Usage = Usage()
    """What asking language models for this file took."""
    model: str = ""
    """How the model's part ended: '' it was not asked, 'done', 'budget spent: …', 'no model answered: …'."""
    polished: str = ""
    """Whether a model named and ordered the tests: '' it was not asked to, 'done', or why they stay as they were."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source of a campaign, ended."""

    source: str
    workspace: Workspace | None
    state: str
    """'completed', 'partial', or why nothing could be done: 'checkout failed', 'nothing to test' …"""
    reason: str = ""
    baseline: Mapping[str, Baseline] = field(default_factory=dict)
    """Language → baseline."""
    files: tuple[FileReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a campaign did."""

    id: str
    sources: tuple[SourceReport, ...] = ()
    sandbox: str = ""
    seed: int = 0
    engine: str = "search"
    started: str = ""
    """ISO 8601, UTC."""
    seconds: float = 0.0
    images: Mapping[str, str] = field(default_factory=dict)
    """Name → digest of the images that sandboxes ran in; empty for sandboxes without."""

    @property
    def state(self) -> str:
        """'success', 'partial' (something was not done) or 'failure' (nothing was)."""
        done = [s.state == "completed" for s in self.sources]
        some = any(s.state in ("completed", "partial") for s in self.sources)
        return "success" if done and all(done) else "partial" if some else "failure"
