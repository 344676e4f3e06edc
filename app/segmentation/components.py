"""Connected components of a picture's ink, and the parts that they are cut into.

Digits that touch are one component. The line reader says where components may be cut. The lattice
and the recogniser decide which of these cuts separate two digits.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.segmentation.joined import reaches_across

# A component that reaches across both of two neighbouring characters is cut between them. Shares
# are of the distance between the characters' places.
CUT_RANGE: Final = 0.35  # share to both sides of the middle, within which it is cut
CUT_SLOPE: Final = 0.3  # pixels of thickness that count as much as one pixel off the middle
MIN_HOLE: Final = 0.002  # squared heights of a component, of a hole that is no gap in its line


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of one line from left to right, of which candidates are made.

    labels: int32 (h, w), 0 for paper and n + 1 for part n, of the line alone. corner: left and top
    of the line in pixels of the map. boxes: float64 (n, 4), left, top, right and bottom in pixels
    of the map. sliced: (n,), whether it was cut off the part before. num_holes: (n,), of the
    component that it was cut from, see `num_holes`; 0 where it is whole.
    """

    labels: NDArray[np.int32]
    corner: tuple[int, int]
    boxes: NDArray[np.float64]
    sliced: NDArray[np.bool_]
    num_holes: NDArray[np.int64]

    def crop(self, ink: InkMap, first: int, last: int) -> NDArray[np.uint8]:
        """The strength of the parts from `first` up to `last` (excluded), cropped: uint8 (h, w)."""
        left, top = self.boxes[first:last, :2].min(axis=0).astype(int).tolist()
        right, bottom = self.boxes[first:last, 2:].max(axis=0).astype(int).tolist()
        x, y = self.corner
        labels = self.labels[top - y : bottom - y, left - x : right - x]
        wanted = (labels > first) & (labels <= last)
        return ink.within(wanted, (slice(top, bottom), slice(left, right)))


def connected_components(ink: InkMap) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The connected components of a map: labels int32 (h, w) and boxes (n, 4), as in Parts."""
    boxes = ink.parts.boxes[1:].astype(np.float64)
    boxes[:, 2:] += boxes[:, :2]
    return ink.parts.labels, boxes


def find_edges(
    labels: NDArray[np.int32],
    boxes: NDArray[np.float64],
    line: list[int],
    pairs: Sequence[tuple[float, float]],
) -> list[list[int]]:
    """The columns in which each component of one line begins, is cut, and ends, from its left.

    line: indices of components from left to right. pairs: the x of neighbouring characters. A
    component that reaches across both of a pair is cut between them, where it is thinnest.
    """
    edges = []
    for component in line:
        left, top, right, bottom = boxes[component].astype(int).tolist()
        cuts = set()
        for first, second in pairs:
            if reaches_across(left, right, first, second):
                mask = labels[top:bottom, left:right] == component + 1
                cuts.add(_thinnest(mask, first - left, second - left))
        edges.append([0, *sorted(cut for cut in cuts if 0 < cut < right - left), right - left])
    return edges


def slice_at(
    labels: NDArray[np.int32],
    boxes: NDArray[np.float64],
    line: list[int],
    edges: list[list[int]],
) -> Parts:
    """Cuts the components of one line into parts; line and edges: see `find_edges`."""
    low, high = boxes[line, :2].min(axis=0).astype(int), boxes[line, 2:].max(axis=0).astype(int)
    x, y = low.tolist()
    part_labels = np.zeros((high - low)[::-1], np.int32)
    part_boxes: list[tuple[float, ...]] = []
    sliced: list[bool] = []
    holes: list[int] = []
    for component, columns in zip(line, edges, strict=True):
        left, top, right, bottom = boxes[component].astype(int).tolist()
        mask = labels[top:bottom, left:right] == component + 1
        holes += [num_holes(mask) if len(columns) > 2 else 0] * (len(columns) - 1)
        for start, end in pairwise(columns):
            part = mask[:, start:end]
            rows = np.flatnonzero(part.any(axis=1)).tolist()
            part_boxes.append((left + start, top + rows[0], left + end, top + rows[-1] + 1))
            sliced.append(start > 0)
            window = part_labels[top - y : bottom - y, left + start - x : left + end - x]
            window[part] = len(part_boxes)
    boxes_of_parts = np.array(part_boxes, np.float64)
    return Parts(
        part_labels,
        (x, y),
        boxes_of_parts,
        np.array(sliced, np.bool_),
        np.array(holes, np.int64),
    )


def num_holes(mask: NDArray[np.bool_]) -> int:
    """How many pieces of paper a component, bool (h, w), surrounds that are no gaps of its pen."""
    paper = np.pad(~mask, 1, constant_values=True).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    areas = stats[1:, cv2.CC_STAT_AREA]  # the first is around the component
    return int((areas[1:] >= MIN_HOLE * len(mask) ** 2).sum())


def _thinnest(mask: NDArray[np.bool_], first: float, second: float) -> int:
    """The column between two x in which a component, bool (h, w), is thinnest."""
    middle, aside = (first + second) / 2, (second - first) * CUT_RANGE
    start, end = max(math.ceil(middle - aside), 1), min(math.floor(middle + aside), mask.shape[1])
    if start >= end:
        return round(middle)
    thickness = cv2.blur(mask.sum(axis=0).astype(np.float64)[None], (3, 1))[0, start:end]
    from_middle = np.abs(np.arange(start, end) - middle)
    return start + int(np.argmin(thickness + CUT_SLOPE * from_middle))
