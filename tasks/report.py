"""Report → files and artifacts: what a campaign leaves on disk and in the UI."""

from pathlib import Path

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from tasks.reports.artifacts import artifact_tables, summary
from tasks.reports.write import Written, write_report
from testwright.model import Report


@task(name="report", task_run_name="report", cache_policy=NO_CACHE)
def report(outcome: Report, folder: Path) -> Written:
    """Write every file of the report into the campaign's folder and publish its tables.

    Hand the report over as `quote(outcome)`: Prefect else looks for futures in every line number of it.
    """
    written = write_report(outcome, folder)
    publish(written)
    return written


def publish(written: Written) -> None:
    """Artifacts with keys that are the same each time, so that the UI keeps their versions: `coverage-python`, `campaign-summary`."""
    for table in artifact_tables(written.report):
        create_table_artifact(table=table.rows, key=table.key, description=table.description)
    create_markdown_artifact(markdown=summary(written), key="campaign-summary", description=written.report.state)
