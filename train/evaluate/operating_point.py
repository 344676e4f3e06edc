"""The operating point: a temperature, and the OOD scores above which a digit is doubtful or a "?".

It is fitted on several collections of digits, which have the same weight whatever their sizes, so
that people from elsewhere can expect about their mean. It is measured on a collection that it was
not fitted on: `cross_fitted` leaves out each in turn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from train.evaluate.calibration import (
    Doubles,
    expected_calibration_error,
    fit_temperature,
    ood_scores,
    probabilities,
    threshold_at,
)
from train.evaluate.protocol import TARGET_DOUBT_RATE, TARGET_FALSE_REJECT_RATE
from train.evaluate.score import Score


@dataclass(frozen=True)
class OperatingPoint:
    """temperature: divides the logits.

    threshold: the OOD score above which a glyph is refused. doubt_threshold: that above which a
    digit is marked as doubtful; never above `threshold`.
    """

    temperature: float
    threshold: float
    doubt_threshold: float

    def metadata(self) -> dict[str, str]:
        """The metadata by which a model stores it."""
        return {name: f"{value:.4f}" for name, value in vars(self).items()}


class _Pooled(NamedTuple):
    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    weights: Doubles


def fit(collections: Mapping[str, Score]) -> OperatingPoint:
    """The operating point at which the mean of the collections has the target rates.

    Uses only the logits and the labels of each collection. Raises ValueError without a digit.
    """
    pooled = _pool(collections)
    scores = ood_scores(pooled.logits)
    return OperatingPoint(
        fit_temperature(pooled.logits, pooled.labels, pooled.weights),
        threshold_at(scores, TARGET_FALSE_REJECT_RATE, pooled.weights),
        threshold_at(scores, TARGET_DOUBT_RATE, pooled.weights),
    )


def common_threshold(scores: Mapping[str, Doubles], rate: float) -> float:
    """The OOD score above which, in the mean of the collections, this share of the digits lies."""
    weights = [np.full(len(part), 1 / len(part)) for part in scores.values()]
    return threshold_at(np.concatenate(list(scores.values())), rate, np.concatenate(weights))


def cross_fitted(collections: Mapping[str, Score]) -> dict[str, dict[str, float]]:
    """The figures of each collection with the operating point that is fitted on the others.

    Empty if there is only one collection.
    """
    figures = {}
    for name, left_out in collections.items():
        others = {key: score for key, score in collections.items() if key != name}
        if others:
            figures[name] = apply(fit(others), left_out)
    return figures


def apply(point: OperatingPoint, score: Score) -> dict[str, float]:
    """The figures of digits with an operating point; shares are in percent.

    doubtful: digits that are not refused but lie above the threshold of doubt. doubtful_right: the
    share of these that are right; left out if there are none.
    """
    scores = ood_scores(score.logits)
    is_right = score.predicted == score.labels
    is_refused = scores > point.threshold
    is_doubtful = (scores > point.doubt_threshold) & ~is_refused
    error = expected_calibration_error(probabilities(score.logits, point.temperature), score.labels)
    figures = {
        "n": len(score.labels),
        "temperature": round(point.temperature, 4),
        "threshold": round(point.threshold, 4),
        "answered_rightly": _percent(is_right & ~is_refused),
        "refused": _percent(is_refused),
        "doubtful": _percent(is_doubtful),
        "expected_calibration_error": round(error, 5),
    }
    if is_doubtful.any():
        figures["doubtful_right"] = _percent(is_right[is_doubtful])
    return figures


def _pool(collections: Mapping[str, Score]) -> _Pooled:
    """All digits together. The weights of each collection's digits add up to 1."""
    parts = list(collections.values())
    return _Pooled(
        np.concatenate([part.logits for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([np.full(len(part.labels), 1 / len(part.labels)) for part in parts]),
    )


def _percent(is_true: NDArray[np.bool_]) -> float:
    return round(100 * float(is_true.mean()), 3)
