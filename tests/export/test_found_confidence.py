"""The confidence in numbers of photographs is fitted to how often they are right."""

import numpy as np
import pytest
from scipy.special import expit

from export.found_confidence import fit_calibration


@pytest.mark.parametrize("slope, offset", [(0.5, -0.5), (1.0, 0.0), (0.25, 1.0)])
def test_calibration_is_found_again(slope: float, offset: float) -> None:
    random = np.random.default_rng(7)
    log_odds = random.normal(3, 3, 20_000)
    is_right = random.random(20_000) < expit(slope * log_odds + offset)
    assert fit_calibration(log_odds, is_right) == pytest.approx((slope, offset), abs=0.1)


def test_lines_that_are_all_right_do_not_make_it_infinite() -> None:
    assert np.isfinite(fit_calibration(np.full(50, 2.0), np.ones(50, np.bool_))).all()
