"""A staple above the beginning of a number is no minus, and a minus beside it is one."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.recognizer import Recognizer
from app.segmentation.bars_above import without_bars_above
from app.segmentation.text_lines import group_into_lines
from tests.support.drawings import placed

NUMBER = [(100, 100, 150, 200), (180, 105, 230, 200)]  # left, top, right and bottom of two digits


@pytest.mark.parametrize(
    "bar, expected",
    [
        ((20, 40, 60, 50), [[1, 2]]),  # above the number and before it
        ((50, 40, 97, 50), [[1, 2]]),  # nearly above its first digit, but far
        ((50, 80, 97, 90), [[0, 1, 2]]),  # near it
        ((20, 145, 60, 155), [[0, 1, 2]]),  # a minus
        ((20, 95, 60, 110), [[0, 1, 2]]),  # a high one
        ((100, 80, 140, 90), [[0, 1, 2]]),  # the bar of the first digit
        ((30, 30, 40, 60), [[0, 1, 2]]),  # upright
    ],
)
def test_a_bar_above_the_beginning_is_left_out(
    bar: tuple[int, int, int, int], expected: list[list[int]]
) -> None:
    boxes = np.array([bar, *NUMBER], np.float64)
    assert without_bars_above(boxes, group_into_lines(boxes)) == expected


def test_the_minus_of_a_sum_is_left_of_its_number() -> None:
    """It is below the first number, and before a longer one below it."""
    boxes = np.array([(40, 200, 70, 210), (120, 50, 160, 120), (120, 170, 160, 240)], np.float64)
    lines = without_bars_above(boxes, group_into_lines(boxes))
    assert sorted(part for line in lines for part in line) == [0, 1, 2]


def with_bar(bar: tuple[int, int, int, int], grey: int) -> NDArray[np.uint8]:
    """A line of that grey from a point to another one beside 394, uint8 (220, 380, 3)."""
    picture = np.full((220, 380, 3), 255, np.uint8)
    for index, digit in enumerate((3, 9, 4)):
        strokes = placed(digit, 110 + 85 * index, 90, 80)
        points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
        cv2.polylines(picture, points, False, (40, 40, 40), 6, cv2.LINE_AA, 4)
    cv2.line(picture, bar[:2], bar[2:], (grey,) * 3, 6, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize(
    "bar, grey, text",
    [
        ((30, 40, 62, 44), 110, "394"),  # a staple
        ((45, 50, 78, 38), 110, "394"),
        ((50, 128, 88, 130), 40, "-394"),
    ],
)
def test_a_staple_is_no_minus(
    recognizer: Recognizer, bar: tuple[int, int, int, int], grey: int, text: str
) -> None:
    assert recognizer.read_image(with_bar(bar, grey)).text == text
