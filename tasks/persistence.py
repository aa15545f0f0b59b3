"""How task results are kept, so that a campaign that was killed goes on where it stopped."""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from typing import Any, Literal, cast

from prefect.serializers import Serializer
from pydantic import TypeAdapter

from testwright import model


class ValueSerializer(Serializer):  # not Serializer[Any]: Prefect refuses to register that
    """Values of `testwright.model` as JSON. Reads no other class, so a stored result can never run code."""

    type: Literal["testwright"] = "testwright"

    def dumps(self, obj: Any) -> bytes:
        """Encode one value, or a tuple of values of one class."""
        values = obj if isinstance(obj, tuple) else (obj,)
        kind = type(values[0]).__name__ if values else "Target"
        data = _adapter(kind).dump_python(values, mode="json")
        return json.dumps({"class": kind, "many": isinstance(obj, tuple), "data": data}).encode()

    def loads(self, blob: bytes) -> Any:
        """Decode what `dumps` wrote."""
        stored = json.loads(blob)
        values = _adapter(stored["class"]).validate_python(stored["data"])
        return values if stored["many"] else values[0]


@cache
def _adapter(name: str) -> TypeAdapter[tuple[Any, ...]]:
    """Of tuples of one class of `testwright.model`, and of no other class."""
    found = getattr(model, name, None)
    if not isinstance(found, type) or found.__module__ != model.__name__:
        raise ValueError(f"{name} is no value of testwright.model")
    return TypeAdapter(cast(Any, tuple.__class_getitem__((found, ...))))


def key(*parts: Callable[[dict[str, Any]], object]) -> Callable[[Any, dict[str, Any]], str | None]:
    """A cache key function: the task's name and what each part takes from its parameters."""

    def cache_key(context: Any, parameters: dict[str, Any]) -> str | None:
        values = [part(parameters) for part in parts]
        if any(value is None for value in values):
            return None
        digest = hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()[:24]
        return f"{context.task.name}-{digest}"

    return cache_key
