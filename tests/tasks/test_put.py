"""Putting kept tests into the source tree: new files only, inside of it only, and whatever was not written is said."""

from pathlib import Path

import pytest

from tasks.put import put
from testwright.model import Candidate, FileReport, SourceReport, State


def kept(source: object, *paths: str) -> SourceReport:
    """A source with kept tests for these places."""
    files = [FileReport(f"{n}.py", "python", State.IMPROVED, candidate=Candidate(path, f"# {path}\n")) for n, path in enumerate(paths)]
    return SourceReport(str(source), None, "completed", files=(*files, FileReport("bare.py", "python", State.UNCHANGED)))


def test_kept_tests_are_written_where_they_belong(tmp_path: Path) -> None:
    assert put.fn(kept(tmp_path, "tests/test_a.py", "tests/deep/test_b.py")) == ()

    assert (tmp_path / "tests/test_a.py").read_text() == "# tests/test_a.py\n"
    assert (tmp_path / "tests/deep/test_b.py").read_text() == "# tests/deep/test_b.py\n"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_a_file_that_is_there_is_somebodys_work_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").write_text("mine\n")
    notes = put.fn(kept(tmp_path, "tests/test_a.py", "tests/test_b.py"))

    assert notes == ("--write: tests/test_a.py was not written: File exists",)
    assert (tmp_path / "tests/test_a.py").read_text() == "mine\n"
    assert (tmp_path / "tests/test_b.py").exists()


@pytest.mark.parametrize("path", ["../test_a.py", "tests/../../test_a.py", "/tmp/testwright-test-a.py"])  # noqa: S108
def test_nothing_is_written_outside_of_the_source(tmp_path: Path, path: str) -> None:
    (tmp_path / "source").mkdir()
    (note,) = put.fn(kept(tmp_path / "source", path))

    assert "would lie outside" in note
    assert list(tmp_path.rglob("*.py")) == []
    assert not Path("/tmp/testwright-test-a.py").exists()  # noqa: S108


def test_a_folder_that_is_a_link_out_of_the_source_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "source/tests").symlink_to(tmp_path / "elsewhere")
    (note,) = put.fn(kept(tmp_path / "source", "tests/test_a.py"))

    assert "would lie outside" in note
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").symlink_to("gone.py")
    (note,) = put.fn(kept(tmp_path, "test_a.py"))

    assert "was not written" in note
    assert not (tmp_path / "gone.py").exists()


def test_a_place_that_cannot_be_made_costs_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "tests").write_text("a file where the folder should be")
    notes = put.fn(kept(tmp_path, "tests/test_a.py", "more/test_b.py"))

    assert len(notes) == 1
    assert notes[0].startswith("--write: tests/test_a.py was not written: ")
    assert (tmp_path / "more/test_b.py").exists()


def test_a_source_that_is_no_folder_gets_the_advice_to_apply_the_patch(tmp_path: Path) -> None:
    assert put.fn(kept("pypi:package==1.0", "tests/test_a.py")) == (
        "--write: pypi:package==1.0 is no folder, so nothing was written: apply tests.patch instead",
    )
