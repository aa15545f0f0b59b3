"""A small project in every language, for the tests that every language has to pass."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from testwright.model import Environment, Workspace


@dataclass(frozen=True)
class Example:
    """Files by what a language has to make of them."""

    code: Mapping[str, str]
    """To be tested."""
    tests: Mapping[str, str]
    other: Mapping[str, str]
    """Neither."""
    broken: bytes
    """Content that cannot be parsed."""
    empty: bytes
    """Content with nothing to test."""
    results: tuple[str, ...]
    """What a run leaves behind."""


EXAMPLES = {
    "python": Example(
        code={
            "src/shop/__init__.py": "def total(prices):\n    return sum(prices)\n",
            "src/shop/cart.py": "def add(price):\n    if price < 0:\n        raise ValueError\n    return price\n",
        },
        tests={"tests/test_shop.py": "from shop import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n"},
        other={
            "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n[build-system]\nrequires = ["setuptools"]\n',
            "setup.py": "from setuptools import setup\n\nsetup()\n",
            "docs/conf.py": "def setup(app):\n    pass\n",
            "examples/buy.py": "def buy():\n    pass\n",
            "tests/conftest.py": "def helper():\n    pass\n",
            "src/shop/vendored/six.py": "def six():\n    return 6\n",
            "README.md": "# Shop\n",
            "notebook.ipynb": "{}",
        },
        broken=b"def broken(:\n    pass\n",
        empty=b'"""Nothing."""\n\nNAME = "x"\n',
        results=tuple(f"results/{name}" for name in ("junit.xml", "coverage.json", "outcome.json", "account.jsonl")),
    ),
    "javascript": Example(
        code={
            "src/index.ts": "export function total(prices: number[]): number {\n  return prices.reduce((a, b) => a + b, 0);\n}\n",
            "src/cart.js": "export function add(price) {\n  if (price < 0) throw new RangeError();\n  return price;\n}\n",
        },
        tests={"test/shop.test.js": "import { total } from '../src/index';\n\nit('total', () => expect(total([1, 2])).toBe(3));\n"},
        other={
            "package.json": '{"name": "shop", "type": "module", "dependencies": {"left-pad": "1"}}',
            "vitest.config.ts": "export default { test: { globals: true } };\n",
            "docs/site.js": "function page() {}\n",
            "examples/buy.mjs": "export const buy = () => 1;\n",
            "test/helpers/make.js": "export function helper() {}\n",
            "src/vendor/pad.js": "export function pad() { return 6; }\n",
            "src/types.d.ts": "export function f(): void;\n",
            "README.md": "# Shop\n",
        },
        broken=b"function broken( {\n",
        empty=b"export const NAME = 'x';\n",
        results=("results/report.json", "results/coverage.json"),
    ),
}


def workspace(folder: Path, files: Mapping[str, str | bytes]) -> Workspace:
    """Write the files and call them a workspace."""
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Workspace("example", str(folder), "0" * 64, str(folder))


def environment(language: str, runtime: str, *roots: str) -> Environment:
    """An environment that is there already."""
    return Environment(language, str(Path(runtime).parent.parent), runtime, "key", roots or (".",))
