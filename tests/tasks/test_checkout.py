"""The checkout task names its runs without secrets, fails as the house does, and is not done twice in one campaign."""

from pathlib import Path

import pytest
from prefect import flow

from tasks.checkout import _run_name, checkout
from testwright.errors import CheckoutFailed, InvalidCampaign
from testwright.model import Workspace


def test_a_run_is_named_on_one_line_without_credentials() -> None:
    assert _run_name({"source": "pypi:a==1"}) == "checkout pypi:a==1"
    assert _run_name({"source": "https://me:hunter2@example.org/{a}"}) == "checkout https://***@example.org/{a}"
    assert "\n" not in _run_name({"source": "a\nb"})


def test_it_does_what_the_plain_function_does(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.py").touch()
    workspace = checkout.fn(str(tmp_path / "p"), str(tmp_path / "out" / "0"))
    assert (Path(workspace.root) / "a.py").is_file()
    with pytest.raises(CheckoutFailed):
        checkout.fn(str(tmp_path / "gone"), str(tmp_path / "out" / "1"))
    with pytest.raises(InvalidCampaign):
        checkout.fn("maven:org.apache:commons", str(tmp_path / "out" / "2"))


@pytest.mark.slow
@pytest.mark.usefixtures("prefect_server")
def test_a_second_run_with_the_same_results_takes_the_first_checkout(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.py").write_text("A = 1\n")

    @flow
    def twice() -> tuple[Workspace, Workspace]:
        kept = checkout.with_options(result_storage=tmp_path / "results", persist_result=True)
        first = kept(str(tmp_path / "p"), str(tmp_path / "out" / "0"))
        (tmp_path / "p" / "a.py").write_text("A = 2\n")
        return first, kept(str(tmp_path / "p"), str(tmp_path / "out" / "0"))

    first, second = twice()
    assert first == second
    assert (Path(second.root) / "a.py").read_text() == "A = 1\n"
