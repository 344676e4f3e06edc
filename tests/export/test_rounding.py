"""Rounding weights together never gives a worse layer than rounding each by itself."""

import numpy as np
import pytest
from numpy.typing import NDArray

from export.rounding import MAX_STEPS, rounded

SCALE = np.full(8, 0.02)


@pytest.fixture(name="weights")
def made_weights() -> NDArray[np.float64]:
    """(8, 30), within what the steps of SCALE reach."""
    return np.random.default_rng(0).uniform(-1.2, 1.2, (8, 30))


def error(
    steps: NDArray[np.int8], weights: NDArray[np.float64], inputs: NDArray[np.float64]
) -> float:
    return float(np.square(inputs @ (steps * SCALE[:, None] - weights).T).mean())


def plain(weights: NDArray[np.float64]) -> NDArray[np.int8]:
    return np.rint(weights / SCALE[:, None]).astype(np.int8)


def test_inputs_that_go_together_make_up_for_each_other(weights: NDArray[np.float64]) -> None:
    random = np.random.default_rng(1)
    inputs = random.standard_normal((500, 6)) @ random.standard_normal((6, 30))
    steps = rounded(weights, SCALE, inputs)
    assert error(steps, weights, inputs) < 0.2 * error(plain(weights), weights, inputs)


def test_inputs_that_have_nothing_in_common_leave_plain_rounding(
    weights: NDArray[np.float64],
) -> None:
    inputs = np.concatenate([np.eye(30), -np.eye(30)])
    assert np.array_equal(rounded(weights, SCALE, inputs), plain(weights))


def test_steps_stay_within_seven_bits(weights: NDArray[np.float64]) -> None:
    inputs = np.abs(np.random.default_rng(2).standard_normal((200, 30)))
    steps = rounded(4 * weights, SCALE, inputs)
    assert steps.dtype == np.int8
    assert np.abs(steps.astype(int)).max() == MAX_STEPS


@pytest.mark.parametrize("count", [1, 3])
def test_fewer_inputs_than_weights_and_dead_ones_are_taken(
    weights: NDArray[np.float64], count: int
) -> None:
    inputs = np.zeros((count, 30))
    inputs[:, 4] = 1.0  # all others are always 0
    steps = rounded(weights, SCALE, inputs)
    assert np.array_equal(steps[:, 4], plain(weights)[:, 4])
    assert np.abs(steps * SCALE[:, None] - weights).max() < 0.011
