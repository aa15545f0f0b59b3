"""What every language has to do, whatever it is. A new one adds its example project and passes."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runners.languages import LANGUAGES
from tests.runners.languages.examples import EXAMPLES, environment, workspace
from testwright.model import Baseline, Candidate, Command, Ending, Limits, Output, State, Status, Target, TestCase

pytestmark = pytest.mark.parametrize("name", LANGUAGES)
STRANGE = ["../../etc/passwd", "-rf", "a b\nc.py", "\x1b[2J", "$(touch x)", "'; touch x; '"]
ENDINGS = [ending for ending in Ending if ending is not Ending.EXITED]


def all_files(name: str) -> dict[str, str]:
    example = EXAMPLES[name]
    return {**example.code, **example.tests, **example.other}


def some_target(name: str, path: str) -> Target:
    return Target(name, path, "module", "0" * 64, frozenset({1}), frozenset({(1, 2)}))


def test_it_is_called_by_its_name(name: str) -> None:
    assert name == LANGUAGES[name].NAME


def test_code_is_told_from_tests_examples_and_scripts(name: str, tmp_path: Path) -> None:
    place = workspace(tmp_path, all_files(name))
    assert set(LANGUAGES[name].sources(place, sorted(all_files(name)))) == set(EXAMPLES[name].code)


def test_sources_keep_their_order_and_invent_nothing(name: str, tmp_path: Path) -> None:
    place = workspace(tmp_path, all_files(name))
    paths = sorted(all_files(name), reverse=True)
    found = LANGUAGES[name].sources(place, [*paths, *STRANGE])
    assert list(found) == [path for path in paths if path in found] + [path for path in STRANGE if path in found]


def test_own_tests_are_found_where_there_are_some(name: str, tmp_path: Path) -> None:
    place = workspace(tmp_path, all_files(name))
    assert LANGUAGES[name].has_tests(place, sorted(all_files(name)))
    assert not LANGUAGES[name].has_tests(place, sorted(EXAMPLES[name].code))


@pytest.mark.parametrize(
    ("kind", "state"),
    [("broken", State.NOT_PARSABLE), ("empty", State.NOTHING_TO_TEST), ("latin", State.NOT_PARSABLE), ("large", State.TOO_LARGE)],
)
def test_files_that_cannot_be_served_have_a_state_and_one_line_of_why(name: str, kind: str, state: State, tmp_path: Path) -> None:
    example = EXAMPLES[name]
    content = {"broken": example.broken, "empty": example.empty, "latin": b"# \xe9\xff\n", "large": b"x = 1\n" * 2_000_000}[kind]
    path = next(iter(example.code))
    objection = LANGUAGES[name].inspect(workspace(tmp_path, {path: content}), path)
    assert objection is not None
    assert objection[0] is state
    assert objection[1]
    assert "\n" not in objection[1]


def test_files_that_can_be_served_have_no_objection(name: str, tmp_path: Path) -> None:
    place = workspace(tmp_path, all_files(name))
    assert [LANGUAGES[name].inspect(place, path) for path in EXAMPLES[name].code] == [None] * len(EXAMPLES[name].code)


def test_a_file_that_is_gone_is_an_objection(name: str, tmp_path: Path) -> None:
    assert LANGUAGES[name].inspect(workspace(tmp_path, {}), next(iter(EXAMPLES[name].code))) is not None


def test_only_preparing_may_write_or_reach_the_network(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    monkeypatch.setenv("UV_INDEX_URL", "https://me:hunter2@example.org/simple")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy.example.org:8080")
    language, place = LANGUAGES[name], workspace(tmp_path / "w", all_files(name))
    made = environment(name, "/nowhere/venv/bin/python", "src")
    target = some_target(name, next(iter(EXAMPLES[name].code)))
    candidate = Candidate("tests/test_new.py", "text", (TestCase("test_a", "text"),))
    commands = language.prepare(place, str(tmp_path / "e" / "key"), ["attrs"], ["true"])
    assert any(command.network for command in commands)
    assert all(Path(path).is_relative_to(tmp_path / "e") for command in commands for path in command.writes)
    quiet = [
        language.suite(place, made, Limits()),
        language.run(place, made, [candidate], Limits(), target=target),
        language.explore(place, made, target, seed=0, seconds=5),
    ]
    assert not any(command.network or command.writes for command in quiet)
    assert all(command.results for command in quiet)
    assert not any("hunter2" in text for command in (*commands, *quiet) for text in everything(command))


def everything(command: Command) -> list[str]:
    """All text of a command."""
    files = [content.decode(errors="replace") for content in command.files.values()]
    return [*command.argv, *command.environment.keys(), *command.environment.values(), *command.reads, *command.copies.values(), *files]


def test_the_same_question_gives_the_same_command(name: str, tmp_path: Path) -> None:
    language, place = LANGUAGES[name], workspace(tmp_path, all_files(name))
    made, target = environment(name, "/nowhere/venv/bin/python"), some_target(name, next(iter(EXAMPLES[name].code)))
    assert language.suite(place, made, Limits()) == language.suite(place, made, Limits())
    assert language.explore(place, made, target, seed=3, seconds=5) == language.explore(place, made, target, seed=3, seconds=5)
    assert language.explore(place, made, target, seed=3, seconds=5) != language.explore(place, made, target, seed=4, seconds=5)


def test_a_failed_step_of_preparing_is_named(name: str, tmp_path: Path) -> None:
    language, place = LANGUAGES[name], workspace(tmp_path / "w", all_files(name))
    commands = language.prepare(place, str(tmp_path / "e" / "key"), [], [])
    outputs = [Output(Ending.EXITED, 0, files=command.files) for command in commands]
    assert language.environment(place, str(tmp_path / "e" / "key"), "key", outputs).complete
    outputs[0] = Output(Ending.EXITED, 1, stderr=b"error: it is \x1b[31mbroken", files=commands[0].files)
    made = language.environment(place, str(tmp_path / "e" / "key"), "key", outputs)
    assert not made.complete
    assert any("it is broken" in note and "\x1b" not in note for note in made.notes)


def test_a_baseline_names_every_path_even_without_tests_or_report(name: str, tmp_path: Path) -> None:
    language, place = LANGUAGES[name], workspace(tmp_path, all_files(name))
    paths = [*EXAMPLES[name].code, "gone.py"]
    for output in (None, Output(Ending.TIMEOUT, None, reason="out of time"), Output(Ending.EXITED, 0)):
        before = language.baseline(place, environment(name, "/nowhere/bin/python"), paths, output)
        assert [file.path for file in before.coverage] == paths
        assert all(file.lines and not file.covered_lines for file in before.coverage[:-1])
    assert language.baseline(place, environment(name, "/nowhere/bin/python"), paths, None).state == "none"


def test_a_target_is_what_the_baseline_leaves(name: str, tmp_path: Path) -> None:
    language, place = LANGUAGES[name], workspace(tmp_path, all_files(name))
    made, path = environment(name, "/nowhere/bin/python"), list(EXAMPLES[name].code)[-1]
    before = language.baseline(place, made, [path], None)
    target = language.target(place, made, path, before)
    assert (target.language, target.path, target.lines) == (name, path, before.coverage[0].lines)
    assert target.branches == before.coverage[0].branches != frozenset()
    assert len(target.digest) == 64
    assert target == language.target(place, made, path, Baseline("none"))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_run_that_did_not_end_by_itself_is_a_problem(name: str, ending: Ending, tmp_path: Path) -> None:
    result = LANGUAGES[name].result(workspace(tmp_path, {}), Output(ending, None, reason="because"))
    assert result.problem
    assert not result.passed


def test_a_run_without_a_report_is_a_problem(name: str, tmp_path: Path) -> None:
    expected = Candidate("tests/test_new.py", "text", (TestCase("test_a", "text"),))
    for code in (0, 1, 2, 124):
        result = LANGUAGES[name].result(workspace(tmp_path, {}), Output(Ending.EXITED, code, b"1 passed"), [expected])
        assert result.problem
        assert "\n" not in result.problem


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_hostile_results_are_values(name: str, data: st.DataObject, tmp_path: Path) -> None:
    language = LANGUAGES[name]
    text = st.binary(max_size=300) | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["test", "begin", "files", "only", "cwd", "x"]), inner),
    ).map(lambda value: json.dumps(value).encode())
    files = {result: data.draw(text) for result in EXAMPLES[name].results if data.draw(st.booleans())}
    output = Output(Ending.EXITED, data.draw(st.sampled_from([0, 1, 2, 5, 70, 124])), data.draw(st.binary()), data.draw(st.binary()), files)
    place = workspace(tmp_path, all_files(name))
    expected = Candidate("tests/test_new.py", "text", (TestCase("test_a", "text"),))
    result = language.result(place, output, [expected])
    assert not result.passed
    assert "\n" not in result.problem
    before = language.baseline(place, environment(name, "/nowhere/bin/python"), list(EXAMPLES[name].code), output)
    assert before.state != "passed" or all(case.status is Status.PASSED for case in before.cases)
    assert language.exploration(some_target(name, "a"), Output(Ending.EXITED, 0, files={"observations.jsonl": data.draw(text)})).ending


def test_an_explorer_that_died_keeps_what_it_said(name: str, tmp_path: Path) -> None:
    said = json.dumps(
        {"type": "observation", "id": "1", "unit": "f", "kind": "function", "call": "f(1)", "lines": [1], "branches": [[1, 2]]}
    )
    lines = f"{said}\nnot json\n{json.dumps({'type': 'observation', 'id': 2})}\n".encode() + said.encode()[:30]
    target = some_target(name, "a")
    for ending in ENDINGS:
        found = LANGUAGES[name].exploration(target, Output(ending, None, files={"observations.jsonl": lines}, reason="killed"))
        assert [(o.id, o.lines, o.branches) for o in found.observations] == [("1", {1}, {(1, 2)})]
        assert "2 unreadable lines" in found.ending
        assert found.target == target
