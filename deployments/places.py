"""Where things of this machine lie: the checkout, and the folder in which background services keep their state."""

import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout. Flows are loaded from it, so workers start here."""


def home(environ: Mapping[str, str] | None = None) -> Path:
    """The state folder of this user: TESTWRIGHT_HOME, else `testwright` in the XDG state folder.

    One per user and not one per project, so that the Prefect UI shows all campaigns of a person in one place.
    """
    environ = os.environ if environ is None else environ
    if named := environ.get("TESTWRIGHT_HOME"):
        return Path(named).absolute()
    state = environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state).absolute() / "testwright"
