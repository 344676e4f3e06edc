"""Decides when and how far to turn pictures that lie on their side or upside down.

A picture is turned only if it is then read clearly better. Digits such as 0, 1, 6, 8 and 9 are
digits in another position too, and turning a picture wrongly is worse than not turning it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.scores import log_odds_of
from app.ink.resize import reduce_to_side
from app.reading import Digit, Reading

TURNS: Final = (90, 180, 270)  # degrees clockwise
# The sure share of a reading is the share of its marks that are read and not doubtful.
MAX_SURE_SHARE: Final = 2 / 3  # of the upright reading; with a larger one, nothing is turned
MIN_SURE_SHARE: Final = 0.8  # of a turned reading
MIN_GAIN: Final = 0.3  # from the upright to the turned reading
MIN_DIGITS: Final = 3  # of a turned reading; fewer digits do not show how the picture lies
MIN_TELLING: Final = 2  # of these, sure digits that are none of _ALIKE
MIN_TELLING_OF_NUMBER: Final = 1  # the same of a single number, all of which is read
# Of such a number fewer must be sure, if hardly anything is read as the picture is given.
MIN_SURE_OF_NUMBER: Final = 0.6
MAX_SURE_ASIDE: Final = 0.5  # sure share of the upright reading
MIN_GAIN_OVER_OPPOSITE: Final = 1.0  # nats by which such a picture is surer than upside down
MIN_SURE_STRUCK: Final = 0.9  # confidence of a number, and of its digits, that are all doubtful
MAX_CANDIDATES: Final = 440  # in an ink map of the upright picture; more take too long to turn
MAX_SIDE: Final = 800  # pixels, to which the picture is reduced for trying other positions
_ALIKE: Final = (None, 0, 1, 8)  # values of refused marks, and of digits like any line or loop
# Upside down, most numbers look like others, which are less sure. So a picture is also turned by
# 180 degrees if its numbers are surer then by so many nats of log-odds, of all of them together.
MIN_GAIN_UPSIDE_DOWN: Final = 3.0
MIN_KEPT: Final = 0.75  # share of the marks that several numbers must have then
SUREST: Final = 0.999  # confidence of a number; surer ones say no more about how the picture lies
MAX_SURENESS: Final = 0.95  # confidence of upright numbers, on the mean; surer ones stay
_BOTH_WAYS: Final = (*_ALIKE, 2, 5, 6, 9)  # of these, and of digits that are digits then too
# Sure digits that are none of _ALIKE, in writing with so large a sure share, do not lie on their
# side; those that are none of _BOTH_WAYS are not upside down either. Of 120 pages on their side,
# and of 60 upside down, none had as many.
MIN_LEVEL: Final = 3
MIN_LEVEL_SHARE: Final = 0.5
MIN_UPRIGHT: Final = 5
MIN_UPRIGHT_SHARE: Final = 0.8
MIN_BOTH_WAYS: Final = 6  # of these digits alone, in several numbers, that are tried upside down

Box = tuple[float, float, float, float]


def turn(pixels: NDArray[np.uint8], degrees: int) -> NDArray[np.uint8]:
    """The picture, (h, w, ...), turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(pixels, -degrees // 90)) if degrees else pixels


def box_before(box: Box, degrees: int, size: tuple[int, int]) -> Box:
    """A box of the turned picture as a box of the picture as it was given.

    box: (x, y, width, height). size: (height, width) of the picture as it was given.
    """
    x, y, width, height = box
    given_height, given_width = size
    if degrees == 90:
        return y, given_height - x - width, height, width
    if degrees == 180:
        return given_width - x - width, given_height - y - height, width, height
    if degrees == 270:
        return given_width - y - height, x, height, width
    return box


def as_given(digits: Sequence[Digit], degrees: int, size: tuple[int, int] | None) -> Reading:
    """The reading of a turned picture, with boxes in the picture as it was given.

    size: see `box_before`; None where nothing is turned.
    """
    if degrees and size is not None:
        digits = [replace(each, box=box_before(each.box, degrees, size)) for each in digits]
    return Reading(tuple(digits), degrees)


def turns_to_try(upright: Reading, written: Reading, max_candidates: int) -> tuple[int, ...]:
    """The degrees by which the picture may have to be turned, because too little was read surely.

    written: what is read without print. max_candidates: the most candidates in one of the ink maps
    that were tried.
    """
    if not upright.digits or max_candidates > MAX_CANDIDATES:
        return ()
    share = sure_share(written)
    if share >= MIN_UPRIGHT_SHARE and _num_sure(written, but=_BOTH_WAYS) >= MIN_UPRIGHT:
        return ()
    has_refused = any(mark.text == "?" for mark in upright.digits)
    if sure_share(upright) <= MAX_SURE_SHARE or (has_refused and not _is_telling(upright)):
        is_level = share >= MIN_LEVEL_SHARE and _num_sure(written, but=_ALIKE) >= MIN_LEVEL
        return (180,) if is_level else TURNS
    if len(upright.digits) < MIN_DIGITS:
        return ()
    num_numbers = len(upright.numbers)
    may_be_turned = num_numbers == 1 and not _are_clear(upright)
    may_be_turned |= upright.mean_sureness < MAX_SURENESS
    may_be_turned |= (
        num_numbers > 1
        and len(upright.digits) >= MIN_BOTH_WAYS
        and _num_sure(upright, but=_BOTH_WAYS) == 0
    )
    return (180,) if may_be_turned else ()


def reduced(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture, or a copy with a longer side of MAX_SIDE pixels."""
    return reduce_to_side(pixels, MAX_SIDE)


def best_turn(turned: Mapping[int, Reading], upright: Reading) -> int:
    """The degrees of the best reading that is clearly better than the upright one; else 0.

    It is 0 too where a picture that lies on its side is read about as surely the other way round.
    """
    better = [each for each in turned if is_clearly_better(turned[each], upright, each)]
    best = max(better, key=lambda degrees: _sureness(turned[degrees]), default=0)
    opposite = turned.get(360 - best) if best in (90, 270) else None
    if opposite is None or "?" in opposite.text:
        return best
    return best if _gain(turned[best], opposite) >= MIN_GAIN_OVER_OPPOSITE else 0


def is_clearly_better(turned: Reading, upright: Reading, degrees: int) -> bool:
    """Whether a reading turned by degrees is good enough to be believed instead of the upright."""
    if len(turned.digits) < MIN_DIGITS:
        return False
    if degrees == 180:
        return _is_better_upside_down(turned, upright)
    return _is_better_from_aside(turned, upright)


def _is_better_from_aside(turned: Reading, upright: Reading) -> bool:
    """As `is_clearly_better`, for a quarter turn. Then the digits of a number form one line."""
    is_number, share = _is_whole_number(turned), sure_share(turned)
    gained = share - sure_share(upright)
    is_hardly_read = sure_share(upright) <= MAX_SURE_ASIDE and not _is_telling(upright)
    min_share = MIN_SURE_OF_NUMBER if is_number and is_hardly_read else MIN_SURE_SHARE
    if share < min_share or gained < (MIN_GAIN if _is_telling(upright) else 0):
        return False
    min_telling = MIN_TELLING_OF_NUMBER if is_number else MIN_TELLING
    return gained > 0 and _num_sure(turned, but=_ALIKE) >= min_telling


def _is_better_upside_down(turned: Reading, upright: Reading) -> bool:
    """As `is_clearly_better`, for a half turn."""
    share = sure_share(turned)
    if not _is_read_upside_down(turned, upright):
        return False
    gain = _gain(turned, upright)
    has_gained = share - sure_share(upright) >= MIN_GAIN and gain >= 0
    is_whole = _is_whole_number(turned) and share == 1
    has_gained |= is_whole and not _are_clear(upright) and gain >= 0
    # A number of digits that are digits then too may be meant; several such numbers hardly are.
    is_telling = len(turned.numbers) > 1 or _num_sure(turned, but=_BOTH_WAYS) > 0
    return is_telling and (has_gained or gain >= MIN_GAIN_UPSIDE_DOWN)


def may_be_upside_down(turned: Reading, upright: Reading) -> bool:
    """Whether a picture that is not turned is read surer upside down, so that it is doubtful."""
    has_enough = len(turned.digits) >= MIN_DIGITS and _is_read_upside_down(turned, upright)
    return has_enough and _gain(turned, upright) > 0


def doubted(reading: Reading) -> Reading:
    """The reading with all digits doubtful."""
    return replace(
        reading,
        digits=tuple(mark.doubted() for mark in reading.digits),
    )


def _is_read_upside_down(turned: Reading, upright: Reading) -> bool:
    """Whether a picture that is turned by 180 degrees is surely read, and no mark is lost."""
    if sure_share(turned) < MIN_SURE_SHARE:
        return False
    # Upside down, two 7s and a slash look like 4s; on a page, some digits are cut in two.
    kept = MIN_KEPT if len(turned.numbers) > 1 else 1.0
    return len(turned.digits) >= kept * sum(mark.text != "?" for mark in upright.digits)


def _gain(reading: Reading, other: Reading) -> float:
    """The nats by which the numbers of a reading together are surer than those of another one.

    Each number tells about how the picture lies, so what they say is added; of readings that have
    different many numbers, that of the fewer ones counts.
    """
    num_numbers = min(len(reading.numbers), len(other.numbers))
    return num_numbers * (_mean_log_odds(reading) - _mean_log_odds(other))


def _mean_log_odds(reading: Reading) -> float:
    """The mean log-odds, in nats, that a number of a reading is right; 0 without numbers."""
    log_odds = [log_odds_of(min(number.sureness, SUREST)) for number in reading.numbers]
    return sum(log_odds) / max(len(log_odds), 1)


def _are_clear(reading: Reading) -> bool:
    """Whether no mark is refused, and each digit is clear by itself, even in an unsure number."""
    return all(mark.is_clear or mark.sign for mark in reading.digits)


def _is_whole_number(reading: Reading) -> bool:
    """Whether all that is read is one number without signs, and no mark is refused."""
    return len(reading.numbers) == 1 and all(mark.value is not None for mark in reading.digits)


def _is_telling(reading: Reading) -> bool:
    """Whether a sure digit shows how the picture lies; any line is a 1, and any loop a 0."""
    return _num_sure(reading, but=_ALIKE) > 0


def sure_share(reading: Reading) -> float:
    """The share of marks that are read and not doubtful, in [0, 1]; signs do not count."""
    marks = [mark for mark in reading.digits if mark.sign is None]
    return len(_sure_digits(reading)) / max(len(marks), 1)


def _sure_digits(reading: Reading) -> list[Digit]:
    """The digits that are not doubtful, or only because a stroke goes through their number."""
    return [
        mark
        for number in reading.numbers
        for mark in number.digits
        if mark.value is not None and (not mark.is_doubtful or _is_struck(number))
    ]


def _is_struck(number: Reading) -> bool:
    """Whether all of a number is doubtful although it is surely read, as what is crossed out."""
    marks = number.digits
    is_sure = len(marks) >= MIN_DIGITS and number.sureness >= MIN_SURE_STRUCK
    return is_sure and all(
        mark.is_doubtful and mark.confidence >= MIN_SURE_STRUCK for mark in marks
    )


def _sureness(reading: Reading) -> tuple[float, float]:
    """What is compared between two turned readings."""
    return sure_share(reading), reading.mean_sureness


def _num_sure(reading: Reading, but: Collection[int | None]) -> int:
    """The number of sure digits of other values than these."""
    return sum(mark.value not in but for mark in _sure_digits(reading))
