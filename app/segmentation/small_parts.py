"""Finds what is written smaller above or below a line, such as carried digits."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.segmentation.boxes import MIN_BODY_HEIGHT, Boxes

# Low parts that are no dots or dashes may be a line of their own, above or below high parts.
MIN_SMALL_HEIGHT: Final = 0.2  # usual heights
MIN_SMALL_ASPECT: Final = 0.6  # ratio of height to width; the bar of a 5 is flatter
SMALL_REACH: Final = 0.6  # usual heights between them and high parts beside them
MAX_CARRIED_ABOVE: Final = 1.8  # usual heights; small text further above is not carried
# High parts below them; above a single one, they may be a part of it.
MIN_SMALL_NEIGHBOURS: Final = 2
LEVEL_REACH: Final = 1.8  # usual heights between small parts and high ones on the same line
MIN_SMALL_GAP: Final = 0.25  # usual heights between a line and small text below it
MAX_HALVES_HEIGHT: Final = 1.1  # usual heights, of an upper loop and the rest of its 8 below it
MAX_HALVES_GAP: Final = 0.1  # usual heights between them


def small_parts_apart(boxes: Boxes, body: NDArray[np.int64], usual: float) -> NDArray[np.int64]:
    """The low parts that lie wholly above or below high ones near them: their indices, (m,).

    Such are carried digits, and a number that is written smaller. body: the indices of the high
    parts. usual: their height.
    """
    heights = boxes[:, 3] - boxes[:, 1]
    is_small = (heights >= MIN_SMALL_HEIGHT * usual) & (heights < MIN_BODY_HEIGHT * usual)
    is_small &= heights >= MIN_SMALL_ASPECT * (boxes[:, 2] - boxes[:, 0])
    small = np.flatnonzero(is_small)
    if not len(small) or len(body) < MIN_SMALL_NEIGHBOURS:
        return small[:0]
    left, top, right, bottom = (boxes[small, None, side] for side in range(4))
    x, y, end, low = boxes[body].T
    aside = np.maximum(left - end, x - right)
    is_near = aside < SMALL_REACH * usual
    above, below = y - bottom, top - low  # how far the small parts are above or below the high ones
    # Small zeros may stand as far from the other digits of their number.
    is_level = ((aside < LEVEL_REACH * usual) & (above < 0) & (below < 0)).any(axis=1)
    is_level = _with_neighbours(is_level, boxes[small], LEVEL_REACH * usual)
    is_above = _are_alone(aside, above, usual)
    # Below a line are commas and the ends of digits too, but not so far.
    is_below = _are_alone(aside, below, usual)
    is_below &= np.where(is_near, below, np.inf).min(axis=1) >= MIN_SMALL_GAP * usual
    # A single small part there may be a comma.
    are_beside = _are_beside(boxes[small], SMALL_REACH * usual)
    is_below &= (are_beside & is_below).sum(axis=1) > 1
    is_half = (aside < 0) & (above >= 0) & (above < MAX_HALVES_GAP * usual)
    is_half &= low - top < MAX_HALVES_HEIGHT * usual
    is_alone = ((is_above & ~is_half.any(axis=1)) | is_below) & ~is_level
    return np.asarray(small[is_alone], np.int64)


def _with_neighbours(is_level: NDArray[np.bool_], boxes: Boxes, reach: float) -> NDArray[np.bool_]:
    """Which small parts are on a line, where those beside one that is are on it too: (n,).

    boxes: of the small parts. reach: pixels between two of them, as between the zeros of 1000.
    """
    are_beside = _are_beside(boxes, reach)
    while ((grown := (are_beside & is_level).any(axis=1)) & ~is_level).any():
        is_level = is_level | grown
    return is_level


def _are_beside(boxes: Boxes, reach: float) -> NDArray[np.bool_]:
    """Which parts are level with each other and at most `reach` pixels apart: (n, n).

    A part is beside itself.
    """
    left, top, right, bottom = boxes.T
    is_near = (left < right[:, None] + reach) & (left[:, None] < right + reach)
    is_level = (top < bottom[:, None]) & (top[:, None] < bottom)
    return np.asarray(is_near & is_level, np.bool_)


def _are_alone(
    aside: NDArray[np.float64], away: NDArray[np.float64], usual: float
) -> NDArray[np.bool_]:
    """Which small parts lie near several high ones, all on one side of them: (small,).

    aside, away: (small, high), how far they are to the left or right, and above or below. usual:
    see `small_parts_apart`.
    """
    are_past = (aside < SMALL_REACH * usual) & (away >= 0)
    are_near = (aside < usual) & (away >= 0) & (away <= MAX_CARRIED_ABOVE * usual)
    is_alone = (are_past.sum(axis=1) >= MIN_SMALL_NEIGHBOURS) & are_near.any(axis=1)
    return np.asarray(is_alone, np.bool_)
