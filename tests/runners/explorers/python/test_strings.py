"""Changes of texts are small, many-sided, and the same for the same seed."""

import random

from runners.explorers.python.strings import digits, strewn, tokens_changed


def test_changed_tokens_keep_most_of_a_text() -> None:
    rng = random.Random(1)  # noqa: S311

    made = [tokens_changed("10 Sep 2003, 10:30", rng, ["am"]) for _ in range(300)]

    assert len(set(made)) > 150
    assert sum("Sep" in text for text in made) > 200
    assert any(text.count("am") > 1 for text in made)
    assert any("Sep" in text and "2003" not in text for text in made)


def test_the_same_seed_changes_a_text_in_the_same_way() -> None:
    one, other = random.Random(7), random.Random(7)  # noqa: S311

    assert [tokens_changed("a, b: 1", one, ["x"]) for _ in range(50)] == [tokens_changed("a, b: 1", other, ["x"]) for _ in range(50)]


def test_digits_are_numbers_of_many_lengths() -> None:
    rng = random.Random(2)  # noqa: S311

    made = [digits(rng) for _ in range(300)]

    assert all(float(text) >= 0 for text in made)
    assert {len(text) for text in made if "." not in text} >= set(range(1, 15))


def test_a_part_is_strewn_between_the_words_of_a_text() -> None:
    rng = random.Random(3)  # noqa: S311

    made = [strewn("EST5 EDT", ",", rng) for _ in range(50)]

    assert {text.count(",") for text in made} == {1, 2, 3, 8}
    assert all(text.replace(",", "") == "EST5 EDT" for text in made)
