"""Scans traced as strokes: where the pen went, and how often it was lifted."""

import cv2
import numpy as np
import pytest

from app import glyph
from tests.support.drawings import DIGITS
from train.augment.skeleton import trace_strokes


def drawn(digit: int) -> np.ndarray:
    """A digit as a scan shows it, uint8 (28, 28)."""
    return glyph.from_strokes([stroke * 100 for stroke in DIGITS[digit]])


@pytest.mark.parametrize("digit", range(10))
def test_drawn_again_it_is_the_same_digit(digit: int) -> None:
    scan = drawn(digit)
    again = glyph.from_strokes([stroke.astype(float) for stroke in trace_strokes(scan)])
    away = cv2.distanceTransform((scan < 128).astype(np.uint8), cv2.DIST_L2, 5)
    assert away[again > 128].max() < 2.5, "ink where there was none"
    away = cv2.distanceTransform((again < 128).astype(np.uint8), cv2.DIST_L2, 5)
    assert away[scan > 128].max() < 2.5, "ink is missing"


@pytest.mark.parametrize(
    "digit, maximum",
    [(0, 1), (1, 2), (2, 2), (3, 2), (5, 2), (6, 2), (7, 2), (8, 3), (9, 2)],
)
def test_strokes_are_long(digit: int, maximum: int) -> None:
    assert 1 <= len(trace_strokes(drawn(digit))) <= maximum


def test_a_ring_is_one_closed_stroke() -> None:
    (stroke,) = trace_strokes(drawn(0))
    assert np.hypot(*(stroke[0] - stroke[-1])) < 1.0


def test_at_a_crossing_the_pen_goes_straight_on() -> None:
    cross = np.zeros((28, 28), np.uint8)
    cv2.line(cross, (6, 6), (22, 22), 255, 3, cv2.LINE_AA)
    cv2.line(cross, (22, 6), (6, 22), 255, 3, cv2.LINE_AA)
    longest = max(trace_strokes(cross), key=len)
    assert np.hypot(*(longest[0] - longest[-1])) > 18, "from corner to opposite corner"


@pytest.mark.parametrize(
    "pixels, count",
    [
        (np.zeros((28, 28), np.uint8), 0),  # nothing written
        (cv2.circle(np.zeros((28, 28), np.uint8), (14, 14), 1, 255, -1), 1),  # a dot
        (np.full((28, 28), 255, np.uint8), 1),  # nothing but ink
    ],
)
def test_pixels_without_a_line_give_a_dot_or_nothing(pixels: np.ndarray, count: int) -> None:
    strokes = trace_strokes(pixels)
    assert len(strokes) == count
    assert all(stroke.shape[1] == 2 and len(stroke) >= 1 for stroke in strokes)
