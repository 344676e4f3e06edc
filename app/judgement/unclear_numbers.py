"""Doubts the few clear digits of numbers that are unclear for the most part.

In a row of drawn trees or pieces of a shadow, one by chance looks surely like a digit.
"""

from dataclasses import replace
from typing import Final

from app.reading import Reading

MIN_UNCLEAR: Final = 2 / 3  # share of a number's marks, without signs, refused or doubtful


def with_doubt(reading: Reading) -> Reading:
    """The reading with doubt in all digits of numbers of which most marks are unclear."""
    if all(mark.is_clear or mark.sign for mark in reading.digits):
        return reading
    return replace(
        reading,
        digits=tuple(
            mark.doubted() if is_unclear else mark
            for number in reading.numbers
            for is_unclear in [_is_unclear(number)]
            for mark in number.digits
        ),
    )


def _is_unclear(number: Reading) -> bool:
    """Whether most marks of a number are refused, or doubtful by themselves."""
    marks = [mark for mark in number.digits if not mark.sign]
    num_unclear = sum(not mark.is_clear for mark in marks)
    return 0 < num_unclear < len(marks) and num_unclear >= MIN_UNCLEAR * len(marks)
