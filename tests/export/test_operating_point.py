"""The calibration of a number's confidence."""

import numpy as np
import pytest

from export.operating_point import fit_logistic


@pytest.mark.parametrize("slope, offset", [(1.0, 0.0), (0.5, 1.0), (2.0, -1.0)])
def test_the_logistic_fit_finds_what_made_the_outcomes(slope: float, offset: float) -> None:
    random = np.random.default_rng(0)
    scores = random.normal(0, 2, 20_000)
    is_true = random.random(len(scores)) < 1 / (1 + np.exp(-slope * scores - offset))
    assert fit_logistic(scores, is_true) == pytest.approx((slope, offset), abs=0.1)


def test_the_fit_is_finite_without_a_mistake() -> None:
    fit = fit_logistic(np.linspace(1, 9, 50), np.ones(50, np.bool_))
    assert np.isfinite(fit).all()
