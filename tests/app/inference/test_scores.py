"""Probabilities and scores from logits, against values worked out by hand."""

import numpy as np
import pytest

from app.inference.scores import log_softmax, ood_log_odds, softmax


@pytest.mark.parametrize(
    "logits, expected",
    [
        ([0.0, 0.0], [0.5, 0.5]),
        ([np.log(3), 0.0], [0.75, 0.25]),
        ([1000.0, 1000.0 + np.log(3)], [0.25, 0.75]),  # no overflow
        ([-1000.0, 1000.0], [0.0, 1.0]),
    ],
)
def test_softmax(logits: list[float], expected: list[float]) -> None:
    probabilities = softmax(np.array([logits, logits], np.float32))
    assert probabilities.dtype == np.float32
    assert probabilities == pytest.approx(np.array([expected, expected]), abs=1e-4)


@pytest.mark.parametrize(
    "logits, expected",
    [
        ([0.0, 0.0], [-np.log(2), -np.log(2)]),
        ([np.log(3), 0.0], [np.log(0.75), np.log(0.25)]),
        ([-1000.0, 1000.0], [-2000.0, 0.0]),  # where a probability would be 0
    ],
)
def test_log_softmax(logits: list[float], expected: list[float]) -> None:
    log_probabilities = log_softmax(np.array([logits, logits], np.float32))
    assert log_probabilities.dtype == np.float32
    assert log_probabilities == pytest.approx(np.array([expected, expected]), abs=1e-4)


@pytest.mark.parametrize(
    "logits, expected",
    [
        ([0.0] * 11, -np.log(10)),  # the ten digits together against the eleventh
        ([9.0] * 10 + [9.0 + np.log(10)], 0.0),
        ([-1000.0] * 10 + [1000.0], 2000 - np.log(10)),  # no overflow
    ],
)
def test_ood_log_odds(logits: list[float], expected: float) -> None:
    scores = ood_log_odds(np.array([logits], np.float32))
    assert scores == pytest.approx([expected], abs=1e-3)
