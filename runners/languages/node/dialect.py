"""What JavaScript knows so that somebody else may propose its tests. Code is read in a sandbox: its parser is not on the host."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runners.languages.base import Dialect, Focus, Row, Style, Words
from runners.languages.node import adopting, mending, speaking
from runners.languages.node.imports import camel
from runners.languages.node.likeness import alike
from runners.languages.node.reader import Reader
from runners.languages.node.sources import files, sources, tests
from runners.languages.tree import read
from testwright.errors import SandboxUnavailable
from testwright.model import Arc, Candidate, Case, Command, Environment, Output, Target, Verdict, Workspace

LARGEST = 1 << 20
EXAMPLES = "testwright-examples.test.js"
_FILES = 300
_TESTS = 20
_PIECES = 50


@dataclass(frozen=True, slots=True)
class NodeDialect:
    """The dialect, with a box to read code in once `boxed` was called."""

    reader: Reader

    def boxed(self, environment: Environment, run: Callable[[Command], Output]) -> Dialect:
        """The same with this box."""
        return NodeDialect(Reader(environment, run))

    def words(self, workspace: Workspace, target: Target, style: Style) -> Words:
        """How the file and its tests are spoken of."""
        return speaking.words(workspace, target, style)

    def brief(self, detail: str) -> str:
        """The lines of an error that say what happened."""
        return speaking.brief(detail)

    def focus(self, workspace: Workspace, target: Target, lines: frozenset[int], branches: frozenset[Arc], most: int) -> tuple[Focus, ...]:
        """The code to be tested, shortened, in pieces of about `most` characters."""
        about = {"text": _text(workspace, target.path), "name": target.path, "stem": camel(target.path), "most": most}
        said = self.reader.ask("focus", {**about, "lines": sorted(lines), "forks": sorted({line for line, _ in branches})})
        pieces = (_focus(piece) for piece in said[:_PIECES]) if isinstance(said, list) else ()
        return tuple(piece for piece in pieces if piece is not None)

    def outlines(self, workspace: Workspace, target: Target, roots: Iterable[str], allowed: Callable[[str], bool]) -> str:
        """What the file takes from elsewhere in the workspace, one line each; only of allowed files."""
        paths = [path for path in sources(workspace, files(workspace)) if path != target.path and allowed(path)]
        about = {"text": _text(workspace, target.path), "name": target.path, "allowed": paths}
        said = self._about(workspace, "outlines", about)
        return said if isinstance(said, str) else ""

    def callers(self, workspace: Workspace, target: Target, allowed: Callable[[str], bool]) -> Mapping[str, tuple[str, ...]]:
        """Lines of the workspace's other code that call a public name of the file; only of allowed files."""
        paths = [path for path in sources(workspace, files(workspace)) if path != target.path and allowed(path)][:_FILES]
        said = self._about(workspace, "callers", {"text": _text(workspace, target.path), "name": target.path, "paths": paths})
        found = said.items() if isinstance(said, dict) else ()
        return {name: tuple(map(str, lines)) for name, lines in found if isinstance(lines, list)}

    def sample(self, workspace: Workspace, style: Style, allowed: Callable[[str], bool]) -> str:
        """A short test of the project's own, from an allowed file; '' when it has none."""
        paths = [path for path in tests(files(workspace)) if allowed(path)][:_TESTS]
        said = self._about(workspace, "sample", {"paths": paths})
        return said if isinstance(said, str) else ""

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
        """A candidate of everything in these texts that is a test; what rules can mend is mended."""
        return adopting.adopt(blocks, workspace, environment, target, style, header, taken, self.reader)

    def seeded(self, command: Command, text: str) -> Command:
        """The explorer's command, given one more text with example calls to begin from."""
        request = json.loads(command.files["request.json"])
        request["texts"] = [EXAMPLES, *request["texts"]]
        given = {"request.json": json.dumps(request).encode(), f"{request['tree']}/{EXAMPLES}": text.encode()}
        return replace(command, files={**command.files, **given})

    def without(self, candidate: Candidate, names: Collection[str], style: Style, target: Target) -> Candidate:
        """The candidate without some tests, and without what only those needed."""
        return adopting.without(candidate, names, style, self.reader)

    def joined(self, first: Candidate, second: Candidate, style: Style, target: Target) -> Candidate:
        """One file with the tests of both."""
        return adopting.joined(first, second, style, self.reader)

    def objections(self, candidate: Candidate, target: Target) -> tuple[Verdict, ...]:
        """Tests that need not be run to be refused."""
        return adopting.objections(candidate, Style(), self.reader)

    def mend(self, candidate: Candidate, failed: Sequence[Case], style: Style, target: Target) -> Candidate | None:
        """The candidate with assertions whose observed value is plainly right; None when no rule has anything to say."""
        return mending.mend(candidate, failed, style, self.reader)

    def alike(self, first: Candidate, second: Candidate) -> tuple[Mapping[str, tuple[Row, ...]], str]:
        """For each test of the second the test of the first that it is; and what differs, '' when nothing does."""
        return alike(first, second, self.reader)

    def kill(
        self,
        workspace: Workspace,
        environment: Environment,
        target: Target,
        candidate: Candidate,
        known: Collection[str],
        seconds: float,
    ) -> Command | None:
        """Nothing runs tests against mutants here."""
        return None

    def kills(self, output: Output) -> tuple[Mapping[str, frozenset[str]], int]:
        """Nothing is known of mutants."""
        return {}, 0

    def _about(self, workspace: Workspace, job: str, about: Mapping[str, Any]) -> object:
        """What is said of files of the workspace, which are read in the box."""
        key = hashlib.sha256(f"{workspace.root}\0{workspace.digest}".encode()).hexdigest()
        return self.reader.ask(job, {"root": workspace.root, **about}, workspace.root, key)


def _text(workspace: Workspace, path: str) -> str:
    return read(Path(workspace.root, path), LARGEST).decode("utf-8", "replace")


def _focus(piece: object) -> Focus | None:
    if not isinstance(piece, dict) or not isinstance(piece.get("text"), str):
        return None
    units, hints, missing = piece.get("units"), piece.get("hints"), piece.get("missing")
    return Focus(
        tuple(map(str, units)) if isinstance(units, list) else (),
        piece["text"],
        missing if isinstance(missing, int) else 0,
        tuple(map(str, hints)) if isinstance(hints, list) else (),
    )


def _nowhere(command: Command) -> Output:
    raise SandboxUnavailable("code is to be read, and no sandbox was given")


DIALECT = NodeDialect(Reader(Environment("javascript", "", "", ""), _nowhere))
