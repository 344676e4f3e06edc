"""What the characters of a line are answered with: a digit, a sign, or "?"."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from app.inference.scores import ood_log_odds, softmax
from app.inference.session import WrongModel
from app.reading import SIGNS, Digit
from app.segmentation import line_reading
from app.segmentation.line_reading import CUT_TRUST, NUM_DIGITS, Choice
from app.segmentation.text_line import TextLine

MIN_SURE_CONFIDENCE: Final = 0.9  # below it a digit is doubtful
MIN_SURE_NUMBER_CONFIDENCE: Final = 2 / 3  # below it a number's least likely digit is doubtful
# A number's least likely digit is refused where its digits, whatever its signs, are less sure.
MIN_NUMBER_CONFIDENCE: Final = 1 / 3


@dataclass(frozen=True)
class OperatingPoint:
    """Numbers that were fitted on validation writers when the models were exported.

    temperature: of the classifier's logits. threshold, doubt_threshold: log-odds above which a mark
    is refused, and above which a digit is doubtful. reader_weight: of the line reader beside the
    classifier. slope, offset: from a choice's log-odds to calibrated ones.
    """

    temperature: float
    threshold: float
    doubt_threshold: float
    reader_weight: float
    slope: float
    offset: float

    @classmethod
    def of(cls, classifier: Mapping[str, str], reader: Mapping[str, str]) -> Self:
        """From the metadata of both models. Raises WrongModel where a number is missing."""
        threshold = _number(classifier, "threshold")
        # Older models have one threshold: what they answer, they do not find strange.
        has_second = "doubt_threshold" in classifier
        return cls(
            _number(classifier, "temperature"),
            threshold,
            _number(classifier, "doubt_threshold") if has_second else threshold,
            *(_number(reader, key) for key in ("reader_weight", "slope", "offset")),
        )


def answer(
    line: TextLine, logits: NDArray[np.float32], point: OperatingPoint, first_number: int
) -> Iterator[Digit]:
    """The best reading of one line; logits: (candidates, 11)."""
    choice = line.choose(logits / np.float32(point.temperature), point.reader_weight)
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
    confidences = probabilities.max(axis=1)
    number_confidence = _number_confidence(choice, confidences, is_refused, point)
    if are_digits_unsure(choice, point):
        is_refused[_least_sure(confidences, is_refused)] = True
    is_doubtful = (log_odds > point.doubt_threshold) | (confidences < MIN_SURE_CONFIDENCE)
    if number_confidence < MIN_SURE_NUMBER_CONFIDENCE:
        is_doubtful[_least_sure(confidences, is_refused)] = True
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
            _sign(symbols[index]),
            number_confidence,
        )


def digit_probabilities(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """Which digit it is if it is one, calibrated, float32 (n, 10); logits: (n, 11)."""
    return softmax(logits[:, :NUM_DIGITS] / np.float32(temperature))


def threshold_beside(others: NDArray[np.float32], threshold: float) -> float:
    """The log-odds above which a mark is refused, given those of the others in its number.

    threshold: fitted without regard to neighbours. Beside a digit there is mostly another digit, so
    a mark there is refused only if it is more likely not a digit than one.
    """
    return max(threshold, 0.0) if (others <= threshold).any() else threshold


def _are_others(numbers: NDArray[np.int64], index: int) -> NDArray[np.bool_]:
    """Which marks are in the same number as one, itself left out."""
    is_other: NDArray[np.bool_] = (numbers == numbers[index]) & (np.arange(len(numbers)) != index)
    return is_other


def _number_confidence(
    choice: Choice,
    confidences: NDArray[np.float32],
    is_refused: NDArray[np.bool_],
    point: OperatingPoint,
) -> float:
    """The probability that all of a line is read rightly."""
    if choice.hypothesis is None or len(confidences) == 1:
        return float(np.prod(np.where(is_refused, 1.0, confidences)))
    return _sigmoid(point.slope * choice.log_odds + point.offset)


def are_digits_unsure(choice: Choice, point: OperatingPoint) -> bool:
    """Whether a number's digits, whatever its signs, are too unsure to be all answered.

    A single character is judged by its own look.
    """
    if choice.hypothesis is None or len(choice.path) == 1:
        return False
    return _sigmoid(point.slope * choice.digit_log_odds + point.offset) < MIN_NUMBER_CONFIDENCE


def _sign(symbol: str) -> str | None:
    """The sign that a symbol of the line reader is, if any."""
    written = symbol.replace("x", "×")
    return written if written and written in SIGNS else None


def _least_sure(confidences: NDArray[np.float32], is_refused: NDArray[np.bool_]) -> int:
    """The digit that is most likely wrong."""
    return int(np.where(is_refused, np.inf, confidences).argmin())


def _number(metadata: Mapping[str, str], key: str) -> float:
    try:
        return float(metadata[key])
    except (KeyError, ValueError) as error:
        message = f"expected a number as {key} in the model, got {metadata.get(key)!r}"
        raise WrongModel(message) from error


def _sigmoid(log_odds: float) -> float:
    return 1 / (1 + float(np.exp(-log_odds)))
