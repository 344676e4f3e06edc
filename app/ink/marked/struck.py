"""Finds numbers that are crossed out or scribbled over.

Where a straight stroke goes through several digits, they are crossed out. A single digit that is
crossed out looks like a 7 with a bar, a 4 or a zero with a slash. A scribble is a blot, in which
ink is much deeper than in the strokes of the other digits.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import pen_width

MIN_WIDTH: Final = 1.1  # heights of a component that may be several digits under one stroke
MIN_COVERED: Final = 0.97  # share of the stroke's length that is ink
MIN_CROSSED: Final = 3  # strokes that it crosses, or its free ends
MAX_STEEP: Final = 1.2  # of the stroke
SAMPLES: Final = 200  # along it
# Ratio of a component's deepest ink to that of the usual one.
MIN_BLOT: Final = 1.9  # of 400 composed numbers in bitmaps, one has more
MIN_BLOT_HEIGHT: Final = 0.5  # of the highest component; lower ones may be points
MIN_COMPONENTS: Final = 2
# In widths of the pen.
MIN_LENGTH: Final = 6.0
REACH: Final = 0.8  # how far it may waver
SIDE: Final = 2.2  # above and below it, where a crossed stroke goes on
FREE: Final = 1.0  # of one of its ends, that has no other ink beside it
CORNER: Final = 3.0  # of a component's side, in which the stroke ends

Mask = NDArray[np.uint8]  # (h, w), 255 for ink


def are_struck(labels: NDArray[np.int32], boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which components are crossed out: (n,).

    labels: (h, w), 1 for the first component. boxes: (n, 4), left, top, right, bottom.
    """
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    struck = np.zeros(len(boxes), np.bool_)
    for index in np.flatnonzero(width >= MIN_WIDTH * height):
        left, top, right, bottom = boxes[index].astype(int).tolist()
        part = np.where(labels[top:bottom, left:right] == index + 1, 255, 0).astype(np.uint8)
        struck[index] = _is_struck(part)
    return struck | _are_blots(labels, boxes)


def _are_blots(labels: NDArray[np.int32], boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which components have ink that is much deeper than the usual one's: (n,)."""
    if len(boxes) < MIN_COMPONENTS:
        return np.zeros(len(boxes), np.bool_)
    height = boxes[:, 3] - boxes[:, 1]
    is_high = height >= MIN_BLOT_HEIGHT * height.max()
    if is_high.sum() < MIN_COMPONENTS:
        return np.zeros(len(boxes), np.bool_)
    is_ink = labels > 0
    inside = cv2.distanceTransform(is_ink.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3)
    places = np.flatnonzero(is_ink)
    depths = np.zeros(len(boxes) + 1, np.float32)
    np.maximum.at(depths, labels.ravel()[places], inside.ravel()[places])
    usual = float(np.sort(depths[1:][is_high])[(is_high.sum() - 1) // 2])
    return np.asarray(is_high & (depths[1:] > MIN_BLOT * usual), np.bool_)


def _is_struck(part: Mask) -> bool:
    """Whether a stroke goes from one side of a component (h, w) to the other, through others."""
    pen = pen_width(np.pad(part, 1))
    near = round(2 * REACH * pen) | 1
    line = cv2.dilate(part, np.ones((near, near), np.uint8)) > 0
    corner = max(round(CORNER * pen), 1)
    ends = []
    for side, first in ((part[:, :corner], 0), (part[:, -corner:], part.shape[1] - corner)):
        rows = np.flatnonzero(side.any(axis=1))
        ends.append([(first + corner // 2, _middle(side, rows[at], at)) for at in (0, -1)])
    return any(_crosses(part, line, pen, start, end) for start in ends[0] for end in ends[1])


def _middle(side: Mask, row: int, at: int) -> float:
    """The middle of the ink at the upper (0) or lower end (-1), in this row, of a side."""
    height = side.shape[1]
    first = row if at == 0 else max(row - height, 0)
    return float(first + np.flatnonzero(side[first : first + height + 1].any(axis=1)).mean())


def _crosses(
    part: Mask,
    line: NDArray[np.bool_],
    pen: float,
    start: tuple[float, float],
    end: tuple[float, float],
) -> bool:
    """Whether the ink between two points is a straight stroke that crosses several others.

    line: (h, w), the ink and what is near it.
    """
    width, height = end[0] - start[0], abs(end[1] - start[1])
    if width < MIN_LENGTH * pen or height > MAX_STEEP * width:
        return False
    along = np.subtract(end, start)
    places = np.linspace(start, end, SAMPLES)
    if _at(line, places).mean() < MIN_COVERED:
        return False
    aside = (SIDE * pen + 1) * np.array([-along[1], along[0]]) / np.hypot(*along)
    wide = cv2.dilate(part, np.ones((1, round(2 * pen) | 1), np.uint8)) > 0
    above, below = (_at(wide, places + side * aside) for side in (-1, 1))
    crossings = np.flatnonzero(np.diff((above & below).astype(np.int8), prepend=0) == 1)
    free = max(round(FREE * pen / np.hypot(*along) * SAMPLES), 1)
    num_free = sum(not (above[end] | below[end]).any() for end in (slice(free), slice(-free, None)))
    return len(crossings) + num_free >= MIN_CROSSED


def _at(mask: NDArray[np.bool_], places: NDArray[np.float64]) -> NDArray[np.bool_]:
    """A mask's values at places (n, 2), x and y; false outside."""
    x, y = np.round(places).astype(int).T
    height, width = mask.shape
    is_inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    values = is_inside & mask[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    return np.asarray(values, np.bool_)
