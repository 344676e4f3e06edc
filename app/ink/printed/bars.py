"""Drops upright bars between the digits of a line, which divide it into numbers as a table's do."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.printed.dividers import MAX_SLOPE, REACH

MAX_PENS: Final = 1.5  # pen widths by which a bar is wider than its lean
MIN_HEIGHT: Final = 0.35  # heights of the bar: of a digit beside it
MAX_GAP: Final = 1.5  # heights of a digit between it and the bar
MAX_BARS: Final = 20  # slim pieces; only clutter and rules have more


def without_bars(ink: InkMap) -> InkMap:
    """The map without bars that go beyond both ends of the digits on both of their sides.

    A 1 may be taller than other digits, but hardly at both of its ends.
    """
    parts = ink.parts
    boxes = parts.boxes[1:].astype(np.int64)
    is_slim = boxes[:, 2] <= MAX_SLOPE * boxes[:, 3] + MAX_PENS * ink.pen
    is_slim &= boxes[:, 3] > np.median(boxes[:, 3])
    slim = np.flatnonzero(is_slim)
    if not 0 < len(slim) <= MAX_BARS:
        return ink
    is_bar = np.zeros(len(parts.boxes), np.bool_)
    is_bar[1 + slim] = [_is_bar(boxes[each], np.delete(boxes, each, axis=0)) for each in slim]
    return replace(ink, mask=parts.mask(~is_bar)) if is_bar.any() else ink


def _is_bar(piece: NDArray[np.int64], others: NDArray[np.int64]) -> bool:
    """Whether a slim piece goes beyond the nearest piece on each side. others: boxes (n, 4)."""
    x, y, width, height = piece.tolist()
    top, bottom = others[:, 1], others[:, 1] + others[:, 3]
    is_high = (others[:, 3] >= MIN_HEIGHT * height) & (top < y + height) & (bottom > y)
    for gaps in (x - others[:, 0] - others[:, 2], others[:, 0] - x - width):
        is_beside = is_high & (gaps >= 0) & (gaps <= MAX_GAP * others[:, 3])
        if not is_beside.any():
            return False
        nearest = int(np.where(is_beside, gaps, np.inf).argmin())
        reach = REACH * float(others[nearest, 3])
        if top[nearest] - y < reach or y + height - bottom[nearest] < reach:
            return False
    return True
