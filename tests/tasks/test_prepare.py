"""One environment for all campaigns with the same manifests, and a new one for whatever decides what gets installed."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from runners.languages import LANGUAGES
from runners.languages.base import Language
from runners.sandboxes.process import ProcessSandbox
from tasks.prepare import environment_key, prepare
from tests.tasks.scripted import ScriptedSandbox
from testwright.model import Command, Ending, Output, Workspace

PATHS = ("numbers_.py", "requirements.txt")


@pytest.fixture
def listed(workspace: Workspace) -> Workspace:
    (Path(workspace.root) / "requirements.txt").write_text("six\n")
    return workspace


def key(
    workspace: Workspace,
    sandbox: ProcessSandbox,
    language: Any = LANGUAGES["python"],
    requirements: tuple[str, ...] = (),
    setup: Any = (),
    identity: str = "",
) -> str:
    identities = [identity or sandbox.identity()]
    return environment_key(workspace, cast(Language, language), PATHS, identities, requirements, setup)


def test_code_that_changes_keeps_its_environment(listed: Workspace, sandbox: ProcessSandbox) -> None:
    before = key(listed, sandbox)
    (Path(listed.root) / "numbers_.py").write_text("A = 1\n")

    assert key(replace(listed, digest="1" * 64), sandbox) == before


def test_whatever_decides_what_is_installed_makes_a_new_one(listed: Workspace, sandbox: ProcessSandbox) -> None:
    keys = [
        key(listed, sandbox),
        key(listed, sandbox, requirements=("attrs",)),
        key(listed, sandbox, setup=("true",)),
        key(listed, sandbox, identity="process-another-interpreter"),
    ]
    (Path(listed.root) / "requirements.txt").write_text("six==1.17.0\n")
    keys.append(key(listed, sandbox))

    assert len(set(keys)) == len(keys)


def test_a_new_version_of_our_own_programs_makes_a_new_one(listed: Workspace, sandbox: ProcessSandbox) -> None:
    python = LANGUAGES["python"]
    newer = SimpleNamespace(NAME=python.NAME, MANIFESTS=python.MANIFESTS, VERSION=python.VERSION + "x")

    assert key(listed, sandbox, newer) != key(listed, sandbox)


class Shop(ScriptedSandbox):
    """A sandbox that knows which image it was asked about."""

    def identity(self, image: str = "python") -> str:
        self.asked = image
        return f"digest-of-{image}"


def test_the_image_of_the_commands_decides_and_no_other(listed: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox, python = Shop(lambda command, number: Output(Ending.EXITED, 0)), LANGUAGES["python"]
    told = {name: getattr(python, name) for name in ("NAME", "MANIFESTS", "VERSION", "environment")}
    for image in ("python", "node"):
        language = SimpleNamespace(**told, prepare=lambda *_, image=image: (Command(("true",), image=image),))
        monkeypatch.setitem(LANGUAGES, "python", language)
        prepare.fn(listed, "python", PATHS, sandbox, tmp_path / "environments")
        assert sandbox.asked == image

    assert len(list((tmp_path / "environments").glob("*.lock"))) == 2


def test_what_fills_the_disk_is_removed_and_named(listed: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def install(command: Command, number: int) -> Output:
        (place,) = (path for path in command.writes if Path(path).name.startswith("python-"))
        Path(place, "large").write_bytes(bytes(2 * 2**20))
        return Output(Ending.EXITED, 0)

    monkeypatch.setattr("tasks.prepare.LARGEST", 2**20)
    sandbox = ScriptedSandbox(install)
    made = prepare.fn(listed, "python", PATHS, sandbox, tmp_path / "environments")

    assert (made.usable, made.complete) == (False, False)
    assert "was removed: install less" in made.notes[0]
    assert len(sandbox.commands) == 1
    assert not Path(made.root).exists()


class Counting(ProcessSandbox):
    """The real one, that knows how often it was asked."""

    runs = 0

    def run(self, command: Command) -> Output:
        self.runs += 1
        return super().run(command)


@pytest.mark.slow
@pytest.mark.network
def test_an_environment_is_made_once_and_an_incomplete_one_is_tried_again(listed: Workspace, tmp_path: Path) -> None:
    sandbox, place = Counting(), tmp_path / "environments"
    requirements = Path(listed.root) / "requirements.txt"

    def made() -> Any:
        return prepare.fn(listed, "python", PATHS, sandbox, place)

    requirements.write_text("no-such-package-of-anyone==9.9.9\n")
    broken = made()
    asked = sandbox.runs
    assert not broken.complete
    assert any("no-such-package-of-anyone" in note for note in broken.notes)
    assert made() == broken
    assert sandbox.runs == 2 * asked

    requirements.write_text("six\n")
    whole = made()
    asked = sandbox.runs
    assert whole.complete
    assert made() == whole
    assert sandbox.runs == asked
