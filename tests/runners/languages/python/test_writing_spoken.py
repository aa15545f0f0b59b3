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
