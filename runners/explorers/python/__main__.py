"""`python FOLDER/python request.json`: explore one module. `search`, `mutants` and `observe` are the processes it starts."""

from __future__ import annotations

import json
import os
import sys
import time
from types import ModuleType

STARTED = time.monotonic()
FOLDER = os.path.dirname(os.path.abspath(__file__))


def bootstrap() -> None:
    """Make these files importable under their own names, wherever they lie, without their folder on the import path."""
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != FOLDER]
    for name, path in (("runners", ""), ("runners.explorers", os.path.dirname(FOLDER)), ("runners.explorers.python", FOLDER)):
        module = ModuleType(name)
        module.__path__ = [path] if path else []
        sys.modules[name] = module
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], last, module)


def hide() -> None:
    """Take our names out again: the code under test may have the same ones."""
    for name in [name for name in sys.modules if name.split(".")[0] == "runners"]:
        del sys.modules[name]


def child(arguments: list[str]) -> None:
    """Be the search, or an observer."""
    from runners.explorers.python import guard, mutants_phase, observe, search

    with open(arguments[1], encoding="utf-8") as file:
        request = json.load(file)
    hide()
    sys.dont_write_bytecode = True
    sys.path[:0] = [root for root in request.get("roots", ()) if root not in sys.path[:1]]
    sys.argv = ["prog"]
    guard.limit(os.getcwd())
    guard.Patience.counted = bool(request.get("executions"))
    for number in (guard.signal.SIGALRM, guard.signal.SIGPROF):
        guard.signal.signal(number, guard.raise_interrupted)
    folder = arguments[2]
    if arguments[0] == "search":
        search.main(request, folder, int(arguments[3]), STARTED - float(arguments[4]))
        os._exit(0)
    if arguments[0] == "mutants":
        mutants_phase.main(request, folder, STARTED, float(arguments[3]))
        os._exit(0)
    observe.main(request, folder, arguments[3], arguments[4] == "1", int(arguments[5]))


def main() -> None:
    bootstrap()
    arguments = sys.argv[1:]
    if arguments[0] in ("search", "mutants", "observe"):
        child(arguments)
        return
    from runners.explorers.python.parent import Parent

    Parent(arguments[0]).main()


if __name__ == "__main__":
    main()
