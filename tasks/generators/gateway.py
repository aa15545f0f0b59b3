"""The one place that talks to language models. LiteLLM knows the providers; what is asked, paid, kept and tried again is decided here."""

import asyncio
import hashlib
import json
import logging
import os
import random
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from tasks.generators.answers import Answers, key
from tasks.generators.asking import Answer, Request
from tasks.generators.settings import ModelSettings
from tasks.generators.spending import Spending
from testwright.model import Usage

T = TypeVar("T")

LONGEST = 400_000
"""Characters of an answer that are looked at."""
PATIENCE = 60.0
"""Most seconds before a retry, whatever a provider asks for."""
OTHERWISE = 0.7
"""The least temperature where another answer to the same question is wanted."""
LATER = frozenset({408, 409, 425, 429})
NEVER = frozenset({401, 403, 404})
"""The key or the name is wrong: nothing else this model is asked would end otherwise."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """A call without an answer."""

    reason: str
    again: bool
    after: float = 0.0
    gone: bool = False
    """The model cannot be asked at all."""


class Gateway:
    """Asks models: bounded at once, within budgets, never twice for the same. Safe to call from several threads.

    Everything runs in one event loop on a thread of its own, so the bounds hold for all callers together.
    """

    def __init__(self, settings: ModelSettings, answers: Path) -> None:
        self.settings = settings
        self.answers = Answers(Path(settings.replay) if settings.replay else Path(settings.cache) if settings.cache else answers)
        self.spending = Spending(settings.budget)
        self.sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
        self._gone: dict[str, str] = {}
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._asked: dict[str, asyncio.Task[Answer]] = {}

    def ask(self, request: Request) -> Answer:
        """One answer. Never raises for what a provider does: `stopped` says why there is none."""
        return _wait(self._ask(request))

    def ask_all(self, requests: Sequence[Request]) -> list[Answer]:
        """Many answers in one wave, in the order of the requests."""

        async def wave() -> list[Answer]:
            return list(await asyncio.gather(*(self._ask(request) for request in requests)))

        return _wait(wave())

    @property
    def usage(self) -> Usage:
        """All that was used so far."""
        return self.spending.total

    def models(self) -> tuple[str, ...]:
        """Those that are not known to be out of reach."""
        return tuple(model for model in self.settings.models if model not in self._gone)

    async def _ask(self, request: Request) -> Answer:
        found = self._find(request)
        if found is not None:
            self.spending.add(request.purpose, found.usage)
            return found
        if self.settings.replay:
            return Answer(stopped=f"no model answered: {self.settings.replay} holds no answer to this; record it again")
        same = key(request, ",".join(self.settings.models), self.settings.temperature, self.settings.max_tokens)
        under_way = self._asked.get(same)
        if under_way is not None:
            shared = await asyncio.shield(under_way)
            return replace(shared, usage=Usage(cached=1)) if not shared.stopped else shared
        task = asyncio.ensure_future(self._ask_chain(request))
        self._asked[same] = task
        try:
            return await task
        finally:
            del self._asked[same]

    def knows(self, request: Request) -> bool:
        """Whether its answer is on disk."""
        return self._find(request) is not None

    def course(self, about: object) -> Any:
        """How asking went in an earlier campaign with these models and parameters; None when it did not come to its end."""
        return self.answers.course(self._course(about))

    def keep_course(self, about: object, course: object) -> None:
        """Remember for later campaigns how asking went. A recording stays as it is."""
        if not self.settings.replay:
            self.answers.keep_course(self._course(about), course)

    def _course(self, about: object) -> str:
        s = self.settings
        return hashlib.sha256(json.dumps([about, s.models, s.temperature, s.max_tokens]).encode()).hexdigest()

    def _find(self, request: Request) -> Answer | None:
        keys = (key(request, model, self.settings.temperature, self.settings.max_tokens) for model in self.settings.models)
        return next((answer for found in keys if (answer := self.answers.find(found))), None)

    async def _ask_chain(self, request: Request) -> Answer:
        """Ask one model after the other until one answers."""
        reasons: list[str] = []
        used = Usage()
        for model in self.settings.models:
            if model in self._gone:
                reasons.append(self._gone[model])
                continue
            answer = await self._ask_model(request, model)
            used += answer.usage
            if not answer.stopped:
                self.answers.keep(key(request, model, self.settings.temperature, self.settings.max_tokens), answer)
                return replace(answer, usage=used)
            if answer.stopped.startswith("budget"):
                return replace(answer, usage=used)
            reasons.append(answer.stopped)
        return Answer(usage=used, stopped="no model answered: " + "; ".join(dict.fromkeys(reasons)))

    async def _ask_model(self, request: Request, model: str) -> Answer:
        """Ask one model, and again after what passes by itself."""
        retries, reason = 0, ""
        async with self._slots:
            for attempt in range(self.settings.retries + 1):
                outcome = await self._paid(request, model)
                if isinstance(outcome, Answer):
                    return replace(outcome, usage=outcome.usage + Usage(retries=retries))
                reason = f"{model}: {outcome.reason}"
                if outcome.gone:
                    self._gone[model] = reason
                if not outcome.again or attempt == self.settings.retries:
                    break
                retries += 1
                self.spending.add(request.purpose, Usage(retries=1))
                await self.sleep(self._pause(attempt, outcome.after))
        return Answer(usage=Usage(retries=retries), stopped=reason)

    def _pause(self, attempt: int, asked: float) -> float:
        doubled = self.settings.backoff * float(2**attempt)
        return min(PATIENCE, max(asked, doubled * random.uniform(0.75, 1.25)))  # noqa: S311  # spreads retries; no secret

    async def _paid(self, request: Request, model: str) -> Answer | _Failed:
        """One call within the budgets."""
        tokens = request.characters // 3 + 16 + self.settings.max_tokens
        most = self._cost(model, request.characters // 3 + 16, self.settings.max_tokens) or 0.0
        if spent := await self.spending.reserve(request.purpose, tokens, most):
            return Answer(stopped=spent)
        used = Usage()
        try:
            outcome = await self._call(request, model)
            if isinstance(outcome, Answer):
                used = outcome.usage
            return outcome
        finally:
            await self.spending.settle(request.purpose, tokens, most, used)

    async def _call(self, request: Request, model: str) -> Answer | _Failed:
        litellm = await asyncio.to_thread(_litellm)
        started = time.monotonic()
        try:
            response = await asyncio.wait_for(litellm.acompletion(**self._parameters(request, model)), self.settings.timeout + 1)
            return self._answer(response, request, model, time.monotonic() - started)
        except TimeoutError:
            return _Failed(f"no answer within {self.settings.timeout:g} s", True)
        except Exception as error:  # noqa: BLE001  # errors of providers have no common base, and none of them may end a campaign
            return self._failed(error)

    def _parameters(self, request: Request, model: str) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "model": model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            "max_tokens": self.settings.max_tokens,
            "timeout": self.settings.timeout,
            "num_retries": 0,
            "max_retries": 0,
            "drop_params": True,
        }
        if self.settings.temperature is not None:
            parameters["temperature"] = max(self.settings.temperature, OTHERWISE if request.again else 0.0)
        if self.settings.address:  # whatever the name looks like, it is for this address
            parameters |= {"api_base": self.settings.address, "custom_llm_provider": "openai"}
            parameters["api_key"] = self.settings.key.reveal() or "none"
        elif self.settings.key:
            parameters["api_key"] = self.settings.key.reveal()
        return parameters

    def _answer(self, response: Any, request: Request, model: str, seconds: float) -> Answer:
        choice = response.choices[0]
        text = choice.message.content
        if not isinstance(text, str):
            text = ""
        usage = getattr(response, "usage", None)
        prompt = _count(usage, "prompt_tokens") or request.characters // 4
        completion = _count(usage, "completion_tokens") or len(text) // 4
        prefix = _count(getattr(usage, "prompt_tokens_details", None), "cached_tokens")
        cost = self._cost(model, prompt, completion)
        used = Usage(1, 0, prompt, completion, prefix, cost or 0.0, int(cost is None), 0, seconds)
        return Answer(text[:LONGEST], model, choice.finish_reason == "length" or len(text) > LONGEST, used)

    def _cost(self, model: str, prompt: int, completion: int) -> float | None:
        """Dollars; None when nobody knows the price."""
        s = self.settings
        if s.prompt_price is not None or s.completion_price is not None:
            return (prompt * (s.prompt_price or 0) + completion * (s.completion_price or 0)) / 1e6
        if s.address and not s.budget.cost:
            return None  # a server of one's own; LiteLLM's list would be a guess, and slow to load
        entry = _litellm().model_cost.get(model) or _litellm().model_cost.get(model.partition("/")[2]) or {}
        each, made = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
        if not isinstance(each, int | float) or not isinstance(made, int | float):
            return None
        return float(prompt * each + completion * made)

    def _failed(self, error: Exception) -> _Failed:
        """What an error of a provider means, in one line without the key."""
        status = getattr(error, "status_code", None)
        text = self.settings.key.hide(" ".join(str(error).split()))
        text = text.removeprefix("litellm.").partition(" Traceback")[0][:200]
        missing = isinstance(error, ImportError) or "No module named" in text
        unknown = "LLM Provider NOT provided" in text
        if missing or unknown or status in NEVER:
            hint = "name its provider, as in openai/NAME, or set LLM_BASE_URL" if unknown else text
            return _Failed(f"{status or 'error'}: {hint}", False, gone=True)
        name = type(error).__name__
        lost = "Timeout" in name or "Connection" in name
        again = (status in LATER or (isinstance(status, int) and status >= 500) or lost) and "insufficient_quota" not in text
        return _Failed(f"{status or name}: {text}", again, _asked_pause(error))


def _count(value: Any, name: str) -> int:
    number = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
    return number if isinstance(number, int) and 0 <= number < 10**9 else 0


def _asked_pause(error: Exception) -> float:
    """Seconds of a Retry-After header."""
    headers = getattr(error, "litellm_response_headers", None) or getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(0.0, float(headers.get("retry-after", 0)))
    except (TypeError, ValueError):
        return 0.0


@lru_cache(maxsize=1)
def _litellm() -> Any:
    """LiteLLM, imported when first needed (it takes seconds): no telemetry, no price list from the network, nothing on the terminal."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ.setdefault("LITELLM_LOG", "CRITICAL")
    import litellm

    litellm.suppress_debug_info = True
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "openai", "httpx"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return litellm


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    """The event loop that all gateways of this process share, on a daemon thread."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="language models", daemon=True).start()
    return loop


def _wait(work: Awaitable[T]) -> T:
    async def waited() -> T:
        return await work

    return asyncio.run_coroutine_threadsafe(waited(), _loop()).result()
