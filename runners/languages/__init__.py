"""The languages that are known. A new one is a module, an explorer, an image, one line here, and its tests."""

from runners.languages import python
from runners.languages.base import Language

LANGUAGES: dict[str, Language] = {
    "python": python,
}
