"""Finds upright rules between neighbouring marks, as between the cells of a table."""

from functools import reduce
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

REACH: Final = 0.15  # heights of the marks by which a rule goes on above and below them
WALL_REACH: Final = 0.3  # the same beside the wall of a box, and where one goes through a mark
OTHER_ROW: Final = (0.65, 1.15)  # heights of the marks above and below them, beyond their boxes
MAX_SLOPE: Final = 0.12  # pixels sideways per pixel down
SLOPES: Final = 13  # that are tried
MIN_COVERED: Final = 0.85  # share of the rows in which the rule is seen
MAX_CROSSED: Final = 0.5  # share of the rows that level rules may cover, in which nothing is seen
MIN_LEVELS: Final = 14.0  # of 255, between a rule and its paper
MIN_DEVIATIONS: Final = 4.0  # the same, in mean deviations of the paper from its usual level
RIM: Final = 0.02  # of the picture's height: a rule that is seen there goes on beyond its edge
ROWS: Final = 32  # to which the space between two marks is reduced
MAX_WIDTH: Final = 160  # pixels, to which a wider space is reduced

Box = NDArray[np.float64]  # left, top, right, bottom
Image = NDArray[np.uint8]  # (h, w) or (h, w, channels)


def divides(image: NDArray[np.uint8], left: Box, right: Box, reach: float = WALL_REACH) -> bool:
    """Whether a rule goes down between two marks of a line, beyond both of their ends.

    image: (h, w) or (h, w, channels). left, right: boxes in its pixels. reach: see `REACH`.
    """
    return rule_between(image, left, right, reach) is not None


def rule_between(
    image: NDArray[np.uint8], left: Box, right: Box, reach: float = WALL_REACH
) -> float | None:
    """Where the rule is that divides two marks, see `divides` and `upright_rule`; or None."""
    top, bottom = min(left[1], right[1]), max(left[3], right[3])
    beyond = reach * (bottom - top)
    return upright_rule(image, (left[2] + 1, top - beyond, right[0] - 1, bottom + beyond))


def goes_through(image: NDArray[np.uint8], mark: Box) -> bool:
    """Whether an upright rule goes on both above and below a mark, as those of squared paper."""
    left, top, right, bottom = mark.tolist()
    reach = WALL_REACH * (bottom - top)
    above, below = (left, top - reach, right, top - 1), (left, bottom + 1, right, bottom + reach)
    return has_upright_rule(image, above, 0.0) and has_upright_rule(image, below, 0.0)


def goes_on(image: NDArray[np.uint8], left: Box, right: Box) -> bool:
    """Whether the rule between two marks goes on to the upper and lower edge of the picture."""
    height = len(image)
    rim = max(RIM * height, 3.0)
    sides = left[2] + 1, right[0] - 1
    return all(
        has_upright_rule(image, (sides[0], top, sides[1], top + rim), 0.0)
        for top in (0.0, height - rim)
    )


def goes_to_other_row(image: NDArray[np.uint8], left: Box, right: Box) -> bool:
    """Whether the rule between two marks goes on above or below them, as between a table's rows."""
    top, bottom = min(left[1], right[1]), max(left[3], right[3])
    near, far = (reach * (bottom - top) for reach in OTHER_ROW)
    sides = left[2] + 1, right[0] - 1
    return any(
        has_upright_rule(image, (sides[0], first, sides[1], last), 0.0)
        for first, last in ((top - far, top - near), (bottom + near, bottom + far))
    )


def has_upright_rule(
    image: NDArray[np.uint8], box: tuple[float, float, float, float], reach: float
) -> bool:
    """Whether there is a straight upright line from the upper to the lower end of a box.

    reach: heights by which the line goes on above and below it. The box may go beyond the image.
    """
    left, top, right, bottom = box
    beyond = reach * (bottom - top)
    return upright_rule(image, (left, top - beyond, right, bottom + beyond)) is not None


def upright_rule(image: NDArray[np.uint8], box: tuple[float, float, float, float]) -> float | None:
    """Where a straight upright line is that goes from the upper to the lower end of a box.

    Returns its x halfway down, in pixels of the image; None without one. The box may go beyond the
    image.
    """
    left, top, right, bottom = (max(round(edge), 0) for edge in box)
    part = image[top:bottom, left:right]
    if part.shape[0] < 3 or part.shape[1] < 3:
        return None
    size = (min(part.shape[1], MAX_WIDTH), min(part.shape[0], ROWS))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], -1)
    levels = small.astype(np.float32)
    usual = np.median(levels, axis=1, keepdims=True)  # of each row
    contrast = reduce(np.maximum, np.moveaxis(np.abs(levels - usual), 2, 0))
    faintest = max(MIN_LEVELS, MIN_DEVIATIONS * float(np.median(contrast)))
    # Rows of level rules, (rows,).
    is_crossed = (np.abs(usual - np.median(usual, axis=0)).max(axis=2) > faintest)[:, 0]
    if is_crossed.mean() > MAX_CROSSED:
        return None
    is_line = cv2.dilate((contrast > faintest).astype(np.uint8), np.ones((1, 3), np.uint8))
    is_line, free = is_line[~is_crossed], np.flatnonzero(~is_crossed)
    if is_line.any(axis=1).mean() < MIN_COVERED:
        return None  # as between most marks
    down = free * (part.shape[0] / size[1]) * (size[0] / part.shape[1])
    slopes = np.linspace(-MAX_SLOPE, MAX_SLOPE, SLOPES)[:, None, None]
    places = np.round(np.arange(size[0]) + slopes * (down - down.mean())[:, None])
    places = places.astype(int).clip(0, size[0] - 1)  # (slopes, rows, columns)
    covered = is_line[np.arange(len(free))[:, None], places].sum(axis=1)
    if covered.max() < MIN_COVERED * len(free):
        return None
    widest = np.flatnonzero(covered.max(axis=0) == covered.max())
    return float(left + (np.median(widest) + 0.5) * part.shape[1] / size[0])
