"""The files of a workspace are listed in one order, as patterns want them."""

import os
from pathlib import Path

import pytest

from tasks.ingest import files
from testwright.errors import InvalidCampaign
from testwright.model import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for name in ("b.py", "a.py", "src/x.py", "src/deep/y.py", "src/deep/new\nline.py", "docs/a b.md", "src-old/z.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return Workspace("w", str(tmp_path), "", "w")


def test_all_files_come_in_order_of_their_names(workspace: Workspace) -> None:
    assert files(workspace) == ("a.py", "b.py", "docs/a b.md", "src-old/z.py", "src/deep/new\nline.py", "src/deep/y.py", "src/x.py")


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        (["src/"], [], ("src/deep/new\nline.py", "src/deep/y.py", "src/x.py")),
        (["*.py"], ["src*/"], ("a.py", "b.py")),
        (["/*.py", "!b.py"], [], ("a.py",)),
        ([], ["**/deep/", "docs/a b.md", "src-old"], ("a.py", "b.py", "src/x.py")),
        (["src/", ("y.py", "a.py")], [], ("src/deep/y.py",)),
        (["nothing/"], [], ()),
    ],
)
def test_patterns_are_those_of_gitignore(workspace: Workspace, include: list[str], exclude: list[str], expected: tuple[str, ...]) -> None:
    assert files(workspace, include, exclude) == expected


def test_links_and_pipes_are_no_files(workspace: Workspace) -> None:
    before = files(workspace)
    (Path(workspace.root) / "link.py").symlink_to("a.py")
    (Path(workspace.root) / "more").symlink_to("src")
    os.mkfifo(Path(workspace.root) / "pipe.py")
    assert files(workspace) == before


def test_what_is_no_pattern_is_refused_in_one_line(workspace: Workspace) -> None:
    with pytest.raises(InvalidCampaign, match=r"'!' is no pattern as in \.gitignore"):
        files(workspace, ["!"])
