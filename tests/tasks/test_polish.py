"""Tests of the search under a model's names: only those, and only when they prove the same."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from runners.languages.base import Style
from runners.languages.python.proposing import adopt
from runners.sandboxes.base import Sandbox
from tasks.execute import execute
from tasks.folder import Folder
from tasks.generators.engine import Place
from tasks.generators.gateway import Gateway
from tasks.generators.settings import Budget, ModelSettings, Secret
from tasks.judge import after
from tasks.polish import polish
from tasks.propose import spent
from tests.tasks.generators.server import Reply, Script, Server, serving
from testwright.model import Environment, FileCoverage, FileReport, Reason, State, Target, Verdict, Workspace

pytestmark = pytest.mark.slow

TESTS = """import pytest

from numbers_ import sign


@pytest.mark.parametrize(("number", "expected"), [(-1, -1), (0, 0)])
def test_sign_1(number, expected):
    assert sign(number) == expected


def test_sign_2():
    assert sign(1) == 1
"""
GOOD = """import pytest

from numbers_ import sign


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, 1),
        (0, 0),  # neither
        (-1, -1),
    ],
)
def test_sign_of_a_number_is_its_direction(number, expected):
    assert sign(number) == expected
"""
Polish = Callable[..., FileReport]


def fenced(text: str) -> str:
    return f"```python\n{text}```"


@pytest.fixture
def polished(tmp_path: Path, workspace: Workspace, environment: Environment, sandbox: Sandbox, target: Target) -> Polish:
    """What becomes of `TESTS`, kept by the search, with the model at a server."""

    def run(server: Server, tests: str = TESTS, framework: str = "pytest", campaign: str = "c", **more: object) -> FileReport:
        style = Style(framework=framework)
        before = FileCoverage(target.path, target.lines, frozenset(), target.branches)
        place = Place(target, workspace, environment, style, sandbox, Folder.of(str(tmp_path), campaign), before)
        candidate = replace(adopt([tests], workspace, environment, target, style), engine="search")
        named = {"test_sign_1": ("o1", "o2"), "test_sign_2": ("o3",)}
        short = {t: t.name.rpartition(".")[2] for t in candidate.tests}  # as the search names them
        written = tuple(replace(t, name=short[t], observations=named.get(short[t], ())) for t in candidate.tests)
        candidate = replace(candidate, tests=written)
        attempt = execute(candidate, target, workspace, environment, sandbox)
        gains = {"test_sign_1": ({8, 9, 10}, 3), "test_sign_2": ({11}, 1)}
        verdicts = [
            Verdict(t.name, Reason.KEPT, "", frozenset(gains.get(t.name, ((), 0))[0]), frozenset(), gains.get(t.name, ((), 0))[1])
            for t in candidate.tests
        ]
        verdicts.append(Verdict("test_sign_3", Reason.FLAKY))
        base = FileReport(
            target.path, target.language, State.IMPROVED, "", before, after(before, attempt, target.path), tuple(verdicts), candidate
        )  # fmt: skip
        given = {"backoff": 0.01, "timeout": 5.0, "retries": 0, "key": Secret("sk-very-secret-1234567890"), **more}
        gateway = Gateway(ModelSettings(("scripted",), server.address, **given), tmp_path / "answers")  # type: ignore[arg-type]
        return polish(place, base, gateway)

    return run


def names(report: FileReport) -> list[str]:
    assert report.candidate is not None
    return [test.name for test in report.candidate.tests]


def test_names_groups_and_order_are_the_models_and_everything_that_is_proven_stays(polished: Polish) -> None:
    with serving([fenced(GOOD)]) as server:
        report = polished(server)

    assert report.polished == "done"
    assert names(report) == ["test_sign_of_a_number_is_its_direction"]
    assert "(0, 0),  # neither" in report.candidate.text
    assert report.candidate.tests[0].observations == ("o3", "o2", "o1")
    assert report.candidate.engine == "search"
    (kept, dropped) = report.verdicts
    assert (kept.test, kept.lines, kept.mutants, kept.engine) == (names(report)[0], {8, 9, 10, 11}, 4, "search")
    assert dropped.reason is Reason.FLAKY
    assert len(server.requests) == 1
    assert report.usage.calls == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (GOOD.replace("(1, 1)", "(2, 1)"), "test_sign_of_a_number_is_its_direction makes a call or an assertion that was not there"),
        (GOOD.replace("        (1, 1),\n", ""), "a call or an assertion of test_sign_2 is missing"),
        (GOOD.replace("import pytest", "import os\nimport pytest").replace("sign(number)", "sign(os.getpid())"), "its imports are others"),
        ("I would not change a thing.", "the answer held no test"),
        (Reply(fenced(GOOD), finish="length"), "the answer was cut off"),
        (Reply(status=401), "no model answered: scripted: 401"),
    ],
    ids=["another input", "a row less", "an import", "prose", "cut off", "no answer"],
)
def test_otherwise_the_tests_of_the_search_stay_and_the_reason_is_named(answer: str | Reply, reason: str, polished: Polish) -> None:
    with serving([answer if isinstance(answer, Reply) else fenced(answer)]) as server:
        report = polished(server)

    assert report.polished.startswith(reason)
    assert names(report) == ["test_sign_1", "test_sign_2"]
    assert report.candidate.text == TESTS
    assert [v.test for v in report.verdicts] == ["test_sign_1", "test_sign_2", "test_sign_3"]
    assert len(server.requests) == 1


def test_tests_that_pass_in_one_order_only_are_not_renamed(polished: Polish, workspace: Workspace) -> None:
    Path(workspace.root, "numbers_.py").write_text(
        "seen = []\n\n\n\n\n\ndef sign(number):\n    if number < 0:\n        return -1\n    seen.append(number)\n    return len(seen)\n"
    )
    tests = "from numbers_ import sign\n\n\ndef test_a():\n    assert sign(5) == 1\n\n\ndef test_b():\n    assert sign(6) == 2\n"
    swapped = "from numbers_ import sign\n\n\n" + "\n\n".join(f"def test_sign_of_{n}():\n    assert sign({n}) == {n - 4}\n" for n in (6, 5))
    with serving([fenced(swapped)]) as server:
        report = polished(server, tests)

    assert report.polished.startswith("renamed tests do not pass: test_sign_of_")
    assert names(report) == ["test_a", "test_b"]


ALIKE = """import os





def sign(number):
    if number < 0:
        return -1
    loud = 1 + ("loud" in os.environ["PYTEST_CURRENT_TEST"])
    return min(1, number * loud)
"""
KILLING = "from numbers_ import sign\n\n\ndef test_sign_{}():\n    assert sign(-1) == -1\n    assert sign(1) == 1\n"


@pytest.mark.parametrize(("old", "new"), [("loud", "is_kept"), ("quiet", "is_loud")], ids=["fewer mutants", "more mutants"])
def test_tests_that_pass_and_cover_the_same_but_kill_other_mutants_are_not_renamed(
    old: str, new: str, polished: Polish, workspace: Workspace
) -> None:
    Path(workspace.root, "numbers_.py").write_text(ALIKE)
    with serving([fenced(KILLING.format(new))]) as server:
        report = polished(server, KILLING.format(old))

    assert re.match(r"renamed tests kill other mutants: 1[01]:\d+:", report.polished)
    assert names(report) == [f"test_sign_{old}"]


def test_tests_that_kill_the_same_mutants_are_renamed(polished: Polish, workspace: Workspace) -> None:
    Path(workspace.root, "numbers_.py").write_text(ALIKE)
    with serving([fenced(KILLING.format("keeps_its_direction"))]) as server:
        report = polished(server, KILLING.format("is_quiet"))

    assert (report.polished, names(report)) == ("done", ["test_sign_keeps_its_direction"])


def test_a_second_campaign_asks_nothing_also_where_its_search_found_others_and_what_the_first_used_is_remembered(
    polished: Polish, tmp_path: Path
) -> None:
    nine = "\n\ndef test_sign_of_nine():\n    assert sign(9) == 1\n"
    with serving([fenced(GOOD + nine.replace("nine", "nine_is_one"))]) as server:
        polished(server, TESTS + nine)
        second = polished(server, TESTS.replace("sign(1)", "sign(2)") + nine, campaign="d")  # one of two that became one table is gone

    assert len(server.requests) == 1
    assert names(second) == ["test_sign_of_nine_is_one", "test_sign_1", "test_sign_2"]
    assert second.polished == "in parts: a model was asked about other tests before, and is not asked again"
    assert (second.usage.calls, second.usage.cached) == (0, 1)
    assert spent(Folder.of(str(tmp_path), "c"))["numbers_.py"].calls == 1


def test_a_budget_that_is_spent_leaves_the_tests_as_they_are(polished: Polish) -> None:
    with serving([fenced(GOOD)]) as server:
        report = polished(server, budget=Budget(tokens=10))

    assert report.polished == "budget spent: 10 tokens a campaign"
    assert not server.requests
    assert names(report) == ["test_sign_1", "test_sign_2"]


def test_what_looks_like_a_secret_is_not_sent_and_a_file_on_the_exclude_list_is_not_asked_for(polished: Polish) -> None:
    token = "ghp_" + "0aB3" * 9
    tests = TESTS + f'\n\ndef test_sign_of_a_token():\n    assert sign(len("{token}")) == 1\n'
    with serving([fenced(tests.replace(token, "REDACTED"))]) as server:
        report = polished(server, tests)
        excluded = polished(server, exclude=("numbers_*",))

    assert token not in server.prompts[0]
    assert "sk-very-secret" not in server.prompts[0]
    assert report.polished == "test_sign_of_a_token makes a call or an assertion that was not there"
    assert token in report.candidate.text
    assert excluded.polished == "not asked: its file is on the exclude list"
    assert len(server.requests) == 1


def numbered(prompt: str) -> str:
    """The tests of a prompt, each under another name."""
    (tests,) = re.findall(r"The tests:\n(`{3,})\n(.*?)\n\1", prompt, re.DOTALL)[-1:]
    return fenced(re.sub(r"def test_(\w+)", r"def test_that_\1", tests[1]) + "\n")


def test_a_file_that_no_answer_can_hold_is_asked_for_in_parts(polished: Polish) -> None:
    tests = TESTS + "".join(f"\n\ndef test_sign_of_{n}():\n    assert sign({n}) == 1\n" for n in range(2, 40))
    script: Script = lambda body: Reply(numbered(str(body["messages"][-1]["content"])))  # noqa: E731
    with serving(script) as server:
        report = polished(server, tests, max_tokens=400)

    assert len(server.requests) > 1
    assert report.polished == "done"
    assert names(report)[:3] == ["test_that_sign_1", "test_that_sign_2", "test_that_sign_of_2"]
    assert len(names(report)) == 40
    assert report.verdicts[0].lines == {8, 9, 10}


UNITTEST = """import unittest

from numbers_ import sign


class TestNumbers(unittest.TestCase):
    def test_sign_1(self):
        for number, expected in [(-1, -1), (0, 0)]:
            with self.subTest(number=number):
                self.assertEqual(sign(number), expected)

    def test_sign_2(self):
        self.assertEqual(sign(1), 1)
"""


def test_methods_of_unittest_are_named_too(polished: Polish) -> None:
    with serving(
        [fenced(UNITTEST.replace("test_sign_1", "test_sign_is_not_positive").replace("test_sign_2", "test_sign_is_positive"))]
    ) as server:
        report = polished(server, UNITTEST, "unittest")

    assert report.polished == "done"
    assert names(report) == ["test_sign_is_not_positive", "test_sign_is_positive"]
    assert [v.test for v in report.verdicts if v.kept] == names(report)
    assert report.candidate.tests[0].observations == ("o1", "o2")
    assert report.verdicts[0].lines == {8, 9, 10}
    assert "subTest" in server.prompts[0]
    assert "parametrize" not in server.prompts[0]
