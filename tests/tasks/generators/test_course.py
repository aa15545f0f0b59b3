"""Where its search leaves other lines, a second campaign goes the way of the first and asks nothing. No answer here holds a test."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.generators import engine
from tests.tasks.generators.conftest import Serve
from tests.tasks.generators.server import Reply, Server, serving
from testwright.model import Target

NOW = frozenset({15})
"""What the search leaves at one time: a unit, a piece."""
SIGN = frozenset({7, 8, 9, 10, 11})


@pytest.fixture(autouse=True)
def _a_piece_for_each_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LARGEST_PIECE", 50)


@pytest.mark.parametrize("first", [NOW, NOW | SIGN, frozenset[int]()], ids=["less", "more", "nothing"])
@pytest.mark.parametrize("second", [NOW, SIGN, NOW | SIGN], ids=["one unit", "another one", "both"])
def test_what_was_asked_once_stands_for_what_would_be_asked_now(first: frozenset[int], second: frozenset[int], serve: Serve) -> None:
    with serving(["no idea"]) as server:
        serve(server, left=first, rounds=2, candidates=2)
        asked = len(server.requests)
        report = serve(server, left=second, rounds=2, candidates=2, campaign="d")

    assert asked == len(server.requests) == (3 * len(first & {15}) + 3 * bool(first & SIGN))  # twice in the first round, once in the second
    assert (report.usage.calls, report.usage.cached) == (0, asked)


def _other_text(server: Server, serve: Serve, target: Target) -> None:
    serve(server, campaign="d", left=NOW | SIGN, rounds=2, target=replace(target, digest="2" * 64))


def _more_rounds(server: Server, serve: Serve, target: Target) -> None:
    serve(server, campaign="d", left=NOW | SIGN, rounds=3)


def _more_candidates(server: Server, serve: Serve, target: Target) -> None:
    serve(server, campaign="d", left=NOW | SIGN, rounds=2, candidates=2)


def _longer_answers(server: Server, serve: Serve, target: Target) -> None:
    serve(server, campaign="d", left=NOW | SIGN, rounds=2, max_tokens=999)


@pytest.mark.parametrize("changed", [_other_text, _more_rounds, _more_candidates, _longer_answers])
def test_another_file_or_other_settings_are_asked_about(
    changed: Callable[[Server, Serve, Target], None], serve: Serve, target: Target
) -> None:
    with serving(["no idea"]) as server:
        serve(server, left=NOW, rounds=2)
        asked = len(server.requests)
        changed(server, serve, target)

    assert asked == 2
    assert len(server.requests) > asked


def test_a_campaign_that_was_stopped_binds_no_other(serve: Serve) -> None:
    with serving([Reply("no idea"), Reply(status=400)]) as server:
        stopped = serve(server, left=NOW, rounds=2)
        server.script = lambda _: Reply("no idea")
        asked = len(server.requests)
        serve(server, left=NOW | SIGN, rounds=2, campaign="d")

    assert "400" in stopped.model
    assert len(server.requests) == asked + 3  # all but the one answer that there is


def test_where_an_answer_is_gone_what_is_left_now_is_asked_about(serve: Serve, tmp_path: Path) -> None:
    with serving(["no idea"]) as server:
        serve(server, left=NOW, rounds=2)
        next(file for file in tmp_path.glob("answers/*/*.json") if "course" not in file.name).unlink()
        serve(server, left=NOW | SIGN, rounds=2, campaign="d")

    assert len(server.requests) == 2 + 3
