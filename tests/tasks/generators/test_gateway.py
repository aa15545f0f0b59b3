"""The gateway against a real HTTP server that plays good and bad providers."""

import logging
from pathlib import Path

import pytest

from tasks.generators.asking import Message, Request
from tasks.generators.gateway import LONGEST, Gateway
from tasks.generators.settings import Budget, ModelSettings, Secret
from tests.tasks.generators.server import Reply, Server, serving
from testwright.model import Usage

KEY = "sk-very-secret-1234567890"


def asking(text: str = "hello", purpose: str = "a.py", **more: object) -> Request:
    return Request((Message("system", "be brief"), Message("user", text)), "1", purpose, **more)  # type: ignore[arg-type]


def gateway(server: Server, folder: Path, models: tuple[str, ...] = ("somebodys/own-model:7b",), **more: object) -> Gateway:
    given = {"retries": 2, "backoff": 0.01, "timeout": 5.0, "key": Secret(KEY), **more}
    return Gateway(ModelSettings(models, server.address, **given), folder)  # type: ignore[arg-type]


def test_a_model_that_nobody_has_heard_of_answers_under_its_own_name(tmp_path: Path) -> None:
    with serving(["hi"]) as server:
        answer = gateway(server, tmp_path).ask(asking())

    assert (answer.text, answer.stopped, answer.model) == ("hi", "", "somebodys/own-model:7b")
    assert server.requests[0]["model"] == "somebodys/own-model:7b"
    assert server.keys == [f"Bearer {KEY}"]
    assert answer.usage.calls == 1
    assert answer.usage.unpriced == 1
    assert answer.usage.prompt_tokens > 0


def test_a_price_in_the_settings_is_what_a_call_costs(tmp_path: Path) -> None:
    with serving(["x" * 400]) as server:
        answer = gateway(server, tmp_path, prompt_price=0.0, completion_price=10.0).ask(asking())

    assert answer.usage.cost == pytest.approx(0.001)
    assert not answer.usage.unpriced


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_by_itself_is_asked_again(status: int, tmp_path: Path) -> None:
    with serving([Reply(status=status), Reply(status=status), "hi"]) as server:
        answer = gateway(server, tmp_path).ask(asking())

    assert answer.text == "hi"
    assert answer.usage.retries == 2


def test_retries_end_and_the_reason_names_model_and_status(tmp_path: Path) -> None:
    with serving([Reply(status=500)]) as server:
        answer = gateway(server, tmp_path).ask(asking())

    assert answer.stopped.startswith("no model answered: somebodys/own-model:7b: 500")
    assert len(server.requests) == 3


def test_a_provider_that_says_when_is_not_asked_before(tmp_path: Path) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    with serving([Reply(status=429, headers={"retry-after": "7"}), Reply(status=429, headers={"retry-after": "900"}), "hi"]) as server:
        asked = gateway(server, tmp_path)
        asked.sleep = sleep
        answer = asked.ask(asking())

    assert answer.text == "hi"
    assert pauses == [7.0, 60.0]


def test_the_pause_between_retries_doubles(tmp_path: Path) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    with serving([Reply(status=500)]) as server:
        asked = gateway(server, tmp_path, retries=4, backoff=1.0)
        asked.sleep = sleep
        asked.ask(asking())

    assert all(0.75 <= pause / 2**n <= 1.25 for n, pause in enumerate(pauses))
    assert len(pauses) == 4


def test_a_slow_model_is_left_after_its_time(tmp_path: Path) -> None:
    with serving([Reply("late", wait=3)]) as server:
        answer = gateway(server, tmp_path, timeout=0.3, retries=0).ask(asking())

    assert "no model answered" in answer.stopped


def test_a_wrong_name_is_not_asked_again_and_the_next_model_answers(tmp_path: Path) -> None:
    def script(body: dict[str, object]) -> Reply:
        return Reply("hi") if body["model"] == "good" else Reply("no such model", status=404)

    with serving(script) as server:
        asked = gateway(server, tmp_path, ("bad", "good"))
        answers = [asked.ask(asking(str(n))) for n in range(3)]

    assert [a.model for a in answers] == ["good"] * 3
    assert [r["model"] for r in server.requests] == ["bad", "good", "good", "good"]
    assert asked.models() == ("good",)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b"this is { no JSON"),
        Reply(body=b"[]"),
        Reply(body=b'{"choices": []}'),
        Reply(body=b'{"choices": [{"message": {"content": null}}]}'),
        Reply(body=b""),
    ],
    ids=["no JSON", "list", "no choices", "no content", "nothing"],
)
def test_a_malformed_answer_ends_in_an_answer_or_a_reason(reply: Reply, tmp_path: Path) -> None:
    with serving([reply]) as server:
        answer = gateway(server, tmp_path, retries=0).ask(asking())

    assert answer.stopped or not answer.text


def test_an_answer_without_usage_is_counted_by_its_length(tmp_path: Path) -> None:
    with serving([Reply("x" * 400, usage=False)]) as server:
        answer = gateway(server, tmp_path).ask(asking())

    assert answer.usage.completion_tokens == 100


def test_an_answer_of_a_megabyte_is_cut(tmp_path: Path) -> None:
    with serving(["x" * 2**20]) as server:
        answer = gateway(server, tmp_path).ask(asking())

    assert len(answer.text) == LONGEST
    assert answer.cut


def test_an_answer_at_its_token_limit_says_so(tmp_path: Path) -> None:
    with serving([Reply("def test_a(", finish="length")]) as server:
        assert gateway(server, tmp_path).ask(asking()).cut


def test_no_more_calls_at_once_than_allowed(tmp_path: Path) -> None:
    with serving([Reply("hi", wait=0.1)]) as server:
        answers = gateway(server, tmp_path, concurrency=3).ask_all([asking(str(n)) for n in range(12)])

    assert server.most_at_once == 3
    assert all(a.text == "hi" for a in answers)


def test_the_same_question_is_paid_once_also_while_it_is_under_way(tmp_path: Path) -> None:
    with serving([Reply("hi", wait=0.1)]) as server:
        asked = gateway(server, tmp_path)
        answers = asked.ask_all([asking()] * 5)
        again = gateway(server, tmp_path).ask(asking())

    assert len(server.requests) == 1
    assert {a.text for a in answers} == {"hi"}
    assert asked.usage.calls == 1
    assert (again.text, again.usage) == ("hi", Usage(cached=1))


@pytest.mark.parametrize(
    "other", [{"models": ("another",)}, {"temperature": 0.7}, {"max_tokens": 100}], ids=["model", "temperature", "tokens"]
)
def test_another_model_or_parameter_is_another_question(other: dict[str, object], tmp_path: Path) -> None:
    with serving(["hi"]) as server:
        gateway(server, tmp_path).ask(asking())
        gateway(server, tmp_path, **other).ask(asking())  # type: ignore[arg-type]

    assert len(server.requests) == 2


def test_an_identity_stands_for_the_words(tmp_path: Path) -> None:
    with serving(["hi"]) as server:
        asked = gateway(server, tmp_path)
        asked.ask(asking("one", identity="file 7"))
        asked.ask(asking("two", identity="file 7"))
        asked.ask(asking("two", identity="file 7", again=1))

    assert len(server.requests) == 2


def test_a_recording_replays_without_a_network_bit_for_bit(tmp_path: Path) -> None:
    with serving(["first", "second"]) as server:
        recorded = gateway(server, tmp_path / "recording").ask_all([asking("1"), asking("2")])
    replayed = Gateway(
        ModelSettings(("somebodys/own-model:7b",), "http://127.0.0.1:9/v1", replay=str(tmp_path / "recording")), tmp_path / "unused"
    )

    assert [a.text for a in replayed.ask_all([asking("1"), asking("2")])] == [a.text for a in recorded]
    assert "holds no answer" in replayed.ask(asking("3")).stopped
    assert replayed.usage == Usage(cached=2)


def test_a_damaged_answer_on_disk_is_asked_for_anew(tmp_path: Path) -> None:
    with serving(["hi"]) as server:
        gateway(server, tmp_path).ask(asking())
        for file in tmp_path.rglob("*.json"):
            file.write_text('{"text": ')
        assert gateway(server, tmp_path).ask(asking()).text == "hi"

    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("budget", "reason"),
    [
        (Budget(tokens=1500), "budget spent: 1500 tokens a campaign"),
        (Budget(cost=0.0015), "budget spent: 0.0015 dollars a campaign"),
        (Budget(tokens_per_file=1500), "budget spent: 1500 tokens a file"),
        (Budget(minutes=0), "budget spent: 0 minutes for models"),
    ],
    ids=["tokens", "money", "tokens a file", "minutes"],
)
def test_a_budget_is_never_passed_and_stops_by_name(budget: Budget, reason: str, tmp_path: Path) -> None:
    with serving(["x" * 2000]) as server:
        asked = gateway(server, tmp_path, budget=budget, max_tokens=500, completion_price=1.0, prompt_price=1.0)
        answers = asked.ask_all([asking(str(n)) for n in range(8)])

    stopped = [a.stopped for a in answers if a.stopped]
    assert stopped
    assert set(stopped) == {reason}
    assert asked.usage.tokens <= 1500
    assert all(a.text for a in answers if not a.stopped)


def test_the_budget_of_one_file_costs_no_other(tmp_path: Path) -> None:
    with serving(["x" * 2000]) as server:
        asked = gateway(server, tmp_path, budget=Budget(tokens_per_file=1000), max_tokens=500)
        answers = asked.ask_all([asking(str(n), f"{n % 2}.py") for n in range(6)])

    assert [bool(a.stopped) for a in answers] == [False, False, True, True, True, True]


def test_an_address_that_nobody_serves_ends_in_a_reason(tmp_path: Path) -> None:
    answer = Gateway(ModelSettings(("m",), "http://127.0.0.1:9/v1", retries=1, backoff=0.01), tmp_path).ask(asking())

    assert answer.stopped.startswith("no model answered: m: ")


def test_a_name_without_a_provider_says_what_to_set(tmp_path: Path) -> None:
    answer = Gateway(ModelSettings(("no-such-model-anywhere",), retries=1, backoff=0.01), tmp_path).ask(asking())

    assert "LLM_BASE_URL" in answer.stopped


def test_the_key_is_in_no_log_repr_reason_or_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving([Reply(f"wrong key {KEY}", status=401), Reply(f"wrong key {KEY}", status=401)]) as server:
        asked = gateway(server, tmp_path)
        answer = asked.ask(asking())
    kept = b"".join(f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()).decode()

    assert "401" in answer.stopped
    for text in (answer.stopped, repr(asked.settings), repr(asked), caplog.text, kept, str(asked.settings.key)):
        assert KEY not in text
