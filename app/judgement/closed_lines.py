"""Doubts 0s that may be any closed line, such as the ring of a cup, a wheel or a drawn cloud.

No hand draws an exact circle, and hardly one writes a number of nothing but wide 0s.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.reading import Digit, Reading

ZERO: Final = 0
# Standard deviation of an exact circle's radius over all directions, in radii. Of 2,867 written 0s
# in normal form, none has less than 0.02 and six less than 0.03; the rings of cups have up to 0.02.
MAX_DEVIATION: Final = 0.025
NUM_DIRECTIONS: Final = 24
MIN_DIRECTIONS: Final = 0.6  # share of the directions in which a circle has ink
MIN_STRENGTH: Final = 100  # of 255, of a glyph's pixels within the pen's line
# Widths of a number's 0s in their heights, on the mean. Of 6,290 lone written 0s, 0.6 % are wider.
MAX_LONE_WIDTH: Final = 1.5
MAX_WIDTH: Final = 1.3  # of several


def with_doubt(reading: Reading) -> Reading:
    """The reading with doubt in the 0s that may be any closed line."""
    if all(mark.value != ZERO for mark in reading.digits):
        return reading
    wide = {
        mark.number_index
        for number in reading.numbers
        if _are_wide_zeros(number.digits, reading.turned)
        for mark in number.digits
    }
    are_doubtful = [
        mark.value == ZERO
        and not mark.is_doubtful
        and (mark.number_index in wide or _is_circle(mark.glyph))
        for mark in reading.digits
    ]
    if not any(are_doubtful):
        return reading
    digits = [
        replace(mark, is_doubtful=True) if in_doubt else mark
        for mark, in_doubt in zip(reading.digits, are_doubtful, strict=True)
    ]
    return replace(reading, digits=tuple(digits))


def _are_wide_zeros(marks: Sequence[Digit], turned: int) -> bool:
    """Whether all marks of a number are 0s, and wide ones."""
    if any(mark.value != ZERO for mark in marks):
        return False
    sizes = [mark.box[2:] if turned in (0, 180) else mark.box[:1:-1] for mark in marks]
    widths = [width / max(height, 1e-6) for width, height in sizes]
    return float(np.mean(widths)) > (MAX_WIDTH if len(marks) > 1 else MAX_LONE_WIDTH)


def _is_circle(glyph: NDArray[np.uint8]) -> bool:
    """Whether the ink of a glyph lies on an exact circle, which may have a gap."""
    y, x = np.nonzero(glyph > MIN_STRENGTH)
    if len(x) < NUM_DIRECTIONS:
        return False
    weights = glyph[y, x].astype(np.float64)
    # The circle x^2 + y^2 = a x + b y + c that fits best.
    terms = np.stack([x, y, np.ones(len(x))]) * weights
    squares = (x**2 + y**2) * weights
    a, b, _ = np.linalg.lstsq(terms.T, squares, rcond=None)[0]
    across, down = x - a / 2, y - b / 2
    turn = np.arctan2(down, across) / (2 * np.pi) + 0.5
    directions = np.minimum((turn * NUM_DIRECTIONS).astype(np.intp), NUM_DIRECTIONS - 1)
    ink = np.bincount(directions, weights, NUM_DIRECTIONS)
    reach = np.bincount(directions, weights * np.hypot(across, down), NUM_DIRECTIONS)
    radii = reach[ink > 0] / ink[ink > 0]
    is_around = len(radii) >= MIN_DIRECTIONS * NUM_DIRECTIONS
    return is_around and float(radii.std()) <= MAX_DEVIATION * float(radii.mean())
