"""The operating point on scores whose right answers are known."""

import numpy as np
import pytest

from train.evaluate.calibration import ood_scores, threshold_at
from train.evaluate.operating_point import (
    OperatingPoint,
    apply,
    common_threshold,
    cross_fitted,
    fit,
)
from train.evaluate.score import Score


def digits(strangeness: list[float], labels: list[int] | None = None, sure: float = 0.0) -> Score:
    """Glyphs read as 0 by `sure` nats, with these OOD scores."""
    logits = np.zeros((len(strangeness), 11), np.float32)
    logits[:, 0] = sure
    logits[:, 10] = np.array(strangeness) + np.log(np.exp(sure) + 9)
    return Score(logits, np.array(labels or [0] * len(strangeness), np.int64))


def test_a_collection_counts_the_same_however_large() -> None:
    """The small one's strangest digit is a fifth of it, and so a tenth of the mean."""
    scores = {"large": np.arange(1000) / 1000, "small": np.array([0.0, 0, 0, 0, 9])}
    # 10 %: the strangest of the small one alone.
    assert common_threshold(scores, 0.1) == pytest.approx(0.999)
    # 20 %: and 20 % of the large one.
    assert common_threshold(scores, 0.2) == pytest.approx(0.799)
    assert (scores["large"] > common_threshold(scores, 0.2)).sum() == 200
    pooled = np.concatenate(list(scores.values()))
    assert threshold_at(pooled, 0.1) == pytest.approx(0.9)  # as if each digit counted the same


def test_the_fit_refuses_the_target_share_of_the_mean() -> None:
    random = np.random.default_rng(0)
    collections = {
        "usual": digits(random.normal(-8, 1, 4000).tolist()),
        "strange": digits(random.normal(-5, 1, 400).tolist()),
    }
    point = fit(collections)
    shares = {name: apply(point, score) for name, score in collections.items()}
    assert np.mean([share["refused"] for share in shares.values()]) == pytest.approx(0.5, abs=0.13)
    either = [share["refused"] + share["doubtful"] for share in shares.values()]
    assert np.mean(either) == pytest.approx(2, abs=0.13)
    assert point.doubt_threshold < point.threshold


def test_the_temperature_is_that_of_the_mean() -> None:
    """Of 100 digits one is misread, of 10 five: on the mean 25.5 %, as sure as can be said."""
    sure = digits([0] * 100, [1] + [0] * 99, sure=4)
    unsure = digits([0] * 10, [1] * 5 + [0] * 5, sure=4)
    temperature = fit({"sure": sure, "unsure": unsure}).temperature
    powers = np.exp(np.array([4, *[0] * 9]) / temperature)
    # The best confidence in the first digit is the share of firsts, 0.745.
    assert powers[0] / powers.sum() == pytest.approx(0.745, abs=0.005)


def test_left_out_collections_are_judged_by_the_others() -> None:
    """Digits that are strange in one set are refused there, and change nothing for the others."""
    usual = [-9.0] * 999 + [-3.0]
    figures = cross_fitted(
        {"a": digits(usual), "b": digits(usual), "odd": digits([-9.0] * 9 + [5.0])}
    )
    assert list(figures) == ["a", "b", "odd"]
    assert figures["odd"]["n"] == 10
    assert figures["odd"]["threshold"] == -9
    assert figures["odd"]["refused"] == 10
    assert figures["odd"]["answered_rightly"] == 90
    assert figures["a"]["refused"] == 0
    assert cross_fitted({"alone": digits(usual)}) == {}


def test_what_a_point_does_to_digits() -> None:
    score = digits([-5.0, -5, -1, -1, 2], [0, 1, 0, 1, 0])
    figures = apply(OperatingPoint(1.0, threshold=0.0, doubt_threshold=-2.0), score)
    assert (figures["refused"], figures["doubtful"]) == (20, 40)
    assert figures["answered_rightly"] == 40
    assert figures["doubtful_right"] == 50
    # Each is read with a confidence of 0.1; three of five are right.
    assert figures["expected_calibration_error"] == pytest.approx(0.5)
    sure = apply(OperatingPoint(1.0, 9.0, 9.0), score)
    assert (sure["refused"], sure["doubtful"]) == (0, 0)
    assert "doubtful_right" not in sure


def test_a_model_stores_it_as_text() -> None:
    stored = OperatingPoint(1.01, -0.5, -3.25).metadata()
    assert stored == {"temperature": "1.0100", "threshold": "-0.5000", "doubt_threshold": "-3.2500"}


def test_the_ood_scores_are_those_asked_for() -> None:
    assert ood_scores(digits([-5.0, 2], sure=3).logits) == pytest.approx([-5, 2], abs=1e-5)
