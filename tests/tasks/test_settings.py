"""Settings come from flags, then variables, then a campaign file; a source may only narrow what is tested."""

from pathlib import Path
from typing import Any

import pytest

from tasks.ingest import files
from tasks.settings import narrow, resolve
from testwright.campaign import Campaign, SandboxName
from testwright.errors import InvalidCampaign
from testwright.model import Workspace

FILES = ("a.py", "src/b.py", "src/old/c.py", "src/old/keep.py", "tools/d.py")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "source"


def campaign_file(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "campaign.yaml"
    file.write_text(text)
    return file


def test_flags_win_over_variables_and_those_over_the_file(tmp_path: Path) -> None:
    file = campaign_file(tmp_path, "sources: [pypi:a, pypi:b]\nseed: 1\nminutes: 1\nworkers: 1\n")
    campaign = resolve({"seed": 3, "minutes": None}, {"TESTWRIGHT_SEED": "2", "TESTWRIGHT_MINUTES": "2"}, file)
    assert (campaign.sources, campaign.seed, campaign.minutes, campaign.workers) == (("pypi:a", "pypi:b"), 3, 2.0, 1)
    assert type(campaign) is Campaign


def test_nothing_but_a_source_is_needed() -> None:
    assert resolve({"sources": ("pypi:a",)}, {}) == Campaign(sources=("pypi:a",))


def test_variables_hold_lists_as_lines_or_json() -> None:
    environ = {
        "TESTWRIGHT_SOURCES": "pypi:a>=1,<2\n\n pypi:b \n",
        "TESTWRIGHT_EXCLUDE": '["x y/", "*.z"]',
        "TESTWRIGHT_SETUP": "apt-get install a, b",
        "TESTWRIGHT_WRITE": "yes",
        "TESTWRIGHT_SANDBOX": "process",
        "TESTWRIGHT_INCLUDE": "",
        "UNRELATED": "1",
    }
    campaign = resolve({}, environ)
    assert campaign.sources == ("pypi:a>=1,<2", "pypi:b")
    assert (campaign.exclude, campaign.include, campaign.setup) == (("x y/", "*.z"), (), ("apt-get install a, b",))
    assert (campaign.write, campaign.sandbox) == (True, SandboxName.PROCESS)


def test_the_process_environment_is_not_read_behind_the_callers_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTWRIGHT_SEED", "7")
    assert resolve({"sources": ["pypi:a"]}, {}).seed == 0


def test_paths_in_a_campaign_file_are_relative_to_it(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    file = campaign_file(tmp_path, "sources:\n  - source\n  - pypi:a\n  - https://example.org/a@v1\n")
    assert resolve({}, {}, file).sources == (str(source), "pypi:a", "https://example.org/a@v1")


@pytest.mark.parametrize(
    ("flags", "environ", "text", "says"),
    [
        ({}, {}, "", "a campaign file is a list of settings"),
        ({}, {}, "{}", "no source is named; name a folder"),
        ({}, {}, "sources: []", "no source is named; name a folder"),
        ({}, {}, "sources: [a]\nmax-files: 3", "campaign.yaml: max-files is no setting; did you mean max_files?"),
        ({}, {}, "sources: [a]\nsandbx: docker", "campaign.yaml: sandbx is no setting; did you mean sandbox?"),
        ({}, {}, "sources: [a]\nqqq: 1", "campaign.yaml: qqq is no setting; allowed are sources, engine"),
        ({}, {}, "sources: [a]\nminutes: soon", "campaign.yaml: minutes must be a valid number, not soon"),
        ({}, {}, "sources: [a\n", "campaign.yaml, line 2: the campaign file is not YAML"),
        ({}, {}, "- a", "a campaign file is a list of settings"),
        ({}, {}, "1: a", "a campaign file is a list of settings"),
        ({}, {}, "!!python/object/apply:os.system ['id']", "is not YAML"),
        ({"sources": ["pypi:a"], "max_files": 0}, {}, None, "--max-files must be greater than or equal to 1, not 0"),
        ({"sources": ["pypi:a"], "languages": [""]}, {}, None, "--language string must have at least 1 character, not empty"),
        ({"sources": ["pypi:a"], "engine": "magic"}, {}, None, "--engine must be 'auto', 'search', 'llm' or 'hybrid', not magic"),
        ({"sources": ["pypi:a"]}, {"TESTWRIGHT_WORKERS": "many"}, None, "TESTWRIGHT_WORKERS must be a valid integer, not many"),
        ({"sources": ["pypi:a"]}, {"TESTWRIGHT_EXCLUDE": "[a"}, None, "TESTWRIGHT_EXCLUDE begins like JSON and is none"),
        ({}, {"TESTWRIGHT_SOURCE": "a"}, None, "TESTWRIGHT_SOURCE is no setting; did you mean TESTWRIGHT_SOURCES?"),
        ({"sources": ["maven:org.apache:commons"]}, {}, None, "maven packages come with the language Java"),
        ({"sources": ["pypi:a"], "exclude": ["!"]}, {}, None, "'!' is no pattern"),
    ],
)
def test_what_cannot_be_is_one_line_that_says_where_it_stands(
    tmp_path: Path, flags: dict[str, Any], environ: dict[str, str], text: str | None, says: str
) -> None:
    file = campaign_file(tmp_path, text) if text is not None else None
    with pytest.raises(InvalidCampaign) as caught:
        resolve(flags, environ, file)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "pydantic" not in str(caught.value)


def test_a_campaign_file_that_is_not_there_or_not_text_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidCampaign, match=r"gone\.yaml: there is no such campaign file"):
        resolve({}, {}, tmp_path / "gone.yaml")
    with pytest.raises(InvalidCampaign, match="cannot be read"):
        resolve({}, {}, tmp_path)
    (tmp_path / "bad.yaml").write_bytes(b"sources: [\xff]")
    with pytest.raises(InvalidCampaign, match="is not UTF-8"):
        resolve({}, {}, tmp_path / "bad.yaml")


def narrowed(source: Path, text: str | bytes, **settings: Any) -> tuple[tuple[str, ...], int | None, tuple[str, ...]]:
    (source / "pyproject.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    workspace = Workspace("source", str(source), "", "source")
    include, exclude, most, notes = narrow(Campaign(sources=("x",), **settings), workspace)
    found = files(workspace, include, exclude)
    return tuple(path for path in found if path != "pyproject.toml"), most, notes


@pytest.mark.parametrize(
    ("table", "settings", "left"),
    [
        ("", {}, FILES),
        ("include = ['src/']", {}, FILES[1:4]),
        ("include = 'src/'\nexclude = ['old/']", {}, FILES[1:2]),
        ("exclude = ['tools/']", {"exclude": ("a.py",)}, FILES[1:4]),
        ("include = ['src/', 'tools/']", {"include": ("src/",)}, FILES[1:4]),
        ("include = ['a.py']", {"include": ("src/",)}, ()),
        ("exclude = ['!src/old/', '!*']", {"exclude": ("src/old/",)}, (FILES[0], FILES[1], FILES[4])),
        ("include = ['**']", {"include": ("src/",), "exclude": ("old/",)}, FILES[1:2]),
        ("exclude = ['src/old/*', '!keep.py']", {}, (FILES[0], FILES[1], FILES[3], FILES[4])),
    ],
)
def test_a_source_may_leave_out_more_but_never_bring_back(
    source: Path, table: str, settings: dict[str, Any], left: tuple[str, ...]
) -> None:
    assert narrowed(source, f"[tool.testwright]\n{table}\n", **settings) == (left, None, ())


@pytest.mark.parametrize(
    ("theirs", "ours", "most"), [(5, None, 5), (5, 9, 5), (9, 5, 5), (5, 5, 5), (0, 5, 5), ("'x'", 5, 5), ("true", 5, 5)]
)
def test_a_source_may_only_lower_the_number_of_files(source: Path, theirs: object, ours: int | None, most: int) -> None:
    _, got, notes = narrowed(source, f"[tool.testwright]\nmax_files = {theirs}\n", max_files=ours)
    assert got == most
    assert bool(notes) == (theirs != 5)


def test_whatever_else_a_source_says_is_ignored_with_a_note(source: Path) -> None:
    text = (
        "[tool.testwright]\nsandbox = 'process'\nsetup = ['curl evil']\nminutes = 9\nout = '/'\nwrite = true\nengine = 'llm'\n'a\\nb' = 1\n"
    )
    found, most, notes = narrowed(source, text)
    assert (found, most, len(notes)) == (FILES, None, 7)
    assert notes[0] == "pyproject.toml: [tool.testwright] sandbox is ignored: a source may only set include, exclude, max_files"
    assert not [note for note in notes if "\n" in note]


@pytest.mark.parametrize(
    "text",
    [
        b"[tool.testwright",
        b"\xff",
        b"a = " + b"[" * 100_000,
        b"#" * (2**20 + 1),
        b"[tool.testwright]\ninclude = 3",
        b"[tool.testwright]\ninclude = [1]",
        b"[tool.testwright]\nexclude = ['*a*a*a*a*b']",
        b"[tool.testwright]\ninclude = ['!']",
    ],
)
def test_nonsense_and_costly_patterns_of_a_source_change_nothing_and_are_noted(source: Path, text: bytes) -> None:
    found, most, notes = narrowed(source, text)
    assert (found, most, len(notes)) == (FILES, None, 1)


@pytest.mark.parametrize("text", ["", "[tool]\ntestwright = 3", "tool = 1", "[project]\nname = 'x'"])
def test_a_source_that_says_nothing_changes_nothing(source: Path, text: str) -> None:
    assert narrowed(source, text, max_files=3) == (FILES, 3, ())
