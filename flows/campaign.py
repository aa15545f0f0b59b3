"""The campaign: every source → one report."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from flows.source import improve
from tasks.folder import Folder, gather_attempts, new_id
from tasks.models import with_engine
from tasks.put import put
from tasks.report import report
from tasks.reports.markdown import headline
from tasks.reports.write import Written
from tasks.sandbox import sandbox_of
from tasks.sources import redact
from testwright.campaign import Campaign
from testwright.errors import CampaignError, InvalidCampaign
from testwright.model import Report, SourceReport


def _run_name() -> str:
    """The first source, without the password that may be in it."""
    given = Campaign.model_validate(runtime.flow_run.parameters["campaign"])
    more = f" and {len(given.sources) - 1} more" if len(given.sources) > 1 else ""
    return redact(given.sources[0]) + more


@flow(name="campaign", flow_run_name=_run_name, persist_result=False, retries=0)
def campaign(campaign: Campaign) -> State[Any]:
    """Give every source the unit tests that it lacks, keep those with proof of worth, and report.

    Ends Completed with the written report as its result; Completed as "Partial" when something was not done; Failed when nothing was.

    Raises:
        InvalidCampaign: a parameter cannot be used as given.
        SandboxUnavailable: the sandbox asked for does not work here.
    """
    campaign = with_engine(campaign)
    folder = open_folder(campaign)
    started, clock = datetime.now(UTC), time.monotonic()
    sandbox = sandbox_of(campaign, folder)
    for line in sandbox.check():
        get_run_logger().info("%s: %s", sandbox.name, line)
    sources = tuple(_source(campaign, number, folder) for number in range(len(campaign.sources)))
    done = Report(
        folder.id, sources, sandbox.name, campaign.seed, campaign.engine, started.isoformat(timespec="seconds"), time.monotonic() - clock,
        dict(sandbox.images),
    )  # fmt: skip
    gather_attempts(folder)
    return _state(report(cast(Report, quote(done)), folder.root))


def open_folder(campaign: Campaign) -> Folder:
    """The folder of a new campaign, or of the one to go on with.

    Raises:
        InvalidCampaign: there is no campaign of that id to resume.
    """
    folder = Folder.of(campaign.out, campaign.resume or new_id())
    stored = folder.root / "campaign.json"
    if campaign.resume and not stored.exists():
        raise InvalidCampaign(
            f"no campaign {campaign.resume} in {folder.root.parent}: leave `resume` empty, or name one of the folders there"
        )
    stored.write_text(campaign.model_dump_json(indent=2))
    folder.event(event="campaign", id=folder.id, sources=len(campaign.sources), run=str(runtime.flow_run.id or ""))
    return folder


def _source(campaign: Campaign, number: int, folder: Folder) -> SourceReport:
    """One source that cannot be fetched or prepared never costs another."""
    name = redact(campaign.sources[number])
    runner = cast(Any, ThreadPoolTaskRunner(max_workers=campaign.workers))
    run = improve.with_options(flow_run_name=name.replace("{", "{{").replace("}", "}}"), task_runner=runner)
    try:
        done = run(campaign, number, str(folder.root))
        return replace(done, notes=(*done.notes, *put(done))) if campaign.write else done
    except CampaignError as problem:
        get_run_logger().error("%s: %s", name, problem)
        return SourceReport(name, None, "failed", str(problem))


def _state(written: Written) -> State[Any]:
    message = headline(written.report)
    if written.report.state == "failure":
        return Failed(message=message, data=written)
    return Completed(name="Completed" if written.report.state == "success" else "Partial", message=message, data=written)
