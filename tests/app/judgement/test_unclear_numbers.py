"""In numbers that are unclear for the most part, no digit is without doubt."""

import numpy as np
import pytest

from app.judgement.unclear_numbers import with_doubt
from app.reading import Digit, Reading

GLYPH = np.zeros((28, 28), np.uint8)
SHARES = np.full(10, 0.1, np.float32)


def number(text: str, index: int = 0) -> list[Digit]:
    """The marks of a number; "~" before a digit makes it doubtful."""
    marks: list[Digit] = []
    for place, symbol in enumerate(text):
        if symbol == "~":
            continue
        value = int(symbol) if symbol.isdecimal() else None
        sign = symbol if symbol == "-" else None
        is_doubtful = text[place - 1 : place] == "~"
        box = (30.0 * place, 0.0, 20.0, 40.0)
        marks.append(Digit(value, 0.99, SHARES, box, GLYPH, index, 0, is_doubtful, sign))
    return marks


@pytest.mark.parametrize(
    "text, num_doubtful",
    [
        ("9~9~9~8", 4),  # a row of drawn trees
        ("3~0?-", 2),
        ("~4?7", 2),
        ("?7", 0),
        ("4~7", 1),
        ("472~7", 1),
        ("4727", 0),
    ],
)
def test_the_rest_of_an_unclear_number_is_doubtful(text: str, num_doubtful: int) -> None:
    digits = with_doubt(Reading(tuple(number(text)))).digits
    assert sum(mark.is_doubtful for mark in digits) == num_doubtful


def test_other_numbers_stay_clear() -> None:
    digits = with_doubt(Reading((*number("9~9~9~8"), *number("25", 1)))).digits
    assert [mark.is_doubtful for mark in digits] == [True] * 4 + [False] * 2
