"""Ink of a picture in pieces that a digit may be made of: connected pixels, and slices of them.

Digits that touch are one piece of ink. Wide pieces are cut where few pixels connect their left and
right; which of these cuts part two digits is left to `segment` and the recogniser.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap, pen_width

WIDE: Final = 0.5  # line heights; narrower pieces are not cut
THIN: Final = 2.4  # pen widths that a cut goes through at most in pieces as wide as one digit
BROAD: Final = 0.75  # line heights; broader pieces are also cut where digits overlap
NEAR: Final = 0.12  # line heights between two cuts, and from the piece's ends, at least


@dataclass(frozen=True, eq=False)
class Pieces:
    """labels: int32 (h, w), 0 for paper and n + 1 for part n. boxes: float64 (n, 4), left, top,
    right and bottom in pixels of the map. sliced: (n,), whether it was cut off the part before.
    """

    labels: NDArray[np.int32]
    boxes: NDArray[np.float64]
    sliced: NDArray[np.bool_]

    def crop(self, ink: InkMap, first: int, last: int) -> NDArray[np.uint8]:
        """The strength of parts `first` to before `last`, uint8 (h, w), cropped to them."""
        left, top = self.boxes[first:last, :2].min(axis=0).astype(int)
        right, bottom = self.boxes[first:last, 2:].max(axis=0).astype(int)
        place = slice(top, bottom), slice(left, right)
        own = (self.labels[place] > first) & (self.labels[place] <= last)
        return ink.within(own, place)


def connected(mask: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The connected pieces of a mask: labels as in Pieces, and boxes."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    boxes = stats[1:, :4].astype(np.float64)
    boxes[:, 2:] += boxes[:, :2]
    return labels.astype(np.int32), boxes


def edges(
    ink: InkMap, labels: NDArray[np.int32], boxes: NDArray[np.float64], line: list[int]
) -> list[list[int]]:
    """Where each piece of one line begins, may be cut, and ends: columns from its left.

    line: numbers of pieces from left to right.
    """
    height = max(float((boxes[line, 3] - boxes[line, 1]).max()), 1.0)
    pen = pen_width(ink.mask)
    found = []
    for piece in line:
        left, top, right, bottom = boxes[piece].astype(int)
        own = labels[top:bottom, left:right] == piece + 1
        found.append([0, *_cuts(own, height, pen), int(right - left)])
    return found


def cut(
    labels: NDArray[np.int32],
    boxes: NDArray[np.float64],
    line: list[int],
    edges: list[list[int]],
) -> Pieces:
    """The parts of one line, from left to right; line and edges: see `edges`."""
    parts = np.zeros_like(labels)
    found: list[NDArray[np.float64]] = []
    sliced: list[bool] = []
    for piece, columns in zip(line, edges, strict=True):
        left, top, right, bottom = boxes[piece].astype(int)
        own = labels[top:bottom, left:right] == piece + 1
        for start, end in pairwise(columns):
            slab = own[:, start:end]
            rows = np.flatnonzero(slab.any(axis=1))
            found.append(np.array([left + start, top + rows[0], left + end, top + rows[-1] + 1.0]))
            sliced.append(start > 0)
            parts[top:bottom, left + start : left + end][slab] = len(found)
    return Pieces(parts, np.array(found, np.float64), np.array(sliced, np.bool_))


def _cuts(own: NDArray[np.bool_], height: float, pen: float) -> list[int]:
    """Columns where a piece of ink, bool (h, w), is thin enough to be two digits that touch."""
    width = own.shape[1]
    least = max(NEAR * height, 2.0)
    if width < WIDE * height:
        return []
    column = own.sum(axis=0).astype(np.float64)
    smooth = cv2.blur(column[None], (3, 1))[0]
    free = np.zeros(width + 1, np.bool_)
    free[math.ceil(least) : math.floor(width - least) + 1] = True
    chosen: list[int] = []
    for place in np.argsort(smooth, kind="stable").tolist():
        if smooth[place] > THIN * pen and width < BROAD * height:
            break
        if free[place]:
            chosen.append(place)
            free[max(math.floor(place - least) + 1, 0) : math.ceil(place + least)] = False
    return sorted(chosen)
