"""Refuses the letters of words beside a number, some of which look like digits.

An o is a 0 to the networks, and an l is a 1. Where most marks of a group are refused beside a
number that is read, the group is a word, and none of its marks is a digit. Where that is less sure,
its digits are doubtful, and so are a few digits that are as high as many words beside them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.reading import Digit, Reading

MIN_GAP: Final = 0.25  # heights of the line's highest mark, between a word and a number
MIN_GAP_RATIO: Final = 1.5  # times the line's usual gap
MIN_REFUSED: Final = 0.5  # share of a word's marks that are no digits; more than it
JOINING_SIGNS: Final = frozenset("-+/:,=×")  # after which a number goes on; a point may be its end
MIN_LETTER_CONFIDENCE: Final = 0.5  # that a refused mark is no digit
MIN_LETTERS: Final = 2  # marks of a word
MAX_LETTER_WIDTH: Final = 1.3  # heights of a refused mark; what is wider is several letters
MIN_CLUTTER: Final = 12  # marks of a picture in which clutter is looked for
MIN_CLUTTER_REFUSED: Final = 0.6  # share of them that are refused there
MIN_UNCLEAR_MARKS: Final = 8  # of a picture that is clutter too if so many of its marks are unclear
MIN_UNCLEAR: Final = 0.8  # share of them that are refused or doubtful
MIN_PRINT: Final = 40  # marks of a page of print
MIN_PRINT_REFUSED: Final = 1 / 3  # share of them that are refused there; joined letters are not
MAX_CLUTTER_SIZE: Final = 1.5  # times the usual mark's; what is larger is no clutter
# Few numbers among so many words that are about as high are doubtful, as print has few sizes. A
# group without a high letter, such as an o, is lower than other words of its size.
MIN_WORDS: Final = 2
MIN_PRINTED: Final = 0.6  # of a word's height
MAX_PRINTED: Final = 1.3  # of a word's height, which differs where a picture is not level
MAX_OTHER_HEIGHT: Final = 0.15  # of a number's height, to others that are counted with it
MAX_NUMBERS: Final = 1 / 3  # share of such words and numbers
MAX_LOW: Final = 0.75  # heights of the digits beside it: of lower marks, one refused is enough


def with_doubt(reading: Reading) -> Reading:
    """The reading with all doubt that is in words and in clutter."""
    return with_doubt_in_words(with_doubt_in_clutter(without_letters(reading)))


def without_letters(reading: Reading) -> Reading:
    """The reading with the letters of words refused and apart from the numbers."""
    if all(digit.value is not None or digit.sign for digit in reading.digits):
        return reading
    groups = list(_groups(reading))
    numbers = [group for group in groups if _is_number(group)]
    if not numbers:
        return reading
    height = median(_height(group, reading.turned) for group in numbers)
    are_words = [
        _is_word(group, height, reading.turned) and not _goes_on(before, group)
        for before, group in pairwise([[], *groups])
    ]
    if not any(are_words):
        return reading
    marks: list[Digit] = []
    index = 0
    for place, (group, is_word) in enumerate(zip(groups, are_words, strict=True)):
        if place:
            is_other = group[0].number_index != groups[place - 1][0].number_index
            index += is_other or is_word or are_words[place - 1]
        marks += [
            replace(_refused(mark) if is_word else mark, number_index=index) for mark in group
        ]
    return replace(reading, digits=tuple(marks))


def with_doubt_in_clutter(reading: Reading) -> Reading:
    """The reading with doubtful digits where most marks are refused, as in a picture of things.

    In a page of print too, some marks look like digits, and others in the same words do not. What
    is larger than them is written, unless it is a word too, or not clear itself.
    """
    marks = reading.digits
    share = sum(map(_is_refused, marks)) / max(len(marks), 1)
    is_clutter = len(marks) >= MIN_CLUTTER and share >= MIN_CLUTTER_REFUSED
    num_unclear = sum(not mark.sign and not mark.is_clear for mark in marks)
    is_clutter |= len(marks) >= MIN_UNCLEAR_MARKS and num_unclear >= MIN_UNCLEAR * len(marks)
    if not is_clutter and (len(marks) < MIN_PRINT or share < MIN_PRINT_REFUSED):
        return reading
    largest = MAX_CLUTTER_SIZE * median(_size(mark, reading.turned) for mark in marks)
    digits: list[Digit] = []
    for number in reading.numbers:
        is_large = _height(number.digits, reading.turned) > largest
        lowest = largest if is_large else 0.0
        high = [mark for mark in number.digits if _size(mark, reading.turned) > lowest]
        is_word = any(map(_is_refused, high))
        is_clear = is_large and all(mark.is_clear or mark.sign for mark in high)
        is_doubtful = is_word or (is_clutter and not is_clear)
        digits += [
            replace(mark, is_doubtful=mark.value is not None) if is_doubtful else mark
            for mark in number.digits
        ]
    return replace(reading, digits=tuple(digits))


def with_doubt_in_words(reading: Reading) -> Reading:
    """The reading with doubtful digits in words, and among many words that are about as high.

    A group with two letters is a word, and where there is another word, one is enough.
    """
    if not any(map(_is_refused, reading.digits)):
        return reading
    groups = list(_groups(reading))
    num_letters = np.array([_num_letters(group, reading.turned) for group in groups])
    are_words = num_letters >= MIN_LETTERS
    has_letters = are_words | ((num_letters > 0) & are_words.any())
    heights = np.array([_height(group, reading.turned) for group in groups])
    is_doubtful = has_letters | _are_among_words(heights, are_words, ~has_letters)
    digits = [
        mark.doubted() if in_doubt else mark
        for in_doubt, group in zip(is_doubtful.tolist(), groups, strict=True)
        for mark in group
    ]
    return replace(reading, digits=tuple(digits))


def _num_letters(group: Sequence[Digit], turned: int) -> int:
    """The refused marks of a group; a wide one is several letters that run into each other."""
    num_letters = 0
    for mark in filter(_is_refused, group):
        start, end = _sides(mark, turned)
        num_letters += MIN_LETTERS if end - start > MAX_LETTER_WIDTH * _size(mark, turned) else 1
    return num_letters


def _are_among_words(
    heights: NDArray[np.float64], are_words: NDArray[np.bool_], are_numbers: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which groups of these heights are few numbers among words that are about as high: (n,)."""
    ratios = heights[:, None] / np.maximum(heights, 1e-6)
    num_words = ((ratios >= MIN_PRINTED) & (ratios <= MAX_PRINTED) & are_words).sum(axis=1)
    num_numbers = ((np.abs(ratios - 1) <= MAX_OTHER_HEIGHT) & are_numbers).sum(axis=1)
    are_few = num_numbers <= MAX_NUMBERS * (num_words + num_numbers)
    return np.asarray((num_words >= MIN_WORDS) & are_few & are_numbers, np.bool_)


def _is_refused(mark: Digit) -> bool:
    return mark.value is None and not mark.sign


def _groups(reading: Reading) -> Iterator[list[Digit]]:
    """The marks of each number, divided at gaps that are wide for their line."""
    for number in reading.numbers:
        marks = list(number.digits)
        sides = [_sides(mark, reading.turned) for mark in marks]
        gaps = [right[0] - left[1] for left, right in pairwise(sides)]
        height = _height(marks, reading.turned)
        widest = max(MIN_GAP * height, MIN_GAP_RATIO * median(gaps or [0.0]))
        group = marks[:1]
        for gap, mark in zip(gaps, marks[1:], strict=True):
            if gap > widest:
                yield group
                group = []
            group.append(mark)
        yield group


def _sides(mark: Digit, turned: int) -> tuple[float, float]:
    """Where a mark begins and ends along its line; turned: see `Reading`."""
    x, y, width, height = mark.box
    along = {0: (x, x + width), 90: (-y - height, -y), 180: (-x - width, -x), 270: (y, y + height)}
    return along[turned]


def _size(mark: Digit, turned: int) -> float:
    """The height of a mark, upright."""
    return mark.box[3] if turned in (0, 180) else mark.box[2]


def _height(group: Sequence[Digit], turned: int) -> float:
    return max(_size(mark, turned) for mark in group)


def _is_number(group: Sequence[Digit]) -> bool:
    """Whether all marks of a group are read, and one of them is a sure digit."""
    is_read = all(mark.value is not None or mark.sign for mark in group)
    return is_read and any(mark.value is not None and not mark.is_doubtful for mark in group)


def _is_word(group: Sequence[Digit], height: float, turned: int) -> bool:
    """Whether a group is a word. height: of the numbers beside it."""
    num_refused = sum(_is_letter(mark) for mark in group)
    others = num_refused + sum(bool(mark.sign) for mark in group)
    if not num_refused or len(group) < MIN_LETTERS:
        return False
    is_low = _height(group, turned) < MAX_LOW * height
    return is_low or others > MIN_REFUSED * len(group)


def _goes_on(before: Sequence[Digit], group: Sequence[Digit]) -> bool:
    """Whether a group goes on a number, as the minutes of a time do; before: the one before it."""
    is_same = bool(before) and before[-1].number_index == group[0].number_index
    return is_same and before[-1].sign in JOINING_SIGNS


def _is_letter(mark: Digit) -> bool:
    """Whether a mark is refused, and not only because its number is not sure."""
    return _is_refused(mark) and mark.confidence >= MIN_LETTER_CONFIDENCE


def _refused(mark: Digit) -> Digit:
    """The mark without its value or sign."""
    if _is_refused(mark):
        return mark
    return replace(mark, value=None, sign=None, confidence=1 - mark.confidence, is_doubtful=False)
