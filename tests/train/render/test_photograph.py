"""Rendered photographs have the right form, depend only on the seed, vary, and are readable."""

import numpy as np
import pytest

from app.ink import image as picture
from tests.support.drawings import DIGITS, placed
from train.render import scene, stationery
from train.render.exposure import Surroundings
from train.render.photograph import photograph, photograph_glyph, photograph_nothing
from train.render.stationery import PENS, Pen


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
        image = photograph(DIGITS[number % 10], random).picture
        assert image.dtype == np.uint8
        assert image.ndim == 3
        assert image.shape[2] == 3
        assert min(image.shape[:2]) >= scene.MIN_EXTENT
        assert max(image.shape[:2]) <= scene.LARGE[1] * 1.5
        assert photograph_glyph(bitmap(), random).picture.dtype == np.uint8


def test_one_seed_gives_one_picture_and_another_another() -> None:
    for draw in (
        lambda random: photograph(placed(3, 0, 0, 300), random).picture,
        lambda random: photograph_glyph(bitmap(), random).picture,
    ):
        first, again, other = (draw(np.random.default_rng(seed)) for seed in (5, 5, 6))
        assert np.array_equal(first, again)
        assert first.shape != other.shape or not np.array_equal(first, other)


@pytest.mark.parametrize("scale, left, top", [(1, 0, 0), (500, -3000, 80)])
def test_scale_and_place_of_strokes_do_not_matter(scale: float, left: float, top: float) -> None:
    wanted = photograph(placed(2, 0, 0, 100), np.random.default_rng(9)).picture
    moved = photograph(placed(2, left, top, scale), np.random.default_rng(9)).picture
    assert moved.shape == wanted.shape
    assert np.abs(moved.astype(int) - wanted).mean() < 1


@pytest.mark.parametrize(
    "pen", PENS, ids=["pencil", "ballpoint", "felt", "marker", "crayon", "chalk"]
)
def test_every_pen_leaves_ink_that_is_found(pen: Pen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stationery, "PENS", (pen,))
    random = np.random.default_rng(4)
    inks = [picture.find_ink(photograph(DIGITS[n % 10], random).picture) for n in range(30)]
    assert sum(ink is not None for ink in inks) >= 28


def test_a_lone_dot_and_a_straight_line_are_drawn() -> None:
    for strokes in ([np.array([[5.0, 5.0]])], [np.array([[0.0, 0.0], [0.0, 9.0]])]):
        image = photograph(strokes, np.random.default_rng(2)).picture
        assert image.std() > 1


def test_the_ink_is_where_the_pen_was() -> None:
    random = np.random.default_rng(1)
    for number in range(30):
        shot = photograph(DIGITS[number % 10], random)
        assert shot.ink.shape == shot.picture.shape[:2]
        assert shot.ink.dtype == np.float32
        assert 0 <= shot.ink.min() < 0.01
        assert 0.5 < shot.ink.max() <= 1
    nothing = photograph_nothing(random)
    assert not nothing.ink.any()
    assert nothing.picture.shape == (*nothing.ink.shape, 3)


def test_digits_of_a_number_are_as_large_as_digits() -> None:
    """Their share of the ink decides how broad the pen is, not how far all ink reaches."""
    row = [
        stroke + np.array([90.0 * index, 0.0])
        for index in range(5)
        for stroke in placed(1, 0, 0, 80)
    ]
    broad, fine = (
        np.mean([photograph(row, np.random.default_rng(n), share).ink.mean() for n in range(12)])
        for share in (1.0, 0.2)
    )
    assert fine < 0.5 * broad


def test_ruling_is_as_likely_as_wanted() -> None:
    ruled, plain = (
        [
            photograph_nothing(np.random.default_rng(n), Surroundings(share)).picture
            for n in range(20)
        ]
        for share in (1.0, 0.0)
    )
    assert all(not np.array_equal(page, other) for page, other in zip(ruled, plain, strict=True))
