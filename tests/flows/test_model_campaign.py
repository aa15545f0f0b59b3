"""Whole campaigns with a scripted model: through Prefect, with a real environment and the best sandbox of this machine."""

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.tasks.generators.server import Reply, Script, Server, serving

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
LOOP = "\n\ndef test_forever():\n    while True:\n        assert open_door('a') == 'closed'\n"
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


def run(server: Server, project: Path, out: Path, *more: str, engine: str = "hybrid") -> Ended:
    """One campaign from the command line, as a person starts it."""
    environ = {**os.environ, "LLM_BASE_URL": server.address, "LLM_MODEL": "own/scripted", "LLM_API_KEY": KEY, "LLM_RETRIES": "1"}
    words = ("run", str(project), "--engine", engine, "--out", str(out), "--seconds-per-file", "4", "--sandbox", "bubblewrap", *more)
    command = [sys.executable, "-c", "from deployments.cli import main; main()", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=600, check=False)
    campaign = max((out / "campaigns").iterdir(), key=lambda path: path.stat().st_mtime_ns, default=None)
    kept = "".join(file.read_text() for file in sorted(campaign.glob("tests/**/*.py"))) if campaign else ""
    return Ended(done.returncode, done.stdout + done.stderr, kept)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "project/doors.py").write_text(CODE)
    return tmp_path / "project"


@pytest.mark.parametrize(
    ("script", "named"),
    [
        ([GOOD + WRONG + "```"], "fails"),
        ([GOOD + LOOP + "```"], "times out"),
        ([NETWORK, GOOD], "fails"),
        ([FLAKY, GOOD], ""),
        ([Reply(status=429), Reply(status=500), "no idea", GOOD], ""),
        ([GOOD.replace("from doors", "from src.doors.api")], ""),
        (["x" * 2**20, GOOD], ""),
    ],
    ids=["wrong assertion", "endless loop", "network", "flaky", "rate limit, error, prose", "hallucinated import", "megabyte"],
)
def test_a_campaign_ends_keeps_what_is_good_and_names_what_is_not(
    script: list[Reply | str], named: str, project: Path, tmp_path: Path
) -> None:
    with serving(script) as server:
        answer = server.script
        server.script = lambda body: replace(reply := answer(body), text=reply.text.replace("ADDRESS", server.address))
        ended = run(server, project, tmp_path / "out", "--repairs", "3")
        report = max(tmp_path.glob("out/campaigns/*/report.md")).read_text()

    assert ended.status == 0, ended.said
    for absent in ("test_forever", "test_network", "test_sometimes", "test_open_door_is_open_for_one_word"):
        assert absent not in ended.tests
    assert "def test_double" in ended.tests
    assert named in report
    everything = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert KEY.encode() not in everything
    assert KEY not in ended.said


@pytest.mark.parametrize("status", [401, 404, 500])
def test_without_an_answer_the_search_still_gives_its_tests(status: int, project: Path, tmp_path: Path) -> None:
    with serving([Reply(status=status)]) as server:
        ended = run(server, project, tmp_path / "out")

    assert "def test_double" in ended.tests
    assert f"no model answered: own/scripted: {status}" in ended.said


def test_a_second_campaign_on_unchanged_code_asks_nothing(project: Path, tmp_path: Path) -> None:
    script: Script | list[Reply | str] = [GOOD + WRONG]
    with serving(script) as server:
        first = run(server, project, tmp_path / "out", engine="llm")
        asked = len(server.requests)
        second = run(server, project, tmp_path / "out", engine="llm")

    assert asked
    assert len(server.requests) == asked
    assert second.tests == first.tests
    assert "0 calls" in second.said


def test_a_recording_replays_where_no_provider_can_be_reached(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving([GOOD]) as server:
        monkeypatch.setenv("LLM_CACHE", str(tmp_path / "recording"))
        first = run(server, project, tmp_path / "out", engine="llm")
    monkeypatch.setenv("LLM_REPLAY", str(tmp_path / "recording"))
    second = run(server, project, tmp_path / "elsewhere", engine="llm")

    assert "def test_open_door" in first.tests
    assert second.tests == first.tests
