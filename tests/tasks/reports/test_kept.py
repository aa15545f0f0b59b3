"""Kept tests land below tests/ and nowhere else; the patch that git makes of them applies."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.reports.kept import Kept, folders, kept, write_kept
from tasks.reports.patch import patch
from tasks.reports.write import write_report
from tests.tasks.reports import builders
from testwright.model import Candidate, FileReport

ODD = [
    "tests/test with space.py",
    "tests/tést_ünï.py",
    'tests/test_"quoted".py',
    "tests/test_new\nline.py",
    "tests/-dash.py",
    "tests/tab\there.py",
]


def file(test: str, text: str = "def test_x():\n    assert 1\n", name: str = "a.py") -> FileReport:
    return replace(builders.improved(name), candidate=Candidate(test, text))


def apply(folder: Path, patch_file: Path) -> None:
    for check in (["--check"], []):
        subprocess.run(["git", "apply", *check, str(patch_file)], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../x.py",
        "tests/../../x.py",
        "tests//x.py",
        "./x.py",
        "",
        "C:/x.py",
        "tests\\x.py",
        ".git/hooks/x",
        "a/.GIT/config",
        "a\0b",
        "t/" + "x" * 300,
    ],
)
def test_a_path_that_leads_elsewhere_is_refused_with_a_line(path: str, tmp_path: Path) -> None:
    files, refused = kept(builders.source(tmp_path, contents=(file(path),)))

    assert files == ()
    assert len(refused) == 1
    assert "tests not written" in refused[0]


def test_a_refused_file_is_a_note_in_every_report(tmp_path: Path) -> None:
    written = write_report(builders.report(builders.source(tmp_path, contents=(file("../../x.py"),))), tmp_path / "out")

    assert "tests not written" in written.report.sources[0].notes[-1]
    assert "tests not written" in (tmp_path / "out/report.md").read_text()
    assert [p.name for p in (tmp_path / "out/tests").rglob("*")] == []


def test_two_files_of_tests_at_one_place_are_not_merged_in_silence() -> None:
    files, refused = kept(builders.source(contents=(file("tests/test_a.py", "A"), file("tests/test_a.py", "B", "b.py"))))

    assert [f.content for f in files] == [b"A"]
    assert "two files of tests want this place" in refused[0]


def test_a_file_where_another_needs_a_folder_is_left_out() -> None:
    files, refused = kept(builders.source(contents=(file("tests/a"), file("tests/a/test_b.py", name="b.py"))))

    assert [f.path for f in files] == ["tests/a/test_b.py"]
    assert "a folder has that name" in refused[0]


def test_a_link_planted_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/sub").symlink_to(tmp_path / "outside")

    with pytest.raises(ValueError, match="leads out of"):
        write_kept([Kept("sub/x.py", b"")], tmp_path / "tests")
    assert list((tmp_path / "outside").iterdir()) == []


def test_the_old_content_is_not_read_through_a_link_out_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws/test_a.py").symlink_to(tmp_path / "secret")
    (tmp_path / "ws/lib").symlink_to(tmp_path)

    files, _ = kept(builders.source(tmp_path / "ws", contents=(file("test_a.py"), file("lib/secret", name="b.py"))))

    assert [f.old for f in files] == [None, None]


def test_the_patch_adds_and_changes_files_with_odd_names(tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    (source / "tests").mkdir(parents=True)
    (source / "tests/test_old.py").write_bytes(b"def test_old():\r\n    assert True")
    texts = {name: f"# {number}\n" for number, name in enumerate(ODD)}
    texts["tests/test_old.py"] = "def test_old():\r\n    assert True\n\n\ndef test_new():\n    assert 2\n"
    contents = tuple(file(path, text, f"{n}.py") for n, (path, text) in enumerate(texts.items()))

    written = write_report(builders.report(builders.source(source, contents=contents)), out)
    apply(source, out / "tests.patch")

    assert written.patches == (out / "tests.patch",)
    for path, text in texts.items():
        assert (source / path).read_bytes() == text.encode()
        assert (out / "tests" / path).read_bytes() == text.encode()
    assert str(tmp_path).encode() not in (out / "tests.patch").read_bytes()


def test_the_users_own_git_settings_do_not_change_the_patch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = patch([Kept("tests/test_a.py", b"x\n", b"y\r\n")])
    (tmp_path / "config").write_text("[diff]\n noprefix = true\n external = false\n[color]\n ui = always\n[core]\n autocrlf = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    monkeypatch.setenv("GIT_DIR", "/nowhere")

    assert patch([Kept("tests/test_a.py", b"x\n", b"y\r\n")]) == plain
    assert b"--- a/tests/test_a.py" in plain


def test_a_file_that_is_there_already_needs_no_patch() -> None:
    assert patch([Kept("tests/test_a.py", b"x\n", b"x\n")]) == b""
    assert patch([]) == b""


def test_several_sources_get_a_folder_and_a_patch_each(tmp_path: Path) -> None:
    names = ("textkit 1.0", "textkit-1.0", "third")
    for name in names:
        (tmp_path / name).mkdir()
    sources = [builders.source(tmp_path / n, n, (file("tests/test_a.py", f"# {n}\n"),)) for n in names]

    written = write_report(builders.report(*sources), tmp_path / "out")

    assert folders(written.report) == ("textkit-1-0", "textkit-1-0-2", "third")
    for name, folder, place in zip(names, folders(written.report), written.patches, strict=True):
        assert (tmp_path / "out/tests" / folder / "tests/test_a.py").read_text() == f"# {name}\n"
        apply(tmp_path / name, place)
        assert (tmp_path / name / "tests/test_a.py").read_text() == f"# {name}\n"


def test_a_second_report_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    write_report(builders.report(), tmp_path)
    write_report(builders.failed(), tmp_path)

    assert not (tmp_path / "tests.patch").exists()
    assert list((tmp_path / "tests").iterdir()) == []
    assert not list(tmp_path.glob("*.new"))


def test_without_git_everything_else_is_written_and_a_note_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    written = write_report(builders.report(), tmp_path / "out")

    assert written.patches == ()
    assert "no patch was made" in written.report.sources[0].notes[-1]
    assert (tmp_path / "out/tests/tests/test_cut.py").exists()
    assert "no patch was made" in written.html.read_text()


def test_a_token_in_the_address_of_a_source_reaches_no_report(tmp_path: Path) -> None:
    address = "https://user:hunter2@git.example/x.git"
    space = replace(builders.workspace(), origin=address, notes=(f"cloned {address}",))
    source = replace(builders.source(), source=address, reason=f"from {address}", notes=(f"fetched {address}",), workspace=space)

    written = write_report(builders.report(source), tmp_path)

    assert written.report.sources[0].source == "https://***@git.example/x.git"
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and b"hunter2" in p.read_bytes()]
