"""The candidates for digits: runs of neighbouring parts of a line.

A part is a stroke, or a slice of a connected component. It is not divided further.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.segmentation.boxes import Boxes, line_height

Candidate = tuple[int, int]  # the first part, and the one after the last

MAX_PARTS: Final = 5  # of a digit with gaps between its parts; people write no more
MAX_CANDIDATES: Final = 1_500  # of one input, about; where it has many parts, fewer are combined
MIN_PARTS_TRIED: Final = 3  # parts that are combined, however many there are
MAX_WIDTH: Final = 1.9  # line heights, of a digit of more than one part
# Two strokes are one digit without a closer look if both are true; in line heights.
MAX_SINGLE_WIDTH: Final = 1.0
MIN_SINGLE_OVERLAP: Final = 0.4
MAX_GAP: Final = 0.5  # line heights between two parts of a digit


def find_candidates(
    boxes: Boxes, sliced: NDArray[np.bool_] | None = None, num_parts: int = 0
) -> list[Candidate]:
    """Which runs of neighbouring parts of one line may be a digit; boxes in the line's order.

    sliced: (n,), whether each part was cut off the one before. num_parts: of all lines together; 0
    where this is the only line. The more there are, the fewer parts a candidate may have, unless
    nothing overlaps it.
    """
    if len(boxes) == 2 and sliced is None and _are_inseparable(boxes):
        return [(0, 2)]
    max_tried = max(MAX_CANDIDATES // max(num_parts, len(boxes)), MIN_PARTS_TRIED)
    height = line_height(boxes)
    candidates = []
    cuts = [False] * (len(boxes) + 1) if sliced is None else [*sliced.tolist(), False]
    sides = boxes.tolist()
    reach = -math.inf  # the right side of everything before the first part
    for first in range(len(boxes)):
        left, top, right, bottom = sides[first]
        starts_alone = left > reach and not cuts[first]
        reach = max(reach, right)
        for last in range(first + 1, len(boxes) + 1):
            box = sides[last - 1]
            has_gap = last > first + 1 and box[0] > right
            if (
                has_gap
                and not cuts[last - 1]
                and (box[0] - right > MAX_GAP * height or last - first > MAX_PARTS)
            ):
                break
            left, right = min(left, box[0]), max(right, box[2])
            top, bottom = min(top, box[1]), max(bottom, box[3])
            if last - first > max_tried and not (
                starts_alone and (last == len(boxes) or (sides[last][0] > right and not cuts[last]))
            ):
                continue
            is_whole = not cuts[first] and not cuts[last]
            # The parts of a 5 whose bar lies apart are each less high than all of them together.
            if last == first + 1 or right - left <= MAX_WIDTH * max(height, bottom - top):
                candidates.append((first, last))
            elif is_whole and all(cuts[first + 1 : last]):
                candidates.append((first, last))  # a scribble is one mark, however wide it is
    return candidates


def may_be_several(boxes: Boxes, max_width: float) -> bool:
    """Whether the parts of a line may be several characters.

    max_width: line heights; a single part that is wider may be several.
    """
    if len(boxes) == 2 and _are_inseparable(boxes):
        return False
    left, _, right, _ = boxes[0].tolist()
    return len(boxes) > 1 or right - left > max_width * line_height(boxes)


def _are_inseparable(boxes: Boxes) -> bool:
    """Whether two strokes reach so far into each other that they are one digit.

    This is so in most digits of two strokes, and saves drawing and classifying each stroke alone.
    """
    height = line_height(boxes)
    (left, _, right, _), (start, _, end, _) = boxes.tolist()
    width, overlap = (max(right, end) - min(left, start)) / height, (right - start) / height
    return bool(width <= MAX_SINGLE_WIDTH and overlap >= MIN_SINGLE_OVERLAP)


def boxes_of(boxes: Boxes, candidates: Sequence[Candidate]) -> Boxes:
    """The boxes of candidates (n, 4), from the boxes of the parts."""
    sides, candidate_boxes = boxes.tolist(), []
    for first, last in candidates:
        lefts, tops, rights, bottoms = zip(*sides[first:last], strict=True)
        candidate_boxes.append((min(lefts), min(tops), max(rights), max(bottoms)))
    return np.array(candidate_boxes, np.float64)
