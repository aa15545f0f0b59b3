"""Target → Exploration: the search engine of the language, in a sandbox."""

from pydantic import TypeAdapter

from runners.languages import DIALECTS, LANGUAGES
from runners.sandboxes.base import Sandbox
from tasks.folder import Folder
from testwright.errors import SandboxUnavailable
from testwright.model import Ending, Environment, Exploration, Target, Workspace

EXPLORATION: TypeAdapter[Exploration] = TypeAdapter(Exploration)


def search(
    target: Target,
    workspace: Workspace,
    environment: Environment,
    sandbox: Sandbox,
    folder: Folder,
    seed: int,
    seconds: float,
    examples: str = "",
    executions: int | None = None,
) -> Exploration:
    """Explore one target, or take what an earlier try of the same file found. `examples` are calls to begin from.

    An explorer that hangs, crashes or is killed loses nothing it has streamed.

    Raises:
        SandboxUnavailable: the sandbox failed, so nothing is known about the target.
    """
    found = folder.history(target.language, target.path).with_suffix(".exploration.json")
    if found.exists():
        stored = EXPLORATION.validate_json(found.read_bytes())
        if stored.target == target:
            return stored
    language = LANGUAGES[target.language]
    command = language.explore(workspace, environment, target, seed=seed, seconds=seconds, executions=executions)
    output = sandbox.run(DIALECTS[target.language].seeded(command, examples) if examples else command)
    if output.ending is Ending.INFRASTRUCTURE:
        raise SandboxUnavailable(output.reason)
    exploration = language.exploration(target, output)
    folder.put(found, EXPLORATION.dump_json(exploration))
    return exploration
