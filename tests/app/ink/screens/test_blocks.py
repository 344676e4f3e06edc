"""Tiny bitmaps that were enlarged by repeating their pixels are smoothed before ink is found."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.screens.blocks import without_blocks
from app.recognizer import Recognizer

Picture = NDArray[np.uint8]  # (h, w, 1)

# Digits of eight pixels, of which each is in one of seventeen greys.
NINE = """
0 0 3 12 16 9 0 0
0 2 14 9 6 15 0 0
0 4 14 0 2 16 0 0
0 1 12 13 14 14 0 0
0 0 0 3 10 9 0 0
0 0 0 0 14 4 0 0
0 0 0 5 14 0 0 0
0 0 0 12 7 0 0 0
"""
SIX = """
0 0 0 4 15 2 0 0
0 0 2 15 7 0 0 0
0 0 9 12 0 0 0 0
0 1 15 4 2 1 0 0
0 3 16 12 15 12 1 0
0 2 16 8 0 9 8 0
0 0 11 10 3 13 7 0
0 0 1 12 16 10 0 0
"""


def bitmap(digit: str) -> NDArray[np.uint8]:
    levels = np.array(digit.split(), np.float64).reshape(8, 8)
    return np.round(levels * 255 / 16).astype(np.uint8)


def enlarged(picture: NDArray[np.uint8], times: int) -> Picture:
    return np.kron(picture, np.ones((times, times), np.uint8))[..., None]


@pytest.mark.parametrize("times", [12, 15, 40])
@pytest.mark.parametrize(("digit", "expected"), [(NINE, "9"), (SIX, "6")])
@pytest.mark.parametrize("is_inverse", [False, True])
def test_an_enlarged_digit_of_eight_pixels_is_read(
    digit: str, expected: str, times: int, is_inverse: bool, recognizer: Recognizer
) -> None:
    picture = enlarged(bitmap(digit), times)[..., 0]
    assert recognizer.read_image(255 - picture if is_inverse else picture).text == expected


@pytest.mark.parametrize("start", [0, 3, 9])
def test_blocks_are_found_wherever_the_first_one_begins(start: int) -> None:
    picture = enlarged(bitmap(NINE), 10)[start:, start:]
    smooth = without_blocks(picture)
    assert smooth.shape == picture.shape
    steps = np.abs(np.diff(smooth[..., 0].astype(np.int16), axis=1))
    assert steps.max() < np.abs(np.diff(picture[..., 0].astype(np.int16), axis=1)).max() / 3


@pytest.mark.parametrize(
    "picture",
    [
        enlarged(bitmap(NINE), 3),  # small blocks
        enlarged(np.kron(bitmap(NINE), np.eye(2, dtype=np.uint8)), 10),  # many blocks
        enlarged(bitmap(NINE), 10)[:, ::2],  # blocks that are not square
        np.zeros((80, 80, 1), np.uint8),
        np.arange(6400, dtype=np.uint8).reshape(80, 80, 1),
        np.zeros((1, 1, 3), np.uint8),
    ],
)
def test_other_pictures_are_left_as_they_are(picture: Picture) -> None:
    assert without_blocks(picture) is picture
