"""Computes probabilities and scores from a classifier's logits."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Float = TypeVar("Float", np.float32, np.float64)


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
