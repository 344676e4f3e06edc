"""Which rows of pieces are the coil of a notebook, and which are digits."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.paper.coils import without_coil


def page(num_rings: int, jitter: float = 0.0, has_writing: bool = True) -> NDArray[np.uint8]:
    """A mask (300, 500) of rings along its upper edge, and two zeros below them."""
    mask = np.zeros((300, 500), np.uint8)
    aside = np.random.default_rng(4).uniform(-jitter, jitter, num_rings)
    for index in range(num_rings):
        x = round(30 + 40 * index + float(aside[index]))
        cv2.ellipse(mask, (x, 20), (5, 20), 0, 0, 360, 255, 3)
    if has_writing:
        for x in (150, 260):
            cv2.ellipse(mask, (x, 200), (30, 45), 0, 0, 360, 255, 5)
    return mask


def kept(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return without_coil(InkMap(mask, mask, 0.0, 0.0, 1.0), mask.shape)


@pytest.mark.parametrize("num_rings", [10, 12])
def test_a_coil_along_the_upper_or_the_left_edge_is_dropped(num_rings: int) -> None:
    mask, writing = page(num_rings), page(0)
    np.testing.assert_array_equal(kept(mask), writing)
    lying = np.ascontiguousarray(mask.T)
    np.testing.assert_array_equal(kept(lying), writing.T)


@pytest.mark.parametrize(
    "mask",
    [
        page(9),  # as many as the digits in a row of a sudoku
        page(10, jitter=14.0),  # digits that are written in a row
        page(10, has_writing=False),
    ],
)
def test_other_rows_are_kept(mask: NDArray[np.uint8]) -> None:
    assert kept(mask) is mask


def test_an_even_row_away_from_the_edge_is_kept() -> None:
    below = np.concatenate([np.zeros((80, 500), np.uint8), page(12)])
    assert kept(below) is below


def test_a_larger_digit_in_the_row_is_kept() -> None:
    mask = page(12)
    mask[:60, 250:] = 0
    cv2.ellipse(mask, (400, 40), (25, 38), 0, 0, 360, 255, 5)
    crowded = np.hstack([page(12)[:, :490], mask[:, 330:]])
    assert kept(crowded)[:60, 490:].any()


def test_lines_that_begin_with_the_same_digit_are_kept() -> None:
    mask = np.zeros((500, 300), np.uint8)
    for index in range(12):
        for x in (20, 60):
            cv2.ellipse(mask, (x, 30 + 40 * index), (12, 15), 0, 0, 360, 255, 3)
    assert kept(mask) is mask
