"""Connected components of a picture's ink, and the parts they are cut into.

Digits that touch are one component. Wide components are cut where few pixels connect their left
and right; which of these cuts separate two digits is left to the lattice and the recogniser.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap, pen_width

MIN_CUT_WIDTH: Final = 0.5  # line heights; narrower components are not cut
MAX_CUT_THICKNESS: Final = 2.4  # pen widths that a cut goes through, unless the component is broad
BROAD_WIDTH: Final = 0.75  # line heights; broader components are also cut where digits overlap
MIN_CUT_DISTANCE: Final = 0.12  # line heights between two cuts, and from the component's ends


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of one line from left to right, of which candidates are made.

    labels: int32 (h, w), 0 for paper and n + 1 for part n. boxes: float64 (n, 4), left, top, right
    and bottom in pixels of the map. sliced: (n,), whether it was cut off the part before.
    """

    labels: NDArray[np.int32]
    boxes: NDArray[np.float64]
    sliced: NDArray[np.bool_]

    def crop(self, ink: InkMap, first: int, last: int) -> NDArray[np.uint8]:
        """The strength of parts `first` to before `last`, uint8 (h, w), cropped to them."""
        left, top = self.boxes[first:last, :2].min(axis=0).astype(int)
        right, bottom = self.boxes[first:last, 2:].max(axis=0).astype(int)
        window = slice(top, bottom), slice(left, right)
        wanted = (self.labels[window] > first) & (self.labels[window] <= last)
        return ink.within(wanted, window)


def connected_components(
    mask: NDArray[np.uint8],
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The connected components of a mask: labels int32 (h, w) and boxes (n, 4), as in Parts."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    boxes = stats[1:, :4].astype(np.float64)
    boxes[:, 2:] += boxes[:, :2]
    return labels.astype(np.int32), boxes


def find_edges(
    ink: InkMap, labels: NDArray[np.int32], boxes: NDArray[np.float64], line: list[int]
) -> list[list[int]]:
    """Where each component of one line begins, may be cut, and ends: columns from its left.

    line: indices of components from left to right.
    """
    height = max(float((boxes[line, 3] - boxes[line, 1]).max()), 1.0)
    pen = pen_width(ink.mask)
    edges = []
    for component in line:
        left, top, right, bottom = boxes[component].astype(int)
        mask = labels[top:bottom, left:right] == component + 1
        edges.append([0, *_cuts(mask, height, pen), int(right - left)])
    return edges


def slice_at(
    labels: NDArray[np.int32],
    boxes: NDArray[np.float64],
    line: list[int],
    edges: list[list[int]],
) -> Parts:
    """Cuts the components of one line into parts; line and edges: see `find_edges`."""
    part_labels = np.zeros_like(labels)
    part_boxes: list[NDArray[np.float64]] = []
    sliced: list[bool] = []
    for component, columns in zip(line, edges, strict=True):
        left, top, right, bottom = boxes[component].astype(int)
        mask = labels[top:bottom, left:right] == component + 1
        for start, end in pairwise(columns):
            part = mask[:, start:end]
            rows = np.flatnonzero(part.any(axis=1))
            box = left + start, top + rows[0], left + end, top + rows[-1] + 1.0
            part_boxes.append(np.array(box))
            sliced.append(start > 0)
            part_labels[top:bottom, left + start : left + end][part] = len(part_boxes)
    return Parts(part_labels, np.array(part_boxes, np.float64), np.array(sliced, np.bool_))


def _cuts(mask: NDArray[np.bool_], height: float, pen: float) -> list[int]:
    """Columns where a component, bool (h, w), is thin enough to be two digits that touch."""
    width = mask.shape[1]
    distance = max(MIN_CUT_DISTANCE * height, 2.0)
    if width < MIN_CUT_WIDTH * height:
        return []
    thickness = cv2.blur(mask.sum(axis=0).astype(np.float64)[None], (3, 1))[0]
    is_free = np.zeros(width + 1, np.bool_)
    is_free[math.ceil(distance) : math.floor(width - distance) + 1] = True
    cuts: list[int] = []
    for column in np.argsort(thickness, kind="stable").tolist():
        if thickness[column] > MAX_CUT_THICKNESS * pen and width < BROAD_WIDTH * height:
            break
        if is_free[column]:
            cuts.append(column)
            nearby = slice(max(math.floor(column - distance) + 1, 0), math.ceil(column + distance))
            is_free[nearby] = False
    return sorted(cuts)
