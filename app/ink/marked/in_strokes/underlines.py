"""Finds strokes that underline a drawn number, as a sum's line does; see `marked.underlines`."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.marked.underlines import MAX_FLATNESS, MAX_RISE, MIN_COVERED, MIN_LENGTH

MIN_UNDERLINED: Final = 2  # strokes; the flat one below a single one may be the foot of a 1 or 2


def are_underlines(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which strokes are long flat lines below several strokes that stand beside each other: (n,).

    boxes: (n, 4), left, top, right, bottom. Tails may reach through such a line. A dash has writing
    beside it, and the bar of a 5 has none above it.
    """
    found = np.zeros(len(boxes), np.bool_)
    if len(boxes) <= MIN_UNDERLINED:
        return found
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    are_flat = height < MAX_FLATNESS * width
    if not are_flat.any() or len(boxes) - are_flat.sum() < MIN_UNDERLINED:
        return found
    writing = boxes[~are_flat]
    usual = float(np.median(height[~are_flat]))
    for index in np.flatnonzero(are_flat & (width > MIN_LENGTH * usual)):
        found[index] = _underlines(boxes[index], writing, usual)
    return found


def _underlines(line: NDArray[np.float64], writing: NDArray[np.float64], usual: float) -> bool:
    """Whether a line is below several strokes of the writing; usual: the height of its strokes."""
    left, top, right, bottom = writing.T
    level, reach = (line[1] + line[3]) / 2, MAX_RISE * usual
    is_beside = (top < level) & (bottom > level) & ((right < line[0]) | (left > line[2]))
    is_beside &= (right > line[0] - usual) & (left < line[2] + usual)
    middles = (writing[:, :2] + writing[:, 2:]) / 2
    is_over = (middles[:, 0] > line[0]) & (middles[:, 0] < line[2])
    is_over &= (middles[:, 1] < level - reach) & (bottom < level + reach)
    is_through = (middles[:, 0] > line[0]) & (middles[:, 0] < line[2])
    is_through &= (top < level - reach) & (bottom > level + reach)
    # A line through most strokes crosses them out, and those above it are the bars of 5s.
    is_out = np.count_nonzero(is_through) >= np.count_nonzero(is_over)
    if is_beside.any() or is_out or np.count_nonzero(is_over) < MIN_UNDERLINED:
        return False
    are_side_by_side = left[is_over].max() > right[is_over].min()
    covered = float((right - left)[is_over].sum())
    return bool(are_side_by_side and covered > MIN_COVERED * (line[2] - line[0]))
