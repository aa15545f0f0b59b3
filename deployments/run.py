"""Run a campaign in this process, show how it gets on, and say where everything is."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from uuid import UUID

from rich.console import Console

from deployments import server
from deployments.progress import Follower
from tasks.models import BLOCK, with_engine
from testwright.campaign import Campaign
from testwright.errors import CampaignError

INTERRUPTED = 130


def run_campaign(campaign: Campaign, *, verbose: bool = False) -> int:
    """Run it to its end; returns the exit status.

    Raises:
        InvalidCampaign: before anything is started, for an engine that needs a model where none is named.
    """
    if not os.environ.get(BLOCK):  # a block lies on the server, so the flow asks for it
        with_engine(campaign)
    quieten(verbose)
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)
    found = server.ensure(console.print)
    follower = Follower(_campaigns(campaign), console, campaign.resume)
    try:
        with stopping_politely(lambda: _how_to_go_on(campaign, follower)), follower:
            state, run = _run(campaign, follower)
    except KeyboardInterrupt:
        print(_how_to_go_on(campaign, follower), file=sys.stderr)
        return INTERRUPTED
    return _conclude(state, f"{found.ui}/runs/flow-run/{run}" if run else found.ui, console)


def quieten(verbose: bool) -> None:
    """Prefect's log goes to its server and, when asked for, to the terminal. Has to come before Prefect is imported."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    if not verbose:
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")


@contextmanager
def stopping_politely(how_to_go_on: Callable[[], str]) -> Iterator[None]:
    """Ctrl-C begins no further file and lets those in work end, so that nothing is lost; a second one stops at once."""

    def at_once(number: int, frame: FrameType | None) -> None:
        print(f"\n{how_to_go_on()}", file=sys.stderr, flush=True)
        os._exit(INTERRUPTED)  # threads that wait for a sandbox would hold the interpreter; sandboxes end with this process

    def politely(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, at_once)
        print("\nStopping when the files in work have ended. Press Ctrl-C again to stop at once.", file=sys.stderr, flush=True)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, politely)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _run(campaign: Campaign, follower: Follower) -> tuple[Any, UUID | None]:
    from flows.campaign import campaign as flow

    watched = flow.with_options(on_running=[lambda flow, run, state: follower.begin(str(run.id))])
    state = watched(campaign, return_state=True)
    return state, state.state_details.flow_run_id


def _conclude(state: Any, page: str, console: Console) -> int:
    from tasks.reports.terminal import FAILURE, exit_status, show
    from tasks.reports.write import Written

    ended = state.result(raise_on_failure=False)
    if isinstance(ended, CampaignError):
        raise ended
    if isinstance(ended, Written):
        show(ended, console, page)
        return exit_status(ended.report)
    print(f"testwright: a defect of Testwright ended the campaign ({_brief(state, ended)}); its trace is on {page}", file=sys.stderr)
    return FAILURE


def _brief(state: Any, ended: object) -> str:
    if isinstance(ended, BaseException):
        return f"{type(ended).__name__}: {ended}".partition("\n")[0][:300]
    return f"{state.name}: {state.message}"


def _campaigns(campaign: Campaign) -> Path:
    return (Path(campaign.out) if campaign.out else Path(".testwright")).absolute() / "campaigns"


def _how_to_go_on(campaign: Campaign, follower: Follower) -> str:
    if not follower.campaign:
        return "Stopped before anything was done."
    sources = " ".join(campaign.sources)
    out = f" --out {campaign.out}" if campaign.out else ""
    return f"Stopped. What was finished is kept. Go on with:\n  testwright run {sources}{out} --resume {follower.campaign}"
