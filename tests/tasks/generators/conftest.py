"""A file served by a scripted model, as the task would: round after round until nothing is rejected."""

from collections.abc import Callable
from pathlib import Path

import pytest

from runners.languages.base import Style
from runners.sandboxes.base import Sandbox
from tasks.folder import Folder
from tasks.generators.engine import Place
from tasks.generators.gateway import Gateway
from tasks.generators.settings import ModelSettings, Secret
from tasks.judge import CandidateRejected
from tasks.propose import propose
from tests.tasks.generators.server import Server
from testwright.model import Environment, FileCoverage, FileReport, State, Target, Workspace

Serve = Callable[..., FileReport]


@pytest.fixture
def serve(tmp_path: Path, workspace: Workspace, environment: Environment, sandbox: Sandbox, target: Target) -> Serve:
    """Serve the file of `tests/tasks/conftest.py` with the model at a server."""

    def served(
        server: Server,
        *,
        code: str = "",
        campaign: str = "c",
        rounds: int = 3,
        tries: int = 0,
        candidates: int = 1,
        killed: frozenset[str] = frozenset(),
        left: frozenset[int] | None = None,
        environment: Environment = environment,
        target: Target = target,
        **more: object,
    ) -> FileReport:
        if code:
            Path(workspace.root, target.path).write_text(code)
        before = FileCoverage(target.path, target.lines, frozenset(), target.branches)
        searched = before
        if left is not None:
            ways = frozenset(arc for arc in target.branches if arc[0] not in left)
            searched = FileCoverage(target.path, target.lines, target.lines - left, target.branches, ways)
        folder = Folder.of(str(tmp_path), campaign)
        place = Place(
            target, workspace, environment, Style(), sandbox, folder, searched, candidates=candidates, rounds=rounds, killed=killed
        )
        given = {"backoff": 0.01, "timeout": 5.0, "retries": 1, "key": Secret("sk-very-secret-1234567890"), **more}
        gateway = Gateway(ModelSettings(("scripted",), server.address, **given), tmp_path / "answers")  # type: ignore[arg-type]
        base = FileReport(target.path, target.language, State.UNCHANGED, "", before, searched)
        for _ in range(tries or rounds + 1):
            try:
                return propose(place, base, gateway)
            except CandidateRejected:
                continue
        raise AssertionError("it never ended")

    return served
