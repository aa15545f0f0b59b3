"""Observations written by hand, as an explorer would stream them."""

from testwright.model import Argument, Check, How, Observation, Raised


def equals(expected: str, subject: str = "result") -> Check:
    return Check(subject, How.EQUALS, expected)


def observed(unit: str, call: str, *checks: Check, raised: Raised | None = None, module: str = "src/a.js", **more: object) -> Observation:
    """`call` is `callee(name=source, …)` with `name=` where a parameter is known; what is imported is the unit's first part."""
    callee, _, rest = call.partition("(")
    given = [part.partition("=") if "=" in part else ("", "", part) for part in rest.removesuffix(")").split("; ") if part]
    arguments = tuple(Argument(name.strip(), source.strip()) for name, _, source in given)
    text = f"{callee}({', '.join(a.source for a in arguments)})"
    kind = str(more.pop("kind", "function"))
    imports = more.pop("imports", ((module, unit.partition(".")[0]),))
    return Observation(f"{unit} {text}", unit, kind, text, callee, arguments, imports=imports, raised=raised, checks=checks, **more)  # type: ignore[arg-type]
