"""Strokes of a scanned digit: the line that its pen may have drawn, followed along the skeleton.

MNIST was written by hundreds of people, the pen strokes to learn from by 24. Followed and drawn
again, MNIST's digits become ink that other hands can vary as they vary strokes.
"""

from collections.abc import Set
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from train.data.pendigits import Strokes

_Pixel = tuple[int, int]  # row, column

_FINER: Final = 4  # skeleton pixels a glyph pixel, or thick ink's would be all corners
_INK: Final = 110  # of 255, from which on a pixel is ink: thin lines must not break
_SPUR: Final = 2.0  # glyph pixels; a shorter branch is a bump of the ink's edge, not a stroke
_BACK: Final = 8  # skeleton pixels back from which the pen's direction is known
_SMOOTHED: Final = 4  # times that each sample is averaged with its neighbours
_AROUND: Final = [(-1, 0), (0, 1), (1, 0), (0, -1), (-1, 1), (1, 1), (1, -1), (-1, -1)]


def trace_strokes(glyph: NDArray[np.uint8]) -> Strokes:
    """The strokes of a glyph uint8 (28, 28), ink 255 on 0, in its pixels; none without ink."""
    fine = cv2.resize(glyph, None, fx=_FINER, fy=_FINER, interpolation=cv2.INTER_CUBIC)
    lines = _follow(skeletonize(fine > _INK))  # type: ignore[no-untyped-call]
    longest = max(lines, key=len, default=None)
    kept = [line for line in lines if len(line) > _SPUR * _FINER or line is longest]
    return [_smooth(np.array(line, np.float64)[:, ::-1] / _FINER) for line in kept]


def _follow(skeleton: NDArray[np.bool_]) -> list[list[_Pixel]]:
    """The lines of a skeleton, each from end to end; at a crossing straight on, as a pen goes."""
    whole = {(int(row), int(column)) for row, column in np.argwhere(skeleton)}
    left, lines = set(whole), list[list[_Pixel]]()
    while left:
        # From an open end where there is one, of a ring from its top.
        start = min(left, key=lambda pixel: (len(_beside(pixel, whole)) != 1, pixel))
        left.discard(start)
        line = [*_beside(start, whole - left - {start})[:1], start]  # it may branch off another
        while ways := _beside(line[-1], left):
            back = line[-_BACK:][0]
            line.append(min(ways, key=lambda pixel: _turn(back, line[-1], pixel)))
            left.discard(line[-1])
        met = [pixel for pixel in _beside(line[-1], whole) if pixel not in line[-3:]]
        lines.append(line + met[:1])  # a ring closes, a branch ends on what it meets
    return lines


def _beside(pixel: _Pixel, among: Set[_Pixel]) -> list[_Pixel]:
    row, column = pixel
    near = ((row + down, column + right) for down, right in _AROUND)
    return [one for one in near if one in among]


def _turn(back: _Pixel, here: _Pixel, there: _Pixel) -> float:
    """How far the way to there bends off the way that led here: -1 straight on, 1 back."""
    before = np.subtract(here, back)
    after = np.subtract(there, here)
    return -float(before @ after) / max(float(np.hypot(*before) * np.hypot(*after)), 1e-9)


def _smooth(line: NDArray[np.float64]) -> NDArray[np.float32]:
    """Without the steps from pixel to pixel, and with as few samples as a pen leaves.

    The ends stay, so that a ring stays closed.
    """
    for _ in range(_SMOOTHED):
        line[1:-1] = (line[:-2] + 2 * line[1:-1] + line[2:]) / 4
    return np.concatenate([line[:-1:_FINER], line[-1:]]).astype(np.float32)
