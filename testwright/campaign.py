"""What comes from outside, validated at the door. Field titles and descriptions are the run form of the Prefect UI."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Pattern = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Engine(StrEnum):
    """Which engine proposes tests."""

    AUTO = "auto"
    SEARCH = "search"
    LLM = "llm"
    HYBRID = "hybrid"


class SandboxName(StrEnum):
    """Where untrusted code runs."""

    AUTO = "auto"
    DOCKER = "docker"
    BUBBLEWRAP = "bubblewrap"
    PROCESS = "process"


class Campaign(BaseModel):
    """Give code bases the unit tests that they lack, and keep only those that are worth it."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Campaign")

    sources: tuple[Name, ...] = Field(
        min_length=1,
        title="Sources",
        description="What to test: a folder, an archive, a git URL (with `@revision` at its end), "
        "`pypi:NAME==VERSION` or `npm:NAME@VERSION`.",
        examples=[["pypi:python-string-utils==1.0.0"]],
    )
    engine: Engine = Field(
        Engine.AUTO,
        title="Engine",
        description="`search` needs no model; `hybrid` asks a language model for what search leaves, `llm` for all. "
        "`auto` is `hybrid` when a model is named, else `search`.",
    )
    model: str = Field(
        "",
        title="Model",
        description="Language models, separated by commas: the next one is asked when one cannot be. Empty: what `LLM_MODEL` says.",
    )
    repairs: int = Field(2, ge=0, le=10, title="Repairs", description="How often a model is asked again about one file.")
    candidates: int = Field(
        1, ge=1, le=10, title="Candidates", description="How many answers a model gives to the first question on a file."
    )
    polish: bool = Field(
        False,
        title="Polish",
        description="A model names, orders and groups what the search found; what its tests call and assert stays the same.",
    )
    model_tokens: int | None = Field(None, ge=1, title="Model tokens", description="Tokens that models may use in the whole campaign.")
    model_tokens_per_file: int | None = Field(
        None, ge=1, title="Model tokens a file", description="Tokens that models may use for one file."
    )
    model_cost: float | None = Field(None, gt=0, title="Model cost", description="Dollars that models may cost in the whole campaign.")
    model_minutes: float | None = Field(None, gt=0, title="Model minutes", description="Ask no model after this many minutes.")
    languages: tuple[Name, ...] = Field(
        (),
        title="Languages",
        description="Only these languages, e.g. `python` or `javascript`. Empty: every language that is found and known.",
    )
    include: tuple[Pattern, ...] = Field(
        (), title="Include", description="Only files that match one of these patterns (as in .gitignore), e.g. `src/billing/`."
    )
    exclude: tuple[Pattern, ...] = Field((), title="Exclude", description="No file that matches one of these patterns (as in .gitignore).")
    max_files: int | None = Field(
        None, ge=1, le=100_000, title="Most files", description="Serve this many files at most, worst covered first."
    )
    minutes: float | None = Field(
        None, gt=0, le=24 * 60, title="Minutes", description="Begin no further file after this many minutes. Empty: until done."
    )
    seconds_per_file: float = Field(60, ge=2, le=3600, title="Seconds a file", description="What the search may spend on one file.")
    executions_per_file: int | None = Field(
        None,
        ge=100,
        le=100_000_000,
        title="Executions a file",
        description="What the search may spend on one file, counted in executions of its code: then the seed alone decides what a search "
        "finds, and the seconds are only the ceiling.",
    )
    workers: int = Field(2, ge=1, le=64, title="Files at once", description="How many files are worked on at the same time.")
    seed: int = Field(
        0, ge=0, le=2**32 - 1, title="Seed", description="The same seed finds the same tests, where executions are the budget."
    )
    sandbox: SandboxName = Field(
        SandboxName.AUTO,
        title="Sandbox",
        description="`auto` takes docker, then bubblewrap, else stops. `process` isolates nothing: only for code you trust.",
    )
    setup: tuple[Name, ...] = Field(
        (),
        title="Set-up commands",
        description="Extra commands for the sandbox when dependencies are installed, each as one shell line.",
    )
    requirements: tuple[Name, ...] = Field(
        (),
        title="Extra packages",
        description="Packages to install beside the project's own dependencies; for JavaScript with `npm:` before the name.",
    )
    write: bool = Field(False, title="Write", description="Put the kept tests into the source tree (folders only).")
    out: str = Field("", title="Output folder", description="Where `campaigns/ID/` is made. Empty: `.testwright` in the working folder.")
    resume: str = Field("", title="Resume", description="ID of a campaign to go on with: what it finished is not done again.")
    header: bool = Field(True, title="Header line", description="One line at the top of each test file that says where it comes from.")
