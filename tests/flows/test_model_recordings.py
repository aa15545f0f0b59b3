"""Recorded answers of a strong model, replayed through whole campaigns without reaching any provider.

A key depends on the code under test, the project's sample test, the templates in `tasks/generators/prompts`, the model's name and its
parameters, the engine, seed and seconds: when one of them changes, the campaign says "holds no answer to this; record it again". It is done
with `LLM_CACHE=tests/flows/recordings/NAME LLM_BASE_URL=… testwright run SOURCE --engine llm --model recorded --include FILE --max-files 1
--sandbox bubblewrap --seconds-per-file 15`, the kept test file copied beside it as `expected.txt`.
"""

import re
from pathlib import Path

import pytest

from tests.commands import command

pytestmark = [pytest.mark.slow, pytest.mark.network, pytest.mark.timeout(900)]

RECORDINGS = Path(__file__).with_name("recordings")


@pytest.mark.parametrize(
    ("recording", "source", "file"),
    [
        ("jmespath_lexer", "pypi:jmespath==1.0.1", "/jmespath/lexer.py"),
        ("editorconfig_fnmatch", "pypi:EditorConfig==0.17.0", "/editorconfig/fnmatch.py"),
    ],
)
def test_a_recorded_campaign_replays_bit_for_bit(recording: str, source: str, file: str, tmp_path: Path) -> None:
    words = ("run", source, "--engine", "llm", "--model", "recorded", "--include", file, "--max-files", "1")
    more = ("--seconds-per-file", "15", "--sandbox", "bubblewrap", "--out", str(tmp_path / "out"))
    nobody = {"LLM_BASE_URL": "http://127.0.0.1:1/v1", "LLM_CACHE": str(tmp_path / "none"), "LLM_REPLAY": str(RECORDINGS / recording)}
    done = command(*words, *more, cwd=tmp_path, timeout=600, **nobody)

    found = re.search(r"^tests: +(.+)$", done.stdout, re.MULTILINE)
    assert found, done.stdout + done.stderr
    (kept,) = Path(found[1]).rglob("test_*.py")
    assert kept.read_bytes() == (RECORDINGS / recording / "expected.txt").read_bytes()
    assert re.search(r"Models: 0 calls, [1-9]\d* answers? from disk", done.stdout)
