"""Finds ink that the left or the right edge of a picture cuts through, as of a neighbour's digit.

What is left of such a digit looks like another one, or like a 1. Where a picture is cropped
tightly, several digits of its own number touch its edges.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.parts import MIN_CONTACT

MIN_DIGIT: Final = 0.4  # of the highest piece of ink, of one that is a digit
MIN_PIECE: Final = 0.15  # of the same, of what is left of one, where a point is lower
MAX_HEIGHT: Final = 1.3  # of the same, of all pieces of one digit at the edge
MIN_PAPER: Final = 0.2  # of the same, between all other digits and the picture's edges
NEAR: Final = 1.5  # pixels of the picture, in which a map's ink touches its edge


def cutting_edges(
    ink: InkMap, labels: NDArray[np.int32], boxes: NDArray[np.float64], shape: tuple[int, ...]
) -> tuple[float, float]:
    """Where the left and the right edge of a picture cut through a digit, in its pixels.

    Infinitely far away where they do not. labels: (h, w) of the map, 1 for the first component.
    boxes: (n, 4), left, top, right, bottom. shape: of the picture, (h, w, ...).
    """
    corner = np.array([ink.left, ink.top])
    low, high = boxes[:, :2] / ink.scale + corner, boxes[:, 2:] / ink.scale + corner
    heights = high[:, 1] - low[:, 1]
    is_digit = heights >= MIN_DIGIT * heights.max(initial=0)
    margins = np.concatenate([low, np.array(shape[1::-1]) - high], axis=1)  # (n, 4)
    edges = [-math.inf, math.inf]
    for side, edge in ((0, NEAR), (1, shape[1] - NEAR)):
        touches = (heights >= MIN_PIECE * heights.max()) & (margins[:, 2 * side] <= NEAR)
        others = is_digit & ~touches
        if not touches.any() or not others.any():
            continue
        if high[touches, 1].max() - low[touches, 1].min() > MAX_HEIGHT * heights.max():
            continue  # the ends of several lines
        depth = math.ceil(NEAR * ink.scale)
        contact = max(
            _contact(labels, boxes[index], index + 1, side, depth)
            for index in np.flatnonzero(touches).tolist()
        )
        has_paper = margins[others].min() >= MIN_PAPER * heights.max()
        if has_paper or contact >= MIN_CONTACT:
            edges[side] = float(edge)
    return edges[0], edges[1]


def _contact(
    labels: NDArray[np.int32], box: NDArray[np.float64], label: int, side: int, depth: int
) -> float:
    """The share of a component's height in which it touches the left (0) or the right (1) edge.

    depth: pixels of the map from the edge.
    """
    left, top, right, bottom = box.astype(int).tolist()
    columns = slice(left, left + depth) if side == 0 else slice(max(right - depth, left), right)
    return float((labels[top:bottom, columns] == label).any(axis=1).mean())
