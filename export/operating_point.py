"""Fits the weight of the line reader beside the classifier, and the confidence of numbers.

The confidence is cross-validated over writers, so that it is measured on lines of other people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from tqdm import tqdm

from app.recognizer import MIN_NUMBER_CONFIDENCE, MIN_SIGNED_CONFIDENCE, Recognizer
from train.data.line_sets import Line
from train.render.numbers import PEN, Number

READER_WEIGHTS: Final = (0.5, 0.75, 1.0, 1.5, 2.0)
NUM_FOLDS: Final = 5  # of writers, in the cross-validation
HEIGHT: Final = 100.0  # pixels: of a line's ink in bitmaps
_SEED: Final = 3  # of the pens in bitmaps
_RIDGE: Final = 0.01  # nats: a penalty that keeps the fit finite if no line is read wrongly


@dataclass(frozen=True, eq=False)
class Readings:
    """The readings of lines with one weight of the line reader; arrays (n,).

    log_odds: uncalibrated, in favour of each text. has_signs: whether the text has a sign.
    may_have_signs: whether it or another likely text has.
    is_right: whether it is the line's text. folds: the fold of each line's writer.
    """

    log_odds: NDArray[np.float64]
    has_signs: NDArray[np.bool_]
    may_have_signs: NDArray[np.bool_]
    is_right: NDArray[np.bool_]
    folds: NDArray[np.int64]

    def where(self, is_chosen: NDArray[np.bool_]) -> "Readings":
        """Those of the readings that are chosen."""
        return Readings(
            self.log_odds[is_chosen],
            self.has_signs[is_chosen],
            self.may_have_signs[is_chosen],
            self.is_right[is_chosen],
            self.folds[is_chosen],
        )


@dataclass(frozen=True)
class Confidence:
    """Turns a text's log-odds into calibrated ones; see `OperatingPoint`."""

    slope: float
    offset: float
    sign_offset: float

    def of(self, readings: Readings) -> NDArray[np.float64]:
        """The probability that each text is right, (n,)."""
        offsets = np.where(readings.has_signs, self.sign_offset, self.offset)
        return np.asarray(expit(self.slope * readings.log_odds + offsets))


def fit_operating_point(
    recognizer: Recognizer, lines: Sequence[Line]
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Fits the weight with which the most lines are read exactly, and then the confidence.

    lines: of validation writers; every other one is read as a bitmap. Returns the metadata, and the
    cross-validated figures of texts with signs and without.
    """
    weighed = _weigh(recognizer, lines)
    # Of several weights with which as many are right, the one closest to equal weights.
    changes = -np.abs(np.log(READER_WEIGHTS))
    best = max(
        range(len(weighed)), key=lambda index: (weighed[index].is_right.sum(), changes[index])
    )
    confidence = fit_confidence(weighed[best])
    point = {
        "reader_weight": READER_WEIGHTS[best],
        "slope": confidence.slope,
        "offset": confidence.offset,
        "sign_offset": confidence.sign_offset,
    }
    return point, cross_validate(weighed[best])


def fit_confidence(readings: Readings) -> Confidence:
    """Fits the confidence by logistic regression, with a common slope."""
    signs = np.where(readings.is_right, 1.0, -1.0)

    def loss(parameters: NDArray[np.float64]) -> Any:
        log_odds = parameters[0] * readings.log_odds
        log_odds = log_odds + np.where(readings.has_signs, parameters[2], parameters[1])
        nats = np.logaddexp(0, -signs * log_odds).mean()
        return nats + _RIDGE * (parameters**2).sum() / len(signs)

    slope, offset, sign_offset = minimize(loss, np.array([1.0, 0.0, 0.0])).x
    return Confidence(float(slope), float(offset), float(sign_offset))


def cross_validate(readings: Readings) -> dict[str, dict[str, float]]:
    """The figures of each fold's lines, with the confidence that is fitted on the other folds.

    right: percent of the texts that are right. confidence: its mean in percent. exact: percent that
    are right, and sure enough to be answered without "?". silently_wrong: percent that are wrong,
    and as sure.
    """
    confidences = np.zeros(len(readings.folds))
    for fold in np.unique(readings.folds):
        is_held_back = readings.folds == fold
        fitted = fit_confidence(readings.where(~is_held_back))
        confidences[is_held_back] = fitted.of(readings.where(is_held_back))
    bounds = np.where(readings.may_have_signs, MIN_SIGNED_CONFIDENCE, MIN_NUMBER_CONFIDENCE)
    is_sure = confidences >= bounds
    figures = {}
    for name, is_meant in (("digits", ~readings.has_signs), ("signs", readings.has_signs)):
        is_right = readings.is_right[is_meant]
        shares = {
            "right": is_right,
            "confidence": confidences[is_meant],
            "exact": is_right & is_sure[is_meant],
            "silently_wrong": ~is_right & is_sure[is_meant],
        }
        percent = {key: round(100 * float(values.mean()), 2) for key, values in shares.items()}
        figures[name] = {"lines": int(is_meant.sum()), **percent}
    return figures


def _weigh(recognizer: Recognizer, lines: Sequence[Line]) -> list[Readings]:
    """The readings of lines that are one number, with each of the weights."""
    writers = sorted({line.writer for line in lines})
    choices, kept = [], []
    for line, item in zip(
        tqdm(lines, "weighing", leave=False, mininterval=5), items_of(lines), strict=True
    ):
        # A single character is judged by its own look.
        if len(line.text) > 1 and (weighed := recognizer.weigh(item, READER_WEIGHTS)):
            choices.append(weighed)
            kept.append(line)
    folds = np.array([writers.index(line.writer) % NUM_FOLDS for line in kept], np.int64)
    return [
        Readings(
            np.array([choice.log_odds for choice in column], np.float64),
            np.array([choice.has_signs for choice in column], np.bool_),
            np.array([choice.may_have_signs for choice in column], np.bool_),
            np.array(
                [choice.text == line.text for choice, line in zip(column, kept, strict=True)],
                np.bool_,
            ),
            folds,
        )
        for column in zip(*choices, strict=True)
    ]


def items_of(lines: Sequence[Line]) -> list[Any]:
    """Every other line as a bitmap, uint8 (h, w), the others as strokes."""
    random = np.random.default_rng(_SEED)
    items: list[Any] = []
    for index, line in enumerate(lines):
        if index % 2:
            points = np.concatenate(line.strokes)
            scale = HEIGHT / max(float(np.ptp(points[:, 1])), 1e-6)
            number = Number([stroke * scale for stroke in line.strokes], line.text)
            items.append(number.bitmap(random.uniform(*PEN)))
        else:
            items.append(line.strokes)
    return items
