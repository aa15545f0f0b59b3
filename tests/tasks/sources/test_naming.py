"""What the caller names is understood, or refused in one line."""

from pathlib import Path

import pytest

from tasks.sources import Kind, parse, redact, shown, slug
from testwright.errors import InvalidCampaign


@pytest.mark.parametrize(
    ("text", "kind", "location", "revision"),
    [
        ("pypi:left_pad==1.0", Kind.PYPI, "left_pad==1.0", ""),
        ("pypi: requests >=2, <3", Kind.PYPI, "requests<3,>=2", ""),
        ("https://example.org/a/b", Kind.GIT, "https://example.org/a/b", ""),
        ("https://example.org/a/b@v1", Kind.GIT, "https://example.org/a/b", "v1"),
        ("https://example.org/a/b.git@feature/x", Kind.GIT, "https://example.org/a/b.git", "feature/x"),
        ("https://example.org/a/b#feature/x@2", Kind.GIT, "https://example.org/a/b", "feature/x@2"),
        ("https://me:secret@example.org/a/b", Kind.GIT, "https://me:secret@example.org/a/b", ""),
        ("git+ssh://git@example.org/a/b.git@1f2e3d", Kind.GIT, "ssh://git@example.org/a/b.git", "1f2e3d"),
        ("git@example.org:a/b.git", Kind.GIT, "git@example.org:a/b.git", ""),
        ("git@example.org:a/b@v1", Kind.GIT, "git@example.org:a/b", "v1"),
        ("file:///srv/a.git@v1", Kind.GIT, "file:///srv/a.git", "v1"),
        ("file:///srv/a%20b.zip", Kind.ARCHIVE, "/srv/a b.zip", ""),
        ("/srv/a.tar.gz", Kind.ARCHIVE, "/srv/a.tar.gz", ""),
        ("npm:left-pad", Kind.NPM, "left-pad", ""),
        ("npm:left-pad@1.3.0", Kind.NPM, "left-pad", "1.3.0"),
        ("npm:@scope/a.b@next", Kind.NPM, "@scope/a.b", "next"),
        ("npm:left-pad@^1.2 || >=3 <4.x", Kind.NPM, "left-pad", "^1.2 || >=3 <4.x"),
        ("/srv/no such folder", Kind.FOLDER, "/srv/no such folder", ""),
    ],
)
def test_each_kind_is_understood(text: str, kind: Kind, location: str, revision: str) -> None:
    source = parse(text)
    assert (source.kind, source.location, source.revision) == (kind, location, revision)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "name a folder"),
        ("npm:", "write npm:NAME"),
        ("npm:../etc", "write npm:NAME"),
        ("npm:a@/etc", "write npm:NAME"),
        ("npm:a@https://example.org/a.tgz", "write npm:NAME"),
        ("maven:org.apache:commons", "come with the language Java"),
        ("pypi:", "write pypi:NAME"),
        ("pypi:a b", "write pypi:NAME"),
        ("pypi:a @ https://example.org/a.zip", "only a name and versions"),
        ("svn:trunk", "no kind of source is called 'svn'"),
        ("ftp://example.org/a.git", "git is asked over"),
        ("ext::sh -c touch% /tmp/owned", "no kind of source"),
        ("git+ext::sh -c id", "no kind of source"),
        ("https://example.org/a.git@--upload-pack=id", "not a revision"),
        ("https://example.org/a.git#main:other", "not a revision"),
        ("https://example.org/a.tar.gz", "download it first"),
    ],
)
def test_what_cannot_be_served_is_refused_in_one_line(text: str, says: str) -> None:
    with pytest.raises(InvalidCampaign, match=says) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


def test_a_folder_wins_over_what_its_name_looks_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("npm:left-pad", "a.zip", "x@v1"):
        (tmp_path / name).mkdir()
        assert parse(name).kind is Kind.FOLDER


def test_a_local_repository_can_be_named_with_a_revision(repository: Path) -> None:
    source = parse(f"{repository}@v1.0")
    assert (source.kind, source.location, source.revision) == (Kind.GIT, str(repository), "v1.0")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("https://me:secret@example.org/a", "https://***@example.org/a"),
        ("fatal: 'https://token@example.org/a' failed", "fatal: 'https://***@example.org/a' failed"),
        ("ssh://git@example.org/a", "ssh://git@example.org/a"),
        ("https://example.org/a?private_token=abc&x=1", "https://example.org/a?private_token=***&x=1"),
        ("https://me:p@ss@example.org/a", "https://***@example.org/a"),
    ],
)
def test_credentials_are_never_shown(text: str, safe: str) -> None:
    assert redact(text) == safe


def test_a_shown_name_fits_in_one_line() -> None:
    assert shown("a b.py") == "a b.py"
    assert shown("a\nb.py") == r"'a\nb.py'"
    assert "\n" not in shown("a\udcff\n")


def test_slugs_are_readable_and_differ() -> None:
    assert slug("pypi:a==1").startswith("pypi-a-1-")
    assert slug("./a") != slug("./a/")
    assert "secret" not in slug("https://me:secret@example.org/a")
    assert slug("../..").startswith("source-")
