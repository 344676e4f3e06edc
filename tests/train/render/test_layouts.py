"""Numbers as they are laid out on sheets of paper."""

import numpy as np
from numpy.typing import NDArray

from train.render import layouts


def test_a_digit_alone_has_a_sign_beside_it_and_many_numbers_have_one_at_an_edge() -> None:
    random = np.random.default_rng(1)
    orders = [layouts._order(random) for _ in range(400)]
    digits = [len(order) - sum(order) for order in orders]
    assert set(digits) == set(range(*layouts.NUM_DIGITS))
    assert all(any(order) for order, count in zip(orders, digits, strict=True) if count == 1)
    assert 0.1 < np.mean([order[0] for order in orders]) < 0.35
    assert 0.1 < np.mean([order[-1] for order in orders]) < 0.35


def test_a_sign_begins_at_the_left_and_small_ones_are_frequent() -> None:
    random = np.random.default_rng(2)
    signs = [layouts._sign(random) for _ in range(200)]
    for strokes, width in signs:
        across = np.concatenate(strokes)[:, 0]
        assert (across.min(), across.max()) == (0, width)
    heights = [float(np.ptp(np.concatenate(strokes)[:, 1])) for strokes, _ in signs]
    assert 0.3 < np.mean(np.array(heights) < 0.2) < 0.8


def test_a_number_is_on_lines_of_digits_and_signs() -> None:
    def digit() -> list[NDArray[np.float64]]:
        return [np.array([[0.0, 0.0], [0.5, 1.0]])]

    for seed in range(20):
        layout = layouts.number(digit, np.random.default_rng(seed))
        points = np.concatenate(layout.strokes)
        assert np.isfinite(points).all()
        assert 0 < layout.share <= 1
