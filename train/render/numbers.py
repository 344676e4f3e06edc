"""Composes whole numbers of one writer's single digits, to evaluate the reading of lines.

The digits' strokes are as they were written; size, baseline and gaps vary as in handwriting. Gaps
are in canvas pixels; below 0, the boxes overlap.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.glyph import opencv_line
from train.data.datasets import Ink

LENGTH: Final = (2, 6)  # digits; both bounds are inclusive
HEIGHT: Final = (60.0, 120.0)  # pixels: the mean height of a number's digits
MAX_OFFSET: Final = 0.08  # heights by which a digit is off the baseline
MAX_SLOPE: Final = 0.1  # of the baseline
PEN: Final = (5.0, 10.0)  # pixels: its width in bitmaps
_BITS: Final = 4  # fractional bits of the coordinates that OpenCV draws


@dataclass(frozen=True)
class Layout:
    """How the digits of a number are placed.

    gaps: pixels between their boxes. max_size_change: relative, of a digit. zero_height: of a zero,
    in heights of other digits. are_zeros_joined: whether neighbouring zeros are one stroke.
    joined_share: of all neighbours, those that are written without lifting the pen.
    """

    gaps: tuple[float, float]
    max_size_change: float = 0.12
    zero_height: float = 1.0
    are_zeros_joined: bool = False
    joined_share: float = 0.0


SPACED: Final = Layout((8.0, 30.0))
TIGHT: Final = Layout((-6.0, 4.0))  # touching, or overlapping
UNEVEN: Final = Layout((8.0, 30.0), max_size_change=0.35)  # a standard deviation of 20 %
SMALL_ZEROS: Final = Layout((8.0, 30.0), zero_height=0.5)
JOINED_ZEROS: Final = Layout((2.0, 15.0), are_zeros_joined=True)
JOINED: Final = Layout((2.0, 15.0), joined_share=0.35)
ZEROS_SHARE: Final = 0.5  # of the digits after the first, in layouts with special zeros


@dataclass(frozen=True, eq=False)
class Number:
    """A composed number. strokes: float64 (n, 2), canvas pixels. text: its digits."""

    strokes: list[NDArray[np.float64]]
    text: str

    def bitmap(self, pen: float) -> NDArray[np.uint8]:
        """The number in black on white: uint8 (h, w). pen: its width in pixels."""
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


def compose(ink: Ink, count: int, layout: Layout, seed: int) -> list[Number]:
    """`count` numbers, each of one writer's digits, as the seed decides."""
    random = np.random.default_rng(seed)
    has_zeros = layout.zero_height != 1.0 or layout.are_zeros_joined
    by_writer = [np.flatnonzero(ink.writers == writer) for writer in np.unique(ink.writers)]
    if has_zeros:
        by_writer = [indices for indices in by_writer if (ink.labels[indices] == 0).any()]
    numbers = []
    for _ in range(count):
        indices = by_writer[random.integers(len(by_writer))]
        chosen = random.choice(indices, random.integers(LENGTH[0], LENGTH[1] + 1))
        if has_zeros:
            zeros = random.choice(indices[ink.labels[indices] == 0], len(chosen))
            is_zero = random.random(len(chosen)) < ZEROS_SHARE
            is_zero[0], is_zero[-1] = False, True
            chosen = np.where(is_zero, zeros, chosen)
        digits = [ink.strokes[index] for index in chosen]
        text = "".join(str(ink.labels[index]) for index in chosen)
        numbers.append(Number(_arrange(digits, text, layout, random), text))
    return numbers


def _arrange(
    digits: list[list[NDArray[np.float32]]],
    text: str,
    layout: Layout,
    random: np.random.Generator,
) -> list[NDArray[np.float64]]:
    height, slope = random.uniform(*HEIGHT), random.uniform(-MAX_SLOPE, MAX_SLOPE)
    placed: list[NDArray[np.float64]] = []
    x, previous = 20.0, ""
    for strokes, symbol in zip(digits, text, strict=True):
        points = np.concatenate(strokes).astype(np.float64)
        low, span = points.min(axis=0), np.ptp(points, axis=0)
        size = height * random.uniform(1 - layout.max_size_change, 1 + layout.max_size_change)
        size *= layout.zero_height if symbol == "0" else 1.0
        scale = size / max(float(span[1]), 0.4 * float(span[0]), 1.0)  # a dash stays flat
        baseline = 200 + slope * x + height * random.uniform(-MAX_OFFSET, MAX_OFFSET)
        corner = np.array([x, baseline - scale * span[1]])
        moved = [(stroke - low) * scale + corner for stroke in strokes]
        is_joined = layout.are_zeros_joined and symbol == previous == "0"
        if placed and layout.joined_share:
            is_joined |= random.random() < layout.joined_share
        if is_joined:
            moved[0] = np.concatenate([placed.pop(), moved[0]])
        placed += moved
        x += scale * float(span[0]) + random.uniform(*layout.gaps)
        previous = symbol
    return placed
