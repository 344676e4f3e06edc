"""Empty combs and rows of boxes hold no 1s; what is written in one stays, and so does writing."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink import threshold
from app.ink.printed.empty_rows import without_empty_rows
from app.recognizer import Recognizer

Picture = NDArray[np.uint8]


def paper() -> Picture:
    return np.full((300, 700, 3), 245, np.uint8)


def comb(picture: Picture, bars: list[int], height: int, thick: int, rails: int = 1) -> Picture:
    """The picture with bars at these columns on one rail, or between two."""
    for rail in (200, 200 - height)[:rails]:
        cv2.line(picture, (bars[0], rail), (bars[-1], rail), (140, 140, 140), thick)
    for bar in bars:
        cv2.line(picture, (bar, 200), (bar, 200 - height), (140, 140, 140), thick)
    return picture


def num_left(picture: Picture) -> int:
    """The pieces of ink that are left of a picture."""
    level = threshold.paper(picture)
    assert level is not None
    drawing = threshold.find(picture, level)
    assert drawing is not None
    return len(without_empty_rows(drawing).parts.areas) - 1


@pytest.mark.parametrize("thick", [1, 2, 4])
@pytest.mark.parametrize(("bars", "height"), [(4, 40), (8, 14), (10, 20)])
def test_an_empty_comb_is_dropped(bars: int, height: int, thick: int) -> None:
    assert num_left(comb(paper(), list(range(30, 30 + 60 * bars, 60)), height, thick)) == 0


def test_empty_boxes_are_dropped() -> None:
    assert num_left(comb(paper(), list(range(30, 300, 50)), 60, 2, rails=2)) == 0


def test_nothing_is_read_in_an_empty_comb(recognizer: Recognizer) -> None:
    assert not recognizer.read_image(comb(paper(), list(range(30, 670, 77)), 11, 1)).digits


def test_a_comb_stays_where_something_stands_on_it() -> None:
    picture = comb(paper(), list(range(30, 300, 50)), 20, 1)
    cv2.line(picture, (105, 150), (105, 190), (30, 30, 30), 5)
    assert num_left(picture) == 2


def test_uneven_strokes_on_a_line_stay() -> None:
    assert num_left(comb(paper(), [30, 95, 130, 220, 260], 40, 3)) == 1


def test_three_strokes_on_a_line_stay() -> None:
    assert num_left(comb(paper(), [30, 90, 150], 40, 3)) == 1
