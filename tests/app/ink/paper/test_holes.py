"""Which round blots are punched holes, and which are points or digits."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.paper.holes import without_holes
from app.recognizer import Recognizer
from tests.support.drawings import placed

Blot = tuple[int, int, int]  # x, y, radius


def page(*blots: Blot) -> NDArray[np.uint8]:
    """A mask (300, 400) of two zeros with a pen of 6 pixels, and blots."""
    mask = np.zeros((300, 400), np.uint8)
    for x in (200, 290):
        cv2.ellipse(mask, (x, 150), (25, 40), 0, 0, 360, 255, 6)
    for x, y, radius in blots:
        cv2.circle(mask, (x, y), radius, 255, -1)
    return mask


def as_map(mask: NDArray[np.uint8]) -> InkMap:
    return InkMap(mask, mask, 0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    "blots", [((40, 70, 12), (40, 230, 12)), ((60, 150, 30),), ((200, 40, 15),)]
)
def test_holes_beside_writing_are_dropped(blots: tuple[Blot, ...]) -> None:
    np.testing.assert_array_equal(without_holes(as_map(page(*blots))).mask, page())


@pytest.mark.parametrize(
    "blots",
    [
        ((245, 190, 7),),  # a point
        ((245, 190, 12),),  # a broad one
        ((245, 130, 8), (245, 170, 8)),  # a colon
        ((350, 165, 20), (400 - 8, 165, 8)),  # a zero that is filled with ink
        ((40, 150, 4),),  # no broader than the pen
    ],
)
def test_points_and_filled_digits_are_kept(blots: tuple[Blot, ...]) -> None:
    ink = as_map(page(*blots))
    assert without_holes(ink) is ink


def test_a_loop_within_other_ink_is_no_hole() -> None:
    mask = page((60, 150, 16))
    cv2.rectangle(mask, (20, 90), (100, 210), 255, 6)
    ink = as_map(mask)
    assert without_holes(ink) is ink


def test_rings_are_no_holes() -> None:
    mask = page()
    cv2.circle(mask, (50, 150), 20, 255, 6)
    ink = as_map(mask)
    assert without_holes(ink) is ink


def test_a_number_on_a_punched_sheet_is_read(recognizer: Recognizer) -> None:
    sheet = np.full((260, 520), 255, np.uint8)
    for y in (50, 210):
        cv2.circle(sheet, (35, y), 14, 40, -1, cv2.LINE_AA)
    for index, digit in enumerate("472"):
        strokes = placed(int(digit), 150 + 100 * index, 80, 100)
        points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
        cv2.polylines(sheet, points, False, 30, 6, cv2.LINE_AA, 4)
    assert recognizer.read_image(sheet).text == "472"
