"""Computes the figures of an evaluation, for JSON and pages, from the logits of each set."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from train.evaluate.calibration import (
    BINS,
    Doubles,
    auroc,
    negative_log_likelihood,
    reliability,
)
from train.evaluate.corruptions import MNIST_C
from train.evaluate.evaluation import Result
from train.evaluate.operating_point import common_threshold, cross_fitted
from train.evaluate.protocol import TARGET_FALSE_REJECT_RATE
from train.evaluate.score import Score


def measure(result: Result) -> dict[str, Any]:
    """All figures of a model, for JSON."""
    model = result.model
    figures: dict[str, Any] = {
        "path": str(model.path),
        "kind": model.kind,
        "bytes": model.bytes,
        "parameters": model.parameters,
        "temperature": model.temperature,
        "threshold": _finite(model.threshold),
        "metadata": model.metadata,
        "sets": {name: _set(score) for name, score in result.scores.items()},
    }
    for title, chosen in (("MNIST-C's 15", MNIST_C), ("all corruptions", result.corrupted)):
        accuracies = [result.scores[name].accuracy for name in chosen if name in result.corrupted]
        if accuracies:
            figures.setdefault("mean_accuracy", {})[title] = round(float(np.mean(accuracies)), 3)
    if result.outliers:
        figures["not_a_digit"] = _not_digits(result)
    if result.collections:
        figures["cross_fitted"] = cross_fitted(result.collections)
    return figures


def _set(score: Score) -> dict[str, Any]:
    """The figures of a set. Those of calibration leave out digits that are missing.

    accuracy: of the likeliest digit. answered_rightly: where a "?" counts as wrong.
    """
    figures = _answers(score)
    if score.missing:
        figures["missing"] = score.missing
    if score.groups:
        figures["by_contributor"] = {
            name: _answers(group) for name, group in score.by_group().items()
        }
    if not len(score.labels):
        return figures
    probabilities = score.probabilities
    by_width = reliability(probabilities, score.labels)
    by_mass = reliability(probabilities, score.labels, equal_mass=True)
    likelihood = negative_log_likelihood(score.logits, score.labels, score.temperature)
    return figures | {
        "expected_calibration_error": round(by_width.error, 5),
        f"expected_calibration_error_{BINS}_equal_mass": round(by_mass.error, 5),
        "negative_log_likelihood": round(likelihood, 5),
        "mean_confidence": round(float(probabilities.max(axis=1).mean()), 5),
        "confusion": score.confusion().tolist(),
    }


def _answers(score: Score) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "n": score.total,
        "errors": score.errors,
        "accuracy": round(score.accuracy, 3),
    }
    if score.threshold is not None:
        figures["answered_rightly"] = round(score.answered_rightly, 3)
        figures["refused"] = round(score.refused, 3)
    return figures


def _not_digits(result: Result) -> dict[str, Any]:
    """How well the OOD score separates digits from negatives, and what each threshold rejects.

    Figures of the digits are means over the collections.
    """
    digits, others = result.ood_scores_of_collections, result.ood_scores_of_outliers
    common = common_threshold(digits, TARGET_FALSE_REJECT_RATE)
    threshold = result.model.threshold
    sets: dict[str, dict[str, Any]] = {
        name: {
            "n": len(scores),
            "auroc": round(_mean(auroc(scores, part) for part in digits.values()), 5),
            "refused": _share(scores, common),
            "refused_at_own_threshold": None if threshold is None else _share(scores, threshold),
        }
        for name, scores in others.items()
    }

    def refused_digits(threshold: float) -> float:
        return round(_mean(_share(part, threshold) for part in digits.values()), 3)

    return {
        "digits": sum(map(len, digits.values())),
        "threshold": common,
        "digits_refused": refused_digits(common),
        "digits_refused_at_own_threshold": None if threshold is None else refused_digits(threshold),
        "mean_auroc": round(_mean(values["auroc"] for values in sets.values()), 5),
        "mean_refused": round(_mean(values["refused"] for values in sets.values()), 3),
        "sets": sets,
    }


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _share(scores: Doubles, threshold: float) -> float:
    """The share of scores above the threshold, in percent."""
    return round(100 * float((scores > threshold).mean()), 3)


def _finite(value: float | None) -> float | None:
    """None for an infinite threshold, which rejects nothing, because JSON has no infinity."""
    return value if value is not None and np.isfinite(value) else None
