"""Pictures scaled to a longer side."""

import numpy as np
import pytest

from app.ink.resize import reduce_to_side, resize_to_side


@pytest.mark.parametrize(
    "shape, resized, reduced",
    [
        # height, width (, channels): as given, at exactly 40 pixels, and at 40 at most
        ((80, 20), (40, 10), (40, 10)),
        ((20, 80, 3), (10, 40, 3), (10, 40, 3)),
        ((20, 80, 1), (10, 40, 1), (10, 40, 1)),  # a lone channel keeps its axis
        ((20, 10, 4), (40, 20, 4), (20, 10, 4)),  # enlarged, or left unchanged
        ((40, 40), (40, 40), (40, 40)),
        ((1, 400), (1, 40), (1, 40)),  # never less than one pixel
    ],
)
def test_the_longer_side_decides(
    shape: tuple[int, ...], resized: tuple[int, ...], reduced: tuple[int, ...]
) -> None:
    image = np.full(shape, 77, np.uint8)
    for scaled, expected in (
        (resize_to_side(image, 40), resized),
        (reduce_to_side(image, 40), reduced),
    ):
        assert scaled.shape == expected
        assert scaled.dtype == np.uint8
        assert (scaled == 77).all()


def test_reducing_takes_the_mean_of_what_it_covers() -> None:
    checks = np.tile(np.array([[0, 200], [200, 0]], np.uint8), (8, 8))
    assert (reduce_to_side(checks, 8) == 100).all()
