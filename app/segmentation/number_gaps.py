"""Divides a line of text into its numbers, at wide gaps."""

from itertools import pairwise
from typing import Final

import numpy as np

from app.segmentation.boxes import Boxes, line_height

# A sign that is set apart from its number, as in a sum of numbers below each other.
MAX_SIGN_PARTS: Final = 2
SIGN_SIZE: Final = (0.15, 0.8)  # heights of the number: its longer side; a dot is smaller
MAX_SIGN_GAP: Final = 5.0  # heights of the number


def split_at_wide_gaps(boxes: Boxes, line: list[int], min_gap: float) -> list[list[int]]:
    """The parts of one line from left to right, split at gaps wider than `min_gap` line heights."""
    if len(line) == 1:
        return [line]
    reach = np.maximum.accumulate(boxes[line, 2])
    lefts = np.minimum.accumulate(boxes[line, 0][::-1])[::-1]  # of this part and all after it
    is_wide = lefts[1:] - reach[:-1] > min_gap * line_height(boxes[line])
    ends = [0, *(np.flatnonzero(is_wide) + 1).tolist(), len(line)]
    return [line[start:end] for start, end in pairwise(ends)]


def with_sign_apart(boxes: Boxes, numbers: list[list[int]]) -> tuple[list[list[int]], bool]:
    """The parts of a line's numbers, where what may be the sign of the first one joins it.

    Returns too whether there is such a part.
    """
    if len(numbers) < 2 or not _may_be_sign(boxes[numbers[0]], boxes[numbers[1]]):
        return numbers, False
    return [numbers[0] + numbers[1], *numbers[2:]], True


def _may_be_sign(first: Boxes, number: Boxes) -> bool:
    """Whether the first parts of a line may be the sign of the number after them."""
    height = line_height(number)
    left, top = first[:, :2].min(axis=0)
    right, bottom = first[:, 2:].max(axis=0)
    is_beside = number[:, 1].min() < (top + bottom) / 2 < number[:, 3].max()
    is_near = number[:, 0].min() - right <= MAX_SIGN_GAP * height
    has_size = SIGN_SIZE[0] * height <= max(right - left, bottom - top) <= SIGN_SIZE[1] * height
    return bool(len(first) <= MAX_SIGN_PARTS and is_beside and is_near and has_size)
