"""The Python language: pytest or unittest tests, coverage.py's lines and branches, uv's environments."""

from runners.languages.python.commands import explore, run, suite
from runners.languages.python.exploring import exploration
from runners.languages.python.installing import NAME, environment, prepare
from runners.languages.python.manifests import MANIFESTS
from runners.languages.python.reading import baseline, result, target
from runners.languages.python.sources import inspect, sources

SUFFIXES = (".py",)

__all__ = [
    "MANIFESTS",
    "NAME",
    "SUFFIXES",
    "baseline",
    "environment",
    "exploration",
    "explore",
    "inspect",
    "prepare",
    "result",
    "run",
    "sources",
    "suite",
    "target",
]
