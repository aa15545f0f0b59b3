"""Workspace → Baseline: what its own tests do and cover."""

from collections.abc import Sequence
from dataclasses import replace

from prefect import task

from runners.languages import LANGUAGES
from runners.sandboxes.base import Sandbox
from tasks.persistence import ValueSerializer, key
from testwright.errors import SandboxUnavailable
from testwright.model import Baseline, Ending, Environment, Limits, Workspace

SUITE = Limits(seconds=600, memory=2048, scratch=1024)
"""The most that the project's own tests may use."""
AT_LEAST = 120.0


def patience(files: int, seconds_per_file: float) -> Limits:
    """The project's own tests may take as long as the search in all of its files, within bounds."""
    return replace(SUITE, seconds=min(SUITE.seconds, max(AT_LEAST, files * seconds_per_file)))


@task(
    task_run_name="measure {workspace.name} ({environment.language})",
    cache_key_fn=key(lambda p: p["workspace"].digest, lambda p: p["environment"].key),
    result_serializer=ValueSerializer(),
)
def measure(
    workspace: Workspace, environment: Environment, paths: Sequence[str], sources: Sequence[str], sandbox: Sandbox, limits: Limits = SUITE
) -> Baseline:
    """Run the project's own tests if it has any. Tests that fail or hang are a state of the baseline, not an error."""
    language = LANGUAGES[environment.language]
    tests = language.has_tests(workspace, paths)
    command = language.suite(workspace, environment, limits) if tests else language.count(workspace, environment, limits, sources)
    output = sandbox.run(command) if command else None
    if output and output.ending is Ending.INFRASTRUCTURE:
        raise SandboxUnavailable(output.reason)
    return language.baseline(workspace, environment, sources, output)
