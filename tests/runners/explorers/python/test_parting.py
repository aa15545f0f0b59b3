"""Set-up that the call under test does not need is left out; what it reaches itself becomes a case of its own."""

import random
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest

from runners.explorers.python.archive import Kept
from runners.explorers.python.cases import Case
from runners.explorers.python.compose import Composer
from runners.explorers.python.execute import Executor
from runners.explorers.python.goals import Goals
from runners.explorers.python.guard import Guard
from runners.explorers.python.harvest import Harvest
from runners.explorers.python.maker import Maker
from runners.explorers.python.probe import Log
from runners.explorers.python.publish import Publisher
from runners.explorers.python.subjects import Finder
from runners.explorers.python.values import Call, Member, Name, Variable
from runners.explorers.python.world import World
from tests.runners.explorers.python.subject import Unguarded, imported

TEXT = """
class Shop:
    def __init__(self):
        self.goods = []

    def stock(self):
        self.goods.append("tea")
        return len(self.goods)

    def report(self):
        if self.goods:
            return "open"
        return "closed"

    def name(self):
        return "Shop"
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    yield from imported("shop_subject", TEXT, tmp_path, monkeypatch)


@pytest.fixture
def publisher(module: ModuleType) -> Publisher:
    goals, harvest = Goals(TEXT, str(module.__file__)), Harvest(TEXT)
    executor = Executor(module, goals, cast(Guard, Unguarded()), Log(), 5.0)
    subjects = Finder(module, harvest).find()
    rng = random.Random(0)  # noqa: S311
    world = World(module, harvest, rng)
    composer = Composer(Maker(world, rng), subjects, rng, cast(Any, None))
    search = SimpleNamespace(module=module, executor=executor, composer=composer, world=world, harvest=harvest, archive=None, folder="")
    search.targets, search.private = set(goals.lines) | set(goals.branches), set()
    search.custom, search.heartbeat = SimpleNamespace(typical=lambda case: True), SimpleNamespace(beat=lambda number: None)
    search.numbers, search.clock, search.executions = {id(s): n for n, s in enumerate(subjects)}, float, None
    return Publisher(cast(Any, search))


def kept(publisher: Publisher, *calls: str) -> Kept:
    """The last of these calls of methods, after the others."""
    made = [Call(Member(Variable("shop"), name)) for name in calls]
    steps = (("shop", Call(Name("shop_subject", "Shop"))), *(("", call) for call in made[:-1]))
    run = publisher.executor.run(Case(f"Shop.{calls[-1]}", "method", made[-1], steps))
    return Kept(run, frozenset((run.lines | run.branches) & publisher.targets), True)


def small(publisher: Publisher, one: Kept, goals: set[Any]) -> str:
    shrinking = publisher.started(one, goals)
    shrinking.go(1000)
    return shrinking.case.text()


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(TEXT.splitlines(), 1) if text in line)


def test_a_step_that_reaches_more_than_the_call_is_left_out_of_a_case_that_shows_an_outcome(publisher: Publisher) -> None:
    assert small(publisher, kept(publisher, "stock", "name"), set()) == "shop = Shop()\nshop.name()"


def test_a_step_that_the_call_needs_stays(publisher: Publisher) -> None:
    assert small(publisher, kept(publisher, "stock", "report"), set()) == "shop = Shop()\nshop.stock()\nshop.report()"


def test_what_only_the_set_up_reaches_is_a_case_of_its_own(publisher: Publisher) -> None:
    both = {line_of("append"), line_of('return "Shop"')}

    parts = publisher.parted(kept(publisher, "stock", "name"), both)

    assert [(part.case.unit, list(goals)) for part, goals in parts] == [
        ("Shop.name", [line_of('return "Shop"')]),
        ("Shop.stock", [line_of("append")]),
    ]
    assert [small(publisher, part, goals) for part, goals in parts] == ["shop = Shop()\nshop.name()", "shop = Shop()\nshop.stock()"]


def test_a_case_whose_goals_only_its_set_up_reaches_goes(publisher: Publisher) -> None:
    parts = publisher.parted(kept(publisher, "stock", "name"), {line_of("append")})

    assert [part.case.unit for part, _ in parts] == ["Shop.stock"]


def test_a_case_without_steps_is_left_whole(publisher: Publisher) -> None:
    one = kept(publisher, "name")

    assert publisher.parted(one, {line_of('return "Shop"')}) == [(one, {line_of('return "Shop"')})]
