"""What is asked of a language model, and what it answers. Values only."""

from dataclasses import dataclass, field

from testwright.model import Usage


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: str
    """'system', 'user' or 'assistant'."""
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """One question. Two requests of one identity are the same question, also where their words differ."""

    messages: tuple[Message, ...]
    version: str
    """Of the prompt that the messages were made with."""
    purpose: str = ""
    """The file it is asked for; budgets a file are kept by it."""
    identity: str = ""
    """What the question is about, when its words may differ from run to run; '' means the words themselves."""
    again: int = 0
    """How often the very same question was asked before, when another answer is wanted."""

    @property
    def characters(self) -> int:
        return sum(len(message.content) for message in self.messages)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `stopped` is '' when a model answered, else the named reason why none did."""

    text: str = ""
    model: str = ""
    cut: bool = False
    """The model ran into its token limit."""
    usage: Usage = field(default_factory=Usage)
    stopped: str = ""
