"""Fits what the line reader counts beside the classifier, and how sure a number is."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from tqdm import tqdm

from app.recognizer import Recognizer
from train.data.line_sets import Line
from train.render.numbers import PEN, Number

READER_WEIGHTS: Final = (0.5, 0.75, 1.0, 1.5, 2.0)
_SEED: Final = 3  # of the bitmaps' pens
_RIDGE: Final = 0.01  # nats, that keep the fit finite where no line is read wrongly


def fit_operating_point(recognizer: Recognizer, lines: Sequence[Line]) -> dict[str, float]:
    """The reader's weight with which most lines are read exactly, and the calibration with it.

    lines: of validation writers; every other one is read as a bitmap. slope, offset: from a
    choice's log-odds to the log-odds that it is right, by logistic regression.
    """
    log_odds, is_correct = _weigh(recognizer, lines)
    # The smallest change from equal weights, of those with which as many are right.
    changes = -np.abs(np.log(READER_WEIGHTS))
    best = max(range(len(READER_WEIGHTS)), key=lambda at: (is_correct[at].sum(), changes[at]))
    slope, offset = fit_logistic(log_odds[best], is_correct[best])
    return {"reader_weight": READER_WEIGHTS[best], "slope": slope, "offset": offset}


def fit_logistic(scores: NDArray[np.float64], is_true: NDArray[np.bool_]) -> tuple[float, float]:
    """The slope and offset of the log-odds that each of (n,) is true, by its score."""
    signs = np.where(is_true, 1.0, -1.0)

    def loss(parameters: NDArray[np.float64]) -> Any:
        slope, offset = parameters
        nats = np.logaddexp(0, -signs * (slope * scores + offset)).mean()
        return nats + _RIDGE * (slope**2 + offset**2) / len(scores)

    slope, offset = minimize(loss, np.array([1.0, 0.0])).x
    return float(slope), float(offset)


def _weigh(
    recognizer: Recognizer, lines: Sequence[Line]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Log-odds, and whether the text is right, (weights, lines), of lines that are one number."""
    random = np.random.default_rng(_SEED)
    log_odds, is_correct = [], []
    for index, line in enumerate(tqdm(lines, "weighing lines", leave=False, mininterval=5)):
        number = Number(line.strokes, line.text)
        is_bitmap = index % 2 == 1
        item = number.bitmap(random.uniform(*PEN)) if is_bitmap else number.strokes
        if choices := recognizer.weigh(item, READER_WEIGHTS):
            log_odds.append([odds for _, odds in choices])
            is_correct.append([text == line.text for text, _ in choices])
    return np.array(log_odds, np.float64).T, np.array(is_correct, np.bool_).T
