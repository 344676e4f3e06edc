"""What the line reader says of the numbers in a picture, apart from the words beside them.

Beside a label, a number is read as if the letters were a part of it: they decide how large its
digits are in the strip that is read, and how sure its text is.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app import strip
from app.inference.line_reader import SYMBOLS, LineReader
from app.ink.ink_map import InkMap
from app.segmentation import runs
from app.segmentation.boxes import Boxes
from app.segmentation.line_reading import UNKNOWN, LineReading
from app.segmentation.number_gaps import split_at_wide_gaps

MAX_PIECE_WIDTH: Final = 0.5  # line heights; a wider connected component may be several digits
MIN_GAP: Final = 0.25  # line heights between a word and a number
MIN_LETTERS: Final = 2  # symbols of a word
MIN_UNKNOWN: Final = 0.5  # share of a word's symbols that are no digits; more than it


def readings(
    ink: InkMap,
    labels: NDArray[np.int32],
    boxes: NDArray[np.float64],
    numbers: Iterable[tuple[list[int], bool]],
    reader: LineReader | None,
) -> Iterator[tuple[list[int], bool, LineReading | None]]:
    """The parts of each number with what the line reader says of them; words are apart.

    labels, boxes: of the connected components. numbers: the parts of each, from left to right, and
    a flag that is returned with them, and is False after a split. The reading is None where there
    is a single character.
    """
    for run, flag in numbers:
        if reader is None or not runs.may_be_several(boxes[run], MAX_PIECE_WIDTH):
            yield run, flag, None
            continue
        reading = _read_components(ink, labels, boxes, run, reader)
        groups = split_at_words(boxes, run, reading)
        if len(groups) == 1:
            yield run, flag, reading
        else:
            yield from readings(ink, labels, boxes, ((group, False) for group in groups), reader)


def _read_components(
    ink: InkMap,
    labels: NDArray[np.int32],
    boxes: NDArray[np.float64],
    line: list[int],
    reader: LineReader,
) -> LineReading:
    """Reads the connected components of one line as a whole; places are in pixels of the map."""
    left, top = boxes[line, :2].min(axis=0).astype(int).tolist()
    right, bottom = boxes[line, 2:].max(axis=0).astype(int).tolist()
    window = slice(top, bottom), slice(left, right)
    wanted = np.isin(labels[window], np.array(line) + 1)
    found = ink.within(wanted, window)
    views = [strip.of_ink(found)]
    is_one_digit = len(line) == 1 and right - left <= bottom - top  # as in most cells
    dark = None if is_one_digit else ink.darkness_within(wanted, window)
    if dark is not None:
        views.append(strip.of_ink(found, dark))
    return LineReading.of(views, reader).moved(left, 1.0)


def split_at_words(boxes: Boxes, line: list[int], reading: LineReading) -> list[list[int]]:
    """The parts of one line from left to right, split between words and what is beside them.

    boxes: of the parts. reading: of the whole line. Without a number, nothing is split.
    """
    text = reading.hypotheses[0].text if reading.hypotheses else ()
    if UNKNOWN not in text or len(text) <= MIN_LETTERS:
        return [line]
    groups = split_at_wide_gaps(boxes, line, MIN_GAP)
    if len(groups) == 1:
        return [line]
    ends = np.array([boxes[group, 2].max() for group in groups[:-1]])
    symbols: list[list[int]] = [[] for _ in groups]
    for place, symbol in zip(reading.places(reading.hypotheses[0]), text, strict=True):
        symbols[int(ends.searchsorted(place))].append(symbol)
    if not any(map(_is_number, symbols)):
        return [line]
    are_words = [_is_word(each) for each in symbols]
    parts = [list(groups[0])]
    for (was_word, is_word), group in zip(pairwise(are_words), groups[1:], strict=True):
        if was_word == is_word:
            parts[-1] += group
        else:
            parts.append(list(group))
    return parts


def _is_word(symbols: Sequence[int]) -> bool:
    """Whether several of a group's symbols are unknown, or one beside signs is."""
    if symbols.count(UNKNOWN) >= MIN_LETTERS:
        return True
    num_others = sum(not SYMBOLS[symbol - 1].isdecimal() for symbol in symbols)
    is_long = len(symbols) >= MIN_LETTERS
    return UNKNOWN in symbols and is_long and num_others > MIN_UNKNOWN * len(symbols)


def _is_number(symbols: Sequence[int]) -> bool:
    """Whether a group has digits and nothing unknown."""
    return UNKNOWN not in symbols and any(SYMBOLS[symbol - 1].isdecimal() for symbol in symbols)
