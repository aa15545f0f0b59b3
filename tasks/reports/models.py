"""What language models took and brought, in a line or two."""

from collections import Counter
from collections.abc import Iterator

from tasks.reports.numbers import overall
from tasks.reports.words import duration, many
from testwright.model import FileReport, Report, Usage

NAMED = 10
"""Files that are named."""


def models(report: Report) -> tuple[str, ...]:
    """Nothing when no model was asked; else calls, tokens, money and waiting, what each engine won, and why asking stopped."""
    everything = overall(report).files
    files = [f for f in everything if f.model]
    polished = [f for f in everything if f.polished]
    if not files and not polished:
        return ()
    used = sum((f.usage for f in everything), Usage())
    stops = Counter(f.model for f in files if f.model != "done")
    won = f"Won by search: {_won(files, 'search')}. Won by models: {_won(files, 'llm')}{_each(files, used)}."
    return (
        f"Models: {_calls(used)}; {many(used.prompt_tokens, 'prompt token')} ({used.prefix_tokens:,} from the provider's cache) and "
        f"{many(used.completion_tokens, 'completion token')}, {_cost(used)}; {duration(used.seconds)} waited.",
        *([won] if files else []),
        *(f"Models were stopped for {many(count, 'file')}: {reason}" for reason, count in stops.most_common(5)),
        *_polish(polished),
    )


def _polish(files: list[FileReport]) -> Iterator[str]:
    """Which files a model named and ordered, and why others stayed as they were."""
    done = [f.path for f in files if f.polished == "done"]
    if done:
        more = f" and {len(done) - NAMED:,} more" if len(done) > NAMED else ""
        yield f"Polished by a model: {many(len(done), 'file')}: {', '.join(done[:NAMED])}{more}."
    for reason, count in Counter(f.polished for f in files if f.polished != "done").most_common(5):
        first = next(f.path for f in files if f.polished == reason)
        yield f"Not polished: {first}{f' and {count - 1:,} more' if count > 1 else ''}: {reason}"


def _calls(used: Usage) -> str:
    again = f", {used.retries:,} made again" if used.retries else ""
    return f"{many(used.calls, 'call')}{again}, {many(used.cached, 'answer')} from disk"


def _cost(used: Usage) -> str:
    unknown = f"price of {many(used.unpriced, 'call')} unknown" if used.unpriced else ""
    return f"{used.cost:.4f} dollars" + (f" ({unknown})" if unknown else "") if used.cost or not unknown else unknown


def _won(files: list[FileReport], engine: str) -> str:
    kept = [v for f in files for v in f.verdicts if v.kept and v.engine == engine]
    lines, branches = sum(len(v.lines) for v in kept), sum(len(v.branches) for v in kept)
    return f"{many(len(kept), 'test')}, {many(lines, 'line')}, {many(branches, 'branch', 'branches')}"


def _each(files: list[FileReport], used: Usage) -> str:
    lines = sum(len(v.lines) for f in files for v in f.verdicts if v.kept and v.engine == "llm")
    return f", {used.tokens / lines:,.0f} tokens a line" if lines and used.tokens else ""
