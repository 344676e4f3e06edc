"""The costs in nats of joining parts of a line to one digit, and of separating them."""

import math
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Weights:
    """Costs by which digits are told from parts of digits, besides by their looks.

    Costs are in nats, gaps and distances in line heights. A gap is below 0 where boxes overlap.
    """

    even_gap: float = -0.06  # the gap that is as likely within a digit as between two digits
    gap_slope: float = 0.7  # by how much the log-odds of these two change with each line height
    min_log_probability: float = -8.0  # nats; a candidate that is even less likely costs no more
    cut_cost: float = 0.3  # for a cut through a connected component
    crossing_cost: float = 8.0  # for separating strokes that cross each other
    overlap_cost: float = 30.0  # for separating boxes: for each line height beyond `free_overlap`
    free_overlap: float = 0.12  # line heights of overlap between digits that cost nothing
    aside_cost: float = 3.0  # times the square of a symbol's distance from where the reader sees it


WEIGHTS: Final = Weights()


def joining_cost(gap: float, weights: Weights) -> float:
    """The cost of a gap within a digit."""
    return _log_add_one(weights.gap_slope * (gap - weights.even_gap))


def separating_cost(gap: float, weights: Weights) -> float:
    """The cost of a gap between two digits."""
    overlap = max(-gap - weights.free_overlap, 0.0)
    between = _log_add_one(-weights.gap_slope * (gap - weights.even_gap))
    return between + weights.overlap_cost * overlap


def _log_add_one(exponent: float) -> float:
    """log(1 + exp(exponent)); NumPy's is slow with single numbers."""
    return max(exponent, 0.0) + math.log1p(math.exp(-abs(exponent)))
