"""Tells staples, and other bars above the beginning of the writing, from signs."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.segmentation.boxes import MIN_BODY_HEIGHT, Boxes, usual_height

# Heights of the highest part, between a staple and the first one, or the tops of all of them.
MIN_BAR_ASIDE: Final = 0.1
MIN_BAR_ABOVE: Final = 0.3


def without_bars_above(boxes: Boxes, lines: list[list[int]]) -> list[list[int]]:
    """The lines of a picture without a staple or another bar above the beginning of the rest."""
    heights = boxes[:, 3] - boxes[:, 1]
    body = np.flatnonzero(heights >= MIN_BODY_HEIGHT * usual_height(boxes))
    are_bars = are_bars_above(boxes, body)
    return [line for line in lines if not are_bars[line].all()]


def are_bars_above(boxes: Boxes, body: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which flat parts are before all high ones and above them, where no minus is: (n,).

    Bars right above a high part may belong to it, as that of a 5 does. body: the indices of the
    high parts.
    """
    left, top = boxes[body, :2].min(axis=0)
    highest = float((boxes[body, 3] - boxes[body, 1]).max())
    are_flat = boxes[:, 3] - boxes[:, 1] < boxes[:, 2] - boxes[:, 0]
    are_apart = (boxes[:, 2] < left - MIN_BAR_ASIDE * highest) & (boxes[:, 3] < top)
    are_apart |= (boxes[:, 2] < left) & (boxes[:, 3] < top - MIN_BAR_ABOVE * highest)
    are_bars = are_flat & are_apart
    are_bars[body] = False
    return np.asarray(are_bars, np.bool_)
