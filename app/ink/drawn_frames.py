"""Finds strokes that are drawn around a number, as a circle or a box around a result."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

MIN_FRAMED: Final = 2  # strokes; a single one in a loop may be the slash or the dot of a zero
MAX_OPEN: Final = 0.3  # diagonals of the frame between the stroke's two ends

Stroke = NDArray[np.float64]  # (n, 2)


def are_frames(strokes: Sequence[Stroke], boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which strokes are closed and go around several others that stand beside each other: (n,).

    boxes: (n, 4), left, top, right, bottom of the strokes.
    """
    found = np.zeros(len(boxes), np.bool_)
    if len(boxes) <= MIN_FRAMED:
        return found
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    # Whether the stroke of each column lies in the box of the row's: (n, n).
    are_inside = np.all((boxes[:, :2] > low) & (boxes[:, 2:] < high), axis=2)
    for index in np.flatnonzero(are_inside.sum(axis=1) >= MIN_FRAMED).tolist():
        inside, stroke = boxes[are_inside[index]], strokes[index]
        diagonal = np.hypot(*(boxes[index, 2:] - boxes[index, :2]))
        is_closed = np.hypot(*(stroke[-1] - stroke[0])) < MAX_OPEN * diagonal
        are_side_by_side = inside[:, 0].max() > inside[:, 2].min()
        found[index] = bool(is_closed) and bool(are_side_by_side)
    return found
