"""The language models of a campaign: whom it asks, and what it may spend."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tasks.folder import Folder
from tasks.generators.gateway import Gateway
from tasks.generators.settings import NAMES, Budget, ModelSettings, read
from tasks.propose import spent
from testwright.campaign import Campaign, Engine
from testwright.errors import InvalidCampaign

BLOCK = "LLM_SECRET_BLOCK"
"""Names a Prefect secret block that holds the variables of `.env.example` as a JSON object."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a campaign says of models. It holds no key, so it may be seen anywhere."""

    engine: Engine = Engine.HYBRID
    models: str = ""
    """Names, separated by commas; '' takes what the environment says."""
    repairs: int = 2
    """Rounds after the first."""
    budget: Budget = Budget()
    candidates: int = 1
    """Answers to the first question."""
    polish: bool = False


def with_engine(campaign: Campaign) -> Campaign:
    """The campaign with its engine decided: `auto` is hybrid when a model is named anywhere, else search.

    Raises:
        InvalidCampaign: no model is named for an engine that asks one, or a setting cannot be used.
    """
    if campaign.engine is Engine.AUTO:
        named = _read(campaign.model, Budget()) is not None
        campaign = campaign.model_copy(update={"engine": Engine.HYBRID if named else Engine.SEARCH})
    wish(campaign)
    return campaign


def wish(campaign: Campaign) -> Wish | None:
    """The part of a campaign, its engine decided, that is about models; None when it asks none.

    Raises:
        InvalidCampaign: no model is named anywhere, or a setting cannot be used.
    """
    if campaign.engine is Engine.SEARCH and not campaign.polish:
        return None
    budget = Budget(campaign.model_tokens, campaign.model_cost, campaign.model_minutes, campaign.model_tokens_per_file)
    wanted = Wish(campaign.engine, campaign.model, campaign.repairs, budget, campaign.candidates, campaign.polish)
    _settings(wanted)
    return wanted


def gateway(wish: Wish, folder: Folder) -> Gateway:
    """The one gateway of a campaign in this process: its bounds and budgets hold for all files together.

    Raises:
        InvalidCampaign: no model is named anywhere.
    """
    return _gateway(wish, folder)


@lru_cache(maxsize=4)
def _gateway(wish: Wish, folder: Folder) -> Gateway:
    made = Gateway(_settings(wish), folder.root.parents[1] / "answers")
    for path, usage in spent(folder).items():  # a campaign that goes on has no second budget
        made.spending.add(path, usage)
    return made


def _settings(wish: Wish) -> ModelSettings:
    found = _read(wish.models, wish.budget)
    if found is None:
        if wish.engine is Engine.SEARCH:
            raise InvalidCampaign("polish asks a language model and none is named: set LLM_MODEL (see .env.example), or do without polish")
        raise InvalidCampaign(
            f"engine {wish.engine} asks a language model and none is named: set LLM_MODEL (see .env.example), or use engine search"
        )
    return found


def _read(models: str, budget: Budget) -> ModelSettings | None:
    return read(_environ(), Path.cwd(), block=_block(), models=models, budget=budget)


def _environ() -> dict[str, str]:
    return {name: os.environ[name] for name in NAMES if name in os.environ}


def _block() -> Mapping[str, str]:
    """What the secret block says; nothing when none is named.

    Raises:
        InvalidCampaign: it is named and cannot be used.
    """
    name = os.environ.get(BLOCK, "")
    if not name:
        return {}
    from prefect.blocks.system import Secret

    try:
        value: Any = Secret.load(name).get()  # type: ignore[union-attr]  # in a synchronous caller it is no coroutine
        values = json.loads(value) if isinstance(value, str) else value
    except ValueError as error:
        raise InvalidCampaign(f"{BLOCK}: the secret block {name!r} cannot be read: it is not there, or holds no JSON object") from error
    if not isinstance(values, dict):
        raise InvalidCampaign(f"{BLOCK}: the secret block {name!r} must hold a JSON object of the variables in .env.example")
    return {str(key): str(value) for key, value in values.items() if key in NAMES}
