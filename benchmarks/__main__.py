"""Every benchmark, one after the other: `make bench`.

`--quick` for five seconds a module. PROGRAMS names the folder of the measuring programs, PYNGUIN the executable to compare with.
"""

import os
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(os.environ.get("PROGRAMS", "../shared/bench"))
PANELS = ("panel_python.txt", "panel_python_hard.txt")


def main() -> int:
    """Run them; the largest exit status wins."""
    quick = ["--seconds", "5", "--mutants", "0", "--reruns", "2"] if "--quick" in sys.argv else []
    engines = ["--engines", "testwright,pynguin", "--pynguin", os.environ["PYNGUIN"]] if "PYNGUIN" in os.environ else []
    panels = [str(PROGRAMS / panel) for panel in PANELS if PROGRAMS.is_dir()]
    models = ["benchmarks.models", *panels[: 1 if quick else None], *(["--seconds", "5"] if quick else [])]
    runs = [["benchmarks.ingest"], ["benchmarks.sandboxes"], ["benchmarks.overhead", *(["20"] if quick else [])], models]
    if PROGRAMS.is_dir():
        runs += [["benchmarks.panel", str(PROGRAMS / panel), "--programs", str(PROGRAMS), *quick, *engines] for panel in PANELS]
        node = ["--seconds", "2", "--reruns", "2", "--only", "jsonfile"] if "--quick" in sys.argv else []
        runs.append(["benchmarks.panel_node", str(PROGRAMS / "panel_node.txt"), "--programs", str(PROGRAMS), *node])
    else:
        print(f"{PROGRAMS} is no folder: the panels are left out. Name the folder of the measuring programs: PROGRAMS=… make bench")
    return max(subprocess.run([sys.executable, "-m", *run]).returncode for run in runs)


if __name__ == "__main__":
    sys.exit(main())
