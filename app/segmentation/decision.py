"""Decides for each character of a line whether it is answered with a digit, a sign or "?"."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.scores import ood_log_odds, softmax
from app.reading import SIGNS, Digit
from app.segmentation import line_reading
from app.segmentation.line_reading import CUT_TRUST, NUM_DIGITS, Choice
from app.segmentation.operating_point import OperatingPoint
from app.segmentation.text_line import TextLine

MIN_SURE_CONFIDENCE: Final = 0.9  # a digit of less confidence is doubtful
MIN_SURE_NUMBER_CONFIDENCE: Final = 2 / 3  # the least sure digit of a less sure number is doubtful
# In a text of less confidence, the least sure symbol is refused. The bound is higher for texts with
# signs, where a wrong symbol is harder to notice, and lower for plain numbers, of which more are
# right than of the composed lines that the confidence was fitted on.
MIN_NUMBER_CONFIDENCE: Final = 1 / 3
MIN_SIGNED_CONFIDENCE: Final = 1 / 2


def answer(
    line: TextLine, logits: NDArray[np.float32], point: OperatingPoint, first_number: int
) -> Iterator[Digit]:
    """The characters of one line, from left to right.

    logits: float32 (candidates, 11), not yet divided by the temperature. first_number: the index of
    the line's first number.
    """
    choice = line.choose(logits / np.float32(point.temperature), point)
    chosen = logits[choice.path]
    if choice.hypothesis is not None:
        chosen = np.where(line.lattice.is_cut[choice.path, None], CUT_TRUST * chosen, chosen)
    log_odds = ood_log_odds(chosen)
    probabilities = digit_probabilities(chosen, point.temperature)
    symbols = [""] * len(chosen)
    if line.reading is not None and choice.hypothesis is not None:
        seen = line.reading.seen(choice.hypothesis)
        log_odds = log_odds + line_reading.ood_log_odds(seen)
        probabilities = probabilities * line_reading.digit_probabilities(seen)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        symbols = list(choice.text)
    numbers = line.number_indices(choice.path)
    is_refused = np.array(
        [
            log_odds[index]
            > threshold_beside(log_odds[_are_others(numbers, index)], point.threshold)
            or bool(symbol and not symbol.isdecimal())
            for index, symbol in enumerate(symbols)
        ]
    )
    signs = [_sign(symbol) for symbol in symbols]
    confidences = probabilities.max(axis=1)
    confidence = _confidence(choice, confidences, is_refused, point)
    is_answered = ~is_refused | np.array([sign is not None for sign in signs])
    if is_answered.all() and is_unsure(choice, confidence):
        index = least_sure(choice, confidences, is_answered)
        is_refused[index], signs[index] = True, None
    is_doubtful = (log_odds > point.doubt_threshold) | (confidences < MIN_SURE_CONFIDENCE)
    if confidence < MIN_SURE_NUMBER_CONFIDENCE and not is_refused.all():
        is_doubtful[least_sure(choice, confidences, ~is_refused)] = True
    shares = np.bincount(numbers)[numbers] / len(numbers)
    for index, (candidate, box) in enumerate(
        zip(choice.path, line.boxes[choice.path], strict=True)
    ):
        left, top, right, bottom = box.tolist()
        yield Digit(
            None if is_refused[index] else int(probabilities[index].argmax()),
            _sigmoid(log_odds[index]) if is_refused[index] else float(confidences[index]),
            probabilities[index],
            (left, top, right - left, bottom - top),
            line.glyphs[candidate],
            first_number + int(numbers[index]),
            line.line_index,
            bool(is_doubtful[index] and not is_refused[index]),
            signs[index],
            # The numbers of a line share its confidence, so that their product is it.
            float(confidence ** shares[index]),
        )


def digit_probabilities(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """Which digit each glyph is, provided that it is one: calibrated, float32 (n, 10).

    logits: (n, 11).
    """
    return softmax(logits[:, :NUM_DIGITS] / np.float32(temperature))


def threshold_beside(others: NDArray[np.float32], threshold: float) -> float:
    """The log-odds above which a mark is refused, given those of the others in its number.

    threshold: fitted on marks that stand alone. Beside a digit there is mostly another digit, so a
    mark there is refused only if it is more likely not a digit than a digit.
    """
    return max(threshold, 0.0) if (others <= threshold).any() else threshold


def _are_others(numbers: NDArray[np.int64], index: int) -> NDArray[np.bool_]:
    """Which other marks are in the same number as the one at `index`: bool (n,)."""
    is_other: NDArray[np.bool_] = (numbers == numbers[index]) & (np.arange(len(numbers)) != index)
    return is_other


def _confidence(
    choice: Choice,
    confidences: NDArray[np.float32],
    is_refused: NDArray[np.bool_],
    point: OperatingPoint,
) -> float:
    """The probability that the whole line is read correctly."""
    if choice.hypothesis is None or len(confidences) == 1:
        return float(np.prod(np.where(is_refused, 1.0, confidences)))
    offset = point.sign_offset if choice.has_signs else point.offset
    return _sigmoid(point.slope * choice.log_odds + offset)


def is_unsure(choice: Choice, confidence: float) -> bool:
    """Whether the text of a line is likely wrong; a single character is not judged here."""
    is_several = choice.hypothesis is not None and len(choice.path) > 1
    bound = MIN_SIGNED_CONFIDENCE if choice.has_signs else MIN_NUMBER_CONFIDENCE
    return is_several and confidence < bound


def least_sure(
    choice: Choice, confidences: NDArray[np.float32], is_eligible: NDArray[np.bool_]
) -> int:
    """The symbol that the fewest likely texts agree on; of several, the digit of least confidence.

    is_eligible: which symbols may be returned.
    """
    agreement = choice.agreement or (1.0,) * len(confidences)
    order = np.lexsort((confidences, np.round(agreement, 6)))
    return int(next(index for index in order if is_eligible[index]))


def _sign(symbol: str) -> str | None:
    """The sign that a symbol of the line reader stands for; None for digits and "?"."""
    written = symbol.replace("x", "×")
    return written if written and written in SIGNS else None


def _sigmoid(log_odds: float) -> float:
    return 1 / (1 + float(np.exp(-log_odds)))
