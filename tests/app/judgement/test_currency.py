"""A first digit that may be a dollar is doubtful."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app import glyph
from app.judgement.currency import with_doubt
from app.reading import Digit, Reading
from tests.support.drawings import placed

SHARES = np.full(10, 0.1, np.float32)


def dollar() -> NDArray[np.uint8]:
    """The glyph of a dollar: an S with a bar through it."""
    upper = cv2.ellipse2Poly((30, 28), (22, 20), 0, 110, 330, 10)[::-1]
    lower = cv2.ellipse2Poly((30, 68), (24, 20), 0, -80, 150, 10)
    bow = np.concatenate([upper, lower]).astype(np.float64)
    return glyph.from_strokes([bow, np.array([[33.0, 0.0], [29.0, 100.0]])])


def digit(value: int) -> NDArray[np.uint8]:
    return glyph.from_strokes(list(placed(value, 0, 0, 80)))


def reading(*marks: tuple[int, NDArray[np.uint8]]) -> Reading:
    return Reading(
        tuple(
            Digit(value, 0.99, SHARES, (30.0 * index, 0, 20, 40), image)
            for index, (value, image) in enumerate(marks)
        )
    )


@pytest.mark.parametrize("value", [5, 8])
def test_a_dollar_before_a_number_is_doubtful(value: int) -> None:
    doubted = with_doubt(reading((value, dollar()), (5, digit(5)), (0, digit(0))))
    assert [mark.is_doubtful for mark in doubted.digits] == [True, False, False]
    assert doubted.text == f"{value}50"


@pytest.mark.parametrize("value", range(10))
def test_a_digit_before_a_number_is_not(value: int) -> None:
    before = reading((value, digit(value)), (5, digit(5)))
    assert with_doubt(before) is before


def test_no_digit_within_or_without_a_number_is_taken_for_a_dollar() -> None:
    for before in (reading((5, digit(5)), (8, dollar())), reading((8, dollar()))):
        assert with_doubt(before) is before
