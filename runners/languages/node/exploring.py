"""What the explorer streamed, as far as its texts are JavaScript."""

import re

from runners.languages import streaming
from runners.languages.node.tokens import is_expression
from runners.languages.streaming import MAX_TEXT
from testwright.model import Exploration, Observation, Output, Target

_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_IMPORTED = re.compile(r"(?:(?:[A-Za-z_$][\w$]*|\*) as )?[A-Za-z_$][\w$]*")
_PLACE = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*|\[(?:\d+|'[\w$ -]*'|\"[\w$ -]*\")\])*|\{ ?[\w$, :]+ ?\}|\[[\w$, ]+\]")
_MODULE = re.compile(r"(?!\.\./)(?!.*/\.\./)[@\w.~][\w./@~+:$() \[\]-]*")


def exploration(target: Target, output: Output) -> Exploration:
    """Everything usable that was said, and how it ended."""
    return streaming.exploration(target, output, is_source)


def is_source(observation: Observation) -> bool:
    """Every text is one expression of JavaScript: nothing can break out of the place where it will be written."""
    expressions = [observation.call, observation.callee, observation.condition]
    expressions += [argument.source.removeprefix("...") for argument in observation.arguments]
    expressions += [text for check in observation.checks for text in (check.subject, check.expected)]
    expressions += [observation.raised.type] if observation.raised else []
    expressions += [step.source for step in observation.arrange]
    places = [step.name for step in observation.arrange if step.name]
    names = [argument.name for argument in observation.arguments if argument.name]
    imported = [name for _, name in observation.imports if name]
    modules = [module for module, _ in observation.imports]
    plain = (
        all(_PLACE.fullmatch(text) for text in places)
        and all(_NAME.fullmatch(text) for text in names)
        and all(_IMPORTED.fullmatch(text) for text in imported)
    )
    return plain and all(_MODULE.fullmatch(module) for module in modules) and all(_is_whole(text) for text in expressions if text)


def _is_whole(text: str) -> bool:
    return len(text) <= MAX_TEXT and is_expression(text)
