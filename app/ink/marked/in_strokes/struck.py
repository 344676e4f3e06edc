"""Finds drawn numbers that are crossed out or scribbled over; for pictures, see `marked.struck`."""

from collections.abc import Sequence
from itertools import compress
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.marked.struck import MAX_STEEP

MIN_CROSSED: Final = 2  # strokes beside each other that one stroke strikes out
MIN_STRAIGHT: Final = 0.95  # ratio of the distance between a stroke's ends to its length
MAX_WAVE: Final = 0.35  # line heights from top to foot of a stroke that wavers instead
# Share of a stroke's height at both ends; a level line that passes there crosses nothing, because
# it may be an underline.
MARGIN: Final = 0.15
MIN_SLOPE: Final = 0.4  # line heights that a line falls or rises, which no underline does
# Ratio of a stroke's length to the diagonal of its box, which is at most 3.4 in the 5,200 strokes
# of validation writers.
MIN_SCRIBBLED: Final = 4.0
MIN_SIZE: Final = 0.25  # line heights of a scribble; a smaller one may be a point

Stroke = NDArray[np.float64]  # (n, 2)


def are_struck(strokes: Sequence[Stroke], boxes: NDArray[np.float64]) -> bool:
    """Whether a stroke of a line crosses several others out, or is a scribble over one of them.

    boxes: (n, 4), left, top, right, bottom of the strokes. The bar of a 4 or 7 crosses only one.
    """
    if len(strokes) == 1:
        return False
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    size = np.hypot(width, height)
    line_height = float(height.max())
    # Straight strokes are few, and only then is any length computed.
    highest_other = np.full(len(height), line_height)
    highest_other[height.argmax()] = np.sort(height)[-2]
    is_wide = (width > highest_other) & (height < MAX_STEEP * width)
    for index in np.flatnonzero(is_wide).tolist() if len(strokes) > MIN_CROSSED else ():
        stroke = strokes[index]
        is_line = bool(height[index] < MAX_WAVE * line_height)
        is_line |= np.hypot(*(stroke[-1] - stroke[0])) > MIN_STRAIGHT * length_of(stroke)
        margin = MARGIN if height[index] < MIN_SLOPE * line_height else 0.0
        if is_line and _strikes_out(stroke, np.delete(boxes, index, axis=0), margin):
            return True
    is_large = size > MIN_SIZE * line_height
    return any(
        length_of(stroke) > MIN_SCRIBBLED * diagonal
        for stroke, diagonal in zip(
            compress(strokes, is_large), size[is_large].tolist(), strict=True
        )
    )


def length_of(stroke: Stroke) -> float:
    """The length of a stroke's path, in pixels."""
    steps = np.diff(stroke, axis=0)
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum())


def _strikes_out(stroke: Stroke, others: NDArray[np.float64], margin: float) -> bool:
    """Whether a line goes through the middles of several others.

    others: boxes (n, 4). margin: see MARGIN.
    """
    (x, y), (end, low) = sorted((stroke[0].tolist(), stroke[-1].tolist()))
    left, top, right, bottom = others.T
    middles = (left + right) / 2
    level = y + (low - y) * (middles - x) / (end - x)
    ends = margin * (bottom - top)
    are_crossed = (x < middles) & (middles < end) & (top + ends < level)
    are_crossed &= level < bottom - ends
    if np.count_nonzero(are_crossed) < MIN_CROSSED:
        return False
    return bool(left[are_crossed].max() > right[are_crossed].min())
