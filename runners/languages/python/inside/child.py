"""One run of pytest under coverage: in-process, so that nothing but the tests is measured."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

UNSTARTED = 70


def main() -> int:
    """Run pytest with the arguments of the request."""
    with open(sys.argv[1], encoding="utf-8") as file:
        request: dict[str, Any] = json.load(file)
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != here]
    try:
        import coverage
        import pytest
    except ImportError as error:
        sys.stderr.write(f"pytest could not be started: {error}\n")
        return UNSTARTED
    sys.path.insert(0, here)
    from plugin import Plugin  # type: ignore[import-not-found]

    sys.path.remove(here)
    del sys.modules["plugin"]
    os.chdir(request["cwd"])
    if request["cwd"] not in sys.path:
        sys.path.insert(len(request["paths"]), request["cwd"])
    sys.argv = ["pytest", *request["arguments"]]
    arguments = [*request["arguments"], *options(request)]
    measured = coverage.Coverage(config_file=request["coverage"]) if request["files"] else None
    if measured:
        measured.start()
    try:
        code = int(pytest.main(arguments, plugins=[Plugin(request, measured)]))
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        if measured:
            measured.stop()
            measured.save()
    return code


def options(request: dict[str, Any]) -> list[str]:
    """What every run gets, and answers to installed plugins that would get in the way."""
    result = ["-p", "no:cacheprovider", f"--junitxml={request['results']}/junit.xml", "-o", "junit_family=xunit1", "-o", "junit_logging=no"]
    result += ["--maxfail=0", "--color=no", "--tb=short", "--continue-on-collection-errors"]
    if not os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        result += ["--no-cov"] if installed("pytest_cov") else []
        result += ["-n0"] if installed("xdist") else []
        result += ["-p", "no:randomly"] if installed("pytest_randomly") else []
    elif installed("pytest_asyncio"):
        result += ["-p", "pytest_asyncio"]
    return result


def installed(name: str) -> bool:
    """Whether a module could be imported."""
    from importlib.util import find_spec

    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads and exit handlers of the code under test have no say any more.
    os._exit(status)
