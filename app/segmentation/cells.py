"""Where one number ends and the next begins in the cells of a grid or in the boxes of a form.

There is as much paper between boxes as between numbers. Evenly spaced digits in a single row are
one number in boxes; in several rows they are numbers of one digit in cells.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.bands import usual_distance
from app.segmentation.text_lines import MIN_BODY_HEIGHT, Boxes, line_height

# Gaps are in line heights.
MIN_NUMBER_GAP: Final = 1.2  # between two numbers on one line
MIN_CELL_GAP: Final = 0.6  # between the digits of neighbouring cells
MAX_BOX_GAP: Final = 2.5  # between the digits of neighbouring boxes
MIN_BOXES: Final = 3  # digits in a row of boxes
MAX_UNEVENNESS: Final = 0.25  # column distances by which a digit may lie off its column


def number_gap(boxes: Boxes, lines: list[list[int]]) -> float:
    """The smallest gap between two numbers on a line, in line heights, for a whole picture.

    boxes: of the parts. lines: the indices of each line's parts, from left to right.
    """
    rows = [_extents(boxes[line]) for line in lines]
    rows = [row for row in rows if len(row) > 1]
    if not rows:
        return MIN_NUMBER_GAP
    height = float(np.median([line_height(boxes[line]) for line in lines]))
    gaps = np.concatenate([row[1:, 0] - row[:-1, 1] for row in rows]) / height
    distances = np.concatenate([np.diff(row.mean(axis=1)) for row in rows])
    if len(lines) == 1:
        is_row = len(distances) >= MIN_BOXES - 1 and gaps.max() <= MAX_BOX_GAP
        return math.inf if is_row and _are_multiples(distances, max_step=1) else MIN_NUMBER_GAP
    are_cells = len(rows) > 1 and gaps.min() >= MIN_CELL_GAP and _are_multiples(distances)
    return MIN_CELL_GAP if are_cells else MIN_NUMBER_GAP


def _extents(boxes: Boxes) -> NDArray[np.float64]:
    """Left and right of each digit of a line: (n, 2). Parts that overlap in x are one digit."""
    heights = boxes[:, 3] - boxes[:, 1]
    extents: list[list[float]] = []
    for left, right in sorted(
        boxes[heights >= MIN_BODY_HEIGHT * heights.max()][:, [0, 2]].tolist()
    ):
        if extents and left < extents[-1][1]:
            extents[-1][1] = max(extents[-1][1], right)
        else:
            extents.append([left, right])
    return np.array(extents, np.float64)


def _are_multiples(distances: NDArray[np.float64], max_step: int | None = None) -> bool:
    """Whether digits with these distances lie in evenly spaced columns, some of which are empty.

    max_step: the most columns from one digit to the next; None for any number.
    """
    pitch = usual_distance(distances)
    columns = np.clip(np.round(distances / pitch), 1, max_step)
    return bool((np.abs(distances - columns * pitch) <= MAX_UNEVENNESS * pitch).all())
