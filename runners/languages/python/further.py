"""Names for further things of one kind."""

import itertools
from collections.abc import Iterator


def further(name: str) -> Iterator[str]:
    """Names for a second thing that would be called like another one, a third, and so on; without end."""
    yield from (f"other_{name}", f"third_{name}", f"fourth_{name}")
    yield from (f"{name}_{number}" for number in itertools.count(5))
