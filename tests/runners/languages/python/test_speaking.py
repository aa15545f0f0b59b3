"""What an error says to somebody who shall write the test again."""

from runners.languages.python.speaking import brief


def test_an_error_is_told_once_and_briefly() -> None:
    where = "tests/test_a.py:3: in test_a\n    assert f() == 2"
    said = f"AssertionError: assert 1 == 2\n  x\n{where}\nE   AssertionError: assert 1 == 2\nE     \nE     more"

    assert brief(said) == "tests/test_a.py:3: in test_a\nE   AssertionError: assert 1 == 2\nE     more"
    assert brief("timeout: took longer than 10 seconds") == "timeout: took longer than 10 seconds"


def test_an_error_holds_no_folder_of_this_machine_and_no_diff_of_what_it_already_tells() -> None:
    said = "tests/test_a.py:3: in test_a\n/home/me/my project/src/a.py:7: in f\nE   assert 2 == 3\nE     Full diff:\nE     +     2,"

    assert brief(said) == "tests/test_a.py:3: in test_a\na.py:7: in f\nE   assert 2 == 3"
