"""Whole numbers, composed of single digits of one writer, to evaluate the reading of lines.

The digits' strokes are as written; size, baseline and gaps vary as in handwriting. Gaps are between
the digits' boxes in canvas pixels; below 0 the boxes overlap.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.glyph import opencv_line
from train.data.datasets import Ink

SPACED: Final = (8.0, 30.0)  # pixels between digits
TIGHT: Final = (-6.0, 4.0)  # touching, or overlapping
LENGTH: Final = (2, 6)  # digits, both inclusive
HEIGHT: Final = (60.0, 120.0)  # pixels, the mean height of a number's digits
MAX_SIZE_CHANGE: Final = 0.12  # of a digit, relative
MAX_OFFSET: Final = 0.08  # of the height, of a digit from the baseline
MAX_SLOPE: Final = 0.1  # of the baseline
PEN: Final = (5.0, 10.0)  # pixels, in bitmaps
_BITS: Final = 4  # fractional bits of the coordinates that OpenCV draws


@dataclass(frozen=True, eq=False)
class Number:
    """strokes: float64 (n, 2), canvas pixels; text: its digits from left to right."""

    strokes: list[NDArray[np.float64]]
    text: str

    def bitmap(self, pen: float) -> NDArray[np.uint8]:
        """Black on white, drawn with a pen of this width in pixels: uint8 (h, w)."""
        margin = 2 * pen
        points = np.concatenate(self.strokes)
        low = points.min(axis=0) - margin
        width, height = np.ceil(points.max(axis=0) + margin - low).astype(int)
        canvas = np.full((height, width), 255, np.uint8)
        thickness, _ = opencv_line(pen)
        for stroke in self.strokes:
            fixed = np.round((stroke - low) * (1 << _BITS)).astype(np.int32)
            if (fixed == fixed[0]).all():
                fixed = np.concatenate([fixed[:1], fixed[:1] + 1])  # a lone point is a dot
            cv2.polylines(canvas, [fixed], False, 0, thickness, cv2.LINE_AA, _BITS)
        return canvas


def compose(ink: Ink, count: int, gaps: tuple[float, float], seed: int) -> list[Number]:
    """`count` numbers, each by one writer; the seed decides them. gaps: SPACED or TIGHT."""
    random = np.random.default_rng(seed)
    by_writer = [np.flatnonzero(ink.writers == writer) for writer in np.unique(ink.writers)]
    numbers = []
    for _ in range(count):
        indices = by_writer[random.integers(len(by_writer))]
        chosen = random.choice(indices, random.integers(LENGTH[0], LENGTH[1] + 1))
        digits = [ink.strokes[index] for index in chosen]
        text = "".join(str(ink.labels[index]) for index in chosen)
        numbers.append(Number(_arrange(digits, gaps, random), text))
    return numbers


def _arrange(
    digits: list[list[NDArray[np.float32]]],
    gaps: tuple[float, float],
    random: np.random.Generator,
) -> list[NDArray[np.float64]]:
    height, slope = random.uniform(*HEIGHT), random.uniform(-MAX_SLOPE, MAX_SLOPE)
    placed, x = [], 20.0
    for strokes in digits:
        points = np.concatenate(strokes).astype(np.float64)
        low, span = points.min(axis=0), np.ptp(points, axis=0)
        size = height * random.uniform(1 - MAX_SIZE_CHANGE, 1 + MAX_SIZE_CHANGE)
        scale = size / max(float(span[1]), 0.4 * float(span[0]), 1.0)  # a dash stays flat
        baseline = 200 + slope * x + height * random.uniform(-MAX_OFFSET, MAX_OFFSET)
        corner = np.array([x, baseline - scale * span[1]])
        placed += [(stroke - low) * scale + corner for stroke in strokes]
        x += scale * float(span[0]) + random.uniform(*gaps)
    return placed
