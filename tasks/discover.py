"""Baseline → Targets, worst covered first; and the files that cannot be one, with the reason."""

from collections.abc import Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE

from runners.languages import LANGUAGES
from testwright.model import Baseline, Environment, FileCoverage, FileReport, State, Target, Workspace


@task(task_run_name="discover {workspace.name} ({environment.language})", cache_policy=NO_CACHE)
def discover(
    workspace: Workspace, environment: Environment, sources: Sequence[str], baseline: Baseline, most: int | None
) -> tuple[tuple[Target, ...], tuple[FileReport, ...]]:
    """Sort files into targets and those that ended here: every file gets a named state."""
    language = LANGUAGES[environment.language]
    coverage = {c.path: c for c in baseline.coverage}
    targets: list[Target] = []
    ended: list[FileReport] = []
    for path in sources:
        refused = language.inspect(workspace, path)
        before = coverage.get(path)
        if refused:
            ended.append(FileReport(path, language.NAME, refused[0], refused[1], before, before))
            continue
        target = language.target(workspace, environment, path, baseline)
        if target.lines or target.branches:
            targets.append(target)
        else:
            ended.append(FileReport(path, language.NAME, State.COVERED, "its own tests reach every line and branch", before, before))
    targets.sort(key=lambda t: (-_missing(t), t.path))
    late = targets[most:] if most else []
    ended += [
        FileReport(t.path, language.NAME, State.EXCLUDED, f"--max-files is {most}", coverage.get(t.path), coverage.get(t.path))
        for t in late
    ]
    return tuple(targets[:most]), tuple(ended)


def _missing(target: Target) -> int:
    return len(target.lines) + len(target.branches)


def coverage_of(baseline: Baseline, path: str) -> FileCoverage | None:
    """What the baseline says of one file."""
    return next((c for c in baseline.coverage if c.path == path), None)
