"""How wide the digits of a line are, and whether they stand in evenly spaced columns."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.printed.bands import usual_distance
from app.segmentation.boxes import MIN_BODY_HEIGHT, Boxes, line_height

MAX_UNEVENNESS: Final = 0.25  # column distances by which a digit may lie off its column
MAX_DIGIT_ASPECT: Final = 1.2  # ratio of width to height
# In line heights.
MAX_WIDTH: Final = 1.3  # of a digit
MAX_PIECE_GAP: Final = 0.06  # between two pieces of one


def extents(boxes: Boxes) -> NDArray[np.float64]:
    """Left and right of each digit of a line: (n, 2). Parts that overlap in x are one digit."""
    heights = boxes[:, 3] - boxes[:, 1]
    found: list[list[float]] = []
    for left, right in sorted(
        boxes[heights >= MIN_BODY_HEIGHT * heights.max()][:, [0, 2]].tolist()
    ):
        if found and left < found[-1][1]:
            found[-1][1] = max(found[-1][1], right)
        else:
            found.append([left, right])
    return np.array(found, np.float64)


def is_pair(boxes: Boxes) -> bool:
    """Whether parts without a gap between them are two digits, as they are too wide for one."""
    width = boxes[:, 2].max() - boxes[:, 0].min()
    is_wide = width > MAX_DIGIT_ASPECT * line_height(boxes)
    return bool(is_wide and len(extents(boxes)) == 1)


def is_single(boxes: Boxes, height: float) -> bool:
    """Whether parts are one digit, in one or two pieces; height: of its line."""
    wide = float(boxes[:, 2].max() - boxes[:, 0].min())
    digits = extents(boxes)
    gaps = digits[1:, 0] - digits[:-1, 1]
    return wide <= MAX_WIDTH * height and bool((gaps <= MAX_PIECE_GAP * height).all())


def are_multiples(distances: NDArray[np.float64], max_step: int | None = None) -> bool:
    """Whether digits with these distances lie in evenly spaced columns, some of which are empty.

    max_step: the most columns from one digit to the next; None for any number.
    """
    pitch = usual_distance(distances)
    columns = np.clip(np.round(distances / pitch), 1, max_step)
    return bool((np.abs(distances - columns * pitch) <= MAX_UNEVENNESS * pitch).all())
