"""Calibration and refusal by hand-made cases."""

import numpy as np
import pytest

from train.evaluate.calibration import (
    auroc,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    ood_scores,
    probabilities,
    reliability,
    threshold_at,
)


def sure(confidences: list[float]) -> np.ndarray:
    """Probabilities (n, 10) that all say 7 with these confidences."""
    rows = np.array([[(1 - confidence) / 9] * 10 for confidence in confidences])
    rows[:, 7] = confidences
    return rows


@pytest.mark.parametrize(
    "confidences, labels, bins, equal_mass, error",
    [
        ([1, 1, 1, 1], [7, 7, 7, 7], 15, False, 0),  # sure and right
        ([1, 1, 1, 1], [7, 7, 7, 0], 15, False, 0.25),  # sure, and one in four wrong
        ([0.75] * 4, [7, 7, 7, 0], 15, False, 0),  # as sure as it is right
        ([0.5, 0.5], [7, 7], 15, False, 0.5),  # too modest counts as well
        # Two bins: four at 0.9, of which 0.75 are right, and two at 0.6, none right:
        # 4/6 · 0.15 + 2/6 · 0.6
        ([0.9, 0.9, 0.9, 0.9, 0.6, 0.6], [0, 7, 7, 7, 0, 0], 15, False, 0.3),
        # One bin for all: confidence 0.8, accuracy 0.5.
        ([0.9, 0.9, 0.9, 0.9, 0.6, 0.6], [0, 7, 7, 7, 0, 0], 1, False, 0.3),
        # Two bins of three: (0.6, 0.6, 0.9) none right, (0.9, 0.9, 0.9) all right.
        ([0.9, 0.9, 0.9, 0.9, 0.6, 0.6], [0, 7, 7, 7, 0, 0], 2, True, (0.7 + 0.1) / 2),
        # 0.6 is the upper edge of its bin (0.4, 0.6], not the lower of the next.
        ([0.6, 0.61], [7, 0], 5, False, (0.4 + 0.61) / 2),
        ([0.6, 0.59], [7, 0], 5, False, 0.095),  # together: 0.595 against 0.5
    ],
)
def test_expected_calibration_error(
    confidences: list[float], labels: list[int], bins: int, equal_mass: bool, error: float
) -> None:
    measured = expected_calibration_error(sure(confidences), np.array(labels), bins, equal_mass)
    assert measured == pytest.approx(error)


@pytest.mark.parametrize("equal_mass", [False, True])
def test_every_glyph_is_in_one_bin(equal_mass: bool) -> None:
    random = np.random.default_rng(0)
    rows = random.dirichlet([0.3] * 10, 1000)
    bins = reliability(rows, random.integers(0, 10, 1000), equal_mass=equal_mass)
    assert bins.count.sum() == 1000
    assert len(bins.count) == 15
    full = bins.count > 0
    assert (np.diff(bins.confidence[full]) >= 0).all()
    assert not equal_mass or set(bins.count) == {66, 67}
    assert (bins.count * bins.confidence).sum() == pytest.approx(rows.max(axis=1).sum())


@pytest.mark.parametrize(
    "positive, negative, area",
    [
        ([1, 2], [0, 0], 1),  # all above
        ([0], [1, 2, 3], 0),  # all below
        ([0], [0], 0.5),  # a tie
        ([1], [1, 0], 0.75),  # a tie and a win
        ([1, 1, 3], [1, 2], (0.25 + 0.25 + 1) / 3),  # ties on both sides
        ([-np.inf, np.inf], [0], 0.5),  # infinite scores are scores
    ],
)
def test_auroc(positive: list[float], negative: list[float], area: float) -> None:
    assert auroc(np.array(positive), np.array(negative)) == pytest.approx(area)
    assert auroc(np.array(negative), np.array(positive)) == pytest.approx(1 - area)


def test_auroc_without_scores_is_refused() -> None:
    with pytest.raises(ValueError, match="expected scores of both kinds, got 0 and 1"):
        auroc(np.zeros(0), np.zeros(1))


@pytest.mark.parametrize(
    "share, above",
    [(0, 0), (0.005, 5), (0.0059, 5), (0.5, 500), (0.999, 999)],
)
def test_a_threshold_gives_up_the_share_asked_for(share: float, above: int) -> None:
    scores = np.random.default_rng(0).standard_normal(1000)
    assert (scores > threshold_at(scores, share)).sum() == above


def test_a_threshold_never_gives_up_more_because_of_ties() -> None:
    scores = np.array([3.0, 2, 2, 2, 1])
    assert threshold_at(scores, 0.4) == 2  # two would be allowed, but three are alike
    assert (scores > 2).sum() == 1


@pytest.mark.parametrize("share, scores", [(1.0, [1.0]), (-0.1, [1.0]), (0.5, [])])
def test_impossible_thresholds_are_refused(share: float, scores: list[float]) -> None:
    with pytest.raises(ValueError, match="expected scores and a rate"):
        threshold_at(np.array(scores), share)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_the_temperature_of_scaled_logits_is_found(temperature: float) -> None:
    """Labels are drawn from the softmax itself, which is calibrated then by definition."""
    random = np.random.default_rng(1)
    logits = 3 * random.standard_normal((20_000, 10))
    chance = random.random((20_000, 1))
    labels = (probabilities(logits).cumsum(axis=1) < chance).sum(axis=1)
    scaled = temperature * logits
    fitted = fit_temperature(scaled, labels)
    assert fitted == pytest.approx(temperature, rel=0.03)
    best = negative_log_likelihood(scaled, labels, fitted)
    for other in (0.98, 1.02):
        assert best < negative_log_likelihood(scaled, labels, fitted * other)
    assert expected_calibration_error(probabilities(scaled, fitted), labels) < 0.01


def test_an_eleventh_logit_does_not_change_the_temperature() -> None:
    random = np.random.default_rng(2)
    logits, labels = random.standard_normal((500, 11)), random.integers(0, 10, 500)
    assert fit_temperature(logits, labels) == fit_temperature(logits[:, :10], labels)


def test_log_likelihood_of_an_even_guess() -> None:
    assert negative_log_likelihood(np.zeros((3, 10)), np.array([0, 5, 9])) == pytest.approx(
        np.log(10)
    )


def test_huge_logits_stay_finite() -> None:
    """A published model's logits reach thousands."""
    logits = np.zeros((1, 10), np.float32)
    logits[0, 3] = 5000
    assert probabilities(logits)[0, 3] == 1
    assert negative_log_likelihood(logits, np.array([4])) == pytest.approx(5000)


def test_ood_scores() -> None:
    even = np.zeros((1, 10))
    assert ood_scores(even) == pytest.approx([-0.1])  # without an eleventh: minus the best
    # With one: its log-odds against the ten together, 1 to 10 where all are even.
    assert ood_scores(np.zeros((1, 11))) == pytest.approx([-np.log(10)])
    odd = np.zeros((1, 11))
    odd[0, 10] = 4
    assert ood_scores(odd) == pytest.approx([4 - np.log(10)])
