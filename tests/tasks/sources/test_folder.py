"""A folder becomes a workspace of regular files, and nothing of it that does not belong to it."""

import os
import socket
from pathlib import Path

import pytest

from tasks.sources import checkout
from tests.tasks.sources.conftest import Check, git, listing, write
from testwright.errors import CheckoutFailed


def test_a_plain_folder_is_copied_without_caches_and_installed_packages(tmp_path: Path, check: Check) -> None:
    root = write(
        tmp_path / "shop",
        {
            "shop/cart.py": "X = 1\n",
            "shop/__pycache__/cart.pyc": b"\0",
            "node_modules/a/index.js": "",
            ".venv/bin/python": "",
            "env/pyvenv.cfg": "",
            "env/lib/a.py": "",
            "cache/CACHEDIR.TAG": "",
            "cache/a.py": "",
            ".testwright/campaigns/1/a.py": "",
            ".hg/store": "",
            "README.md": "hi",
        },
    )
    workspace = check(root)
    assert listing(workspace) == ["README.md", "shop/cart.py"]
    assert (workspace.name, workspace.revision, workspace.notes) == ("shop", "", ())
    assert (Path(workspace.root) / "shop/cart.py").read_text() == "X = 1\n"


def test_gitignore_is_honoured_where_git_is_not(tmp_path: Path, check: Check) -> None:
    root = write(
        tmp_path / "p",
        {
            ".gitignore": "*.log\n/build/\n!keep.log\n",
            "a.log": "",
            "keep.log": "",
            "build/x.py": "",
            "sub/build/y.py": "",
            "sub/.gitignore": "z.py\n",
            "sub/z.py": "",
            "z.py": "",
        },
    )
    assert listing(check(root)) == [".gitignore", "keep.log", "sub/.gitignore", "sub/build/y.py", "z.py"]


def test_a_git_checkout_gives_what_git_tracks_or_would_add(repository: Path, check: Check) -> None:
    write(repository, {"new.py": "", "x.log": "", "built/y.py": "", "node_modules/z.js": "", "pkg/a.py": "A = 3\n"})
    (repository / "pkg/__init__.py").unlink()
    workspace = check(repository)
    assert listing(workspace) == [".gitignore", "new.py", "pkg/a.py"]
    assert (Path(workspace.root) / "pkg/a.py").read_text() == "A = 3\n"
    assert workspace.revision == git(repository, "rev-parse", "HEAD")


def test_a_folder_of_a_git_checkout_can_be_named(repository: Path, check: Check) -> None:
    workspace = check(repository / "pkg")
    assert (workspace.name, listing(workspace)) == ("pkg", ["__init__.py", "a.py"])


def test_a_repository_cannot_make_git_run_a_program(repository: Path, check: Check, tmp_path: Path) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "core.sshCommand", "core.pager", "diff.external", "filter.evil.clean", "filter.evil.smudge"):
        git(repository, "config", name, str(trap))
    write(repository, {".gitattributes": "* filter=evil\n", ".git/hooks/post-index-change": trap.read_text(), "more.py": ""})
    (repository / ".git/hooks/post-index-change").chmod(0o755)
    assert "more.py" in listing(check(repository))
    assert not (tmp_path / "sprung").exists()


def test_a_submodule_is_left_out_with_a_note(repository: Path, check: Check, tmp_path: Path) -> None:
    inner = write(tmp_path / "inner", {"inner.py": ""})
    git(inner, "init", "-q")
    git(inner, "add", ".")
    git(inner, "commit", "-qm", "Inner")
    git(repository, "submodule", "--quiet", "add", str(inner), "vendored")
    workspace = check(repository)
    assert not [path for path in listing(workspace) if path.startswith("vendored")]
    assert workspace.notes == ("vendored is a submodule: left out; name it as a source of its own",)


def test_links_inside_the_tree_become_files(tmp_path: Path, check: Check) -> None:
    root = write(tmp_path / "p", {"lib/a.py": "A = 1\n", "lib/deep/b.py": "B = 1\n"})
    (root / "a_link.py").symlink_to("lib/a.py")
    (root / "lib_link").symlink_to("lib")
    workspace = check(root)
    assert listing(workspace) == ["a_link.py", "lib/a.py", "lib/deep/b.py", "lib_link/a.py", "lib_link/deep/b.py"]
    assert (Path(workspace.root) / "a_link.py").read_text() == "A = 1\n"


def test_links_that_lead_out_nowhere_or_in_a_circle_are_left_out_with_a_note(tmp_path: Path, check: Check) -> None:
    secret = write(tmp_path, {"outside.txt": "secret"}) / "outside.txt"
    root = write(tmp_path / "p", {"a.py": "", "sub/b.py": "", "other/c.py": "", ".env": "KEY=1", "node_modules/m.js": ""})
    links = {
        "out": secret,
        "outdir": tmp_path,
        "loop": "loop",
        "ping": "pong",
        "pong": "ping",
        "nowhere": "gone",
        "sub/up": "..",
        "me": ".",
        "key": ".env",
        "mod": "node_modules",
    }
    links |= {"sub/o": "../other", "other/s": "../sub", "abs": "/etc/passwd", "dev": "/dev/zero"}
    for name, target in links.items():
        (root / name).symlink_to(target)
    workspace = check(root)
    assert listing(workspace) == ["a.py", "other/c.py", "other/s/b.py", "sub/b.py", "sub/o/c.py"]
    noted = {note.split(" ")[0] for note in workspace.notes}
    assert noted == {
        "out",
        "outdir",
        "loop",
        "ping",
        "pong",
        "nowhere",
        "sub/up",
        "me",
        "key",
        "abs",
        "dev",
        ".env",
        "other/s/o",
        "other/s/up",
        "sub/o/s",
    }
    assert "secret" not in "".join((Path(workspace.root) / name).read_text() for name in listing(workspace))


def test_a_folder_may_be_named_through_a_link(tmp_path: Path, check: Check) -> None:
    write(tmp_path / "real", {"a.py": ""})
    (tmp_path / "alias").symlink_to("real")
    assert listing(check(tmp_path / "alias")) == ["a.py"]


@pytest.mark.parametrize("tracked", [False, True])
def test_strange_names_are_served_and_undecodable_ones_noted(tmp_path: Path, check: Check, tracked: bool) -> None:
    root = write(
        tmp_path / "p",
        {"a b.py": "", "new\nline.py": "", "tab\t'quote\".py": "", "ünï.py": "", "-dash.py": "", "back\\slash.py": "", ":colon.py": ""},
    )
    (root / os.fsdecode(b"bad\xff.py")).write_text("")
    if tracked:
        git(root, "init", "-q")
        git(root, "add", ".")
    workspace = check(root)
    assert listing(workspace) == sorted(["a b.py", "new\nline.py", "tab\t'quote\".py", "ünï.py", "-dash.py", "back\\slash.py", ":colon.py"])
    assert workspace.notes == (r"bad\udcff.py: the name is not UTF-8: left out",)


def test_what_is_no_file_is_left_out(tmp_path: Path, check: Check) -> None:
    root = write(tmp_path / "p", {"a.py": ""})
    os.mkfifo(root / "pipe")
    os.mkfifo(root / ".gitignore")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "sock"))
        workspace = check(root)
    assert listing(workspace) == ["a.py"]
    assert workspace.notes == (".gitignore is a named pipe: left out", "pipe is a named pipe: left out", "sock is a socket: left out")


def test_secrets_are_never_copied(tmp_path: Path, check: Check) -> None:
    kept = {
        ".env.example": "A=",
        "secrets.py": "",
        "ca.pem": "-----BEGIN CERTIFICATE-----",
        ".npmrc": "save-exact=true",
        "token.py": "",
        "environment.py": "",
    }
    dropped = {
        ".env": "",
        ".env.local": "",
        "deploy/id_rsa": "",
        "server.key": "-----BEGIN RSA PRIVATE KEY-----",
        "both.pem": "x\n-----BEGIN PRIVATE KEY-----",
        ".aws/config": "",
        ".netrc": "",
        "credentials.json": "{}",
        "sub/.npmrc": "//r.example.org/:_authToken=abc",
        ".pypirc": "",
        "a.p12": "",
    }
    workspace = check(write(tmp_path / "p", {**kept, **dropped}))
    assert listing(workspace) == sorted(kept)
    assert len([note for note in workspace.notes if "secret" in note]) == 11
    assert workspace.notes[-1] == "… and 1 more: secrets"


def test_a_large_file_and_invalid_utf8_are_copied_as_they_are(tmp_path: Path, check: Check) -> None:
    content = {"large.py": b"x = 1\n" * (10 * 2**20 // 6), "bad.py": b"# \xff\xfe\nx = 1\n"}
    workspace = check(write(tmp_path / "p", dict(content)))
    assert {name: (Path(workspace.root) / name).read_bytes() for name in listing(workspace)} == content


def test_the_digest_is_of_names_and_contents_alone(tmp_path: Path, check: Check) -> None:
    first = check(write(tmp_path / "a", {"x.py": "1", "y.py": "2"}))
    again = check(write(tmp_path / "b", {"y.py": "2", "x.py": "1", "__pycache__/x.pyc": "3"}))
    renamed = check(write(tmp_path / "c", {"x.py": "1", "z.py": "2"}))
    changed = check(write(tmp_path / "d", {"x.py": "1", "y.py": "3"}))
    assert first.digest == again.digest
    assert len({first.digest, renamed.digest, changed.digest}) == 3


def test_only_the_executable_bit_survives(tmp_path: Path, check: Check) -> None:
    root = write(tmp_path / "p", {"run.sh": "", "a.py": ""})
    (root / "run.sh").chmod(0o4711)
    (root / "a.py").chmod(0o600)
    copied = Path(check(root).root)
    assert [oct((copied / name).stat().st_mode & 0o7777) for name in ("run.sh", "a.py")] == ["0o755", "0o644"]


def test_our_own_output_inside_the_source_is_not_part_of_it(tmp_path: Path) -> None:
    root = write(tmp_path / "p", {"a.py": "", "out/environments/b.py": ""})
    workspace = checkout(str(root), root / "out" / "campaigns" / "1" / "sources" / "0", skip=[root / "out"])
    again = checkout(str(root), root / "out" / "campaigns" / "2" / "sources" / "0", skip=[root / "out"])
    assert listing(workspace) == ["a.py"]
    assert workspace.digest == again.digest
    git(root, "init", "-q")
    assert checkout(str(root), root / "out" / "campaigns" / "3" / "sources" / "0", skip=[root / "out"]).digest == workspace.digest


def test_a_checkout_replaces_an_older_one_and_leaves_nothing_beside_it(tmp_path: Path, check: Check) -> None:
    root = write(tmp_path / "p", {"a.py": "", "b.py": ""})
    check(root)
    (root / "b.py").unlink()
    workspace = check(root)
    assert listing(workspace) == ["a.py"]
    assert [path.name for path in Path(workspace.root).parent.iterdir()] == ["0"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda root: None, "there is no such folder or archive; check the spelling"),
        (lambda root: root.mkdir(), "there are no files in it"),
        (lambda root: root.write_text("x"), "is one file; name the folder that holds it"),
        (lambda root: (root.mkdir(), git(root, "init", "-q")), "there are no files in it"),
    ],
)
def test_what_is_not_there_or_empty_is_one_clear_line(tmp_path: Path, check: Check, make: object, says: str) -> None:
    make(tmp_path / "p")  # type: ignore[operator]
    with pytest.raises(CheckoutFailed, match=says) as caught:
        check(tmp_path / "p")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "checked out" / "0").exists()
