"""How readings of whole pages are scored."""

from typing import Any

import numpy as np
import pytest

from app.reading import Digit, Reading
from train.evaluate import page_scores
from train.evaluate.page_scores import in_order

NOTHING = np.zeros((28, 28), np.uint8)


def mark(text: str, likeliest: int = 0, is_doubtful: bool = False) -> Digit:
    """A digit, or a "?" that is likely this digit, or a sign."""
    value = int(text) if text.isdigit() else None
    probabilities = np.eye(10, dtype=np.float32)[likeliest]
    sign = None if text.isdigit() or text == "?" else text
    box = (0, 0, 1, 1)
    return Digit(value, 0.9, probabilities, box, NOTHING, is_doubtful=is_doubtful, sign=sign)


class Fake:
    """Reads a picture of one pixel as the prepared reading of this number."""

    def __init__(self, *readings: Reading) -> None:
        self._readings = readings

    def read_image(self, picture: Any) -> Reading:
        return self._readings[int(picture[0, 0])]


@pytest.mark.parametrize(
    "expected, got, right",
    [
        ("123", "123", [1, 1, 1]),
        ("123", "13", [1, 1]),
        ("123", "91823", [0, 1, 0, 1, 1]),
        ("", "1", [0]),
        ("1", "", []),
        ("321", "123", [0, 0, 1]),
    ],
)
def test_digits_are_compared_in_their_order(expected: str, got: str, right: list[int]) -> None:
    found = in_order(expected, got)
    assert sum(found) == sum(right)
    if sum(right) > 1:
        assert found == [bool(each) for each in right]


def test_pages_are_scored_by_their_digits() -> None:
    first = Reading(tuple(map(mark, "12-4")))
    second = Reading((mark("?", 5), mark("7", is_doubtful=True), mark("9"), mark("8")))
    recognizer: Any = Fake(first, second)
    pages = [(np.full((1, 1), page, np.uint8), text) for page, text in enumerate(("124", "58"))]
    assert page_scores.score(recognizer, pages) == {
        "n": 5,
        "answered_rightly": 80.0,
        "likeliest_right": 100.0,
        "refused": 20.0,
        "doubtful": 20.0,
        "wrong_without_doubt": 20.0,
    }


def test_no_pages_have_no_digits() -> None:
    recognizer: Any = Fake()
    assert page_scores.score(recognizer, [])["n"] == 0
