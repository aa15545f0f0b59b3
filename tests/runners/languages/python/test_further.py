"""Names for further things of one kind."""

from itertools import islice

from runners.languages.python.further import further
from runners.languages.python.hoisting import fresh


def test_no_word_comes_twice_in_a_name() -> None:
    assert list(islice(further("path"), 5)) == ["other_path", "third_path", "fourth_path", "path_5", "path_6"]


def test_a_fresh_name_is_the_first_that_is_free() -> None:
    taken = {"path", "other_path"}

    assert [fresh("path", taken), fresh("path", taken), fresh("name", taken)] == ["third_path", "fourth_path", "name"]
