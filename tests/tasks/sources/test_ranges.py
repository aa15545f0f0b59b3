"""Ranges choose the version that npm chooses."""

import pytest

from tasks.sources.ranges import best

BEFORE_TWO = ["0.0.3", "0.0.4", "0.2.3", "0.2.9", "0.3.0", "1.2.3", "1.2.9", "1.3.0", "1.10.0"]
VERSIONS = [*BEFORE_TWO, "2.0.0-rc.2", "2.0.0-rc.10", "2.0.0", "2.1.0-beta"]


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        ("^1.2.3", "1.10.0"),
        ("^1.2", "1.10.0"),
        ("^0.2.3", "0.2.9"),
        ("^0.0.3", "0.0.3"),
        ("^0.0", "0.0.4"),
        ("^0", "0.3.0"),
        ("~1.2.3", "1.2.9"),
        ("~1.2", "1.2.9"),
        ("~1", "1.10.0"),
        ("~>1.2", "1.2.9"),
        ("1", "1.10.0"),
        ("1.2", "1.2.9"),
        ("1.x", "1.10.0"),
        ("1.2.*", "1.2.9"),
        ("=1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        ("*", "2.0.0"),
        ("", "2.0.0"),
        (">=1.2 <1.10", "1.3.0"),
        (">= 1.2.3 < 1.3.0", "1.2.9"),
        (">1.2", "2.0.0"),
        (">1.10.0", "2.0.0"),
        ("<1", "0.3.0"),
        ("<=1.2", "1.2.9"),
        ("<=1.2.3", "1.2.3"),
        ("1.2.3 - 1.3", "1.3.0"),
        ("0.2 - 0.2.5", "0.2.3"),
        ("^3 || ~0.2.0", "0.2.9"),
        ("^2.0.0-rc.2 <2.0.0", "2.0.0-rc.10"),
        ("<2", "1.10.0"),
        (">2.0.0", ""),
        ("^2.1.0-alpha", "2.1.0-beta"),
        ("^9", ""),
    ],
)
def test_the_newest_version_in_the_range_is_chosen(wanted: str, version: str) -> None:
    assert best(wanted, [*VERSIONS, "no version", "1.2"]) == version


def test_the_latest_comes_before_what_is_newer() -> None:
    assert best("^1.2", VERSIONS, "1.3.0") == "1.3.0"
    assert best("^0.2", VERSIONS, "1.3.0") == "0.2.9"


@pytest.mark.parametrize("wanted", ["next", "^", "1.2.3.4", "a || b", ">= <", "1" * 300, "^1 ^^2"])
def test_what_is_no_range_is_refused(wanted: str) -> None:
    with pytest.raises(ValueError, match=r"no version|too long"):
        best(wanted, VERSIONS)
