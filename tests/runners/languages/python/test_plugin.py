"""The plugin of our runs, where a real run would show a defect only by chance."""

import signal
import sys
from pathlib import Path
from types import FrameType

import coverage
import pytest

from runners.languages.python.inside.plugin import POSTPONED, SHORTLY, Plugin


def frame_of(file: str) -> FrameType:
    """A frame of code that stands in a file."""
    frame: FrameType = eval(compile("sys._getframe()", file, "eval"), {"sys": sys})  # noqa: S307  # only a frame of its own has another file
    return frame


def test_a_test_whose_time_is_up_is_not_ended_while_it_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[float] = []
    monkeypatch.setattr(signal, "setitimer", lambda _which, seconds, _interval: rung.append(seconds))
    plugin = Plugin({"seconds": 60, "test_seconds": 10.0, "results": str(tmp_path)}, None)
    handler = plugin.timed_out(10.0)
    measuring = frame_of(str(Path(coverage.__file__).with_name("collector.py")))

    for _ in range(POSTPONED):
        handler(signal.SIGALRM, measuring)
    assert rung == [SHORTLY] * POSTPONED
    assert plugin.patience == 10.0
    with pytest.raises(pytest.fail.Exception, match="took longer than 10 seconds"):
        handler(signal.SIGALRM, measuring)
    with pytest.raises(pytest.fail.Exception, match="took longer than 10 seconds"):
        plugin.timed_out(10.0)(signal.SIGALRM, frame_of("test_a.py"))
