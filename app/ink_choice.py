"""Chooses which ink of a picture is read: the ink map and the position that leave least doubt."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app import tilt, turning
from app.inference.scores import log_odds_of
from app.ink.image import has_clean_paper
from app.ink.threshold import BITMAP_SIDE
from app.judgement import words
from app.judgement.judged import judged
from app.judgement.writing import is_line, is_ruling, is_surely_read, is_texture, is_writing
from app.prepared import Prepared
from app.reading import Digit, Reading, UnreadableInput

MIN_BITMAP_CONFIDENCE: Final = 0.8  # from which a tiny bitmap, with broken lines, is one digit
MIN_SIGNED_BITMAP: Final = 0.7  # from which it is a digit and a sign, or several
MIN_PIECE_STRENGTH: Final = 64  # of 255: a glyph's pixels that are joined belong to one piece
MIN_READ_CONFIDENCE: Final = 0.51  # of a mark; a less sure one may as well be another character
MAX_REFUSED_SHARE: Final = 1 / 3  # of a picture's marks; if more are refused, another map is tried
# Confidences of a photograph's numbers: below these on the mean, other maps are read too. That of a
# number of several digits is lower, as it is fitted to what is missing in photographs.
MIN_SURE_NUMBER: Final = 0.6
MIN_SURE_DIGIT: Final = 0.9  # of a number of one digit
MIN_SURER_NUMBERS: Final = 0.4  # of a reading that may replace the one before
MIN_LOG_ODDS_GAIN: Final = 0.25  # nats by which it must be surer
MAX_SIGN_HEIGHT: Final = 0.5  # of its number's highest digit, of a refused mark that may be a sign
# Where so many digits are clear among refused marks, as on a page of exercises with printed words,
# another map that shows fewer of them is no better.
MIN_CLEAR: Final = 6
MAX_CANDIDATES: Final = 1_000  # in all ink maps so far; with more, no other map is tried


class _MapReading(NamedTuple):
    """The ink that was found in a picture, and its reading.

    max_candidates: the most candidates in one of the ink maps that were tried.
    """

    prepared: Prepared
    reading: Reading
    max_candidates: int = 0

    @property
    def is_drawn(self) -> bool:
        """Whether it is the ink of a clean picture, of which all is known."""
        return not any(line.is_found for line in self.prepared.lines)


class InkChooser:
    """Tries ink maps and positions of a picture until what is read leaves little doubt.

    The first map is nearly always right. Another one is tried only if a third of the marks are
    refused, so that no digit is lost on ruled paper or with a broad pen, or if the numbers of a
    photograph, whose faint ink differs between the maps, are not sure. None is tried in a picture
    full of clutter, which would take seconds.

    find: yields the ink of a picture, uint8 (h, w, ...), for each ink map, the likeliest map first;
    its flag says whether all ink is one character. read: reads such ink.
    """

    def __init__(
        self,
        find: Callable[[NDArray[np.uint8], bool], Iterator[Prepared]],
        read: Callable[[Prepared], Reading],
    ) -> None:
        self._find = find
        self._read = read

    def choose(self, pixels: NDArray[np.uint8], single: bool, turn: int | None) -> Prepared:
        """The ink to read, see `Recognizer.prepare_image`; raises UnreadableInput.

        A bitmap that is too small for two digits is read as one digit, if that one is sure and
        there is no sign beside it.
        """
        if turn is not None:
            return _writing_in(self._turned(pixels, turn, single), pixels, single)
        if not single and max(pixels.shape[:2]) <= BITMAP_SIDE:
            whole = self._best_map(pixels, single=True)
            if _is_sure_digit(whole.reading) and not self._has_sign(pixels, whole):
                return whole.prepared
        map_reading = self._best_map(pixels, single)
        if single:
            return _writing_in(map_reading, pixels, single)
        map_reading = self._levelled(pixels, map_reading)
        degrees, has_doubt = self._better_turn(pixels, map_reading)
        if degrees:
            map_reading = self._turned(pixels, degrees, single)
        prepared = _writing_in(map_reading, pixels, single)
        if has_doubt and prepared.reading is not None:
            return replace(prepared, reading=turning.doubted(prepared.reading))
        return prepared

    def _has_sign(self, pixels: NDArray[np.uint8], whole: _MapReading) -> bool:
        """Whether a tiny bitmap of several pieces is surely a digit and a sign, as -5 and 0.7 are.

        whole: its reading as one digit.
        """
        pieces = (whole.reading.digits[0].glyph > MIN_PIECE_STRENGTH).astype(np.uint8)
        if cv2.connectedComponents(pieces)[0] <= 2:
            return False
        reading = self._best_map(pixels, single=False, max_maps=1).reading
        has_sign = any(mark.sign is not None for mark in reading.digits)
        return has_sign and reading.confidence >= MIN_SIGNED_BITMAP

    def _levelled(self, pixels: NDArray[np.uint8], sloping: _MapReading) -> _MapReading:
        """What is found where steep lines of marks are level, unless more is refused there.

        Of one line, the slope is plain; of several it is not, so they must be read surer then.
        """
        lines = sloping.prepared.lines
        if not lines:
            return sloping
        marks = np.concatenate([line.uncut_parts for line in lines])
        of_one_line = tilt.degrees_of(marks)
        degrees = of_one_line or tilt.degrees_of_lines(marks)
        if not degrees:
            return sloping
        part, inverse = tilt.levelled(pixels, marks, degrees)
        try:
            level = self._best_map(part, single=False)
        except UnreadableInput:
            return sloping
        if not level.reading.digits or _doubt(level.reading)[0] > _doubt(sloping.reading)[0]:
            return sloping
        if not of_one_line and level.reading.mean_sureness <= sloping.reading.mean_sureness:
            return sloping
        reading = replace(level.reading, digits=tuple(tilt.moved(level.reading.digits, inverse)))
        prepared = replace(level.prepared, inverse=inverse, reading=reading)
        return level._replace(prepared=prepared, reading=reading)

    def _better_turn(self, pixels: NDArray[np.uint8], upright: _MapReading) -> tuple[int, bool]:
        """The degrees by which the picture must be turned to be read clearly better; else 0.

        Returns too whether it is read surer upside down, but not so clearly that it is turned.
        upright: the reading of the picture as it is.
        """
        if _is_number_beside_word(upright.reading) or _is_print(upright.reading):
            return 0, False
        turns = turning.turns_to_try(upright.reading, upright.max_candidates)
        small = turning.reduced(pixels) if turns else pixels
        readings = {}
        for degrees in turns:
            with contextlib.suppress(UnreadableInput):
                map_reading = self._best_map(turning.turn(small, degrees), single=False, max_maps=1)
                readings[degrees] = map_reading.reading
        degrees = turning.best_turn(readings, upright.reading)
        opposite = readings.get(180)
        if degrees or opposite is None:
            return degrees, False
        return 0, turning.may_be_upside_down(opposite, upright.reading)

    def _turned(self, pixels: NDArray[np.uint8], degrees: int, single: bool) -> _MapReading:
        """As `_best_map`, for the picture turned clockwise. Raises UnreadableInput."""
        map_reading = self._best_map(turning.turn(pixels, degrees), single)
        size = pixels.shape[:2]
        reading = turning.as_given(map_reading.reading.digits, degrees, size)
        prepared = replace(map_reading.prepared, turned=degrees, size=size, reading=reading)
        return map_reading._replace(prepared=prepared)

    def _best_map(
        self, pixels: NDArray[np.uint8], single: bool, max_maps: int | None = None
    ) -> _MapReading:
        """The ink of the map whose reading leaves the least doubt.

        max_maps: the most maps that are tried; None for all. Raises UnreadableInput.
        """
        best, counts, has_parts = _MapReading(Prepared(), Reading()), [0], False
        try:
            for prepared, reading in islice(self._readings(pixels, single), max_maps):
                # A map that shows 1s in part may be followed by one that shows them whole.
                is_part = is_line(reading, pixels)
                is_whole = has_parts and not is_part
                is_first = not best.prepared.lines
                if is_first or is_whole or _is_better(reading, best.reading, best.is_drawn):
                    best = _MapReading(replace(prepared, reading=reading), reading)
                    has_parts = is_part
                counts.append(prepared.num_candidates)
                is_read = not _is_refused(best.reading) and not has_parts
                is_read &= single or is_writing(best.reading, is_clean=best.is_drawn)
                is_sure = is_read and (single or _are_sure(best.reading) or has_clean_paper(pixels))
                if is_sure or _is_plain(prepared) or sum(counts) > MAX_CANDIDATES:
                    break
        except UnreadableInput:
            if not best.prepared.lines:
                raise
        return best._replace(max_candidates=max(counts))

    def _readings(
        self, pixels: NDArray[np.uint8], single: bool
    ) -> Iterator[tuple[Prepared, Reading]]:
        """The ink of each map with its reading, but plain ink only if it is surely read.

        If it is not, something else may be in it, which the other maps leave out.
        """
        for prepared in self._find(pixels, single):
            reading = self._read(prepared)
            if not _is_plain(prepared) or is_surely_read(reading):
                yield prepared, reading


def _writing_in(map_reading: _MapReading, pixels: NDArray[np.uint8], single: bool) -> Prepared:
    """The ink of a reading, or none if it is not writing; a single character always is."""
    reading, side = map_reading.reading, max(pixels.shape[:2])
    rest = judged(reading)
    is_believed = single or (
        (is_writing(reading) or (is_writing(reading, is_clean=True) and has_clean_paper(pixels)))
        and not is_texture(reading, side)
        and not is_line(reading, pixels)
        and not is_ruling(reading, pixels)
        and (rest is reading or _is_beside_print(rest, pixels))
    )
    return map_reading.prepared if is_believed else Prepared()


def _is_print(reading: Reading) -> bool:
    """Whether there is nothing but printed words, which look no better upside down."""
    return bool(reading.digits) and not judged(reading).digits


def _is_beside_print(rest: Reading, pixels: NDArray[np.uint8]) -> bool:
    """Whether what is left without print may be writing, and no lines around the words."""
    is_believed = bool(rest.digits) and is_writing(rest, is_clean=has_clean_paper(pixels))
    return is_believed and not is_line(rest, pixels) and not is_ruling(rest, pixels)


def _is_plain(prepared: Prepared) -> bool:
    """See `InkMap`."""
    return any(line.is_plain for line in prepared.lines)


def _doubt(reading: Reading) -> tuple[float, float]:
    """The share of marks that are refused or hardly read, and their mean confidence."""
    refused = [mark.confidence for mark in _hardly_read(reading)]
    return len(refused) / max(len(reading.digits), 1), float(np.mean(refused or 0.0))


def _is_refused(reading: Reading) -> bool:
    """Whether so many of its marks are refused that it may be another ink map's fault."""
    return _doubt(reading)[0] >= MAX_REFUSED_SHARE


def _is_better(reading: Reading, best: Reading, is_drawn: bool) -> bool:
    """Whether the reading of another ink map leaves less doubt than the best one so far.

    is_drawn: whether the best one is of all ink of a clean picture.
    """
    if is_drawn and _lacks_signs(reading, best, with_refused=True):
        return False
    if _is_poor_writing(best) and is_writing(reading):
        return True
    if is_drawn and not is_writing(best, is_clean=True) and _has_clear_digit(reading):
        return True
    if _is_refused(best):
        if _num_clear(reading) < _num_clear(best) and _num_clear(best) >= MIN_CLEAR:
            return False
        return _doubts(reading) < _doubts(best)
    if _num_digits(reading) < _num_digits(best) or _lacks_signs(reading, best):
        return False  # a part of the ink is easier to read than all of it
    gain = log_odds_of(reading.mean_sureness) - log_odds_of(best.mean_sureness)
    return reading.mean_sureness >= MIN_SURER_NUMBERS and gain > MIN_LOG_ODDS_GAIN


def _doubts(reading: Reading) -> tuple[float, ...]:
    """What is compared where much is refused: the numbers first, and then the words beside them.

    Where no number is in doubt, the words decide nothing: other ink may be read as digits there.
    """
    of_numbers = round(_refused_height(_without_words(reading)), 1)
    return (_is_refused(reading), of_numbers, *(_doubt(reading) if of_numbers else ()))


def _refused_height(reading: Reading) -> float:
    """The share of the marks' heights together that is refused or hardly read, in [0, 1].

    So what is printed small counts less than what is written large below it.
    """
    heights = [mark.box[3] for mark in reading.digits]
    refused = [mark.box[3] for mark in _hardly_read(reading)]
    return sum(refused) / max(sum(heights), 1e-6)


def _hardly_read(reading: Reading) -> list[Digit]:
    """The marks that are refused or not sure, and the signs of what has no digit, as of specks."""
    return [
        mark
        for number in reading.numbers
        for mark in number.digits
        if mark.text == "?" or mark.confidence < MIN_READ_CONFIDENCE or not _num_digits(number)
    ]


def _without_words(reading: Reading) -> Reading:
    """The reading without words beside its numbers, whose letters are rightly refused."""
    marks = [
        mark
        for number in words.without_letters(reading).numbers
        if any(mark.text != "?" for mark in number.digits)
        for mark in number.digits
    ]
    return replace(reading, digits=tuple(marks)) if marks else reading


def _is_number_beside_word(reading: Reading) -> bool:
    """Whether all that is read is one number, and the rest are the letters of words.

    Upside down, letters may look like digits.
    """
    numbers = words.without_letters(reading).numbers
    read = [number for number in numbers if _num_digits(number)]
    if len(numbers) == 1 or len(read) != 1 or _num_digits(read[0]) < max(len(read[0].digits), 2):
        return False
    return all(len(number.digits) >= words.MIN_LETTERS for number in numbers)


def _is_poor_writing(reading: Reading) -> bool:
    """Whether it is not believed to be writing although there are several digits but 1s."""
    others = [mark for mark in reading.digits if mark.value not in (None, 1)]
    return len(others) > 1 and not is_writing(reading)


def _has_clear_digit(reading: Reading) -> bool:
    """Whether a digit is surely read that is no 1, as any line is."""
    return any(mark.is_clear and mark.value not in (None, 1) for mark in reading.digits)


def _num_clear(reading: Reading) -> int:
    """The number of digits but 1s in clear numbers; what letters are read as is hardly one."""
    clear = (number for number in reading.numbers if all(mark.is_clear for mark in number.digits))
    return sum(mark.value not in (None, 1) for number in clear for mark in number.digits)


def _num_digits(reading: Reading) -> int:
    return sum(digit.value is not None for digit in reading.digits)


def _lacks_signs(reading: Reading, best: Reading, with_refused: bool = False) -> bool:
    """Whether a reading has the same digits as the best one, and fewer signs, such as no point.

    with_refused: see `_num_signs`.
    """
    values, best_values = (
        [mark.value for mark in each.digits if mark.value is not None] for each in (reading, best)
    )
    signs, best_signs = (_num_signs(each, with_refused) for each in (reading, best))
    return values == best_values and signs < best_signs


def _num_signs(reading: Reading, with_refused: bool) -> int:
    """The number of signs. with_refused: and of refused marks beside digits, as low as signs."""
    signs = 0
    for number in reading.numbers:
        height = max((mark.box[3] for mark in number.digits if mark.value is not None), default=0)
        signs += sum(
            mark.sign is not None
            or (with_refused and mark.value is None and mark.box[3] < MAX_SIGN_HEIGHT * height)
            for mark in number.digits
        )
    return signs


def _are_sure(reading: Reading) -> bool:
    """Whether its numbers are as sure as they should be, on the mean."""
    gains = [
        number.sureness - (MIN_SURE_NUMBER if len(number.digits) > 1 else MIN_SURE_DIGIT)
        for number in reading.numbers
    ]
    return bool(gains) and float(np.mean(gains)) >= 0


def _is_sure_digit(reading: Reading) -> bool:
    """Whether it is a single digit, at least MIN_BITMAP_CONFIDENCE sure."""
    if len(reading.digits) != 1:
        return False
    (digit,) = reading.digits
    return digit.value is not None and digit.confidence >= MIN_BITMAP_CONFIDENCE
