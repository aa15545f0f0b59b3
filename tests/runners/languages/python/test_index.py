"""What of the host's settings reaches commands that may use the network."""

import pytest

from runners.languages.python.index import access


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ({"PIP_INDEX_URL": "https://a.org/s"}, {"UV_DEFAULT_INDEX": "https://a.org/s"}),
        ({"PIP_INDEX_URL": "https://a.org/s", "UV_DEFAULT_INDEX": "https://b.org/s"}, {"UV_DEFAULT_INDEX": "https://b.org/s"}),
        ({"no_proxy": "localhost", "HOME": "/root", "GITHUB_TOKEN": "x", "UV_PUBLISH_TOKEN": "x"}, {"no_proxy": "localhost"}),
        ({"HTTPS_PROXY": ""}, {}),
    ],
)
def test_only_what_reaches_an_index_comes_in(host: dict[str, str], expected: dict[str, str]) -> None:
    assert access(host).environment == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://me:pass@a.org:8443/s?x=1", "https://a.org:8443/s?x=1"),
        ("https://token@a.org/s", "https://a.org/s"),
        ("own=https://me:pass@a.org/s https://b.org/s", "own=https://a.org/s https://b.org/s"),
        ("https://me:p@ss@a.org/s", "https://a.org/s"),
        ("https://[bad/s", ""),
    ],
)
def test_passwords_are_taken_out_with_a_note(value: str, expected: str) -> None:
    found = access({"UV_INDEX": value})
    assert found.environment == {"UV_INDEX": expected}
    (note,) = found.notes
    assert note.startswith("UV_INDEX: ")
    assert "pass@" not in note
