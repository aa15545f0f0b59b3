"""Where the settings of models come from, and which wins."""

import pickle
from pathlib import Path

import pytest

from tasks.generators.settings import NAMES, ModelSettings, Secret, read
from testwright.errors import InvalidCampaign

ROOT = Path(__file__).parents[3]


def found(environ: dict[str, str], folder: Path, **more: object) -> ModelSettings:
    settings = read(environ, folder, **more)  # type: ignore[arg-type]
    assert settings is not None
    return settings


def test_without_a_model_there_is_none(tmp_path: Path) -> None:
    assert read({"OPENAI_API_KEY": "k"}, tmp_path) is None


@pytest.mark.parametrize("names", [("OPENAI_MODEL", "OPENAI_API_BASE", "OPENAI_API_KEY"), ("LLM_MODEL", "LLM_BASE_URL", "LLM_API_KEY")])
def test_both_families_of_names_are_understood(names: tuple[str, str, str], tmp_path: Path) -> None:
    model, address, key = names
    settings = found({model: "a, b", address: "http://localhost:8000/v1/", key: "k"}, tmp_path)

    assert (settings.models, settings.address, settings.key.reveal()) == (("a", "b"), "http://localhost:8000/v1", "k")


def test_the_campaign_wins_over_the_environment_over_the_file_over_the_block(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('LLM_MODEL="file"\nLLM_API_KEY=file\nLLM_TIMEOUT=7\nDATABASE_PASSWORD=untouched\n')
    block = {"LLM_MODEL": "block", "LLM_RETRIES": "1", "LLM_TIMEOUT": "9"}

    settings = found({"LLM_API_KEY": "environ"}, tmp_path, block=block)
    assert (settings.models, settings.key.reveal(), settings.timeout, settings.retries) == (("file",), "environ", 7.0, 1)
    assert found({}, tmp_path, models="campaign").models == ("campaign",)


@pytest.mark.parametrize(
    ("name", "value"),
    [("LLM_TIMEOUT", "soon"), ("LLM_CONCURRENCY", "0"), ("LLM_BASE_URL", "localhost"), ("LLM_BASE_URL", "http://me:secret@host/v1")],
)
def test_a_value_that_cannot_be_used_is_named_and_never_shown_when_it_may_be_secret(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidCampaign, match=name) as raised:
        read({"LLM_MODEL": "m", name: value}, tmp_path)

    assert "secret" not in str(raised.value)


def test_a_key_shows_itself_to_nobody() -> None:
    key = Secret("sk-12345678")

    assert "12345678" not in f"{key!r} {key} {ModelSettings(('m',), key=key)!r}"
    assert b"12345678" not in pickle.dumps(key)
    assert key.hide("a sk-12345678 b") == "a *** b"


def test_the_example_lists_every_variable() -> None:
    text = (ROOT / ".env.example").read_text()

    assert [name for name in NAMES if name not in text] == []
