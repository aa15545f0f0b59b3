"""Which engine a campaign gets, from what is said of models anywhere."""

from pathlib import Path

import pytest

from tasks.models import wish, with_engine
from testwright.campaign import Campaign, Engine
from testwright.errors import InvalidCampaign


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
