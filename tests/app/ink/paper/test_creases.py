"""Which bent lines from edge to edge are creases, and which are writing."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.paper.creases import without_creases

Points = list[tuple[int, int]]


def page(*lines: Points) -> NDArray[np.uint8]:
    """A mask (300, 500) of two zeros near its foot, and lines."""
    mask = np.zeros((300, 500), np.uint8)
    for x in (300, 380):
        cv2.ellipse(mask, (x, 240), (20, 30), 0, 0, 360, 255, 5)
    for points in lines:
        cv2.polylines(mask, [np.array(points, np.int32)], False, 255, 5)
    return mask


def kept(mask: NDArray[np.uint8], left: float = 0.0) -> NDArray[np.uint8]:
    return without_creases(InkMap(mask, mask, left, 0.0, 1.0), (300, 500, 3))


@pytest.mark.parametrize(
    "line",
    [
        [(0, 0), (250, 160), (499, 0)],  # the flap of an envelope
        [(0, 120), (250, 135), (499, 125)],  # a crease
        [(180, 0), (190, 160), (170, 299)],
    ],
)
def test_bent_lines_from_edge_to_edge_are_dropped(line: Points) -> None:
    np.testing.assert_array_equal(kept(page(line)), page())


@pytest.mark.parametrize(
    "lines",
    [
        ([(20, 20), (250, 160), (480, 20)],),  # it ends within the picture
        ([(180, 0), (230, 0), (200, 80)],),  # a 7 at the edge
        ([(0, 0), (250, 160), (499, 0)], [(120, 75), (90, 130), (160, 120), (130, 175)]),
    ],
)
def test_other_lines_are_kept(lines: tuple[Points, ...]) -> None:
    mask = page(*lines)
    np.testing.assert_array_equal(kept(mask), mask)


def test_the_stroke_of_a_6_in_a_tight_picture_is_kept() -> None:
    mask = np.zeros((170, 110), np.uint8)
    stroke = np.array([(60, 0), (20, 90), (2, 160), (60, 169)], np.int32)
    cv2.polylines(mask, [stroke], False, 255, 4)
    cv2.ellipse(mask, (60, 125), (25, 30), 0, 0, 360, 255, 4)
    ink = InkMap(mask, mask, 0.0, 0.0, 1.0)
    np.testing.assert_array_equal(without_creases(ink, mask.shape), mask)


def test_a_bent_line_alone_is_kept() -> None:
    mask = np.zeros((300, 500), np.uint8)
    cv2.polylines(mask, [np.array([(0, 0), (250, 160), (499, 0)], np.int32)], False, 255, 5)
    np.testing.assert_array_equal(kept(mask), mask)
