"""Computes probabilities and scores from a classifier's logits, and log-odds of probabilities."""

import math
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Float = TypeVar("Float", np.float32, np.float64)
_MIN_PROBABILITY: Final = 1e-9


def softmax(logits: Floats) -> Floats:
    """Probabilities float32 (n, labels), rows sum to 1; logits: (n, labels)."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: Floats = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def log_softmax(logits: NDArray[Float]) -> NDArray[Float]:
    """Log-probabilities (n, labels), in nats and as exact as the logits; logits: (n, labels)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities: NDArray[Float] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return log_probabilities


def ood_log_odds(logits: Floats) -> Floats:
    """The out-of-distribution score: log-odds that a glyph is not a digit, float32 (n,), in nats.

    logits: (n, 11), of the ten digits and of "not a digit".
    """
    digits, negative = logits[:, :-1], logits[:, -1]
    largest = digits.max(axis=1)
    any_digit = largest + np.log(np.exp(digits - largest[:, None]).sum(axis=1))
    scores: Floats = negative - any_digit
    return scores


def log_odds_of(probability: float) -> float:
    """Log-odds in nats of a probability in [0, 1]; bounded where it is nearly 0 or 1."""
    bounded = min(max(probability, _MIN_PROBABILITY), 1 - _MIN_PROBABILITY)
    return math.log(bounded / (1 - bounded))


def sigmoid(log_odds: float) -> float:
    """The probability in [0, 1] with these log-odds in nats."""
    return (1 + math.tanh(log_odds / 2)) / 2
