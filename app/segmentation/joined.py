"""Strokes that go on from one character to the next, divided where the pen went over."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Stroke = NDArray[np.float64]  # (n, 2)

MIN_REACH: Final = 0.15  # of two characters' distance; a stroke ends so far before it or less


def divide(
    strokes: Sequence[Stroke], pairs: Sequence[tuple[float, float]]
) -> tuple[list[Stroke], list[int]]:
    """Cuts each stroke that reaches across both places of a pair in two.

    pairs: x of neighbouring characters, in pixels of the input. Returns the pieces, (n, 2) each,
    and the index of the stroke that each is a piece of.
    """
    pieces, origins = list(strokes), list(range(len(strokes)))
    for first, second in pairs:
        reach = (second - first) * MIN_REACH
        for index, piece in enumerate(pieces):
            low, high = piece[:, 0].min(), piece[:, 0].max()
            if low < first + reach and high > second - reach:
                at = _crossing(piece, (first + second) / 2)
                if 0 < at < len(piece) - 1:
                    pieces[index : index + 1] = [piece[: at + 1], piece[at:]]
                    origins.insert(index, origins[index])
                break
    return pieces, origins


def _crossing(stroke: Stroke, x: float) -> int:
    """The point at which the pen went from one side of x to the other, for most of its way."""
    ways = np.diff(stroke, axis=0)
    lengths = np.hypot(ways[:, 0], ways[:, 1])
    is_right = (stroke[:-1, 0] + stroke[1:, 0]) / 2 > x
    right = np.concatenate([[0.0], np.cumsum(np.where(is_right, lengths, 0))])
    left = np.concatenate([[0.0], np.cumsum(np.where(is_right, 0, lengths))])
    rightwards, leftwards = right + left[-1] - left, left + right[-1] - right
    misplaced = rightwards if rightwards.min() <= leftwards.min() else leftwards
    return int(misplaced.argmin())
