"""Small inline SVG pictures of coverage. Colours come from the page's style, so that they follow light, dark and paper."""

from itertools import groupby

from markupsafe import Markup

from tasks.reports.numbers import Change
from tasks.reports.words import percent
from testwright.model import FileReport


def bar(of: Change, name: str) -> Markup:
    """One bar from 0 to 100%: what was covered before, and what was gained."""
    before, after = of.before.rate, of.after.rate
    if before is None or after is None:
        return Markup()
    old, new = round(min(before, after) * 100, 1), round(max(after - before, 0) * 100, 1)
    label = f"{name}: {percent(before)} before, {percent(after)} after"
    gain = f'<rect class="g" x="{old:g}" width="{new:g}" height="6"/>' if new else ""
    return Markup(  # noqa: S704 (numbers and our own words only)
        f'<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{label}">'
        f'<rect class="t" width="100" height="6"/><rect class="b" width="{old:g}" height="6"/>{gain}</svg>'
    )


def strip(file: FileReport) -> Markup:
    """The file from its first line to its last: covered before, gained, still open."""
    after = file.after or file.before
    if after is None or not after.lines:
        return Markup()
    before = file.before.covered_lines if file.before else frozenset()
    kinds = ((n, "b" if n in before else "g" if n in after.covered_lines else "m") for n in sorted(after.lines))
    first, last = min(after.lines), max(after.lines)
    paths: dict[str, list[str]] = {"b": [], "g": [], "m": []}
    for kind, run in groupby(kinds, key=lambda pair: pair[1]):
        numbers = [n for n, _ in run]
        paths[kind].append(f"M{numbers[0] - first} 0h{numbers[-1] - numbers[0] + 1}v1h-{numbers[-1] - numbers[0] + 1}z")
    drawn = "".join(f'<path class="{kind}" d="{"".join(d)}"/>' for kind, d in paths.items() if d)
    return Markup(  # noqa: S704 (numbers and our own words only)
        f'<svg class="strip" viewBox="0 0 {last - first + 1} 1" preserveAspectRatio="none" role="img" '
        f'aria-label="Lines {first} to {last}: covered before, gained, open">{drawn}</svg>'
    )
