"""The keeper as one text, for `python -c` in a container that has nothing of the house."""

from importlib.util import find_spec
from pathlib import Path

_MODULES = (
    "runners.sandboxes.folders",
    "runners.sandboxes.warden.protocol",
    "runners.sandboxes.warden.scratch",
    "runners.sandboxes.warden.keeper",
)
_LOADER = """
import sys, types
def load(name, text):
    parent, _, last = name.rpartition('.')
    if parent and parent not in sys.modules: load(parent, '')
    module = types.ModuleType(name); module.__path__ = []; sys.modules[name] = module
    if parent: setattr(sys.modules[parent], last, module)
    exec(compile(text, name, 'exec'), module.__dict__)
for name, text in {modules!r}: load(name, text)
sys.modules[{main!r}].main()
"""


def keeper() -> str:
    """Return the program."""
    return _LOADER.format(modules=[(name, _text(name)) for name in _MODULES], main=_MODULES[-1])


def _text(name: str) -> str:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    return Path(spec.origin).read_text()
