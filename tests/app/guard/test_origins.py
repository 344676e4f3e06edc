"""From which origins pages may connect."""

import pytest

from app.guard.origins import is_allowed


@pytest.mark.parametrize(
    "origin, host, expected",
    [
        (None, "localhost:8501", True),  # a program
        ("http://localhost:8501", "localhost:8501", True),
        ("https://digits.example", "digits.example", True),
        ("https://named.example", "digits.example", True),
        ("http://localhost:3000", "digits.example", False),  # a server on the visitor's machine
        ("http://127.0.0.1", "digits.example", False),
        ("http://named.example", "digits.example", False),  # another scheme than the named one
        ("https://evil.example", "digits.example", False),
        ("https://digits.example.evil.example", "digits.example", False),
        ("null", "digits.example", False),
        ("http://[", "digits.example", False),
        ("", "", True),
    ],
)
def test_own_and_named_origins_are_allowed(origin: str | None, host: str, expected: bool) -> None:
    assert is_allowed(origin, host, {"https://named.example"}) is expected
