"""The command line says what it can do, and refuses what it cannot in one line."""

import inspect
import re
from pathlib import Path

import pytest

from deployments import cli
from tests.commands import command
from testwright.campaign import Campaign

FLAG_OF = {"languages": "language"}
"""Settings whose flag has another name, because it is given one at a time."""


def test_every_setting_of_a_campaign_has_a_flag() -> None:
    flags = set(inspect.signature(cli.run).parameters)

    assert {FLAG_OF.get(name, name) for name in Campaign.model_fields} == flags - {"campaign_file", "verbose"}


def test_help_shows_an_example_for_each_common_wish(tmp_path: Path) -> None:
    said = command("run", "--help", cwd=tmp_path).stdout

    wishes = "--write pypi: .git@ .tar.gz --sandbox --engine --include --max-files --minutes --resume --campaign-file"
    for wish in wishes.split():
        assert re.search(rf"^ +testwright run .*{re.escape(wish)}", said, re.MULTILINE), wish


def test_help_is_plain_text_when_this_is_no_terminal(tmp_path: Path) -> None:
    said = command("--help", cwd=tmp_path).stdout

    assert said.isascii()
    assert "  demo: Run a campaign on a real package from PyPI, in the best sandbox that this machine has." in said.splitlines()


@pytest.mark.parametrize("engine", ["llm", "hybrid"])
def test_an_engine_that_needs_a_model_is_refused_in_one_line_when_none_is_named(tmp_path: Path, engine: str) -> None:
    (tmp_path / "module.py").write_text("def double(number):\n    return 2 * number\n")
    done = command("run", ".", "--engine", engine, cwd=tmp_path)

    assert done.returncode == 2
    assert re.fullmatch(rf"testwright: engine {engine} asks a language model .*LLM_MODEL.*search\n", done.stderr)
    assert not (tmp_path / ".testwright").exists()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("run",), "name a folder, an archive, a git URL, pypi:NAME==VERSION or npm:NAME@VERSION"),
        (("run", ".", "--engine", "magic"), 'Choose from: "auto", "search", "llm", "hybrid"'),
        (("run", ".", "--workers", "0"), "workers"),
        (("run", ".", "--minutes", "soon"), "minutes"),
        (("run", ".", "--campaign-file", "none.yaml"), "none.yaml"),
        (("run", ".", "--speed", "9"), "--speed"),
        (("fly",), "fly"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_one_line_and_status_2(tmp_path: Path, words: tuple[str, ...], complaint: str) -> None:
    done = command(*words, cwd=tmp_path)

    assert done.returncode == 2, done.stderr
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("testwright: ")


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    done = command("run", ".", cwd=tmp_path, TESTWRIGHT_WORKERS="many")

    assert done.returncode == 2
    assert "TESTWRIGHT_WORKERS" in done.stderr


def test_status_says_that_nothing_runs_and_what_starts_it(tmp_path: Path) -> None:
    done = command("status", cwd=tmp_path, TESTWRIGHT_HOME=str(tmp_path / "state"))

    assert done.returncode == 0
    assert done.stdout.splitlines() == ["server: not running; `testwright up` starts it", "worker: not running; `testwright up` starts it"]


def test_down_where_nothing_runs_is_no_error(tmp_path: Path) -> None:
    done = command("down", cwd=tmp_path, TESTWRIGHT_HOME=str(tmp_path / "state"))

    assert (done.returncode, done.stdout) == (0, f"Nothing of ours was running (state folder: {tmp_path / 'state'}).\n")


def test_prefect_without_a_server_says_what_to_do(tmp_path: Path) -> None:
    done = command("prefect", "deployment", "ls", cwd=tmp_path, TESTWRIGHT_HOME=str(tmp_path / "state"))

    assert done.returncode == 2
    assert "testwright up" in done.stderr
