"""Which engine a campaign gets, from what is said of models anywhere."""

import json
from pathlib import Path

import pytest

from tasks.folder import Folder
from tasks.generators.asking import Message, Request
from tasks.generators.progress import Progress
from tasks.models import gateway, wish, with_engine
from tasks.propose import PROGRESS
from testwright.campaign import Campaign, Engine
from testwright.errors import InvalidCampaign
from testwright.model import Usage

KEY = "sk-only-in-the-block"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of a campaign."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def engine(**more: object) -> Engine:
    return with_engine(Campaign(sources=(".",), **more)).engine  # type: ignore[arg-type]


def test_without_a_model_the_search_works_alone() -> None:
    assert engine() is Engine.SEARCH
    assert wish(with_engine(Campaign(sources=(".",)))) is None


def test_naming_a_model_in_the_campaign_makes_it_hybrid() -> None:
    assert engine(model="own/model") is Engine.HYBRID


def test_naming_a_model_in_the_environment_makes_it_hybrid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_MODEL", "own/model")

    assert engine() is Engine.HYBRID


def test_naming_a_model_in_a_dotenv_file_makes_it_hybrid(folder: Path) -> None:
    (folder / ".env").write_text("LLM_MODEL=own/model\n")

    assert engine() is Engine.HYBRID


def test_a_key_alone_asks_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-something-else")

    assert engine() is Engine.SEARCH


@pytest.mark.parametrize("asked", ["search", "llm", "hybrid"])
def test_an_engine_that_is_named_stays(asked: str) -> None:
    assert engine(engine=asked, model="own/model") == asked


@pytest.mark.parametrize("asked", ["llm", "hybrid"])
def test_an_engine_that_needs_a_model_is_refused_without_one(asked: str) -> None:
    with pytest.raises(InvalidCampaign, match=f"engine {asked} asks a language model and none is named: set LLM_MODEL"):
        engine(engine=asked)


def test_polishing_asks_a_model_also_where_only_the_search_writes_tests() -> None:
    wanted = wish(with_engine(Campaign(sources=(".",), engine=Engine.SEARCH, model="own/model", polish=True)))

    assert wanted is not None
    assert (wanted.engine, wanted.polish) == (Engine.SEARCH, True)


@pytest.mark.parametrize("asked", [Engine.SEARCH, Engine.AUTO])
def test_polishing_is_refused_where_no_model_is_named(asked: Engine) -> None:
    with pytest.raises(InvalidCampaign, match="polish asks a language model and none is named: set LLM_MODEL"):
        engine(engine=asked, polish=True)


@pytest.fixture
def block(prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """A secret block on a real server, named in the environment."""
    from prefect.blocks.system import Secret

    values = {"LLM_MODEL": "own/model", "LLM_BASE_URL": "http://localhost:9/v1", "LLM_API_KEY": KEY, "DATABASE_URL": "untouched"}
    Secret(value=json.dumps(values)).save("models", overwrite=True)
    monkeypatch.setenv("LLM_SECRET_BLOCK", "models")
    return "models"


@pytest.mark.slow
def test_a_secret_block_on_the_server_names_the_model_its_address_and_key(block: str, folder: Path) -> None:
    campaign = with_engine(Campaign(sources=(".",)))
    wanted = wish(campaign)
    assert wanted is not None
    made = gateway(wanted, Folder.of(str(folder / "out"), "c"))

    assert campaign.engine is Engine.HYBRID
    assert (made.settings.models, made.settings.address) == (("own/model",), "http://localhost:9/v1")
    assert made.settings.key.reveal() == KEY
    assert KEY not in f"{campaign!r} {wanted!r} {made.settings!r}"


@pytest.mark.slow
def test_a_secret_block_is_read_in_a_flow_and_its_tasks(block: str) -> None:
    from prefect import flow, task

    @task(persist_result=False)
    def inside() -> str:
        return with_engine(Campaign(sources=(".",))).engine

    @flow(persist_result=False)
    def outside() -> tuple[str, str]:
        return with_engine(Campaign(sources=(".",))).engine, inside.submit().result()

    assert outside() == ("hybrid", "hybrid")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("value", "says"), [(None, "is not there, or holds no JSON object"), ("[1]", "must hold a JSON object"), ("{", "holds no JSON object")]
)
def test_a_secret_block_that_cannot_be_used_is_one_line(
    value: str | None, says: str, prefect_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.blocks.system import Secret

    monkeypatch.setenv("LLM_SECRET_BLOCK", "broken" if value else "missing")
    if value:
        Secret(value=value).save("broken", overwrite=True)

    with pytest.raises(InvalidCampaign, match=f"LLM_SECRET_BLOCK: .*{says}"):
        engine()


def test_a_campaign_that_goes_on_counts_what_it_used_before(tmp_path: Path) -> None:
    wanted = wish(Campaign(sources=(".",), model="own/model", engine=Engine.HYBRID, model_tokens=1000))
    assert wanted is not None
    place = Folder.of(str(tmp_path), "resumed")
    used = Usage(calls=1, prompt_tokens=600, completion_tokens=300)
    stored = place.history("python", "a.py").with_suffix(".model.json")
    place.put(stored, PROGRESS.dump_json(Progress(usage=used, path="a.py")))

    made = gateway(wanted, place)

    assert made.usage == used
    assert made.ask(Request((Message("user", "x" * 300),), "1", "b.py")).stopped == "budget spent: 1000 tokens a campaign"
