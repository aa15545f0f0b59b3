"""Run tests in a process of their own under coverage, then put the results side by side in `results/`.

`measure.py` reads request.json: `tree` (folder that coverage paths are relative to), `cwd`, `paths` (added to the import path),
`files` (reported) and `include` (patterns that are measured), both relative to tree, `attempts` (argument lists for pytest: the next one
is tried when pytest itself gave up), `seconds`, `test_seconds`, `order`, `only`, `tests` (tell tests apart), `subprocesses` (measure them).

Its exit code is pytest's, 124 when time was up or a test did not end, 70 when pytest could not be started.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
USAGE, NOTHING, TIME_UP, UNSTARTED = 4, 5, 124, 70


def main() -> int:
    """Try the argument lists in turn; the first that pytest accepts counts."""
    with open("request.json", encoding="utf-8") as file:
        request: dict[str, Any] = json.load(file)
    os.makedirs("results", exist_ok=True)
    request["results"] = os.path.abspath("results")
    for key in ("tree", "cwd"):
        request[key] = os.path.realpath(request[key])
    request["paths"] = [os.path.realpath(path) for path in request["paths"]]
    write_coverage_settings(request)
    deadline = time.monotonic() + request["seconds"]
    code = UNSTARTED
    for number, arguments in enumerate(request["attempts"]):
        clear(request["results"])
        code = attempt({**request, "arguments": arguments}, deadline)
        if code not in (3, USAGE, NOTHING) or number + 1 == len(request["attempts"]) or time.monotonic() > deadline:
            break
    command = [sys.executable, os.path.join(HERE, "convert.py"), "attempt.json"]
    spawn(command, request, max(30.0, request["seconds"]))
    with open(os.path.join("results", "outcome.json"), "w", encoding="utf-8") as file:
        json.dump({"code": code, "attempt": number, "cwd": request["cwd"], "only": request["only"]}, file)
    return code


def write_coverage_settings(request: dict[str, Any]) -> None:
    """Settings of ours alone: those of the project decide nothing about what counts."""
    lines = ["[run]", "branch = True", f"data_file = {os.path.abspath('.coverage.data')}", "relative_files = False"]
    lines += [
        "disable_warnings = no-data-collected,module-not-measured,module-not-imported,already-imported,couldnt-parse,no-sysmon,no-ctracer"
    ]
    lines += ["parallel = True"]
    if request["subprocesses"]:
        lines += ["patch = subprocess", "sigterm = True"]
    lines += ["include =", *("    " + os.path.join(request["tree"], pattern) for pattern in request["include"])]
    request["coverage"] = os.path.abspath("coverage.ini")
    with open(request["coverage"], "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def clear(folder: str) -> None:
    """Nothing of an earlier attempt may be read as part of the next."""
    for name in os.listdir(folder):
        os.unlink(os.path.join(folder, name))
    for name in os.listdir("."):
        if name.startswith(".coverage.data"):
            os.unlink(name)


def attempt(request: dict[str, Any], deadline: float) -> int:
    """Run pytest once."""
    left = max(1.0, deadline - time.monotonic())
    with open("attempt.json", "w", encoding="utf-8") as file:
        json.dump({**request, "seconds": left}, file)
    command = [sys.executable, os.path.join(HERE, "child.py"), os.path.abspath("attempt.json")]
    return spawn(command, request, left + max(2.0, 0.05 * left), 2 * request["test_seconds"] + 10)


def spawn(command: list[str], request: dict[str, Any], seconds: float, silence: float = 0.0) -> int:
    """Run a program, and end it with everything it started when its time is up, or when no test began or ended for `silence` seconds."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(request["paths"])}
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
    account = os.path.join(request["results"], "account.jsonl")
    end = time.monotonic() + seconds
    heard, size = time.monotonic(), -1
    try:
        while True:
            now = time.monotonic()
            left = min(end, heard + silence if silence else end) - now
            if left <= 0:
                return TIME_UP
            try:
                return process.wait(min(left, 1.0))
            except subprocess.TimeoutExpired:
                grown = os.path.getsize(account) if os.path.exists(account) else -1
                heard, size = (now, grown) if grown != size else (heard, size)
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        process.wait()


if __name__ == "__main__":
    status = main()
    if status < 0:
        signal.signal(-status, signal.SIG_DFL) if -status not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -status)
    sys.exit(status)
