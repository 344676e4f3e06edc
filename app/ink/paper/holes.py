"""Drops punched holes, bullets and other round blots, which are broader than the pen's points."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap, are_beside_a_foot, pen_width

MAX_ASPECT: Final = 1.4  # ratio of a hole's sides, either way; it may be seen from aside
FILLED: Final = (0.68, 0.9)  # share of its box; a circle fills 0.79 of it, and a square all
MIN_SIDE: Final = 8  # pixels; in fewer, a zero may be filled with ink
MIN_PENS: Final = 2.0  # widths of the pen: of its shorter side
MIN_MAP_PENS: Final = 1.3  # of the whole map, into which the blots are counted; 1.5 for them alone
MAX_GAP: Final = 0.8  # heights of another piece of ink between it and what may be of its number
MAX_HOLES: Final = 8  # more are no holes, but a pattern


def without_holes(ink: InkMap) -> InkMap:
    """The map without round blots beside writing.

    A blot close to other ink may be a point, or a digit that is filled with ink.
    """
    parts = ink.parts
    boxes = parts.boxes.astype(np.int64)
    short, long = boxes[:, 2:].min(axis=1), boxes[:, 2:].max(axis=1)
    filled = parts.areas / np.maximum(boxes[:, 2] * boxes[:, 3], 1)
    is_round = (long <= MAX_ASPECT * short) & (short >= MIN_SIDE)
    is_round &= (filled >= FILLED[0]) & (filled <= FILLED[1])
    is_round[0] = False
    is_round &= short >= MIN_MAP_PENS * ink.pen  # so that the pen is seldom measured again
    is_other = ~is_round
    is_other[0] = False
    if not 0 < is_round.sum() <= MAX_HOLES or not is_other.any():
        return ink
    pen = pen_width(parts.mask(is_other))
    is_hole = is_round & (short >= MIN_PENS * pen)
    is_hole[is_hole] = ~_are_beside(boxes[is_hole], boxes[1:])
    return replace(ink, mask=parts.mask(~is_hole)) if is_hole.any() else ink


def _are_beside(blots: NDArray[np.int64], pieces: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which blots (n, 4) are close beside, below or inside another piece of ink: (n,).

    So are small zeros that are filled with ink, and the loops of dark digits where light is taken
    for ink. pieces: boxes (m, 4).
    """
    left, top, width, height = blots.T[:, :, None]
    x, y, wide, high = pieces.T[:, None]
    gap = np.maximum(x - left - width, left - x - wide)
    is_level = (top + height > y) & (top < y + high)
    is_beside = is_level & (gap >= 0) & (gap <= MAX_GAP * high)
    is_within = (left > x) & (left + width < x + wide) & (top > y) & (top + height < y + high)
    is_near = (is_beside | is_within).any(axis=1)
    return np.asarray(is_near | are_beside_a_foot(blots, pieces), np.bool_)
