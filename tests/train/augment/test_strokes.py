"""Other hands: strokes of the same number and order, which differ in detail."""

from dataclasses import replace

import numpy as np
import pytest

from app.glyph import from_strokes
from tests.support.drawings import DIGITS
from train.augment import strokes as pen
from train.augment.strokes import vary_ink
from train.config import Config

STILL = Config(rotate=0, scale=0, shear=0)


@pytest.fixture
def without_habits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hands that draw as the first did."""
    for name in ("LEFT_OPEN", "OVERSHOT", "HOOKED", "MISPLACED"):
        monkeypatch.setattr(pen, name, (0.0, 0.0))
    for name in ("SPARSE", "SMOOTHED", "TREMOR", "SWAY", "TAPER"):
        monkeypatch.setattr(pen, name, 0.0)


@pytest.mark.usefixtures("without_habits")
@pytest.mark.parametrize("digit", range(10))
def test_without_habits_the_glyph_is_the_same(digit: int) -> None:
    strokes = [stroke * 300 + 40 for stroke in DIGITS[digit]]
    varied = vary_ink(strokes, STILL, np.random.default_rng(0))
    difference = from_strokes(varied).astype(int) - from_strokes(strokes)
    assert np.abs(difference).max() <= 8  # of 255: rounding to the drawing's fixed point


@pytest.mark.usefixtures("without_habits")
def test_slant_moves_the_top_and_the_foot_apart() -> None:
    upright = [np.array([[10.0, 0.0], [10.0, 100.0]])]
    slants = [
        float(np.ptp(vary_ink(upright, replace(STILL, shear=0.25), random)[0][:, 0]))
        for random in map(np.random.default_rng, range(50))
    ]
    assert max(slants) == pytest.approx(25, abs=1)


@pytest.mark.parametrize("digit", range(10))
def test_strokes_keep_their_number_and_their_points_stay_finite(digit: int) -> None:
    for seed in range(30):
        varied = vary_ink(DIGITS[digit], Config(), np.random.default_rng(seed))
        assert len(varied) == len(DIGITS[digit])
        assert all(np.isfinite(stroke).all() and len(stroke) for stroke in varied)


@pytest.mark.parametrize(
    "strokes",
    [
        [np.zeros((1, 2))],  # a tap
        [np.zeros((5, 2))],  # a pen held still
        [np.array([[0.0, 0.0], [9.0, 9.0]]), np.array([[3.0, 3.0]])],  # a line and a dot
    ],
)
def test_odd_strokes_come_through(strokes: list[np.ndarray]) -> None:
    for seed in range(20):
        varied = vary_ink(strokes, Config(), np.random.default_rng(seed))
        assert np.isfinite(np.concatenate(varied)).all()


def test_a_seed_decides_the_hand() -> None:
    first, same, other = (
        vary_ink(DIGITS[5], Config(), np.random.default_rng(s)) for s in (1, 1, 2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
