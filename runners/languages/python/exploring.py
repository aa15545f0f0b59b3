"""What the explorer streamed, as far as its texts are Python."""

import ast
from typing import Literal

from runners.languages import streaming
from runners.languages.streaming import MAX_TEXT
from testwright.model import Exploration, Observation, Output, Target


def exploration(target: Target, output: Output) -> Exploration:
    """Everything usable that was said, and how it ended."""
    return streaming.exploration(target, output, _is_source)


def _is_source(observation: Observation) -> bool:
    """Every text is one expression or statement of Python: nothing can break out of the place where it will be written."""
    expressions = [observation.call, observation.callee, observation.condition, *(a.source for a in observation.arguments)]
    expressions += [text for check in observation.checks for text in (check.subject, check.expected)]
    expressions += [observation.raised.type] if observation.raised else []
    statements = [f"{step.name} = {step.source}" if step.name else step.source for step in observation.arrange]
    names = [part for step in observation.arrange if step.name for part in step.name.split(".")] + [
        argument.name for argument in observation.arguments if argument.keyword
    ]
    imports = [part for module, name in observation.imports for part in (*module.split("."), *filter(None, [name]))]
    plain = all(text.isidentifier() for text in (*names, *imports))
    return plain and all(_parses(text, "eval") for text in expressions if text) and all(_parses(text, "exec") for text in statements)


def _parses(text: str, mode: Literal["eval", "exec"]) -> bool:
    if len(text) > MAX_TEXT:
        return False
    try:
        tree = ast.parse(text, mode=mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not isinstance(tree, ast.Module) or len(tree.body) == 1
