"""Decides for each character of a line whether it is answered with a digit, a sign or "?"."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.scores import log_odds_of, ood_log_odds, sigmoid, softmax
from app.reading import NUM_DIGITS, SIGNS, Digit
from app.segmentation import drawings, line_reading, second_opinion
from app.segmentation.line_reading import Choice
from app.segmentation.operating_point import OperatingPoint
from app.segmentation.text_line import TextLine

MIN_SURE_CONFIDENCE: Final = 0.9  # a digit of less confidence is doubtful
MIN_SURE_NUMBER_CONFIDENCE: Final = 0.8  # the least sure digit of a less sure number is doubtful
# In a text of less confidence, the least sure symbol is refused. The bound is higher for texts that
# may have signs, where a wrong symbol is harder to notice, and lower for plain numbers, of which
# more are right than of the composed lines that the confidence was fitted on.
MIN_NUMBER_CONFIDENCE: Final = 1 / 3
MIN_SIGNED_CONFIDENCE: Final = 1 / 2
# A part of a digit that is so surely another one is none of its strokes. The loops and stems of
# digits look like a 0 and a 1, and the first stroke of a 4 less surely like a 2 or 6.
MIN_SURE_PART: Final = 0.998
ONE: Final = 1
PARTS_OF_DIGITS: Final = (0, 1)
# A line between two numbers reaches beyond the digits on both sides, by so many of their heights
# above and below. Of 104 1s in the strings of validation writers, one does that has digits on both
# sides, and it is a slash.
DIVIDER_REACH: Final = 0.1
MIN_FOUND_CONFIDENCE: Final = (
    0.4  # where the segmenter found the ink; half of those below are right
)


def answer(
    line: TextLine,
    logits: NDArray[np.float32],
    point: OperatingPoint,
    first_number: int,
    is_corrected: bool = False,
) -> Iterator[Digit]:
    """The characters of one line, from left to right.

    logits: float32 (candidates, 11), not yet divided by the temperature. first_number: the index of
    the line's first number. is_corrected: see `TextLine.choose`.
    """
    choice = line.choose(logits / np.float32(point.temperature), point, is_corrected)
    scores, probabilities = _evidence(line, choice, logits[choice.path], point, is_corrected)
    # Lists, because NumPy is slower for the few marks of a line.
    log_odds, confidences = scores.tolist(), probabilities.max(axis=1).tolist()
    values, boxes = probabilities.argmax(axis=1).tolist(), line.boxes[choice.path].tolist()
    symbols = list(choice.text) or [""] * len(choice.path)
    numbers = line.number_indices(choice.path, symbols, point).tolist()
    signs = [_sign(symbol) for symbol in symbols]
    is_refused = refusals(log_odds, numbers, symbols, point.threshold)
    confidence = _confidence(choice, confidences, is_refused, point)
    is_answered = [
        bool(sign) or not refused for sign, refused in zip(signs, is_refused, strict=True)
    ]
    has_doubt = is_unsure(choice, confidence)
    if line.is_found and _has_several(choice):
        confidence = sigmoid(point.found_slope * log_odds_of(confidence) + point.found_offset)
        has_doubt |= confidence < MIN_FOUND_CONFIDENCE
    if all(is_answered) and has_doubt:
        index = least_sure(choice, confidences, is_answered)
        is_refused[index], signs[index] = True, None
    # What looks like a point beside a digit, and was taken for a part of it, may be one.
    has_point = line.lattice.has_point[choice.path].tolist()
    has_other = _have_other_digits(line, choice.path, logits / np.float32(point.temperature))
    is_drawn = drawings.are_drawn(line, choice.path, logits)
    may_divide = may_be_dividers(values, line.boxes[choice.path], is_refused)
    first_column, last_column = line.cutting_edges
    is_doubtful = [
        line.is_struck
        or point_beside
        or other_inside
        or divides
        or drawn
        or odds > point.doubt_threshold
        or sure < MIN_SURE_CONFIDENCE
        or not (first_column < box[0] and box[2] < last_column)
        for point_beside, other_inside, divides, drawn, odds, sure, box in zip(
            has_point,
            has_other,
            may_divide,
            is_drawn,
            log_odds,
            confidences,
            boxes,
            strict=True,
        )
    ]
    # The numbers of a line share its confidence, which is the product of theirs.
    shares = [size / len(numbers) for size in map(Counter(numbers).__getitem__, numbers)]
    number_confidences = [confidence**share for share in shares]
    doubted = -1  # the digit that is doubtful because its number is
    if not all(is_refused):
        index = least_sure(choice, confidences, [not refused for refused in is_refused])
        if number_confidences[index] < MIN_SURE_NUMBER_CONFIDENCE and not is_doubtful[index]:
            doubted, is_doubtful[index] = index, True
    for index, candidate in enumerate(choice.path):
        refused, (left, top, right, bottom) = is_refused[index], boxes[index]
        yield Digit(
            None if refused else values[index],
            sigmoid(log_odds[index]) if refused else confidences[index],
            probabilities[index],
            (left, top, right - left, bottom - top),
            line.glyphs[candidate],
            first_number + numbers[index],
            line.line_index,
            is_doubtful[index] and not refused,
            signs[index],
            number_confidences[index],
            index == doubted,
            line.likeness,
        )


def may_be_dividers(
    values: Sequence[int], boxes: NDArray[np.float64], is_refused: Sequence[bool]
) -> list[bool]:
    """Which 1s among the digits of a line may be a line that is drawn between two numbers.

    boxes: (n, 4), left, top, right, bottom of the marks. Signs, which are refused, do not count.
    """
    digits = [index for index, refused in enumerate(is_refused) if not refused]
    may_divide = [False] * len(values)
    for place in range(1, len(digits) - 1):
        if values[index := digits[place]] != ONE:
            continue
        others = boxes[digits[:place] + digits[place + 1 :]]
        reach = DIVIDER_REACH * float(np.median(others[:, 3] - others[:, 1]))
        _, top, _, bottom = boxes[index].tolist()
        may_divide[index] = bool(
            top < others[:, 1].min() - reach and bottom > others[:, 3].max() + reach
        )
    return may_divide


def _have_other_digits(
    line: TextLine, path: Sequence[int], logits: NDArray[np.float32]
) -> list[bool]:
    """Whether a part of each chosen mark is by itself surely another digit, as an exponent is.

    So is a digit below another one, or one that is drawn over it. logits: (candidates, 11).
    """
    if len(line.candidates) == 1:  # most drawings
        return [False]
    return [
        bool(inside) and _has_other_digit(logits[inside], int(logits[index, :NUM_DIGITS].argmax()))
        for index, inside in ((index, line.lattice.inner(index)) for index in path)
    ]


def _has_other_digit(logits: NDArray[np.float32], digit: int) -> bool:
    """Whether one of the parts of a digit, logits (n, 11), is surely another digit."""
    shares = softmax(logits)
    usual = {*PARTS_OF_DIGITS, digit, NUM_DIGITS}
    return any(
        share >= MIN_SURE_PART and value not in usual
        for share, value in zip(
            shares.max(axis=1).tolist(), shares.argmax(axis=1).tolist(), strict=True
        )
    )


def _evidence(
    line: TextLine,
    choice: Choice,
    logits: NDArray[np.float32],
    point: OperatingPoint,
    is_corrected: bool,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The log-odds that each chosen mark is not a digit (n,), and which digit it is (n, 10).

    logits: (n, 11) of the chosen marks. What the line reader has read is evidence too; it knows
    nothing of a visitor's corrections, so it is not asked about a single mark beside these.
    """
    hypothesis = choice.hypothesis
    if hypothesis is None or line.reading is None or len(choice.path) == 1:
        ask = None if is_corrected else line.ask_reader
        return second_opinion.evidence(logits, point, ask, not line.is_single)
    is_cut = line.lattice.is_cut[choice.path, None]
    logits = np.where(is_cut, np.float32(point.cut_trust) * logits, logits)
    symbol_probabilities = line.reading.symbol_probabilities(hypothesis)
    probabilities = digit_probabilities(logits, point.temperature)
    probabilities = probabilities * line_reading.digit_probabilities(symbol_probabilities)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return ood_log_odds(logits) + line_reading.ood_log_odds(symbol_probabilities), probabilities


def digit_probabilities(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """Which digit each glyph is, provided that it is one: calibrated, float32 (n, 10).

    logits: (n, 11).
    """
    return softmax(logits[:, :NUM_DIGITS] / np.float32(temperature))


def refusals(
    log_odds: Sequence[float], numbers: Sequence[int], symbols: Sequence[str], threshold: float
) -> list[bool]:
    """Which marks are not answered with a digit.

    log_odds: that each mark is not a digit. numbers: the index of its number. symbols: what the
    line reader read it as, or "". threshold: for the log-odds of a mark that stands alone. Beside a
    digit there is mostly another digit, so a mark there is refused only if it is likelier not a
    digit than a digit.
    """
    is_digit = [odds <= threshold for odds in log_odds]
    num_digits = Counter(compress(numbers, is_digit))
    is_beside = [
        num_digits[number] > itself for number, itself in zip(numbers, is_digit, strict=True)
    ]
    thresholds = [max(threshold, 0.0) if beside else threshold for beside in is_beside]
    is_other = [bool(symbol and not symbol.isdecimal()) for symbol in symbols]
    return [
        odds > bound or other
        for odds, bound, other in zip(log_odds, thresholds, is_other, strict=True)
    ]


def _confidence(
    choice: Choice, confidences: Sequence[float], is_refused: Sequence[bool], point: OperatingPoint
) -> float:
    """The probability that the whole line is read correctly, if all of its ink is there.

    One digit is as sure as it looks, or less where it may be a digit and a point beside it.
    """
    offset = point.sign_offset if choice.has_signs else point.offset
    of_text = sigmoid(point.slope * choice.log_odds + offset)
    if _has_several(choice):
        return of_text
    of_marks = math.prod(compress(confidences, (not refused for refused in is_refused)), start=1.0)
    return of_marks if choice.hypothesis is None else min(of_marks, of_text)


def is_unsure(choice: Choice, confidence: float) -> bool:
    """Whether the text of a line is likely wrong; a single character is not judged here."""
    bound = MIN_SIGNED_CONFIDENCE if choice.may_have_signs else MIN_NUMBER_CONFIDENCE
    return _has_several(choice) and confidence < bound


def _has_several(choice: Choice) -> bool:
    """Whether the line reader's confidence in a text of several symbols is asked for."""
    return choice.hypothesis is not None and len(choice.path) > 1


def least_sure(choice: Choice, confidences: Sequence[float], is_eligible: Sequence[bool]) -> int:
    """The symbol that the fewest likely texts agree on; of several, the digit of least confidence.

    is_eligible: which symbols may be returned.
    """
    agreement = choice.agreement or (1.0,) * len(confidences)
    return min(
        compress(range(len(confidences)), is_eligible),
        key=lambda index: (round(agreement[index], 6), confidences[index]),
    )


def _sign(symbol: str) -> str | None:
    """The sign that a symbol of the line reader stands for; None for digits and "?"."""
    written = symbol.replace("x", "×")
    return written if written and written in SIGNS else None
