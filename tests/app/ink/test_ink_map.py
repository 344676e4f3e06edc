"""Which specks are dirt, and which are points of numbers."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import without_specks


def number_with(*specks: tuple[int, int]) -> NDArray[np.uint8]:
    """A mask of a 7 of 50 pixels, drawn with a broad pen, and dots that are smaller than its pen.

    specks: x and y of each; the foot of the 7 is at (65, 75).
    """
    mask = np.zeros((120, 200), np.uint8)
    cv2.polylines(mask, [np.array([[50, 25], [85, 25], [65, 75]])], False, 255, 8)
    for x, y in specks:
        cv2.circle(mask, (x, y), 3, 255, -1)
    return mask


@pytest.mark.parametrize("speck", [(112, 74), (108, 68), (26, 76)])
def test_a_point_beside_a_digits_foot_is_kept(speck: tuple[int, int]) -> None:
    mask = number_with(speck)
    np.testing.assert_array_equal(without_specks(mask), mask)


@pytest.mark.parametrize("speck", [(112, 30), (112, 100), (170, 74), (60, 110)])
def test_a_speck_elsewhere_is_dirt(speck: tuple[int, int]) -> None:
    np.testing.assert_array_equal(without_specks(number_with(speck)), number_with())


def test_where_most_specks_are_elsewhere_all_are_dirt() -> None:
    dirty = number_with((112, 74), (112, 20), (170, 74))
    np.testing.assert_array_equal(without_specks(dirty), number_with())
