"""Doubts a number's first digit that may be a dollar: an S or an 8 with a bar through it.

To the networks, a dollar is an 8 or a 5. No digit with a bow on both sides has a straight stroke
from its top to its bottom between them.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.reading import Reading

BOWED: Final = frozenset((3, 5, 6, 8, 9))  # the digits that a dollar is read as
MIN_STRENGTH: Final = 100  # of 255, of a glyph's pixels within the pen's line
MIN_HEIGHT: Final = 10  # pixels of a glyph in which a bar can be seen
MAX_LEAN: Final = 8  # pixels of a glyph, from the bar's top to its bottom
MIN_COVERED: Final = 0.96  # share of the bar that is ink
MIN_ASIDE: Final = 3.0  # pixels from the bar's middle, beyond which ink is that of a bow
# Pixels of the upper bow on its left, and of the lower one on its right. Of 60 drawn dollars, 56
# have as many, and of 300 such digits of as many writers, one has.
MIN_BOW: Final = 5


def with_doubt(reading: Reading) -> Reading:
    """The reading with doubt in the first digits that may be dollars before a number."""
    first = [number.digits[0] for number in reading.numbers if len(number.digits) > 1]
    dollars = {id(mark) for mark in first if mark.value in BOWED and _has_bar(mark.glyph)}
    if not dollars:
        return reading
    return replace(
        reading,
        digits=tuple(mark.doubted() if id(mark) in dollars else mark for mark in reading.digits),
    )


def _has_bar(glyph: NDArray[np.uint8]) -> bool:
    """Whether a straight bar goes through a glyph, with bows on its upper left and lower right."""
    is_ink = glyph > MIN_STRENGTH
    rows = np.flatnonzero(is_ink.any(axis=1))
    if len(rows) < MIN_HEIGHT:
        return False
    is_ink = is_ink[rows[0] : rows[-1] + 1]
    height, width = is_ink.shape
    tops = np.flatnonzero(is_ink[:2].any(axis=0))
    bottoms = np.flatnonzero(is_ink[-2:].any(axis=0))
    starts, ends = np.meshgrid(tops, bottoms)
    is_upright = np.abs(ends - starts) <= MAX_LEAN
    starts, ends = starts[is_upright], ends[is_upright]
    down = np.arange(height) / (height - 1)
    bars = starts[:, None] + np.outer(ends - starts, down)  # x in each row: (bars, height)
    covered = is_ink[np.arange(height), np.round(bars).astype(np.intp)].mean(axis=1)
    for bar in bars[covered >= MIN_COVERED]:
        aside = np.arange(width) - bar[:, None]
        upper = (is_ink & (aside < -MIN_ASIDE))[: height // 2]
        lower = (is_ink & (aside > MIN_ASIDE))[height // 2 :]
        if min(upper.sum(), lower.sum()) >= MIN_BOW:
            return True
    return False
