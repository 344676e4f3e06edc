"""Doubts 1s that may be any straight line, and rows that are too even to be written.

To the networks, the marks of a ruler, the bars of a code and the parts of a digital display are 1s,
and a notebook's coil is a row of 6s. On a page of one writer, 1s are about as high as other digits.
Hardly anybody writes a 1 without flag and foot that leans as a crease or a hand of a clock may.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import Final

import numpy as np

from app.judgement.writing import is_bent
from app.reading import Digit, Reading

ONE: Final = 1
# Numbers of 1s alone are doubtful if their 1s have many heights, and each that is lower or higher
# than so many times the usual other digit.
MIN_ONES: Final = 3
MOST: Final = (20, 80)  # percent, between which the heights of most 1s are
MAX_SPREAD: Final = 1.5  # ratio of these
FAR_SIZES: Final = (0.5, 2.0)
# Widths of a straight 1 in its heights. Of 6,742 1s of MNIST, 50 are straight and wider, and of 379
# drawn ones, none.
MAX_LEAN: Final = 0.9
BARS: Final = frozenset("-=")
MIN_BARS: Final = 2  # in a number that has no digits but 1s
# Marks of one row that are the same digit are no writing if they are as alike as this.
MIN_EVEN_MARKS: Final = 6
MIN_SAME: Final = 0.75  # share of the row's marks that are read as the same digit
MAX_STEP_DEVIATION: Final = 0.05  # steps: standard deviation of the distances between neighbours
MAX_HEIGHT_DEVIATION: Final = 0.1  # heights: the same of the marks' heights


def with_doubt(reading: Reading) -> Reading:
    """The reading with doubt in the 1s and the rows that may be no writing."""
    has_ones = any(mark.value == ONE for mark in reading.digits)
    if not has_ones and len(reading.digits) < MIN_EVEN_MARKS:  # most drawings
        return reading
    numbers = reading.numbers
    are_doubtful = [_is_even_row(number) for number in numbers]
    lines = [index for index, number in enumerate(numbers) if _is_all_ones(number)]
    for index in lines:
        are_doubtful[index] |= all(_leans(mark, reading.turned) for mark in numbers[index].digits)
    for index in _unlike_writing(reading, [numbers[index] for index in lines]):
        are_doubtful[lines[index]] = True
    if not any(are_doubtful):
        return reading
    digits = [
        mark.doubted() if in_doubt else mark
        for number, in_doubt in zip(numbers, are_doubtful, strict=True)
        for mark in number.digits
    ]
    return replace(reading, digits=tuple(digits))


def _unlike_writing(reading: Reading, numbers: Sequence[Reading]) -> Sequence[int]:
    """The indices of those numbers of 1s alone that may be any lines; reading: all that is read."""
    every = range(len(numbers))
    ones = [mark for number in numbers for mark in number.digits if mark.value == ONE]
    if len(ones) >= MIN_ONES:
        low, high = np.percentile([_size(mark, reading.turned) for mark in ones], MOST)
        if high > MAX_SPREAD * low:
            return every
    others = [mark for mark in reading.digits if mark.is_clear and mark.value != ONE]
    if not others:
        is_mixed = any(mark.sign is None and not mark.is_clear for mark in reading.digits)
        return every if is_mixed or _num_bars(reading) >= MIN_BARS else ()
    usual = median(_size(mark, reading.turned) for mark in others)
    low, high = (usual * size for size in FAR_SIZES)
    heights = [_height(number) for number in numbers]
    is_crossed = [_num_bars(number) >= MIN_BARS for number in numbers]
    return [index for index in every if is_crossed[index] or not low <= heights[index] <= high]


def _is_all_ones(number: Reading) -> bool:
    """Whether a number has digits, and all of them are 1s."""
    values = [mark.value for mark in number.digits if mark.value is not None]
    return bool(values) and all(value == ONE for value in values)


def _leans(mark: Digit, turned: int) -> bool:
    """Whether a mark is a straight line that leans far."""
    across = mark.box[2] if turned in (0, 180) else mark.box[3]
    return across > MAX_LEAN * _size(mark, turned) and not is_bent(mark)


def _num_bars(reading: Reading) -> int:
    return sum(mark.sign in BARS for mark in reading.digits)


def _is_even_row(number: Reading) -> bool:
    """Whether many marks of a number are the same digit, alike and in even steps, as a coil's."""
    values = [mark.value for mark in number.digits if mark.value is not None]
    if len(values) < MIN_EVEN_MARKS:
        return False
    common = max(set(values), key=values.count)
    if values.count(common) < MIN_SAME * len(number.digits):
        return False
    same = [mark for mark in number.digits if mark.value == common]
    sizes = np.array([_size(mark, number.turned) for mark in same])
    boxes = np.array([mark.box for mark in same])
    steps = np.hypot(*np.diff(boxes[:, :2] + boxes[:, 2:] / 2, axis=0).T)
    usual = float(np.median(steps))
    whole = np.maximum(np.round(steps / max(usual, 1e-6)), 1)  # one between them may be misread
    is_even = float(np.std(steps / whole)) <= MAX_STEP_DEVIATION * usual
    return is_even and float(sizes.std()) <= MAX_HEIGHT_DEVIATION * float(sizes.mean())


def _height(number: Reading) -> float:
    """The height of a number's highest digit."""
    return max(_size(mark, number.turned) for mark in number.digits if mark.value is not None)


def _size(mark: Digit, turned: int) -> float:
    """The height of a mark, upright."""
    return mark.box[3] if turned in (0, 180) else mark.box[2]
