"""The languages that are known. A new one is a module, an explorer, an image, one line here, and its tests."""

from runners.languages import node, python
from runners.languages.base import Dialect, Language
from runners.languages.node.dialect import DIALECT as NODE_DIALECT
from runners.languages.python import dialect as python_dialect

LANGUAGES: dict[str, Language] = {
    "python": python,
    "javascript": node,
}
DIALECTS: dict[str, Dialect] = {
    "python": python_dialect,
    "javascript": NODE_DIALECT,
}
"""Those whose tests a language model may write."""
