"""What a report says of language models."""

from dataclasses import replace

from tasks.reports.html import report_html
from tasks.reports.markdown import report_md
from tasks.reports.models import models
from tests.tasks.reports.builders import improved
from testwright.model import Reason, Report, SourceReport, Usage, Verdict


def report(**changes: object) -> Report:
    file = replace(improved(), **changes)  # type: ignore[arg-type]
    return Report("c", (SourceReport("s", None, "completed", files=(file,)),))


def test_nothing_is_said_where_no_model_was_asked() -> None:
    assert models(report()) == ()
    assert "Models" not in report_md(report())
    assert "odel" not in report_html(report())


def test_calls_tokens_money_and_what_each_engine_won_are_said() -> None:
    won = Verdict("test_b", Reason.KEPT, lines=frozenset({1, 2}), branches=frozenset({(1, 2)}), engine="llm")
    done = report(model="done", usage=Usage(3, 1, 1200, 300, 200, 0.0123, 0, 1, 4.2), verdicts=(*improved().verdicts, won))

    assert models(done) == (
        "Models: 3 calls, 1 made again, 1 answer from disk; 1,200 prompt tokens (200 from the provider's cache) and 300 completion tokens, "
        "0.0123 dollars; 4.2 s waited.",
        "Won by search: 2 tests, 5 lines, 2 branches. Won by models: 1 test, 2 lines, 1 branch, 750 tokens a line.",
    )
    assert "Won by models" in report_md(done)
    assert "- `test_b` by a model adds lines 1" in report_md(done)
    page = report_html(done)
    for said in ("Won by models", "1,200 prompt tokens", "4.2 s waited", "by a model", "1,500 tokens"):
        assert said in page
    assert page.count("by a model") == 1


def test_why_models_were_stopped_is_said() -> None:
    assert models(report(model="budget spent: 100 tokens a campaign", usage=Usage(unpriced=1, calls=1)))[-1] == (
        "Models were stopped for 1 file: budget spent: 100 tokens a campaign"
    )


def test_which_files_were_polished_is_said_and_why_others_were_not() -> None:
    done = report(polished="done", usage=Usage(1, 0, 900, 300))
    stayed = report(polished="the answer was cut off", usage=Usage(1, 0, 900, 300))

    assert models(done)[1:] == (f"Polished by a model: 1 file: {improved().path}.",)
    assert models(done)[0].startswith("Models: 1 call, 0 answers from disk; 900 prompt tokens")
    assert models(stayed)[1:] == (f"Not polished: {improved().path}: the answer was cut off",)
    assert "A model named and ordered the tests." in report_md(done)
    assert "A model named and ordered the tests." in report_html(done)
    assert "Not polished: `the answer was cut off`" in report_md(stayed)
    assert "Not polished: the answer was cut off" in report_html(stayed)
