"""Where packages are looked for follows the settings of pip and uv."""

from pathlib import Path

import pytest

from tasks.sources.index import DEFAULT as PYPI
from tasks.sources.index import indexes

ONLY = {"PIP_CONFIG_FILE": "/dev/null"}


@pytest.mark.parametrize(
    ("environ", "urls"),
    [
        ({}, (PYPI,)),
        ({"PIP_INDEX_URL": "https://a/s"}, ("https://a/s",)),
        ({"PIP_INDEX_URL": "https://a/s", "PIP_EXTRA_INDEX_URL": "https://b/s https://c/s"}, ("https://b/s", "https://c/s", "https://a/s")),
        ({"PIP_INDEX_URL": "https://a/s", "UV_DEFAULT_INDEX": "https://u/s"}, ("https://u/s",)),
        ({"UV_INDEX_URL": "https://u/s", "UV_INDEX": "mine=https://m/s"}, ("https://m/s", "https://u/s")),
        ({"UV_EXTRA_INDEX_URL": "https://u/s?x=1"}, ("https://u/s?x=1", PYPI)),
        ({"PIP_NO_INDEX": "1"}, ()),
        ({"UV_NO_INDEX": "false"}, (PYPI,)),
    ],
)
def test_variables_name_the_indexes(environ: dict[str, str], urls: tuple[str, ...]) -> None:
    assert indexes(environ | ONLY).urls == urls


def test_links_are_kept_where_they_exist(tmp_path: Path) -> None:
    environ = ONLY | {"UV_FIND_LINKS": f"{tmp_path},https://a/links", "PIP_FIND_LINKS": f"{tmp_path}/nowhere"}
    assert indexes(environ).links == (str(tmp_path), "https://a/links")


def test_hosts_certificates_and_timeouts_are_taken_over() -> None:
    found = indexes(ONLY | {"PIP_TRUSTED_HOST": "a b", "UV_INSECURE_HOST": "c", "PIP_CERT": "/c.pem", "PIP_DEFAULT_TIMEOUT": "90"})
    assert (found.trusted, found.certificates, found.seconds) == (("c", "a", "b"), "/c.pem", 90.0)
    assert indexes(ONLY | {"UV_HTTP_TIMEOUT": "soon"}).seconds == 30.0


def test_the_file_of_pip_is_read_and_variables_win(tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "pip"
    folder.mkdir(parents=True)
    (folder / "pip.conf").write_text(
        "[global]\nindex-url = https://f/s\nextra-index-url =\n  https://g/s\n  https://h/s\n[download]\ntimeout = 7\n"
    )
    environ = {"HOME": str(tmp_path)}
    assert indexes(environ).urls == ("https://g/s", "https://h/s", "https://f/s")
    assert indexes(environ).seconds == 7.0
    assert indexes(environ | {"PIP_INDEX_URL": "https://v/s"}).urls[-1] == "https://v/s"
    assert indexes(environ | ONLY).urls == (PYPI,)
    (folder / "pip.conf").write_text("nonsense")
    assert indexes(environ).urls == (PYPI,)
