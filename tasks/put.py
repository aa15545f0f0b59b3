"""Kept tests → the source tree they were written for. Only when the caller asks (`--write`), only into folders, never over a file."""

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from testwright.model import SourceReport


@task(task_run_name="write tests into {source.source}", cache_policy=NO_CACHE)
def put(source: SourceReport) -> tuple[str, ...]:
    """Write the kept test files into the source's folder; return one line for each that was not written."""
    root = Path(source.source).expanduser()
    if not root.is_dir():
        return (f"--write: {source.source} is no folder, so nothing was written: apply tests.patch instead",)
    return tuple(filter(None, (_put(root, r.candidate.path, r.candidate.text) for r in source.files if r.candidate)))


def _put(root: Path, path: str, text: str) -> str:
    place = root / path
    if not place.resolve().is_relative_to(root.resolve()):
        return f"--write: {path} would lie outside of {root}: not written"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("x", encoding="utf-8") as file:  # "x": a file that is there is somebody's work
            file.write(text)
    except OSError as error:
        return f"--write: {path} was not written: {error.strerror}"
    return ""
