"""The live view follows the events of its own campaign, whatever else lies in the folder."""

import io
import json
from pathlib import Path

from rich.console import Console

from deployments.progress import Follower


def plain() -> tuple[Console, io.StringIO]:
    text = io.StringIO()
    return Console(file=text, force_terminal=False, width=200), text


def append(path: Path, *events: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.writelines(json.dumps(event) + "\n" for event in events)


def test_each_finished_file_is_one_plain_line_when_this_is_no_terminal(tmp_path: Path) -> None:
    console, text = plain()
    follower = Follower(tmp_path, console)
    with follower:
        follower.begin("run-1")
        append(
            tmp_path / "c1/events.jsonl",
            {"event": "campaign", "run": "run-1"},
            {"done": 1, "total": 2, "file": "a.py", "state": "improved"},
        )
        append(tmp_path / "c1/events.jsonl", {"done": 2, "total": 2, "file": "b.py", "state": "crashed"})

    assert text.getvalue() == "1/2 a.py: improved\n2/2 b.py: crashed\n"
    assert follower.campaign == "c1"


def test_another_campaign_in_the_same_folder_is_not_shown(tmp_path: Path) -> None:
    append(
        tmp_path / "other/events.jsonl", {"event": "campaign", "run": "run-0"}, {"done": 1, "total": 1, "file": "z.py", "state": "improved"}
    )
    console, text = plain()
    follower = Follower(tmp_path, console)
    with follower:
        follower.begin("run-1")
        append(
            tmp_path / "mine/events.jsonl",
            {"event": "campaign", "run": "run-1"},
            {"done": 1, "total": 1, "file": "a.py", "state": "improved"},
        )

    assert text.getvalue() == "1/1 a.py: improved\n"


def test_a_resumed_campaign_does_not_repeat_the_lines_of_its_first_run(tmp_path: Path) -> None:
    events = tmp_path / "c1/events.jsonl"
    append(events, {"event": "campaign", "run": "run-1"}, {"done": 1, "total": 2, "file": "a.py", "state": "improved"})
    console, text = plain()
    follower = Follower(tmp_path, console, resumed="c1")
    with follower:
        follower.begin("run-2")
        append(events, {"event": "campaign", "run": "run-2"}, {"done": 2, "total": 2, "file": "b.py", "state": "improved"})

    assert text.getvalue() == "2/2 b.py: improved\n"


def test_a_line_that_is_cut_short_or_no_json_is_left_out(tmp_path: Path) -> None:
    events = tmp_path / "c1/events.jsonl"
    append(events, {"event": "campaign", "run": "run-1"}, {"done": 1, "total": 2, "file": "a.py", "state": "improved"})
    with events.open("a") as file:
        file.write('not json\n{"done": 2, "total": 2, "fi')
    console, text = plain()
    follower = Follower(tmp_path, console)
    with follower:
        follower.begin("run-1")

    assert text.getvalue() == "1/2 a.py: improved\n"


def test_markup_in_a_file_name_is_text(tmp_path: Path) -> None:
    append(tmp_path / "c/events.jsonl", {"run": "r"}, {"done": 1, "total": 1, "file": "[bold]a[/x].py", "state": "improved"})
    console, text = plain()
    follower = Follower(tmp_path, console)
    with follower:
        follower.begin("r")

    assert text.getvalue() == "1/1 [bold]a[/x].py: improved\n"


def test_a_terminal_gets_one_moving_line_that_is_gone_afterwards(tmp_path: Path) -> None:
    append(tmp_path / "c/events.jsonl", {"run": "r"}, {"done": 3, "total": 10, "file": "[bold]a.py", "state": "improved"})
    text = io.StringIO()
    follower = Follower(tmp_path, Console(file=text, force_terminal=True, width=120))
    with follower:
        follower.begin("r")

    assert "3/10" in text.getvalue()
    assert "[bold]a.py: improved" in text.getvalue()


def test_nothing_is_followed_before_the_run_is_known(tmp_path: Path) -> None:
    append(tmp_path / "c/events.jsonl", {"run": ""}, {"done": 1, "total": 1, "file": "a.py", "state": "improved"})
    console, text = plain()
    with Follower(tmp_path, console) as follower:
        pass

    assert text.getvalue() == ""
    assert follower.campaign == ""
