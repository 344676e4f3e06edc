"""The strip of a line in a picture, and of another view of it."""

import numpy as np

from app import strip


def test_another_view_takes_the_place_of_the_ink() -> None:
    ink = np.zeros((60, 120), np.uint8)
    ink[10:50, 20:100] = 255
    other = np.where(ink > 0, 200, 90).astype(np.uint8)
    usual, shown = strip.of_ink(ink), strip.of_ink(ink, other)
    assert shown.pixels.shape == usual.pixels.shape
    assert (shown.left, shown.scale) == (usual.left, usual.scale)
    np.testing.assert_array_equal(shown.pixels[usual.pixels == 255], 200)
    assert not shown.pixels[usual.pixels == 0].any()
