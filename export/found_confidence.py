"""Fits the confidence of numbers in photographs, where ink that was not found misleads the reader.

Number strings are photographed as `train.render` renders paper, and read as serving does.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from app.recognizer import MIN_FOUND_CONFIDENCE, Recognizer
from export.operating_point import GRID, NUM_FOLDS, Confidence, figures_of, logistic_weights, reads
from train.data.line_sets import Line
from train.render.photograph import photograph_line

PHOTOGRAPHS: Final = 3  # of each line
_SEED: Final = 4


def fit_found(
    recognizer: Recognizer, lines: Sequence[Line]
) -> tuple[dict[str, float], dict[str, float]]:
    """Fits found_slope and found_offset, see `OperatingPoint`, and returns their figures too.

    recognizer: with all other numbers fitted. lines: of validation writers, as they were written.
    The figures are cross-validated over writers, see `figures_of`.
    """
    point = recognizer.point
    lines = [line for line in lines for _ in range(PHOTOGRAPHS)]
    pictures = [
        photograph_line(line.strokes, np.random.default_rng((_SEED, index))).picture
        for index, line in enumerate(lines)
    ]
    readings = reads(recognizer, lines, pictures)(tuple(getattr(point, name) for name in GRID))
    log_odds = Confidence(point.slope, point.offset, point.sign_offset).log_odds(readings)
    slope, offset = fit_calibration(log_odds, readings.is_right)
    confidence = np.zeros(len(log_odds))
    for fold in range(NUM_FOLDS):
        is_held_back = readings.folds == fold
        if is_held_back.any():
            other = fit_calibration(log_odds[~is_held_back], readings.is_right[~is_held_back])
            confidence[is_held_back] = expit(other[0] * log_odds[is_held_back] + other[1])
    sureness = np.where(confidence < MIN_FOUND_CONFIDENCE, 0.0, expit(log_odds))
    figures = figures_of(readings, confidence, sureness)
    return {"found_slope": slope, "found_offset": offset}, figures


def fit_calibration(
    log_odds: NDArray[np.float64], is_right: NDArray[np.bool_]
) -> tuple[float, float]:
    """The slope and the offset with which these log-odds are calibrated."""
    ones = np.ones(len(log_odds))
    slope, offset = logistic_weights(np.column_stack([log_odds, ones]), is_right)
    return slope, offset
