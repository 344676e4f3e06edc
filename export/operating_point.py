"""Fits the numbers that decide between the texts of a line, and the confidence of numbers.

Both are cross-validated over writers, so that they are measured on lines of other people.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from tqdm import tqdm

from app.recognizer import (
    MIN_NUMBER_CONFIDENCE,
    MIN_SIGNED_CONFIDENCE,
    Choice,
    Recognizer,
    likeliest,
)
from train.data.line_sets import Line
from train.render.numbers import PEN, Number

# What is tried for each number. A fit starts from the first of each row, which an earlier fit
# found, and changes it only for a gain of _MIN_GAIN; the others in reader.json are the first.
GRID: Final[dict[str, tuple[float, ...]]] = {
    "reader_weight": (1.0, 0.5, 0.75, 1.5, 2.0),
    "cut_trust": (0.2, 0.0, 0.1, 0.4, 1.0),
    "lone_slash_cost": (2.5, 0.0, 1.25, 5.0),
    "odd_cost": (4.0, 0.0, 2.0, 8.0),
    "overlap_cost": (30.0, 0.0, 10.0, 60.0),
    "unlaid_cost": (3.0, 0.0, 1.0, 6.0),
}
SWEEPS: Final = 2  # over all numbers
# Scores are surer than they should be. They are multiplied by the one of these that suits them.
SLOPES: Final = (0.25, 0.35, 0.5, 0.7, 1.0)
NUM_FOLDS: Final = 5  # of writers, in the cross-validation
HEIGHT: Final = 100.0  # pixels: of a line's ink in bitmaps
_SEED: Final = 3  # of the pens in bitmaps
_RIDGE: Final = 0.01  # nats: a penalty that keeps the fit finite if no line is read wrongly
_MIN_LOG_SHARE: Final = -6.0  # nats: of the right text among all texts, if it is unlikely or absent
_MIN_GAIN: Final = 2.0  # nats in all lines; chance alone gains one for each number that is tried


@dataclass(frozen=True, eq=False)
class Readings:
    """The readings of lines at one operating point; arrays (n,), and (n, slopes) the log_shares.

    log_odds: uncalibrated, in favour of each text. has_signs: whether the text has a sign.
    may_have_signs: whether it or another likely text has.
    is_right: whether it is the line's text. log_shares: nats, see `log_shares`. folds: the fold of
    each line's writer.
    """

    log_odds: NDArray[np.float64]
    has_signs: NDArray[np.bool_]
    may_have_signs: NDArray[np.bool_]
    is_right: NDArray[np.bool_]
    log_shares: NDArray[np.float64]
    folds: NDArray[np.int64]

    def where(self, is_chosen: NDArray[np.bool_]) -> "Readings":
        """Those of the readings that are chosen."""
        return Readings(
            self.log_odds[is_chosen],
            self.has_signs[is_chosen],
            self.may_have_signs[is_chosen],
            self.is_right[is_chosen],
            self.log_shares[is_chosen],
            self.folds[is_chosen],
        )

    @classmethod
    def joined(cls, parts: Sequence["Readings"]) -> "Readings":
        """The readings of all parts."""
        return cls(
            np.concatenate([part.log_odds for part in parts]),
            np.concatenate([part.has_signs for part in parts]),
            np.concatenate([part.may_have_signs for part in parts]),
            np.concatenate([part.is_right for part in parts]),
            np.concatenate([part.log_shares for part in parts]),
            np.concatenate([part.folds for part in parts]),
        )


@dataclass(frozen=True)
class Confidence:
    """Turns a text's log-odds into calibrated ones; see `OperatingPoint`."""

    slope: float
    offset: float
    sign_offset: float

    def log_odds(self, readings: Readings) -> NDArray[np.float64]:
        """The calibrated log-odds in favour of each text, (n,)."""
        offsets = np.where(readings.has_signs, self.sign_offset, self.offset)
        return np.asarray(self.slope * readings.log_odds + offsets, np.float64)

    def of(self, readings: Readings) -> NDArray[np.float64]:
        """The probability that each text is right, (n,)."""
        return np.asarray(expit(self.log_odds(readings)))


Numbers = tuple[float, ...]  # in the order of GRID
Read = Callable[[Numbers], Readings]


def fit_operating_point(
    recognizer: Recognizer, lines: Sequence[Line]
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Fits the numbers with which the right texts are likeliest, and then the confidence.

    lines: of validation writers; every other one is read as a bitmap. Returns the metadata, and the
    cross-validated figures of texts with signs and without.
    """
    read = reads(recognizer, lines)
    numbers = fit_numbers(read)
    confidence = fit_confidence(read(numbers))
    point = dict(zip(GRID, numbers, strict=True)) | {
        "slope": confidence.slope,
        "offset": confidence.offset,
        "sign_offset": confidence.sign_offset,
    }
    return point, cross_validate(read)


def fit_numbers(read: Read, fold: int | None = None) -> Numbers:
    """Changes one number of GRID after the other to that with which the right texts are likeliest.

    fold: whose lines are left out.
    """

    def gain(numbers: Numbers) -> float:
        readings = read(numbers)
        return float(readings.log_shares[readings.folds != fold].sum(axis=0).max())

    best = tuple(row[0] for row in GRID.values())
    for _ in range(SWEEPS):
        for place, row in enumerate(GRID.values()):
            tried = [(*best[:place], number, *best[place + 1 :]) for number in row]
            likeliest_numbers = max(tried, key=gain)
            if gain(likeliest_numbers) > gain(best) + _MIN_GAIN:
                best = likeliest_numbers
    return best


def fit_confidence(readings: Readings) -> Confidence:
    """Fits the confidence with a common slope for texts with and without signs."""
    columns = readings.log_odds, ~readings.has_signs, readings.has_signs
    slope, offset, sign_offset = logistic_weights(np.column_stack(columns), readings.is_right)
    return Confidence(slope, offset, sign_offset)


def logistic_weights(
    features: NDArray[np.float64], is_right: NDArray[np.bool_]
) -> tuple[float, ...]:
    """The weights of features (n, m) in the log-odds that lines are read rightly, (n,).

    They are fitted by logistic regression, from a weight of 1 for the first feature.
    """
    signs = np.where(is_right, 1.0, -1.0)

    def loss(weights: NDArray[np.float64]) -> Any:
        nats = np.logaddexp(0, -signs * (features @ weights)).mean()
        return nats + _RIDGE * (weights**2).sum() / len(signs)

    return tuple(minimize(loss, np.eye(features.shape[1])[0]).x.tolist())


def cross_validate(read: Read) -> dict[str, dict[str, float]]:
    """The figures of each fold's lines, with all that is fitted on the other folds, by kind."""
    parts: list[Readings] = []
    confidences = []
    for fold in range(NUM_FOLDS):
        readings = read(fit_numbers(read, fold))
        is_held_back = readings.folds == fold
        if is_held_back.any():
            fitted = fit_confidence(readings.where(~is_held_back))
            parts.append(readings.where(is_held_back))
            confidences.append(fitted.of(parts[-1]))
    readings, confidence = Readings.joined(parts), np.concatenate(confidences)
    kinds = {"digits": ~readings.has_signs, "signs": readings.has_signs}
    return {
        name: figures_of(readings.where(is_meant), confidence[is_meant])
        for name, is_meant in kinds.items()
    }


def figures_of(
    readings: Readings,
    confidence: NDArray[np.float64],
    sureness: NDArray[np.float64] | None = None,
) -> dict[str, float]:
    """The figures of some lines.

    confidence: that each text is right, (n,). sureness: what decides whether it is answered without
    "?"; by default, the confidence. right: percent of the texts that are right. confidence: its
    mean in percent. exact: percent that are right and sure enough. silently_wrong: percent that are
    wrong and as sure.
    """
    bounds = np.where(readings.may_have_signs, MIN_SIGNED_CONFIDENCE, MIN_NUMBER_CONFIDENCE)
    is_sure = (confidence if sureness is None else sureness) >= bounds
    shares = {
        "right": readings.is_right,
        "confidence": confidence,
        "exact": readings.is_right & is_sure,
        "silently_wrong": ~readings.is_right & is_sure,
    }
    percent = {key: round(100 * float(values.mean()), 2) for key, values in shares.items()}
    return {"lines": len(confidence), **percent}


def reads(
    recognizer: Recognizer, lines: Sequence[Line], items: Sequence[Any] | None = None
) -> Read:
    """What reads those of the lines that are one number, with any numbers of GRID.

    items: what is read, strokes or a picture of each line; by default, see `items_of`.
    """
    writers = sorted({line.writer for line in lines})
    found, kept = [], []
    for line, item in zip(
        tqdm(lines, "reading", leave=False, mininterval=5),
        items_of(lines) if items is None else items,
        strict=True,
    ):
        # A single character is judged by its own look.
        each = recognizer.only_line(item) if len(line.text) > 1 else None
        if each is not None and each[0].scored_texts(each[1], recognizer.point)[0]:
            found.append(each)
            kept.append(line)
    folds = np.array([writers.index(line.writer) % NUM_FOLDS for line in kept], np.int64)

    @cache
    def read(numbers: Numbers) -> Readings:
        changes: dict[str, Any] = dict(zip(GRID, numbers, strict=True))
        point = replace(recognizer.point, **changes)
        scored = [line.scored_texts(logits, point) for line, logits in found]
        choices = [likeliest(texts, [score for score, _ in others]) for texts, others in scored]
        is_right = [choice.text == line.text for choice, line in zip(choices, kept, strict=True)]
        shares = [log_shares(*each, line.text) for each, line in zip(scored, kept, strict=True)]
        return Readings(
            np.array([choice.log_odds for choice in choices], np.float64),
            np.array([choice.has_signs for choice in choices], np.bool_),
            np.array([choice.may_have_signs for choice in choices], np.bool_),
            np.array(is_right, np.bool_),
            np.array(shares, np.float64),
            folds,
        )

    return read


def log_shares(
    choices: Sequence[tuple[float, Choice]], others: Sequence[tuple[float, str]], text: str
) -> list[float]:
    """The logarithm of a text's share in the probability of all texts, with each of SLOPES.

    choices, others: see `TextLine.scored_texts`. Only a text that can be chosen has a share.
    """
    right = [score for score, choice in choices if choice.text == text]
    if not right:
        return [_MIN_LOG_SHARE] * len(SLOPES)
    scores = np.outer([score for score, _ in (*choices, *others)], SLOPES)
    shares = np.logaddexp.reduce(np.outer(right, SLOPES)) - np.logaddexp.reduce(scores)
    return [max(float(share), _MIN_LOG_SHARE) for share in shares]


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
