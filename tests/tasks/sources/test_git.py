"""One commit of a git repository, from wherever it is, running nothing that it names."""

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tasks.sources import command, tree
from tests.tasks.sources.conftest import Check, git, listing, write
from testwright.errors import CheckoutFailed


@pytest.fixture
def remote(repository: Path, tmp_path: Path) -> Path:
    """A bare repository, as a server has it."""
    git(tmp_path, "clone", "-q", "--bare", str(repository), "remote.git")
    return tmp_path / "remote.git"


def text_of(workspace_root: str, name: str) -> str:
    return (Path(workspace_root) / name).read_text()


def test_a_bare_repository_gives_its_head(remote: Path, repository: Path, check: Check) -> None:
    for source in (remote, f"file://{remote}", f"git+file://{remote}"):
        workspace = check(source)
        assert listing(workspace) == [".gitignore", "pkg/__init__.py", "pkg/a.py"]
        assert text_of(workspace.root, "pkg/a.py") == "A = 2\n"
        assert (workspace.name, workspace.revision) == ("remote", git(repository, "rev-parse", "HEAD"))


@pytest.mark.parametrize("mark", ["@", "#"])
def test_a_tag_a_branch_and_a_commit_can_be_named(remote: Path, repository: Path, check: Check, mark: str) -> None:
    first = git(repository, "rev-parse", "v1.0")
    for revision in ("v1.0", first, first[:9]):
        workspace = check(f"file://{remote}{mark}{revision}")
        assert (text_of(workspace.root, "pkg/a.py"), workspace.revision) == ("A = 1\n", first)
    assert "pkg/x.py" in listing(check(f"file://{remote}{mark}feature/x"))


def test_a_local_checkout_at_a_revision_is_what_was_committed(repository: Path, check: Check) -> None:
    write(repository, {"uncommitted.py": ""})
    assert listing(check(f"{repository}@main")) == [".gitignore", "pkg/__init__.py", "pkg/a.py"]


def test_a_revision_that_is_not_there_is_one_clear_line(remote: Path, check: Check) -> None:
    for revision in ("v9", "abcdef1", "0" * 40):
        with pytest.raises(CheckoutFailed, match=f"has no branch, tag or commit '{revision}'; check the revision"):
            check(f"file://{remote}@{revision}")


def test_a_repository_without_commits_is_one_clear_line(tmp_path: Path, check: Check) -> None:
    git(tmp_path, "init", "-q", "--bare", "empty.git")
    with pytest.raises(CheckoutFailed, match=r"empty\.git: the repository has no commit yet"):
        check(tmp_path / "empty.git")


def test_an_unreachable_url_is_one_line_without_credentials(check: Check) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, never listening: nobody answers
        port = closed.getsockname()[1]
        with pytest.raises(CheckoutFailed) as caught:
            check(f"http://me:hunter2@127.0.0.1:{port}/a.git")
    line = str(caught.value)
    assert line.startswith(f"http://***@127.0.0.1:{port}/a.git: git cannot fetch it: ")
    assert "Failed to connect" in line
    assert "hunter2" not in line
    assert "\n" not in line


def test_a_server_that_wants_a_password_is_not_waited_for(check: Check, tmp_path: Path) -> None:
    import http.server
    import threading

    class Locked(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Locked) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        with pytest.raises(CheckoutFailed, match=r"(could not read Username|Authentication failed)"):
            check(f"http://127.0.0.1:{server.server_port}/a.git")
        server.shutdown()


def test_a_path_that_is_no_repository_says_so(tmp_path: Path, check: Check) -> None:
    with pytest.raises(CheckoutFailed, match=r"does not (appear to be a git repository|exist)"):
        check(f"file://{tmp_path}/nothing.git")


def test_a_git_that_is_too_slow_is_ended_with_all_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "bin" / "git"
    write(tmp_path, {"bin/git": f"#!/bin/sh\nsleep 98765 & echo $! > {tmp_path}/child\nwait\n"})
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    done = command.ask(tmp_path, "status", seconds=3)
    assert (done.returncode, command.reason(done.stderr)) == (124, "no end after 3 seconds")
    child = int((tmp_path / "child").read_text())
    for _ in range(500):  # the kernel takes a moment
        try:
            os.kill(child, 0)
            if Path(f"/proc/{child}/stat").read_text().split()[2] in "ZX":
                return
        except (ProcessLookupError, FileNotFoundError):
            return
        time.sleep(0.02)
    pytest.fail("what git started still runs")


def test_filters_and_hooks_of_the_user_do_not_run_on_a_strangers_files(
    remote: Path, repository: Path, check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repository, {".gitattributes": "*.py filter=mine ident\n", "b.py": "# $Id$\n"})
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "Attributes")
    git(repository, "push", "-q", str(remote), "main")
    hook = write(tmp_path, {"hooks/post-checkout": f"#!/bin/sh\ntouch {tmp_path}/sprung\n"}) / "hooks"
    (hook / "post-checkout").chmod(0o755)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    smudge = f"touch {tmp_path}/sprung; cat"
    settings = f'[filter "mine"]\n smudge = {smudge}\n required\n[core]\n hooksPath = {hook}\n[init]\n templateDir = {tmp_path}\n'
    write(tmp_path, {"gitconfig": settings})
    workspace = check(f"file://{remote}")
    assert text_of(workspace.root, "b.py") == "# $Id$\n"
    assert not (tmp_path / "sprung").exists()


def test_the_callers_git_variables_do_not_mislead(remote: Path, check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere" / "index"))
    assert listing(check(remote)) == [".gitignore", "pkg/__init__.py", "pkg/a.py"]


def test_links_submodules_and_secrets_of_a_repository_are_treated_as_in_a_folder(
    remote: Path, repository: Path, check: Check, tmp_path: Path
) -> None:
    write(repository, {".env": "KEY=1", "new\nline.py": ""})
    (repository / "out").symlink_to("/etc/passwd")
    (repository / "alias.py").symlink_to("pkg/a.py")
    git(repository, "add", ".")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendored")
    git(repository, "commit", "-qm", "Strange")
    git(repository, "push", "-q", str(remote), "main")
    workspace = check(remote)
    assert listing(workspace) == [".gitignore", "alias.py", "new\nline.py", "pkg/__init__.py", "pkg/a.py"]
    assert [note.split(":")[0].split(" ")[0] for note in workspace.notes] == ["vendored", ".env", "out"]


def test_a_tree_that_names_far_too_many_files_is_refused_before_it_is_laid_out(
    tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q", "--bare", "bomb.git")
    bomb = tmp_path / "bomb.git"

    def store(kind: str, content: str) -> str:
        done = subprocess.run(
            ["git", *(["mktree"] if kind == "tree" else ["hash-object", "-w", "--stdin"])],
            cwd=bomb,
            input=content,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    entry = f"100644 blob {store('blob', 'x')}"
    for _ in range(9):  # 10 ** 9 files in nine small trees
        tree_id = store("tree", "".join(f"{entry}\tf{number}\n" for number in range(10)))
        entry = f"040000 tree {tree_id}"
    commit = git(bomb, "commit-tree", tree_id, "-m", "Bomb")
    git(bomb, "update-ref", "refs/heads/main", commit)
    git(bomb, "symbolic-ref", "HEAD", "refs/heads/main")
    assert tree.MOST_FILES < 10**9
    with pytest.raises(CheckoutFailed, match="more than 200,000 files"):
        check(bomb)


def test_a_password_in_a_url_reaches_neither_name_nor_origin(remote: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{remote}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "https://me:hunter2@example.org/remote.git")
    workspace = check("https://me:hunter2@example.org/remote.git")
    assert (workspace.name, workspace.origin) == ("remote", "https://***@example.org/remote.git")
    assert "hunter2" not in repr(workspace)
