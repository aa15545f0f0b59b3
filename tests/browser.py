"""Pages as headless Chromium shows them. Where there is none, the test is skipped and says so."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

_OPTIONS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync"
    " --hide-scrollbars --window-size=1200,1600"
)


def chromium(address: str, action: str, profile: Path, *more: str) -> bytes:
    """What Chromium says when it is asked for one thing about a page: `--dump-dom`, `--screenshot=FILE`."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not browser:
        pytest.skip("no Chromium on this machine: the page was not looked at")
    argv = [browser, *_OPTIONS.split(), f"--user-data-dir={profile}", *more, action, address]
    return subprocess.run(argv, capture_output=True, timeout=120, check=True).stdout


def words(address: str, profile: Path) -> str:
    """The words of a page whose scripts had some seconds to fill it, on one line."""
    page = chromium(address, "--dump-dom", profile, "--virtual-time-budget=15000").decode()
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return " ".join(text.split())
