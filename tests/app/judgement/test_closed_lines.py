"""0s that may be any closed line are doubtful: exact circles, and numbers of wide 0s alone."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.judgement.closed_lines import with_doubt
from app.reading import Digit, Reading

SHARES = np.full(10, 0.1, np.float32)


def ring(axes: tuple[float, float], end: int = 360) -> NDArray[np.uint8]:
    """An ellipse in normal form with these half axes in pixels, up to an angle in degrees."""
    glyph = np.zeros((28 * 8, 28 * 8), np.uint8)
    half = round(axes[0] * 8), round(axes[1] * 8)
    cv2.ellipse(glyph, (112, 112), half, 0, 0, end, 255, 16, cv2.LINE_AA)
    return np.asarray(cv2.resize(glyph, (28, 28), interpolation=cv2.INTER_AREA), np.uint8)


WRITTEN = ring((7, 9))


def doubts(
    text: str, width: float, glyph: NDArray[np.uint8] = WRITTEN, turned: int = 0
) -> list[bool]:
    """Which digits of a number, each this wide and 100 high, are doubtful."""
    size = (width, 100.0) if turned in (0, 180) else (100.0, width)
    digits = [
        Digit(int(symbol), 0.99, SHARES, (200.0 * place, 0.0, *size), glyph)
        for place, symbol in enumerate(text)
    ]
    return [mark.is_doubtful for mark in with_doubt(Reading(tuple(digits), turned)).digits]


@pytest.mark.parametrize(
    "glyph, expected",
    [
        (ring((9, 9)), True),
        (ring((9, 9), end=300), True),  # the ring of a cup with a gap
        (ring((9, 9), end=150), False),
        (ring((8, 9)), False),
        (WRITTEN, False),
        (np.zeros((28, 28), np.uint8), False),
    ],
)
def test_an_exact_circle_is_doubtful(glyph: NDArray[np.uint8], expected: bool) -> None:
    assert doubts("0", 80, glyph) == [expected]


def test_only_a_0_may_be_a_circle() -> None:
    assert doubts("6", 80, ring((9, 9))) == [False]


@pytest.mark.parametrize(
    "text, width, expected",
    [
        ("0", 120, [False]),
        ("0", 140, [False]),
        ("0", 160, [True]),  # a drawn cloud
        ("000", 140, [True] * 3),
        ("000", 120, [False] * 3),
        ("500", 160, [False] * 3),
    ],
)
@pytest.mark.parametrize("turned", [0, 90])
def test_numbers_of_wide_0s_alone_are_doubtful(
    text: str, width: float, expected: list[bool], turned: int
) -> None:
    assert doubts(text, width, turned=turned) == expected
