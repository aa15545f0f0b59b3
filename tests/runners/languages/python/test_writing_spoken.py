"""What a call prints, logs or warns of is asserted in the words of the framework."""

from runners.languages.base import Style
from runners.languages.python.writing import write
from tests.runners.languages.python.written import TARGET, WORKSPACE, seen
from testwright.model import Observation

UNITTEST = Style(framework="unittest")


def written(*observations: Observation, style: Style | None = None) -> str:
    return write(WORKSPACE, TARGET, observations, style or Style()).text


def test_printed_text_is_read_from_capsys() -> None:
    text = written(seen("greet('Ann')", "printed == 'hello Ann\\n'"))

    assert 'def test_greet(capsys):\n    greet("Ann")\n\n    assert capsys.readouterr().out == "hello Ann\\n"\n' in text


def test_printed_text_stands_beside_the_result() -> None:
    text = written(seen("greet('Ann')", "result == 3", "printed == 'hello'"))

    assert '    result = greet("Ann")\n\n    assert result == 3\n    assert capsys.readouterr().out == "hello"\n' in text


def test_printed_text_that_is_looked_at_twice_is_read_once() -> None:
    text = written(seen("greet('Ann')", "len(printed) == 900", "printed[:5] == 'hello'"))

    assert text.count("capsys.readouterr()") == 1
    assert "    printed = capsys.readouterr().out\n    assert len(printed) == 900\n" in text


def test_printed_texts_make_a_table() -> None:
    text = written(
        seen("greet('Ann')", "printed == 'hello Ann'", names="name"), seen("greet('Bob')", "printed == 'hello Bob'", names="name")
    )

    assert "def test_greet(capsys, name, expected):\n    greet(name)\n\n    assert capsys.readouterr().out == expected\n" in text


def test_unittest_redirects_what_is_printed() -> None:
    text = written(seen("greet('Ann')", "printed == 'hello'"), style=UNITTEST)

    assert "import contextlib\nimport io\n" in text
    assert "        with contextlib.redirect_stdout(io.StringIO()) as printed:\n            greet(" in text
    assert '        self.assertEqual(printed.getvalue(), "hello")\n' in text


def test_log_records_are_read_from_caplog() -> None:
    text = written(seen("load('a')", "result is None", "logged == ['no file a']"))

    assert "(caplog):" in text
    assert '    assert caplog.messages == ["no file a"]\n' in text


def test_unittest_asserts_logs() -> None:
    text = written(seen("load('a')", "logged == ['no file a']"), style=UNITTEST)

    assert 'with self.assertLogs(level="WARNING") as logged:\n            load("a")\n' in text
    assert '[record.getMessage() for record in logged.records], ["no file a"]' in text


def test_warning_is_expected_around_the_call() -> None:
    text = written(seen("old(1)", "result == 1", "warned : DeprecationWarning", "str(warned) == 'use new()'"))

    assert '    with pytest.warns(DeprecationWarning, match=r"use new\\(\\)"):\n        result = old(1)\n\n    assert result == 1\n' in text


def test_warnings_that_differ_make_a_table() -> None:
    rows = [seen(f"old({n})", f"result == {n}", "warned : DeprecationWarning", f"str(warned) == 'not {n}'", names="number") for n in (1, 2)]

    text = written(*rows)

    assert "import re\n" in text
    assert "with pytest.warns(DeprecationWarning, match=re.escape(warning)):" in text


def test_unittest_asserts_warnings() -> None:
    text = written(seen("old(1)", "result == 1", "warned : DeprecationWarning", "str(warned) == 'use it'"), style=UNITTEST)

    assert "        with self.assertWarnsRegex(DeprecationWarning, " in text
    assert "            result = old(1)\n\n        self.assertEqual(result, 1)\n" in text


def test_standard_error_is_read_from_capsys() -> None:
    text = written(seen("warn('x')", "complained == 'x\\n'"))

    assert 'def test_warn(capsys):\n    warn("x")\n\n    assert capsys.readouterr().err == "x\\n"\n' in text


def test_both_streams_are_read_at_once() -> None:
    text = written(seen("warn('x')", "printed == 'a'", "complained == 'x'"))

    assert "def test_warn(capsys):\n" in text
    assert '    captured = capsys.readouterr()\n    assert captured.out == "a"\n    assert captured.err == "x"\n' in text


def test_what_was_printed_before_an_exception_is_asserted_after_it() -> None:
    text = written(seen("stop('x')", "raises SystemExit: 2", "complained == 'error: x\\n'"))

    expected = '    with pytest.raises(SystemExit):\n        stop("x")\n\n    assert capsys.readouterr().err == "error: x\\n"\n'
    assert expected in text


def test_the_message_of_an_exception_stands_beside_what_was_printed() -> None:
    text = written(seen("stop('x')", "raises ValueError: no (more) words", "printed == 'a'", "complained == 'b'"))

    assert "    with pytest.raises(ValueError) as excinfo:\n" in text
    assert '    assert str(excinfo.value) == "no (more) words"\n    assert captured.out == "a"\n    assert captured.err == "b"\n' in text


def test_unittest_redirects_standard_error_around_an_exception() -> None:
    text = written(seen("stop('x')", "raises SystemExit: 2", "complained == 'error'"), style=UNITTEST)

    assert (
        "        with contextlib.redirect_stderr(io.StringIO()) as complained:\n            with self.assertRaises(SystemExit):\n" in text
    )
    assert '        self.assertEqual(complained.getvalue(), "error")\n' in text


CLOCK = "monkeypatch.setattr('time.monotonic', iter([10.0, 12.5]).__next__)"


def test_a_clock_is_set_with_monkeypatch() -> None:
    text = written(seen("waited()", "result == 2.5", given=CLOCK))

    assert "def test_waited(monkeypatch):\n" in text
    assert '    monkeypatch.setattr("time.monotonic", iter([10.0, 12.5]).__next__)\n\n    assert waited() == 2.5\n' in text


def test_unittest_sets_a_clock_with_a_patch_around_everything() -> None:
    text = written(seen("waited()", "result == 2.5", given=CLOCK), style=UNITTEST)

    assert "from unittest import mock\n" in text
    assert '        with mock.patch("time.monotonic", iter([10.0, 12.5]).__next__):\n            result = waited()\n' in text
    assert "        self.assertEqual(result, 2.5)\n" in text


def test_calls_under_clocks_that_are_set_otherwise_are_no_rows_of_one_table() -> None:
    other = CLOCK.replace("12.5", "90.0")
    text = written(seen("waited(1)", "result == 2.5", given=CLOCK), seen("waited(2)", "result == 80.0", given=other))

    assert "parametrize" not in text
