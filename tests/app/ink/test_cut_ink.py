"""A digit that the picture's edge cuts through is doubtful, as it may be a neighbour's."""

import math
from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.cut_ink import cutting_edges
from app.ink.ink_map import InkMap
from app.recognizer import Recognizer
from tests.support.drawings import placed

Picture = NDArray[np.uint8]
Boxes = list[tuple[int, int, int, int]]
NONE: Final = (-math.inf, math.inf)


def _written(digits: str, left: int, width: int) -> Picture:
    """Digits of 80 pixels, 70 apart, on white paper of a width, (160, width, 3)."""
    picture = np.full((160, width, 3), 255, np.uint8)
    for index, digit in enumerate(digits):
        for stroke in placed(int(digit), left + 70 * index, 40, 80):
            points = np.round(stroke * 16).astype(np.int32)
            cv2.polylines(picture, [points], False, (30, 30, 30), 5, cv2.LINE_AA, 4)
    return picture


@pytest.mark.parametrize(
    "boxes, expected",
    [
        ([(40, 30, 60, 80), (80, 30, 100, 80)], NONE),
        ([(40, 30, 60, 80), (180, 30, 200, 80)], (-math.inf, 198.5)),
        ([(0, 30, 20, 80), (80, 30, 100, 80)], (1.5, math.inf)),
        ([(180, 30, 200, 80)], NONE),  # all that there is
        ([(40, 30, 60, 80), (193, 73, 200, 80)], NONE),  # a point
        ([(20, 30, 60, 60), (180, 10, 200, 40), (180, 60, 200, 90)], NONE),  # ends of two lines
        ([(20, 30, 60, 80), (190, 30, 200, 52), (190, 56, 200, 80)], (-math.inf, 198.5)),  # of an 8
    ],
)
def test_one_of_several_digits_is_cut(boxes: Boxes, expected: tuple[float, float]) -> None:
    labels = np.zeros((120, 200), np.int32)
    for index, (left, top, right, bottom) in enumerate(boxes):
        labels[top:bottom, left:right] = index + 1
    mask = np.where(labels > 0, 255, 0).astype(np.uint8)
    ink = InkMap(mask, mask, 0.0, 0.0, 1.0)
    corners = np.array(boxes, np.float64)
    assert cutting_edges(ink, labels, corners, (120, 200, 3)) == expected


def test_in_a_tight_crop_a_digit_may_touch_the_edge_at_a_point() -> None:
    labels = np.zeros((84, 200), np.int32)
    labels[2:82, 2:40] = 1
    labels[2:82, 150:198] = 2
    labels[40:44, 198:] = 2
    mask = np.where(labels > 0, 255, 0).astype(np.uint8)
    boxes = np.array([(2, 2, 40, 82), (150, 2, 200, 82)], np.float64)
    ink = InkMap(mask, mask, 0.0, 0.0, 1.0)
    assert cutting_edges(ink, labels, boxes, mask.shape) == NONE
    labels[10:60, 198:] = 2
    assert cutting_edges(ink, labels, boxes, mask.shape) == (-math.inf, 198.5)


@pytest.mark.parametrize("neighbour", "0468")
def test_a_neighbours_digit_is_not_silently_read(recognizer: Recognizer, neighbour: str) -> None:
    """The picture ends 30 pixels after the left side of the third digit."""
    picture = _written("52" + neighbour, 50, 800)
    columns = np.flatnonzero((picture < 128).any(axis=(0, 2)))
    start = columns[columns > 50 + 2 * 70 - 8].min()
    reading = recognizer.read_image(np.ascontiguousarray(picture[:, : start + 30]))
    assert reading.text.replace(" ", "").startswith("52")
    last = reading.digits[-1]
    assert len(reading.digits) == 2 or last.value is None or last.is_doubtful
    assert not any(digit.is_doubtful for digit in reading.digits[:2])


def test_whole_digits_are_not_doubtful(recognizer: Recognizer) -> None:
    reading = recognizer.read_image(_written("524", 50, 270))
    assert reading.text == "524"
    assert not any(digit.is_doubtful for digit in reading.digits)
