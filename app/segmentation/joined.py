"""Divides strokes that go on from one character to the next, where the pen crossed over."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Stroke = NDArray[np.float64]  # (n, 2)

# Share of the distance between two characters by which ink may end before the place of one and
# still reach across it.
MIN_REACH: Final = 0.15


def divide(
    strokes: Sequence[Stroke], pairs: Sequence[tuple[float, float]]
) -> tuple[list[Stroke], list[int]]:
    """Cuts each stroke in two that reaches across both characters of a pair.

    pairs: x of neighbouring characters, in pixels of the input. Returns the pieces, (n, 2) each,
    and for each the index of its stroke.
    """
    pieces, origins = list(strokes), list(range(len(strokes)))
    for first, second in pairs:
        for index, piece in enumerate(pieces):
            low, high = piece[:, 0].min(), piece[:, 0].max()
            if reaches_across(low, high, first, second):
                at = _crossing(piece, (first + second) / 2)
                if 0 < at < len(piece) - 1:
                    pieces[index : index + 1] = [piece[: at + 1], piece[at:]]
                    origins.insert(index, origins[index])
                break
    return pieces, origins


def reaches_across(left: float, right: float, first: float, second: float) -> bool:
    """Whether ink from left to right belongs to both of two characters; all are x in pixels."""
    reach = (second - first) * MIN_REACH
    return left < first + reach and right > second - reach


def _crossing(stroke: Stroke, x: float) -> int:
    """The index of the point at which the pen, all in all, crossed from one side of x to the other.

    Cutting there leaves the least length of the stroke on the wrong side.
    """
    steps = np.diff(stroke, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    is_right = (stroke[:-1, 0] + stroke[1:, 0]) / 2 > x
    right = np.concatenate([[0.0], np.cumsum(np.where(is_right, lengths, 0))])
    left = np.concatenate([[0.0], np.cumsum(np.where(is_right, 0, lengths))])
    rightwards, leftwards = right + left[-1] - left, left + right[-1] - right
    misplaced = rightwards if rightwards.min() <= leftwards.min() else leftwards
    return int(misplaced.argmin())
