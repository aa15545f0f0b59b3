"""The JavaScript language, TypeScript with it: tests of vitest, jest, mocha or Node, istanbul's lines and branches."""

from runners.languages.node.commands import count, explore, run, suite
from runners.languages.node.exploring import exploration
from runners.languages.node.installing import NAME, environment, prepare
from runners.languages.node.manifests import MANIFESTS
from runners.languages.node.placing import test_path
from runners.languages.node.programs import fingerprint
from runners.languages.node.reading import baseline, result, target
from runners.languages.node.sources import SUFFIXES, has_tests, inspect, sources
from runners.languages.node.style import style
from runners.languages.node.writing import write

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
