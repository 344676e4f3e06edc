"""How far a confidence can be believed, and what separates digits from everything else.

Logits here are float (n, 10) or (n, 11): ten digits and, where there is an eleventh, "not a
digit". A probability of a digit is the softmax over the ten alone; the eleventh is a score apart.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from app.inference.scores import ood_log_odds
from app.recognizer import NUM_DIGITS

Floats = NDArray[np.floating[Any]]
Doubles = NDArray[np.float64]

BINS: Final = 15  # as most papers that report an expected calibration error
# Without a mistake the best temperature would be 0.
_MIN_TEMPERATURE: Final = 0.05
_MAX_TEMPERATURE: Final = 20.0


@dataclass(frozen=True, eq=False)
class Reliability:
    """Glyphs in bins of rising confidence, each (bins,): how many, how sure, how often right.

    confidence and accuracy are means in [0, 1], 0 where a bin is empty.
    """

    count: NDArray[np.int64]
    confidence: Doubles
    accuracy: Doubles

    @property
    def error(self) -> float:
        """The expected calibration error: mean gap of confidence and accuracy, by glyph."""
        gap = np.abs(self.confidence - self.accuracy)
        return float((gap * self.count).sum() / max(1, self.count.sum()))


def probabilities(logits: Floats, temperature: float = 1.0) -> Doubles:
    """Probabilities float64 (n, 10) of the digits; rows sum to 1."""
    return np.exp(_log_probabilities(logits, temperature))


def ood_scores(logits: Floats) -> Doubles:
    """Float64 (n,), the higher the less a digit; of any scale, the same for one model.

    The log-odds of the eleventh output against the ten; for a network that has none, minus its
    largest softmax probability, the usual stand-in.
    """
    if logits.shape[1] == NUM_DIGITS:
        lowest: Doubles = -probabilities(logits).max(axis=1)
        return lowest
    return ood_log_odds(logits.astype(np.float32)).astype(np.float64)


def negative_log_likelihood(
    logits: Floats, labels: NDArray[np.int64], temperature: float = 1.0
) -> float:
    """Mean surprise at the true labels, int64 (n,), in nats."""
    logs = _log_probabilities(logits, temperature)
    return float(-logs[np.arange(len(labels)), labels].mean())


def fit_temperature(logits: Floats, labels: NDArray[np.int64]) -> float:
    """The temperature, 0.05 to 20, whose probabilities make the true labels likeliest.

    The likelihood has one peak along the logarithm of the temperature.
    """
    bounds = np.log(_MIN_TEMPERATURE), np.log(_MAX_TEMPERATURE)
    peak = minimize_scalar(
        lambda log: negative_log_likelihood(logits, labels, float(np.exp(log))),
        bounds=bounds,
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(np.exp(peak.x))


def reliability(
    probabilities: Floats, labels: NDArray[np.int64], bins: int = BINS, equal_mass: bool = False
) -> Reliability:
    """Sorts glyphs into bins by confidence, the largest of their probabilities (n, 10).

    Bins are equally wide, their upper edge included; with `equal_mass` equally full instead.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    if equal_mass:
        place = np.empty(len(labels), np.int64)
        place[np.argsort(confidence, kind="stable")] = np.arange(len(labels)) * bins // len(labels)
    else:
        place = np.digitize(confidence, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    count = np.bincount(place, minlength=bins)
    share = np.maximum(count, 1)
    return Reliability(
        count,
        np.bincount(place, confidence, bins) / share,
        np.bincount(place, right, bins) / share,
    )


def expected_calibration_error(
    probabilities: Floats, labels: NDArray[np.int64], bins: int = BINS, equal_mass: bool = False
) -> float:
    """Mean gap, 0 to 1, of confidence and accuracy over bins of probabilities (n, 10)."""
    return reliability(probabilities, labels, bins, equal_mass).error


def threshold_at(scores_of_digits: Floats, share: float) -> float:
    """The score above which at most this share, 0 to 1, of the digits lies, and almost as much."""
    if not 0 <= share < 1 or len(scores_of_digits) == 0:
        raise ValueError(
            f"expected scores and a share in [0, 1), came {len(scores_of_digits)} "
            f"scores and {share}"
        )
    falling = np.sort(scores_of_digits)[::-1]
    return float(falling[int(share * len(falling))])


def auroc(positive: Floats, negative: Floats) -> float:
    """The chance that a positive scores above a negative; a tie counts half."""
    if len(positive) == 0 or len(negative) == 0:
        raise ValueError(f"expected scores of both kinds, came {len(positive)} and {len(negative)}")
    ranked = np.sort(negative)
    below = np.searchsorted(ranked, positive, "left") + np.searchsorted(ranked, positive, "right")
    return float(below.mean() / (2 * len(ranked)))


def _log_probabilities(logits: Floats, temperature: float) -> Doubles:
    logs: Doubles = log_softmax(logits[:, :NUM_DIGITS].astype(np.float64) / temperature, axis=1)
    return logs
