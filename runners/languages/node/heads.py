"""The imports of a runner's words and of what asserts, as a project writes them."""

from collections.abc import Collection

from runners.languages.base import Style

WORDS = ("afterEach", "describe", "expect", "it", "test", "vi", "jest")
"""What tests from observations may use."""
MORE_WORDS = ("afterAll", "afterEach", "beforeAll", "beforeEach", "describe", "expect", "it", "test", "vi", "jest")
"""What tests that somebody else wrote may use."""
OTHER_WORDS = ("after", "afterEach", "before", "beforeEach", "describe", "expect", "it", "mock", "test")
"""The same of runners with other hooks."""
RUNNERS = {"vitest": "vitest", "jest": "@jest/globals", "mocha": "mocha", "node:test": "node:test"}
OTHER = {"vitest": "jest"}
"""The word for spies and timers that a runner does not have."""


def runner_lines(used: Collection[str], style: Style, known: tuple[str, ...] = WORDS) -> list[str]:
    """The lines for those of the `known` words that are used."""
    semi, quote, library = style.facts.get("semi", ""), style.quote, style.facts.get("expect", "expect")
    module = style.facts.get("module", "esm") == "esm"
    words = [word for word in known if word in used]
    words = [word for word in words if not (word == "expect" and library == "chai") and word != OTHER.get(style.framework, "vi")]
    lines = []
    if style.facts.get("imported") and words:
        source = f"{quote}{RUNNERS[style.framework]}{quote}"
        named = f"{{ {', '.join(words)} }}"
        lines.append(f"import {named} from {source}{semi}" if module else f"const {named} = require({source}){semi}")
    if library == "chai" and "expect" in used:
        lines.append(
            f"import {{ expect }} from {quote}chai{quote}{semi}" if module else f"const {{ expect }} = require({quote}chai{quote}){semi}"
        )
    if "assert" in used:
        source = f"{quote}{style.facts.get('assert', 'node:assert')}{quote}"
        lines.append(f"import assert from {source}{semi}" if module else f"const assert = require({source}){semi}")
    return sorted(lines, key=lambda line: "node:" not in line) if style.framework == "node:test" else lines


def word_of(style: Style) -> str:
    """What the project calls a test."""
    usual = "test" if style.framework == "node:test" and style.facts.get("describe") == "no" else "it"
    return style.facts.get("word", "") or usual
