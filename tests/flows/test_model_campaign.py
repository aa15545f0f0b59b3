"""Whole campaigns with a scripted model: through Prefect, with a real environment and the best sandbox of this machine."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tasks.reports.json_files import load
from tests.commands import command
from tests.flows.doors import DOORS, Doors
from tests.tasks.generators.server import Reply, Server, serving

pytestmark = [pytest.mark.slow, pytest.mark.network, pytest.mark.timeout(900)]

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
    kept = "".join(file.read_text() for file in sorted(campaign.glob("tests/**/*.*")))
    return Ended(done.returncode, done.stdout + done.stderr, kept, campaign)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all these campaigns go: what they install is installed once."""
    return tmp_path_factory.mktemp("out")


@pytest.fixture
def doors(request: pytest.FixtureRequest) -> Doors:
    return DOORS[getattr(request, "param", "python")]


@pytest.fixture
def project(tmp_path: Path, doors: Doors) -> Path:
    for path, text in doors.files.items():
        (tmp_path / "project" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / path).write_text(text)
    return tmp_path / "project"


@pytest.mark.parametrize("doors", ["python", "modules with node:test", "CommonJS with mocha and chai"], indirect=True)
def test_a_campaign_keeps_good_tests_and_names_those_that_are_wrong_shaky_or_ask_the_network(
    doors: Doors, project: Path, out: Path
) -> None:
    _ends_well(
        [doors.says(doors.wrong), doors.says(doors.network, doors.shaky), doors.says(doors.good)],
        {"fails", str(doors.reason)},
        doors,
        project,
        out,
    )


@pytest.mark.parametrize("doors", ["python"], indirect=True)
def test_a_campaign_survives_a_rate_limit_an_error_prose_a_megabyte_and_imports_of_what_is_not_there(
    doors: Doors, project: Path, out: Path
) -> None:
    script = [Reply(status=429), Reply(status=500), "no idea", "x" * 2**20, doors.says(doors.good, head=doors.invented)]
    _ends_well(script, set(), doors, project, out)


def _ends_well(script: list[Reply | str], named: set[str], doors: Doors, project: Path, out: Path) -> None:
    with serving(script) as server:
        answer = server.script
        server.script = lambda body: replace(reply := answer(body), text=reply.text.replace("ADDRESS", server.address))
        ended = run(server, project, out, "--repairs", "4", LLM_RETRIES="2")

    assert ended.status == 0, ended.said
    assert len(server.requests) >= len(script)
    assert not [absent for absent in doors.absent if absent in ended.tests]
    assert doors.searched in ended.tests
    assert doors.kept in ended.tests
    assert doors.dialect in ended.tests
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


@pytest.mark.parametrize("doors", ["python", "TypeScript with vitest"], indirect=True)
def test_a_second_campaign_on_unchanged_code_asks_nothing_and_its_answers_replay_where_no_provider_can_be_reached(
    doors: Doors, project: Path, out: Path, tmp_path: Path
) -> None:
    with serving([doors.says(doors.good, doors.wrong)]) as server:
        first = run(server, project, out, "--repairs", "1", engine="llm", LLM_CACHE="")
        asked = len(server.requests)
        second = run(server, project, out, "--repairs", "1", engine="llm", LLM_CACHE="")
        assert len(server.requests) == asked
    recorded = {"LLM_CACHE": str(tmp_path / "none"), "LLM_REPLAY": str(out / "answers")}
    replayed = run(server, project, out, "--repairs", "1", engine="llm", **recorded)  # the server has ended

    assert asked
    assert doors.kept in first.tests
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
