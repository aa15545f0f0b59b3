"""The Python language: pytest or unittest tests, coverage.py's lines and branches, uv's environments."""

from runners.languages.python.commands import count, explore, run, suite
from runners.languages.python.exploring import exploration
from runners.languages.python.installing import NAME, environment, prepare
from runners.languages.python.manifests import MANIFESTS
from runners.languages.python.placing import test_path
from runners.languages.python.programs import fingerprint
from runners.languages.python.reading import baseline, result, target
from runners.languages.python.sources import has_tests, inspect, sources
from runners.languages.python.style import style
from runners.languages.python.writing import write

SUFFIXES = (".py",)
VERSION = fingerprint()

__all__ = [
    "MANIFESTS",
    "NAME",
    "SUFFIXES",
    "VERSION",
    "baseline",
    "count",
    "environment",
    "exploration",
    "explore",
    "has_tests",
    "inspect",
    "prepare",
    "result",
    "run",
    "sources",
    "style",
    "suite",
    "target",
    "test_path",
    "write",
]
