"""Which upright strokes among digits are bars between numbers."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.printed.bars import without_bars
from app.recognizer import Recognizer
from tests.support.pictures import sheet_png

Stroke = tuple[tuple[int, int], tuple[int, int]]


def digits_with(*strokes: Stroke, digits: tuple[int, ...] = (50, 250)) -> NDArray[np.uint8]:
    """A mask (200, 340) of zeros from y = 60 to 140, at these x, and strokes from end to end."""
    mask = np.zeros((200, 340), np.uint8)
    for x in digits:
        cv2.ellipse(mask, (x, 100), (25, 40), 0, 0, 360, 255, 5)
    for start, end in strokes:
        cv2.line(mask, start, end, 255, 5)
    return mask


def as_map(mask: NDArray[np.uint8]) -> InkMap:
    return InkMap(mask, mask, 0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    "bar", [((150, 25), (150, 175)), ((155, 30), (145, 170)), ((150, 45), (150, 155))]
)
def test_a_bar_beyond_both_ends_of_the_digits_is_dropped(bar: Stroke) -> None:
    kept = without_bars(as_map(digits_with(bar)))
    np.testing.assert_array_equal(kept.mask, digits_with())


@pytest.mark.parametrize(
    "stroke",
    [
        ((150, 60), (150, 140)),  # a 1
        ((150, 20), (150, 140)),  # a tall 1
        ((150, 60), (150, 185)),  # a 1 that goes far down
        ((175, 25), (125, 175)),  # a slash
        ((320, 25), (320, 175)),  # beside the last digit
    ],
)
def test_other_strokes_are_kept(stroke: Stroke) -> None:
    ink = as_map(digits_with(stroke))
    assert without_bars(ink) is ink


def test_a_bar_far_from_the_digits_is_kept() -> None:
    ink = as_map(digits_with(((320, 25), (320, 175)), digits=(50,)))
    assert without_bars(ink) is ink


def test_a_bar_divides_numbers(recognizer: Recognizer) -> None:
    sheet = cv2.imdecode(np.frombuffer(sheet_png(["25  37"], 80), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert sheet is not None, "a PNG made here can be decoded"
    wide = cv2.copyMakeBorder(sheet, 40, 40, 0, 0, cv2.BORDER_CONSTANT, value=246)
    cv2.line(wide, (187, 25), (187, 175), 40, 7, cv2.LINE_AA)
    assert recognizer.read_image(np.asarray(wide, np.uint8)).text == "25 37"
