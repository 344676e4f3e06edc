"""Leaves printed words out of a reading, such as the headers of a table and the labels of a form.

A printed word is several refused marks in a line of ink that looks like print, see
`Digit.print_likeness`. Where most words of a picture do, less is asked of each of them, and what is
beside them or of their size belongs to them, but never a digit that is clear. Capitals that stand
alone, as above the columns of a table, are print too if they are all of one height, and so is a
page of nothing but letters.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import compress, groupby
from statistics import median
from typing import Final, NamedTuple

import numpy as np

from app.reading import Digit, Reading

MIN_LETTERS: Final = 2  # refused marks of a word, unless they run into each other
MIN_NUMBER: Final = 3  # clear digits at the end of a line that are no letters
MANY_LETTERS: Final = 3  # refused marks that are a word, whatever the others look like
MIN_REFUSED: Final = 0.5  # share of a word's marks that are refused
MAX_LETTER_WIDTH: Final = 1.3  # heights of a refused mark; what is wider is several letters
# Likeness to print of a word.
SURE: Final = 0.9  # which is printed, whatever is beside it
USUAL: Final = 0.4  # on the mean, of words of which most are printed
LIKELY: Final = 0.2  # which is printed where most are
UNLIKE: Final = -0.1  # which may be written; a few words of print are as unlike it
WRITTEN: Final = -0.5  # which is written, also where nothing else is
MIN_PAGE: Final = 20.0  # heights that all lines are wide together which are nothing but words
MIN_WORDS: Final = 5.0  # heights that all words are wide together, which tell what most are
ALIKE: Final = 1.4  # ratio of the heights of words of one size
# Marks that stand alone in one row are capitals if more than half are refused and all as high, even
# if one of them is surely like a digit, as a B and a D are.
MIN_CAPITALS: Final = 3
SAME_HEIGHT: Final = 1.1  # ratio of the highest to the lowest
# Heights of the usual printed word, of what may be letters: digits are written larger.
LOW: Final = 0.4
HIGH: Final = 1.15
HIGHER: Final = 1.5


class _Line(NamedTuple):
    """Marks that were read in one line of ink.

    width, height: of all of them in pixels. num_refused: how many of them are neither digits nor
    signs. is_wide: whether one of these is several letters.
    """

    marks: list[Digit]
    width: float
    height: float
    num_refused: int
    is_wide: bool

    @property
    def line_index(self) -> int:
        return self.marks[0].line_index

    @property
    def likeness(self) -> float:
        return self.marks[0].print_likeness

    @property
    def is_word(self) -> bool:
        """Whether most of it are letters, at least two, or many beside no sure digit."""
        has_letters = self.is_wide or self.num_refused >= MIN_LETTERS
        is_most = self.num_refused >= MIN_REFUSED * len(self.marks)
        is_long = self.num_refused >= MANY_LETTERS and not self.has_sure_digit
        return (is_long or (has_letters and is_most)) and not self.has_number

    @property
    def is_spelled(self) -> bool:
        """Whether it is a word of single letters, and no dash or scribble that is wide too."""
        return self.is_word and self.num_refused >= MIN_LETTERS

    @property
    def has_digit(self) -> bool:
        return any(mark.value is not None for mark in self.marks)

    @property
    def has_sure_digit(self) -> bool:
        return any(mark.value is not None and not mark.is_doubtful for mark in self.marks)

    @property
    def has_number(self) -> bool:
        """Whether clear digits are at one end, as behind a label that touches them."""
        ends = self.marks[:MIN_NUMBER], self.marks[-MIN_NUMBER:]
        return any(len(end) == MIN_NUMBER and all(mark.is_clear for mark in end) for end in ends)

    @property
    def is_written_number(self) -> bool:
        """Whether all of it is read, and it does not look like print."""
        num_digits = sum(mark.value is not None for mark in self.marks)
        return num_digits > 1 and not self.num_refused and self.likeness < UNLIKE


def without_print(reading: Reading) -> Reading:
    """The reading without the words that are surely printed."""
    if all(mark.value is not None or mark.sign for mark in reading.digits):
        return reading
    lines = list(_lines(reading))
    if _are_only_words(lines):
        return replace(reading, digits=())
    are_capitals = _are_capitals(lines)
    are_printed = [
        is_word or is_capital
        for is_word, is_capital in zip(_are_printed_words(lines), are_capitals, strict=True)
    ]
    if not any(are_printed):
        return reading
    printed = list(compress(lines, are_printed))
    others = list(compress(lines, (not is_printed for is_printed in are_printed)))
    has_numbers = any(line.has_sure_digit for line in others)
    kept = [line for line in others if not _is_letters(line, printed, has_numbers)]
    return replace(reading, digits=tuple(mark for line in kept for mark in line.marks))


def _lines(reading: Reading) -> Iterator[_Line]:
    """The marks of each line of ink, in which the line reader read them together."""
    is_upright = reading.turned in (0, 180)
    for _, group in groupby(reading.digits, _line_of):
        marks = list(group)
        width, height = _size(marks, is_upright)
        refused = [mark for mark in marks if mark.value is None and not mark.sign]
        sizes = [_size([mark], is_upright) for mark in refused]
        is_wide = any(across > MAX_LETTER_WIDTH * down for across, down in sizes)
        yield _Line(marks, width, height, len(refused), is_wide)


def _line_of(mark: Digit) -> tuple[float, ...]:
    """What the marks of one line of ink share, and no others."""
    has_likeness = mark.print_likeness > -math.inf
    return mark.line_index, mark.print_likeness if has_likeness else mark.number_index


def _size(marks: Sequence[Digit], is_upright: bool) -> tuple[float, float]:
    """The width and height of marks together, along their line and across it."""
    sizes = [
        max(mark.box[side] + mark.box[side + 2] for mark in marks)
        - min(mark.box[side] for mark in marks)
        for side in (0, 1)
    ]
    width, height = sizes if is_upright else sizes[::-1]
    return width, max(height, 1e-6)


def _are_printed_words(lines: Sequence[_Line]) -> list[bool]:
    """Which lines are printed words."""
    likeness = np.array([line.likeness for line in lines])
    are_words = np.array([line.is_word for line in lines]) & (likeness > -math.inf)
    are_spelled = np.array([line.is_spelled for line in lines]) & are_words
    heights = np.array([line.height for line in lines])
    widths = np.where(are_spelled, [line.width for line in lines] / heights, 0.0)
    of_print = widths * np.where(are_spelled, likeness, 0.0)
    are_alike = np.abs(np.log(heights[:, None] / heights)) <= math.log(ALIKE)
    total = are_alike @ widths
    are_usual = (total >= MIN_WORDS) & (are_alike @ of_print >= USUAL * total)
    are_sure = are_spelled & (likeness >= SURE)
    are_likely = are_words & are_usual & (likeness >= LIKELY)
    return [bool(each) for each in are_sure | are_likely]


def _are_only_words(lines: Sequence[_Line]) -> bool:
    """Whether there are many letters, not unlike print on the mean, and no clear digit."""
    if any(mark.is_clear for line in lines for mark in line.marks):
        return False
    if any(line.is_written_number for line in lines):
        return False
    read = [line for line in lines if line.likeness > -math.inf]
    num_refused = sum(line.num_refused for line in read)
    widths = np.array([line.width / line.height for line in read])
    if num_refused < MIN_REFUSED * sum(len(line.marks) for line in read):
        return False
    of_print = sum(line.likeness * width for line, width in zip(read, widths, strict=True))
    return float(widths.sum()) >= MIN_PAGE and of_print >= UNLIKE * float(widths.sum())


def _are_capitals(lines: Sequence[_Line]) -> list[bool]:
    """Which lines are single letters in a row of them, of which a few may look like digits."""
    in_rows = {index: list(row) for index, row in groupby(lines, lambda line: line.line_index)}
    return [_is_row_of_capitals(in_rows[line.line_index]) for line in lines]


def _is_row_of_capitals(row: Sequence[_Line]) -> bool:
    """Whether the lines of a row are single letters of one height, not unlike print on the mean."""
    if len(row) < MIN_CAPITALS or any(len(line.marks) > 1 or line.is_wide for line in row):
        return False
    heights = [line.height for line in row]
    is_most = sum(line.num_refused for line in row) > MIN_REFUSED * len(row)
    is_like_print = sum(line.likeness for line in row) >= UNLIKE * len(row)
    return is_most and is_like_print and max(heights) <= SAME_HEIGHT * min(heights)


def _is_letters(line: _Line, printed: Sequence[_Line], has_numbers: bool) -> bool:
    """Whether a line is letters of print, as a single one and some that look like digits.

    printed: the words. has_numbers: whether numbers are beside them, whose marks may be refused
    too; then only what is in one row with a word of its size belongs to it.
    """
    if line.has_sure_digit or line.has_number:
        return False
    in_row = [word.height for word in printed if word.line_index == line.line_index]
    if line.has_digit and (len(line.marks) == 1 or line.likeness == -math.inf):
        return line.height <= max(in_row, default=0.0)
    usual = median(word.height for word in printed for _ in word.marks)
    size = line.height / (median(in_row or [math.inf]) if has_numbers else usual)
    if size > (HIGH if line.has_digit else HIGHER) or (has_numbers and size < LOW):
        return False
    if line.has_digit:
        return line.likeness >= (UNLIKE if line.num_refused and not has_numbers else LIKELY)
    return not line.is_word or line.likeness >= (UNLIKE if has_numbers or size > HIGH else WRITTEN)
