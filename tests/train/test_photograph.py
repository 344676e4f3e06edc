"""Rendered photographs: right in form, the same for the same seed, varied, and readable."""

import numpy as np
import pytest

from app import picture
from tests.drawings import DIGITS, placed
from train import photograph as room
from train.photograph import PENS, photograph, photograph_glyph


def bitmap() -> np.ndarray:
    """A 7 as MNIST has them: uint8 (28, 28), ink 255 on 0."""
    glyph = np.zeros((28, 28), np.uint8)
    glyph[4:7, 6:21] = 255
    for row in range(7, 24):
        left = 18 - (row - 7) // 2
        glyph[row, left : left + 3] = 255
    return glyph


def test_pictures_are_rgb_of_the_promised_sizes() -> None:
    random = np.random.default_rng(0)
    for number in range(60):
        image = photograph(DIGITS[number % 10], random)
        assert image.dtype == np.uint8
        assert image.ndim == 3
        assert image.shape[2] == 3
        assert min(image.shape[:2]) >= room.LEAST_EXTENT
        assert max(image.shape[:2]) <= room.LARGE[1] * 1.5
        assert photograph_glyph(bitmap(), random).dtype == np.uint8


def test_one_seed_gives_one_picture_and_another_another() -> None:
    for draw in (
        lambda random: photograph(placed(3, 0, 0, 300), random),
        lambda random: photograph_glyph(bitmap(), random),
    ):
        first, again, other = (draw(np.random.default_rng(seed)) for seed in (5, 5, 6))
        assert np.array_equal(first, again)
        assert first.shape != other.shape or not np.array_equal(first, other)


@pytest.mark.parametrize("scale, left, top", [(1, 0, 0), (500, -3000, 80)])
def test_scale_and_place_of_strokes_do_not_matter(scale: float, left: float, top: float) -> None:
    wanted = photograph(placed(2, 0, 0, 100), np.random.default_rng(9))
    moved = photograph(placed(2, left, top, scale), np.random.default_rng(9))
    assert moved.shape == wanted.shape
    assert np.abs(moved.astype(int) - wanted).mean() < 1


@pytest.mark.parametrize(
    "pen", PENS, ids=["pencil", "ballpoint", "felt", "marker", "crayon", "chalk"]
)
def test_every_pen_leaves_ink_that_is_found(pen: room.Pen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PENS", (pen,))
    random = np.random.default_rng(4)
    found = [picture.find_ink(photograph(DIGITS[n % 10], random)) for n in range(30)]
    assert sum(one is not None for one in found) >= 28


def test_a_lone_dot_and_a_straight_line_are_drawn() -> None:
    for strokes in ([np.array([[5.0, 5.0]])], [np.array([[0.0, 0.0], [0.0, 9.0]])]):
        image = photograph(strokes, np.random.default_rng(2))
        assert image.std() > 1
