"""Which calls of texts become examples."""

import pytest

from runners.explorers.python.documents import Reader, test_calls
from runners.explorers.python.values import Printer

read_calls = test_calls
del test_calls


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("import os\nkeymap(str, os.environ)", []),
        ("from os import environ\nkeymap(str, environ)", []),
        ("import sys\nkeymap(sys.path[0], {})", []),
        ("import os\nkeymap(os.path.basename, {})", ["keymap(os.path.basename, {})"]),
    ],
)
def test_calls_with_what_is_another_thing_on_every_machine_are_no_examples(text: str, calls: list[str]) -> None:
    found = [tree.source(Printer()) for tree in read_calls(text, Reader("module", {"keymap"}))]

    assert [source for source in found if source.startswith("keymap(")] == calls
