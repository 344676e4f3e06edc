"""How much doubt readings of the same picture leave, and which of two leaves less."""

from dataclasses import replace
from typing import Final

import numpy as np

from app.inference.scores import log_odds_of
from app.judgement import words
from app.judgement.writing import is_writing
from app.reading import Digit, Reading

MIN_BITMAP_CONFIDENCE: Final = 0.8  # from which a tiny bitmap, with broken lines, is one digit
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


def is_better(reading: Reading, best: Reading, is_drawn: bool) -> bool:
    """Whether the reading of another ink map leaves less doubt than the best one so far.

    is_drawn: whether the best one is of all ink of a clean picture.
    """
    if is_drawn and _lacks_signs(reading, best, with_refused=True):
        return False
    if _is_poor_writing(best) and is_writing(reading):
        return True
    if is_drawn and not is_writing(best, is_clean=True) and _has_clear_digit(reading):
        return True
    if is_refused(best):
        if _num_clear(reading) < _num_clear(best) and _num_clear(best) >= MIN_CLEAR:
            return False
        return _doubts(reading) < _doubts(best)
    if _num_digits(reading) < _num_digits(best) or _lacks_signs(reading, best):
        return False  # a part of the ink is easier to read than all of it
    gain = log_odds_of(reading.mean_sureness) - log_odds_of(best.mean_sureness)
    return reading.mean_sureness >= MIN_SURER_NUMBERS and gain > MIN_LOG_ODDS_GAIN


def doubt(reading: Reading) -> tuple[float, float]:
    """The share of marks that are refused or hardly read, and their mean confidence."""
    refused = [mark.confidence for mark in _hardly_read(reading)]
    return len(refused) / max(len(reading.digits), 1), float(np.mean(refused or 0.0))


def is_refused(reading: Reading) -> bool:
    """Whether so many of its marks are refused that it may be another ink map's fault."""
    return doubt(reading)[0] >= MAX_REFUSED_SHARE


def are_sure(reading: Reading) -> bool:
    """Whether its numbers are as sure as they should be, on the mean."""
    gains = [
        number.sureness - (MIN_SURE_NUMBER if len(number.digits) > 1 else MIN_SURE_DIGIT)
        for number in reading.numbers
    ]
    return bool(gains) and float(np.mean(gains)) >= 0


def is_sure_digit(reading: Reading) -> bool:
    """Whether it is a single digit, at least MIN_BITMAP_CONFIDENCE sure."""
    if len(reading.digits) != 1:
        return False
    (digit,) = reading.digits
    return digit.value is not None and digit.confidence >= MIN_BITMAP_CONFIDENCE


def is_number_beside_word(reading: Reading) -> bool:
    """Whether all that is read is one number, and the rest are the letters of words.

    Upside down, letters may look like digits.
    """
    numbers = words.without_letters(reading).numbers
    read = [number for number in numbers if _num_digits(number)]
    if len(numbers) == 1 or len(read) != 1 or _num_digits(read[0]) < max(len(read[0].digits), 2):
        return False
    return all(len(number.digits) >= words.MIN_LETTERS for number in numbers)


def _doubts(reading: Reading) -> tuple[float, ...]:
    """What is compared where much is refused: the numbers first, and then the words beside them.

    Where no number is in doubt, the words decide nothing: other ink may be read as digits there.
    """
    of_numbers = round(_refused_height(_without_words(reading)), 1)
    return (is_refused(reading), of_numbers, *(doubt(reading) if of_numbers else ()))


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
