"""Whole campaigns with a scripted model: through Prefect, with a real environment and the best sandbox of this machine."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tasks.reports.json_files import load
from tests.commands import command
from tests.tasks.generators.server import Reply, Server, serving

pytestmark = [pytest.mark.slow, pytest.mark.network, pytest.mark.timeout(900)]

CODE = '''"""Words."""

import hashlib


def open_door(word):
    """Say the word."""
    if hashlib.sha256(word.encode()).hexdigest()[:16] == "41ef4bb0b23661e6":
        return "open"
    return "closed"


def double(number):
    return 2 * number
'''
GOOD = (
    "```python\nfrom doors import open_door\n\n\ndef test_open_door_is_open_for_the_magic_word():\n"
    '    assert open_door("open sesame") == "open"\n'
)
WRONG = '\n\ndef test_open_door_is_open_for_one_word():\n    assert open_door("a") == "open"\n'
NETWORK = (
    "\n\ndef test_network():\n    import urllib.request\n"
    '    assert urllib.request.urlopen("ADDRESS").status == 200 and open_door("open sesame")\n'
)
FLAKY = '\n\ndef test_sometimes():\n    import os\n    assert open_door("open sesame") == "open" and os.environ["PYTHONHASHSEED"] == "0"\n'
KEY = "sk-never-seen-anywhere-0123"


@dataclass
class Ended:
    """How a campaign ended."""

    status: int
    said: str
    tests: str
    campaign: Path


def run(server: Server, project: Path, out: Path, *more: str, engine: str = "hybrid", **environ: str) -> Ended:
    """One campaign from the command line, as a person starts it. Answers are stored beside the project, so that `out` may be shared."""
    words = ("run", str(project), "--engine", engine, "--out", str(out), "--executions-per-file", "1000", "--sandbox", "bubblewrap", *more)
    model = {"LLM_BASE_URL": server.address, "LLM_MODEL": "own/scripted", "LLM_API_KEY": KEY, "LLM_RETRIES": "1"}
    done = command(*words, cwd=project.parent, timeout=600, **{**model, "LLM_CACHE": str(project.parent / "answers"), **environ})
    found = re.search(r"^report: +(.+)/report.html$", done.stdout, re.MULTILINE)
    assert found, done.stdout + done.stderr
    campaign = Path(found[1])
    kept = "".join(file.read_text() for file in sorted(campaign.glob("tests/**/*.py")))
    return Ended(done.returncode, done.stdout + done.stderr, kept, campaign)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all these campaigns go: what they install is installed once."""
    return tmp_path_factory.mktemp("out")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "project/doors.py").write_text(CODE)
    return tmp_path / "project"


@pytest.mark.parametrize(
    ("script", "named"),
    [
        ([WRONG, NETWORK + FLAKY, GOOD], {"fails", "flaky"}),
        ([Reply(status=429), Reply(status=500), "no idea", "x" * 2**20, GOOD.replace("from doors", "from src.doors.api")], set()),
    ],
    ids=["bad tests: wrong, network, flaky", "bad answers: rate limit, error, prose, megabyte, hallucinated import"],
)
def test_a_campaign_ends_keeps_what_is_good_and_names_what_is_not(
    script: list[Reply | str], named: set[str], project: Path, out: Path
) -> None:
    with serving(script) as server:
        answer = server.script
        server.script = lambda body: replace(reply := answer(body), text=reply.text.replace("ADDRESS", server.address))
        ended = run(server, project, out, "--repairs", "4", LLM_RETRIES="2")

    assert ended.status == 0, ended.said
    assert len(server.requests) >= len(script)
    for absent in ("test_network", "test_sometimes", "test_open_door_is_open_for_one_word"):
        assert absent not in ended.tests
    assert "def test_double" in ended.tests
    assert "def test_open_door" in ended.tests
    assert named <= {str(v.reason) for file in load(ended.campaign / "report.json").sources[0].files for v in file.verdicts}
    written = (file for folder in (ended.campaign, project.parent) for file in folder.rglob("*") if file.is_file())
    everything = b"".join(file.read_bytes() for file in written)
    assert KEY.encode() not in everything
    assert KEY not in ended.said


def test_without_an_answer_the_search_still_gives_its_tests(project: Path, out: Path) -> None:
    with serving([Reply(status=401)]) as server:
        ended = run(server, project, out)

    assert "def test_double" in ended.tests
    assert "no model answered: own/scripted: 401" in ended.said


def test_a_second_campaign_on_unchanged_code_asks_nothing_and_its_answers_replay_where_no_provider_can_be_reached(
    project: Path, out: Path, tmp_path: Path
) -> None:
    with serving([GOOD + WRONG]) as server:
        first = run(server, project, out, "--repairs", "1", engine="llm", LLM_CACHE="")
        asked = len(server.requests)
        second = run(server, project, out, "--repairs", "1", engine="llm", LLM_CACHE="")
        assert len(server.requests) == asked
    recorded = {"LLM_CACHE": str(tmp_path / "none"), "LLM_REPLAY": str(out / "answers")}
    replayed = run(server, project, out, "--repairs", "1", engine="llm", **recorded)  # the server has ended

    assert asked
    assert "def test_open_door" in first.tests
    assert second.tests == replayed.tests == first.tests
    assert "0 calls" in second.said
    assert "0 calls" in replayed.said


def renamed(body: dict[str, Any]) -> Reply:
    """The tests of a prompt, each under another name."""
    tests = str(body["messages"][-1]["content"]).rpartition("The tests:\n```\n")[2].removesuffix("\n```")
    return Reply(f"```python\n{re.sub('def test_', 'def test_by_name_', tests)}\n```")


def test_polishing_names_what_the_search_found_and_asks_nothing_the_second_time(project: Path, out: Path) -> None:
    with serving(renamed) as server:
        first = run(server, project, out, "--polish", engine="search")
        second = run(server, project, out, "--polish", engine="search")

    assert first.status == 0, first.said
    assert len(server.requests) == 1
    assert "def test_by_name_double" in first.tests
    assert second.tests == first.tests
    assert "Polished by a model: 1 file: doors.py." in " ".join(first.said.split())
    assert "Models: 0 calls, 1 answer from disk" in second.said
    assert KEY not in first.tests + first.said
