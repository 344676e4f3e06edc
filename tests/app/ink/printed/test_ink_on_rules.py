"""Black ink is told from the black squares that it crosses, and from those along which it goes."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.printed.ink_on_rules import ink_on_rules
from app.ink.printed.ruling import find_bands
from app.ink.printed.unruled import without_lines

Mask = NDArray[np.uint8]
HEIGHT, WIDTH, PITCH, PEN = 400, 600, 47, 7


def squares() -> Mask:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for place in range(20, WIDTH, PITCH):
        cv2.line(mask, (0, place), (WIDTH, place), 255, 3)
        cv2.line(mask, (place, 0), (place, HEIGHT), 255, 3)
    return mask


def stroke(start: tuple[int, int], end: tuple[int, int]) -> Mask:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.line(mask, start, end, 255, PEN)
    return mask


def erased(mask: Mask) -> Mask:
    bands = find_bands(np.bitwise_not(mask)[..., None])
    assert bands is not None
    return ink_on_rules(mask, bands)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ((110, 60), (170, 260)),  # across several lines
        ((75, 163), (145, 163)),  # along a line, and wider than it at both sides
        ((75, 164), (145, 164)),
        ((75, 165), (145, 165)),  # along a line, of which it hides one side
        ((75, 158), (145, 158)),
        ((163, 75), (163, 145)),  # along an upright one
    ],
)
def test_a_stroke_stays_in_one_piece_and_lines_go(
    start: tuple[int, int], end: tuple[int, int]
) -> None:
    drawn = stroke(start, end)
    ink = erased(np.asarray(cv2.bitwise_or(squares(), drawn), np.uint8))
    assert (ink[drawn > 0] > 0).mean() > 0.6
    assert cv2.connectedComponents(ink)[0] == 2
    assert (ink[cv2.dilate(drawn, np.ones((11, 11))) == 0] == 0).all()


def test_squares_alone_leave_nothing() -> None:
    assert not erased(squares()).any()


def test_a_map_says_that_squares_were_taken_out() -> None:
    mask = np.asarray(cv2.bitwise_or(squares(), stroke((110, 60), (170, 260))), np.uint8)
    unruled = without_lines(InkMap(mask, mask, 0.0, 0.0, 1.0))
    assert unruled is not None
    assert unruled.is_unruled
    assert cv2.connectedComponents(unruled.mask)[0] == 2
