"""No secret leaves."""

import pytest

from tasks.generators.redacting import MARK, redacted


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("key = 'AKIAIOSFODNN7EXAMPLE'", "AKIAIOSFODNN7EXAMPLE"),
        ('password = "hunter2hunter2"', "hunter2hunter2"),
        ("url = 'postgres://admin:s3cr3tpw@db/x'", "s3cr3tpw"),
        ('token = "ghp_0123456789abcdefghijABCDEFGHIJ012345"', "ghp_0123456789abcdefghijABCDEFGHIJ012345"),
        ("# sk-proj-abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghijklmnopqrstuvwxyz0123456789"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nabcd\n-----END RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEA7"),
        ("x = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c'",
         "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"),
    ],
    ids=["aws", "keyword", "url", "github", "openai", "pem", "jwt"],
)  # fmt: skip
def test_a_secret_is_taken_out(text: str, secret: str) -> None:
    assert secret not in redacted(text)
    assert MARK in redacted(text)


def test_a_known_secret_is_taken_out_wherever_it_stands() -> None:
    assert redacted("print('plain-looking')", "plain-looking") == f"print('{MARK}')"


@pytest.mark.parametrize(
    "text",
    [
        "def area(width, height):\n    return width * height",
        "raise ValueError('length must not be negative')",
        "assert truncate('abcdef', 3) == 'abc'",
        "if password is None:\n    return False",
        "def check(token: str, *, key=None) -> bool: ...",
    ],
)
def test_plain_code_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text
