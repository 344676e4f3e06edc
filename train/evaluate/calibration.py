"""Calibrates confidences, and scores how unlike a digit a glyph is.

Logits are float (n, 10), or (n, 11) with "not a digit" as the eleventh. The probability of a digit
is the softmax over the first ten alone; the eleventh gives the OOD score.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from app.inference.scores import log_softmax, ood_log_odds
from app.reading import NUM_DIGITS

Floats = NDArray[np.floating[Any]]
Doubles = NDArray[np.float64]

BINS: Final = 15  # as in most papers that report an expected calibration error
# Without a mistake, the best temperature would be 0.
_MIN_TEMPERATURE: Final = 0.05
_MAX_TEMPERATURE: Final = 20.0


@dataclass(frozen=True, eq=False)
class Reliability:
    """Glyphs in bins of rising confidence: count, mean confidence and accuracy, each (bins,).

    confidence and accuracy are in [0, 1], and 0 where a bin is empty.
    """

    count: NDArray[np.int64]
    confidence: Doubles
    accuracy: Doubles

    @property
    def error(self) -> float:
        """The expected calibration error: the mean gap of confidence and accuracy over glyphs."""
        gap = np.abs(self.confidence - self.accuracy)
        return float((gap * self.count).sum() / max(1, self.count.sum()))


def probabilities(logits: Floats, temperature: float = 1.0) -> Doubles:
    """Probabilities float64 (n, 10) of the digits; rows sum to 1."""
    return np.exp(_log_probabilities(logits, temperature))


def ood_scores(logits: Floats) -> Doubles:
    """Out-of-distribution scores float64 (n,), on any scale: the higher, the less like a digit.

    They are the log-odds of the eleventh output against the ten. A network without it gets the
    usual substitute, minus the maximum softmax probability.
    """
    if logits.shape[1] == NUM_DIGITS:
        lowest: Doubles = -probabilities(logits).max(axis=1)
        return lowest
    return ood_log_odds(logits.astype(np.float32)).astype(np.float64)


def negative_log_likelihood(
    logits: Floats,
    labels: NDArray[np.int64],
    temperature: float = 1.0,
    weights: Doubles | None = None,
) -> float:
    """The mean over glyphs in nats. labels: int64 (n,). weights: (n,), of any sum, or None."""
    logs = _log_probabilities(logits, temperature)
    return -float(np.average(logs[np.arange(len(labels)), labels], weights=weights))


def fit_temperature(
    logits: Floats, labels: NDArray[np.int64], weights: Doubles | None = None
) -> float:
    """The temperature, from 0.05 to 20, with the highest likelihood of the true labels.

    The likelihood has a single peak over the logarithm of the temperature. weights: see
    `negative_log_likelihood`.
    """
    bounds = np.log(_MIN_TEMPERATURE), np.log(_MAX_TEMPERATURE)
    peak = minimize_scalar(
        lambda log: negative_log_likelihood(logits, labels, float(np.exp(log)), weights),
        bounds=bounds,
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(np.exp(peak.x))


def reliability(
    probabilities: Floats, labels: NDArray[np.int64], bins: int = BINS, equal_mass: bool = False
) -> Reliability:
    """Sorts glyphs into bins by their confidence, which is the largest of probabilities (n, 10).

    Bins are equally wide and include their upper edge; with `equal_mass` they are equally full.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = probabilities.argmax(axis=1) == labels
    if equal_mass:
        index = np.empty(len(labels), np.int64)
        index[np.argsort(confidence, kind="stable")] = np.arange(len(labels)) * bins // len(labels)
    else:
        index = np.digitize(confidence, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    count = np.bincount(index, minlength=bins)
    divisor = np.maximum(count, 1)
    return Reliability(
        count,
        np.bincount(index, confidence, bins) / divisor,
        np.bincount(index, correct, bins) / divisor,
    )


def expected_calibration_error(
    probabilities: Floats, labels: NDArray[np.int64], bins: int = BINS, equal_mass: bool = False
) -> float:
    """The error, 0 to 1, of probabilities (n, 10); see `Reliability.error`."""
    return reliability(probabilities, labels, bins, equal_mass).error


def threshold_at(
    scores_of_digits: Floats, false_reject_rate: float, weights: Doubles | None = None
) -> float:
    """The lowest score above which at most this share of the digits lies.

    weights: (n,), of the digits, of any sum; None for equal ones. Raises ValueError unless there
    are scores and the rate is in [0, 1).
    """
    if not 0 <= false_reject_rate < 1 or len(scores_of_digits) == 0:
        raise ValueError(
            f"expected scores and a rate in [0, 1), got {len(scores_of_digits)} "
            f"scores and {false_reject_rate}"
        )
    if weights is None:
        weights = np.ones(len(scores_of_digits))
    order = np.argsort(-scores_of_digits, kind="stable")
    shares = np.cumsum(weights[order]) / weights.sum()
    # Rounding must not make an allowed share a little larger than the rate.
    index = int(np.searchsorted(shares, false_reject_rate + 1e-9, "right"))
    return float(scores_of_digits[order][min(index, len(order) - 1)])


def auroc(positive: Floats, negative: Floats) -> float:
    """The probability that a positive scores above a negative; a tie counts half.

    Raises ValueError unless there are scores of both kinds.
    """
    if len(positive) == 0 or len(negative) == 0:
        raise ValueError(f"expected scores of both kinds, got {len(positive)} and {len(negative)}")
    ranked = np.sort(negative)
    below = np.searchsorted(ranked, positive, "left") + np.searchsorted(ranked, positive, "right")
    return float(below.mean() / (2 * len(ranked)))


def _log_probabilities(logits: Floats, temperature: float) -> Doubles:
    return log_softmax(logits[:, :NUM_DIGITS].astype(np.float64) / temperature)
