"""The line reader's opinion on a character that stands alone, where the classifier is unsure.

The classifier is several times faster and mostly sure, so the line reader is asked only about one
in twenty digits, of which both together misread far fewer, and about what looks like a 1, because
the classifier knows no bracket.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.scores import ood_log_odds, softmax
from app.reading import NUM_DIGITS
from app.segmentation import ctc
from app.segmentation.ctc import Scores
from app.segmentation.line_reading import UNKNOWN
from app.segmentation.operating_point import OperatingPoint

Ask = Callable[[], Scores]  # reads the character as a line, see `LineReader.scores`

LIKE_A_SIGN: Final = 1  # the digit that slashes, brackets and commas look like
MIN_SURE: Final = 0.95  # confidence in the digit, from which nobody is asked
MARGIN: Final = 0.5  # nats below the threshold of doubt, from which on the line reader is asked
# Both networks have learned from the same writers, so they err together more often than two
# independent ones would. Half of the line reader's log-probabilities makes fewest mistakes.
WEIGHT: Final = 0.5
# Nats by which the line reader underrates that a lone character is not a digit, because few of the
# lines that it was trained on are a single letter.
LONE_LETTER: Final = 2.0
# Nats by which it overrates that a lone 1 is a bracket: it has learned from as many of both.
LONE_SIGN: Final = 2.0
MAX_EVIDENCE: Final = 3.0  # nats by which the line reader may argue for or against a digit
MIN_LOG_PROBABILITY: Final = -12.0  # nats: lower bound of what the line reader says of a text


def evidence(
    logits: NDArray[np.float32], point: OperatingPoint, ask: Ask | None, may_be_sign: bool = True
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The log-odds that marks are not digits, (n,), and which digits they would be, (n, 10).

    logits: (n, 11), of the classifier. ask: of a single mark; None where there is no line reader.
    may_be_sign: whether nobody has said that a single mark is a digit.
    """
    odds = ood_log_odds(logits)
    probabilities = softmax(logits[:, :NUM_DIGITS] / np.float32(point.temperature))
    is_sure = probabilities.max() >= MIN_SURE and odds.max() <= point.doubt_threshold - MARGIN
    is_one = may_be_sign and int(probabilities[0].argmax()) == LIKE_A_SIGN
    if ask is None or (is_sure and not is_one) or len(logits) > 1:
        return odds, probabilities
    texts = np.maximum(ctc.of_one_symbol(ask()), MIN_LOG_PROBABILITY)
    digits, signs, unknown = texts[:NUM_DIGITS], texts[NUM_DIGITS : UNKNOWN - 1], texts[UNKNOWN - 1]
    opinion = unknown + LONE_LETTER - digits.max()
    odds = odds + WEIGHT * np.clip(opinion, -MAX_EVIDENCE, MAX_EVIDENCE)
    if may_be_sign and signs.max() > digits.max():  # on signs there is no other opinion
        odds = np.logaddexp(odds, signs.max() - digits.max() - LONE_SIGN)
    probabilities = probabilities * np.exp(WEIGHT * (digits - digits.max()))
    return odds, probabilities / probabilities.sum(axis=1, keepdims=True)
