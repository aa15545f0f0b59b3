"""The command line: `testwright run SOURCE…` and what goes with it. Heavy imports wait until a command needs them."""

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console

from deployments.places import home
from deployments.services import ServiceFailed
from testwright import __version__
from testwright.campaign import Engine, SandboxName
from testwright.errors import CampaignError

INVALID = 2
"""Exit status for a wish that cannot be granted as given; 0, 1 and 3 are success, failure and partial success."""

EXAMPLE_PARAMETERS = 'campaign={"sources": ["pypi:python-string-utils==1.0.0"]}'

RUN_EXAMPLES = """Examples:

Test a folder, and look at the result before anything is changed:
    testwright run ./my-project

Put the kept tests into the folder:
    testwright run ./my-project --write

A package from PyPI, a git repository at a revision, an archive:
    testwright run pypi:python-string-utils==1.0.0
    testwright run https://example.org/team/project.git@v2.1
    testwright run project-1.0.tar.gz

Only one folder of it, the 20 worst covered files, ten minutes:
    testwright run . --include src/billing/ --max-files 20 --minutes 10

Without Docker and bubblewrap, for code that you trust:
    testwright run . --sandbox process

Let the language model that LLM_MODEL names write what the search leaves, for two dollars at most:
    testwright run . --engine hybrid --model-cost 2

Go on with a campaign that was stopped:
    testwright run . --resume 20260101-120000-ab12cd

Several sources, from a campaign file:
    testwright run --campaign-file nightly.yaml

Exit status: 0 success, 3 partial (something was not done), 1 failure, 2 not possible as asked, 130 stopped by Ctrl-C."""

Flag = Parameter(negative=())
Many = Parameter(negative=(), consume_multiple=False, show_default=False)

app = App(
    name="testwright",
    help="Campaigns that give any code base unit tests a person would merge.",
    version=__version__,
    help_format="plaintext",
    console=None if sys.stdout.isatty() else Console(width=1000),  # the plain formatter breaks lines twice
    help_formatter="default" if sys.stdout.isatty() else "plain",
    exit_on_error=False,
    print_error=False,
    help_epilogue="Begin with:\n    testwright doctor\n    testwright run pypi:python-string-utils==1.0.0",
    result_action="return_int_as_exit_code_else_zero",
    suppress_keyboard_interrupt=False,
)


@app.command(help_epilogue=RUN_EXAMPLES)
def run(
    *sources: Annotated[str, Parameter(name="SOURCE", show_default=False)],
    engine: Annotated[Engine | None, Flag] = None,
    model: Annotated[str | None, Flag] = None,
    repairs: Annotated[int | None, Flag] = None,
    candidates: Annotated[int | None, Flag] = None,
    polish: Annotated[bool | None, Flag] = None,
    model_tokens: Annotated[int | None, Flag] = None,
    model_tokens_per_file: Annotated[int | None, Flag] = None,
    model_cost: Annotated[float | None, Flag] = None,
    model_minutes: Annotated[float | None, Flag] = None,
    language: Annotated[tuple[str, ...], Many] = (),
    include: Annotated[tuple[str, ...], Many] = (),
    exclude: Annotated[tuple[str, ...], Many] = (),
    max_files: Annotated[int | None, Flag] = None,
    minutes: Annotated[float | None, Flag] = None,
    seconds_per_file: Annotated[float | None, Flag] = None,
    executions_per_file: Annotated[int | None, Flag] = None,
    workers: Annotated[int | None, Flag] = None,
    seed: Annotated[int | None, Flag] = None,
    sandbox: Annotated[SandboxName | None, Flag] = None,
    requirements: Annotated[tuple[str, ...], Many] = (),
    setup: Annotated[tuple[str, ...], Many] = (),
    out: Annotated[Path | None, Flag] = None,
    write: Annotated[bool | None, Flag] = None,
    header: bool | None = None,
    resume: Annotated[str | None, Flag] = None,
    campaign_file: Annotated[Path | None, Flag] = None,
    verbose: Annotated[bool, Flag] = False,
) -> int:
    """Run a campaign: find what is not tested, write tests for it, keep those that are worth it, report.

    Parameters
    ----------
    sources
        A folder, an archive, a git URL (with @revision at its end), pypi:NAME==VERSION or npm:NAME@VERSION.
    engine
        search needs no model; hybrid asks a language model for what search leaves, llm for all (hybrid when a model is named,
        else search).
    model
        Language models, separated by commas: the next one is asked when one cannot be (what LLM_MODEL says).
    repairs
        How often a model is asked again about one file (2).
    candidates
        How many answers a model gives to the first question about a file (1).
    polish
        A model names, orders and groups what the search found; what its tests call and assert stays the same.
    model_tokens
        Tokens that models may use in the whole campaign.
    model_tokens_per_file
        Tokens that models may use for one file.
    model_cost
        Dollars that models may cost in the whole campaign.
    model_minutes
        Ask no model after this many minutes.
    language
        Only this language, e.g. python. May be repeated.
    include
        Only files that match this pattern, as in .gitignore. May be repeated.
    exclude
        No file that matches this pattern. May be repeated.
    max_files
        Serve this many files at most, worst covered first.
    minutes
        Begin no further file after this many minutes.
    seconds_per_file
        What the search may spend on one file (60).
    executions_per_file
        The same in executions of the file's code: with enough seconds the seed alone decides what a search finds.
    workers
        Files at once (2).
    seed
        The same seed finds the same tests, where executions are the budget (0).
    sandbox
        auto takes docker, then bubblewrap, else stops. process isolates nothing: only for code you trust.
    requirements
        A package to install beside the project's own dependencies. May be repeated.
    setup
        A shell line to run in the sandbox when dependencies are installed. May be repeated.
    out
        Where campaigns/ID/ is made (.testwright).
    write
        Put the kept tests into the source tree (folders only).
    header
        One line at the top of each test file that says where it comes from.
    resume
        ID of a campaign to go on with: what it finished is not done again.
    campaign_file
        A YAML file with the same settings and a list of sources.
    verbose
        Show Prefect's log as well.
    """
    given = {
        "sources": sources,
        "engine": engine,
        "model": model,
        "repairs": repairs,
        "candidates": candidates,
        "polish": polish,
        "model_tokens": model_tokens,
        "model_tokens_per_file": model_tokens_per_file,
        "model_cost": model_cost,
        "model_minutes": model_minutes,
        "languages": language,
        "include": include,
        "exclude": exclude,
        "max_files": max_files,
        "minutes": minutes,
        "seconds_per_file": seconds_per_file,
        "executions_per_file": executions_per_file,
        "workers": workers,
        "seed": seed,
        "sandbox": sandbox,
        "requirements": requirements,
        "setup": setup,
        "out": None if out is None else str(out),
        "write": write,
        "header": header,
        "resume": resume,
    }
    from deployments.run import run_campaign
    from tasks.settings import resolve

    flags = {name: value for name, value in given.items() if value is not None and value != ()}
    return run_campaign(resolve(flags, os.environ, campaign_file), verbose=verbose)


@app.command
def demo(*, verbose: Annotated[bool, Flag] = False) -> int:
    """Run a campaign on a real package from PyPI, in the best sandbox that this machine has.

    Parameters
    ----------
    verbose
        Show Prefect's log as well.
    """
    from deployments.demo import demonstrate

    return demonstrate(verbose=verbose)


@app.command
def doctor() -> int:
    """Say what this machine can do and what is missing, line by line, with the command that mends it."""
    from deployments.doctor import examine, show

    return show(examine())


@app.command
def up() -> None:
    """Start a Prefect server (unless PREFECT_API_URL names one), a worker and the deployments. May be repeated."""
    from deployments import provision

    done = provision.up(lambda line: print(line, flush=True))
    print(f"Prefect is up: {done.server.ui}")
    for name in done.deployments:
        print(f"  {name}")
    print("Start a campaign:")
    print(f"  {_called()} prefect deployment run campaign/on-demand -p '{EXAMPLE_PARAMETERS}'")
    print("Stop everything:")
    print(f"  {_called()} down")


@app.command
def down() -> None:
    """Stop the worker and the server that `up`, `run` or `demo` started."""
    from deployments import provision

    stopped = provision.down()
    where = f"(state folder: {home()})"  # another folder, another server: whoever has two should see which one it was
    print(f"Stopped: {', '.join(stopped)} {where}." if stopped else f"Nothing of ours was running {where}.")


def _called() -> str:
    """This program as it was called, so that a line can be pasted as it is."""
    return sys.argv[0] if "/" in sys.argv[0] else "testwright"


@app.command
def status() -> int:
    """Say what of ours is running, and where."""
    from deployments.status import lines

    for line in lines():
        print(line)
    return 0


@app.command(help_flags=(), version_flags=())
def prefect(*words: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> int:
    """Run Prefect's own command line against the server that `up` started, e.g. `testwright prefect deployment ls`."""
    from deployments.status import ask_prefect

    return ask_prefect(words)


def main() -> None:
    """Entry point. Everything a person did wrong, or the world did, is one line; only a defect of ours is a traceback."""
    try:
        sys.exit(app())
    except (CampaignError, CycloptsError, ServiceFailed) as problem:
        print(f"testwright: {problem}", file=sys.stderr)
        sys.exit(INVALID)
    except KeyboardInterrupt:
        print("\ntestwright: stopped", file=sys.stderr)
        sys.exit(130)
