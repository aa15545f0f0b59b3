"""Another machine for code under test: what its environment says must not be asserted, and a second look on another one shows what it was."""

from __future__ import annotations

import os
import time

ANOTHER = {
    "COLUMNS": "111",
    "LINES": "41",
    "TERM": "vt100",
    "NO_COLOR": "1",
    "EDITOR": "another-editor",
    "VISUAL": "another-editor",
    "PAGER": "another-pager",
    "BROWSER": "another-browser",
    "SHELL": "/bin/another",
    "USER": "another",
    "LOGNAME": "another",
    "LANG": "de_DE.UTF-8",
    "PATH": "",
    "TZ": "XXX-05:45",
}
"""Variables that differ from one developer to the next; no program is found."""


def move() -> None:
    """Be on another machine, in this process; to be called before the code under test is imported."""
    os.environ.update(ANOTHER)
    time.tzset()
