"""Fits what the line reader counts beside the classifier, and how sure a number is."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from tqdm import tqdm

from app.inference.line_reader import SYMBOLS
from app.recognizer import Recognizer
from app.segmentation.candidates import TextLine
from app.segmentation.line_reading import Choice
from train.data.line_sets import Line
from train.render.numbers import PEN, Number

READER_WEIGHTS: Final = (0.5, 0.75, 1.0, 1.5, 2.0)
_SEED: Final = 3  # of the bitmaps' pens
_RIDGE: Final = 0.01  # nats, that keep the fit finite where no line is read wrongly

Divided = tuple[TextLine, NDArray[np.float32], str]  # with logits / temperature, and what it says


def fit_operating_point(recognizer: Recognizer, lines: Sequence[Line]) -> dict[str, float]:
    """The reader's weight with which most lines are read exactly, and the calibration with it.

    lines: of validation writers; every other one is read as a bitmap. slope, offset: from a
    choice's log-odds to the log-odds that it is right, by logistic regression.
    """
    divided = list(_divided(recognizer, lines))
    choices = {
        weight: [line.choose(logits, weight) for line, logits, _ in divided]
        for weight in READER_WEIGHTS
    }
    correct = {weight: _is_correct(choices[weight], divided) for weight in READER_WEIGHTS}
    # The smallest change from equal weights, of those with which as many are right.
    best = max(READER_WEIGHTS, key=lambda weight: (correct[weight].sum(), -abs(np.log(weight))))
    log_odds = np.array([choice.log_odds for choice in choices[best]])
    slope, offset = fit_logistic(log_odds, correct[best])
    return {"reader_weight": best, "slope": slope, "offset": offset}


def fit_logistic(scores: NDArray[np.float64], is_true: NDArray[np.bool_]) -> tuple[float, float]:
    """The slope and offset of the log-odds that each of (n,) is true, by its score."""
    signs = np.where(is_true, 1.0, -1.0)

    def loss(parameters: NDArray[np.float64]) -> Any:
        slope, offset = parameters
        nats = np.logaddexp(0, -signs * (slope * scores + offset)).mean()
        return nats + _RIDGE * (slope**2 + offset**2) / len(scores)

    slope, offset = minimize(loss, np.array([1.0, 0.0])).x
    return float(slope), float(offset)


def _divided(recognizer: Recognizer, lines: Sequence[Line]) -> list[Divided]:
    """The lines that are one line of text with several characters, as serving divides them."""
    divided = []
    random = np.random.default_rng(_SEED)
    for index, line in enumerate(tqdm(lines, "dividing lines", leave=False, mininterval=5)):
        number = Number(line.strokes, line.text)
        is_bitmap = index % 2 == 1
        item = number.bitmap(random.uniform(*PEN)) if is_bitmap else number.strokes
        parts = recognizer.divide(item)
        if len(parts) == 1 and parts[0][0].reading is not None:
            divided.append((*parts[0], line.text))
    return divided


def _is_correct(choices: Sequence[Choice], divided: Sequence[Divided]) -> NDArray[np.bool_]:
    texts = [
        "".join(SYMBOLS[index - 1] for index in choice.hypothesis.text) if choice.hypothesis else ""
        for choice in choices
    ]
    return np.array([text == line[2] for text, line in zip(texts, divided, strict=True)])
