"""A line from edge to edge that goes through a digit is erased, and the digit stays whole."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink import threshold
from app.ink.ink_map import InkMap
from app.ink.printed.lines_through import without_lines_through
from app.recognizer import Recognizer
from tests.support.drawings import placed

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
RED: Colour = (220, 70, 70)
BLACK: Colour = (30, 35, 40)
TOP, SIZE = 200, 150


def written(digits: str, pen: int = 6, lines: tuple[tuple[int, int], ...] = ()) -> Picture:
    """Digits on a page, below thin red lines from a column at its top to one at its foot."""
    picture = np.full((600, 900, 3), 240, np.uint8)
    for top, foot in lines:
        cv2.line(picture, (top, 0), (foot, 600), RED, 1, cv2.LINE_AA)
    for index, digit in enumerate(digits):
        strokes = placed(int(digit), 120 + round(0.85 * SIZE * index), TOP, SIZE)
        points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
        cv2.polylines(picture, points, False, BLACK, pen, cv2.LINE_AA, 4)
    return picture


def erased(picture: Picture) -> tuple[InkMap, InkMap]:
    """All ink of a picture, and the ink without lines through digits."""
    level = threshold.paper(picture)
    assert level is not None
    drawing = threshold.find(picture, level)
    assert drawing is not None
    return drawing, without_lines_through(drawing, picture, level)


@pytest.mark.parametrize("lean", [-5, 0, 4])
@pytest.mark.parametrize("left", [160, 180])
def test_a_margin_through_the_first_digit_is_erased(left: int, lean: int) -> None:
    _, rest = erased(written("6824", lines=((left, left + lean),)))
    _, y, _, height = cv2.boundingRect(rest.mask)
    assert y >= TOP - 5
    assert y + height <= TOP + SIZE + 5


def test_the_digit_below_a_margin_is_read(recognizer: Recognizer) -> None:
    assert recognizer.read_image(written("6824", lines=((160, 163),))).text == "6824"


def test_a_level_line_through_digits_is_erased() -> None:
    picture = written("682")
    cv2.line(picture, (0, 280), (900, 282), RED, 1, cv2.LINE_AA)
    _, rest = erased(picture)
    assert cv2.boundingRect(rest.mask)[2] < 500


def test_two_margins_are_erased() -> None:
    _, rest = erased(written("6824", lines=((160, 160), (290, 290))))
    assert cv2.boundingRect(rest.mask)[1] >= TOP - 5


def test_a_stem_on_the_margin_stays() -> None:
    picture = np.full((600, 900, 3), 240, np.uint8)
    cv2.line(picture, (200, 0), (200, 600), RED, 3)
    cv2.line(picture, (200, 220), (200, 380), BLACK, 3)
    cv2.line(picture, (160, 240), (200, 220), BLACK, 3)
    _, rest = erased(picture)
    assert rest.mask[300, 200]


def test_a_point_beside_a_margin_stays() -> None:
    picture = written("68", pen=5)
    cv2.line(picture, (160, 0), (160, 600), RED, 3)
    cv2.circle(picture, (500, 345), 4, BLACK, cv2.FILLED)
    drawing, rest = erased(picture)
    assert rest is not drawing
    assert rest.mask[345, 500] == drawing.mask[345, 500]


def test_a_line_between_digits_is_left_to_others() -> None:
    drawing, rest = erased(written("68", lines=((600, 600),)))
    assert rest is drawing


def test_a_cropped_four_keeps_its_stem() -> None:
    picture = np.full((100, 90, 3), 255, np.uint8)
    cv2.line(picture, (60, 0), (60, 99), BLACK, 5)
    cv2.polylines(picture, [np.array([[30, 5], [15, 60], [80, 60]])], False, BLACK, 5)
    drawing, rest = erased(picture)
    assert rest is drawing


def test_lines_that_cross_each_other_are_left_to_others() -> None:
    picture = written("68", lines=((160, 160),))
    cv2.line(picture, (0, 400), (900, 400), RED, 1)
    drawing, rest = erased(picture)
    assert rest is drawing


def test_a_line_as_thick_as_the_pen_that_strikes_a_number_out_stays() -> None:
    picture = written("682")
    cv2.line(picture, (0, 280), (900, 282), BLACK, 6)
    drawing, rest = erased(picture)
    assert rest is drawing
