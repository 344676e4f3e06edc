"""The borders in the crop of a cell are found, and the strokes of digits are not."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.printed.cell_borders import find_borders
from app.recognizer import Recognizer

Mask = NDArray[np.uint8]  # (h, w), 255 for ink
Line = tuple[int, int, int, int]  # x and y of both ends
SIDE = 160
LEFT, RIGHT = (12, 0, 10, 159), (140, 0, 148, 159)
LEVEL = (0, 10, 159, 14)
ONE = (85, 40, 80, 120)


def drawn(*lines: Line, thick: int = 8) -> Mask:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for left, top, right, bottom in lines:
        cv2.line(mask, (left, top), (right, bottom), 255, thick)
    return mask


@pytest.mark.parametrize(
    "borders, digit",
    [
        ((LEFT,), (ONE,)),
        ((RIGHT, LEVEL), (ONE,)),
        ((LEFT, RIGHT, LEVEL), ((50, 60, 110, 60), (110, 60, 80, 120))),
        ((LEFT,), ((70, 40, 120, 40), (120, 40, 80, 120))),
    ],
)
def test_borders_are_found_without_digits(
    borders: tuple[Line, ...], digit: tuple[Line, ...]
) -> None:
    lines, writing = drawn(*borders), drawn(*digit)
    found = find_borders(lines | writing, writing)
    assert (found[lines > 0] > 0).mean() > 0.9
    assert not found[writing > 0].any()


@pytest.mark.parametrize(
    "strokes",
    [
        pytest.param((LEFT,), id="a 1 that fills the picture"),
        pytest.param((LEFT, (60, 2, 150, 2), (150, 2, 80, 157)), id="a 17 that is cropped tightly"),
        pytest.param(((136, 0, 136, 159), (136, 0, 90, 60)), id="a 1 with a flag"),
        pytest.param((LEVEL, ONE), id="a level line alone"),
        pytest.param(((20, 15, 18, 140), ONE), id="a 1 that ends before the edges"),
        pytest.param(((30, 0, 5, 159), ONE), id="a 1 that leans"),
    ],
)
def test_strokes_of_digits_are_no_borders(strokes: tuple[Line, ...]) -> None:
    ink = drawn(*strokes)
    assert not find_borders(ink, ink).any()


def test_a_1_beside_the_border_of_its_cell_is_read(recognizer: Recognizer) -> None:
    ink = drawn((24, 0, 20, 159), ONE, thick=9) / 255
    grain = np.random.default_rng(1).normal(0, 3, (SIDE, SIDE))
    grey = cv2.GaussianBlur(190 - 110 * ink + grain, (0, 0), 2)
    small = cv2.resize(grey, (56, 56), interpolation=cv2.INTER_AREA)
    assert recognizer.read_image(np.clip(small, 0, 255).astype(np.uint8)).text == "1"
