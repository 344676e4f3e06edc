"""Traces the strokes of a scanned digit, the lines that its pen may have drawn, along its skeleton.

Hundreds of people wrote MNIST, and far fewer wrote the pen strokes of the data sets. Traced as
strokes, MNIST's digits can be varied and drawn again like pen digits.
"""

from collections.abc import Set
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from train.data.pendigits import Strokes

_Pixel = tuple[int, int]  # row, column

_OVERSAMPLING: Final = 4  # skeleton pixels per glyph pixel; with 1, thick ink has jagged lines
_INK_THRESHOLD: Final = 110  # of 255; a higher threshold would break thin lines
_MAX_SPUR: Final = 2.0  # glyph pixels; a shorter branch is only a bump in the ink's edge
_LOOK_BACK: Final = 8  # skeleton pixels over which the pen's direction is measured
_SMOOTHINGS: Final = 4  # times that each sample is averaged with its neighbours
_NEIGHBOURS: Final = [(-1, 0), (0, 1), (1, 0), (0, -1), (-1, 1), (1, 1), (1, -1), (-1, -1)]


def trace_strokes(glyph: NDArray[np.uint8]) -> Strokes:
    """The strokes of a glyph uint8 (28, 28), ink 255 on 0, in its pixels; [] without ink."""
    fine = cv2.resize(
        glyph, None, fx=_OVERSAMPLING, fy=_OVERSAMPLING, interpolation=cv2.INTER_CUBIC
    )
    lines = _follow_lines(skeletonize(fine > _INK_THRESHOLD))  # type: ignore[no-untyped-call]
    longest = max(lines, key=len, default=None)
    kept = [line for line in lines if len(line) > _MAX_SPUR * _OVERSAMPLING or line is longest]
    return [_smooth(np.array(line, np.float64)[:, ::-1] / _OVERSAMPLING) for line in kept]


def _follow_lines(skeleton: NDArray[np.bool_]) -> list[list[_Pixel]]:
    """The lines of a skeleton, each from end to end; at crossings they go straight on."""
    pixels = {(int(row), int(column)) for row, column in np.argwhere(skeleton)}
    unvisited, lines = set(pixels), list[list[_Pixel]]()
    while unvisited:
        # A line starts at an open end if there is one; a ring starts at its top.
        start = min(unvisited, key=lambda pixel: (len(_neighbours(pixel, pixels)) != 1, pixel))
        unvisited.discard(start)
        # It may branch off an earlier line.
        line = [*_neighbours(start, pixels - unvisited - {start})[:1], start]
        while candidates := _neighbours(line[-1], unvisited):
            back = line[-_LOOK_BACK:][0]
            line.append(min(candidates, key=lambda pixel: _turn(back, line[-1], pixel)))
            unvisited.discard(line[-1])
        touched = [pixel for pixel in _neighbours(line[-1], pixels) if pixel not in line[-3:]]
        lines.append(line + touched[:1])  # closes a ring, and joins a branch to its line
    return lines


def _neighbours(pixel: _Pixel, among: Set[_Pixel]) -> list[_Pixel]:
    row, column = pixel
    positions = ((row + down, column + right) for down, right in _NEIGHBOURS)
    return [position for position in positions if position in among]


def _turn(back: _Pixel, current: _Pixel, following: _Pixel) -> float:
    """How sharply the line turns at the current pixel, from -1, straight on, to 1, back."""
    before = np.subtract(current, back)
    after = np.subtract(following, current)
    return -float(before @ after) / max(float(np.hypot(*before) * np.hypot(*after)), 1e-9)


def _smooth(line: NDArray[np.float64]) -> NDArray[np.float32]:
    """Smooths the steps between pixels, and keeps about as many samples as a pen would leave.

    The ends stay in place, so that a ring stays closed.
    """
    for _ in range(_SMOOTHINGS):
        line[1:-1] = (line[:-2] + 2 * line[1:-1] + line[2:]) / 4
    return np.concatenate([line[:-1:_OVERSAMPLING], line[-1:]]).astype(np.float32)
