"""What the variables of a case are called."""

import pytest

from runners.explorers.python.compose import snake


@pytest.mark.parametrize(
    ("name", "variable"),
    [("TimeLex", "time_lex"), ("HTTPError", "http_error"), ("_Node", "node"), ("Type", "type_"), ("furl", "the_furl")],
)
def test_a_variable_is_called_like_the_class_and_does_not_hide_it(name: str, variable: str) -> None:
    assert snake(name) == variable
