"""The explanation of a reading: which ink of a glyph the decision rests on."""

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from app.inference import occlusion
from app.ink.strokes import ink_glyph
from app.page.glyph_images import CONTRADICTING, SUPPORTING, ZOOM, heat_map
from app.recognizer import Recognizer
from tests.support.drawings import placed


def by_corner(glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Logits (n, 2) of a network that only looks at ink in the upper left quarter."""
    ink = glyphs[:, :14, :14].astype(np.float32).sum(axis=(1, 2)) / 255
    return np.stack([ink, np.zeros_like(ink)], axis=1)


def two_squares() -> NDArray[np.uint8]:
    glyph = np.zeros((28, 28), np.uint8)
    glyph[4:8, 4:8] = 255  # what the network looks at
    glyph[20:24, 20:24] = 255  # what it does not see
    return glyph


def test_only_the_ink_that_decides_is_worth_something() -> None:
    heat = occlusion.occlusion(by_corner, two_squares(), 0)
    assert heat.shape == (28, 28)
    assert heat.dtype == np.float32
    assert (heat[4:8, 4:8] > 0).all()
    assert not heat[14:].any()
    assert not heat[two_squares() == 0].any(), "paper is worth nothing"


def test_the_same_ink_speaks_against_the_other_label() -> None:
    assert (occlusion.occlusion(by_corner, two_squares(), 1)[4:8, 4:8] < 0).all()


def test_a_glyph_without_ink_asks_the_network_nothing() -> None:
    def never(glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        raise AssertionError("expected no question")

    assert not occlusion.occlusion(never, np.zeros((28, 28), np.uint8), 3).any()


def test_the_loop_of_a_six_is_what_makes_it_one(recognizer: Recognizer) -> None:
    heat = occlusion.occlusion(recognizer.logits, ink_glyph(placed(6, 0, 0, 200)), 6)
    assert heat[14:].sum() > 3 * abs(heat[:10].sum()) > 0


@pytest.mark.parametrize("digit", [1, 8])
def test_takes_less_than_50_ms(recognizer: Recognizer, digit: int) -> None:
    glyph = ink_glyph(placed(digit, 0, 0, 200))
    times = []
    for _ in range(5):
        start = time.perf_counter()
        occlusion.occlusion(recognizer.logits, glyph, digit)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.05


def test_ink_is_coloured_by_what_it_is_worth() -> None:
    glyph = two_squares()
    heat = np.where(np.arange(28)[:, None] < 14, glyph, -glyph.astype(np.float32)) / 255
    shown = heat_map(glyph, heat.astype(np.float32))
    assert shown.shape == (28 * ZOOM, 28 * ZOOM, 3)
    assert shown[6 * ZOOM, 6 * ZOOM].tolist() == list(SUPPORTING)
    assert shown[22 * ZOOM, 22 * ZOOM].tolist() == list(CONTRADICTING)
