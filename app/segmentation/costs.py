"""What it costs to take parts of a line for one digit, and to separate them, in nats."""

import math
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Weights:
    """What tells digits from parts of digits, beside how they look; costs are in nats.

    Gaps, widths and heights are in line heights; a gap is below 0 where boxes overlap.
    """

    even_gap: float = -0.06  # a gap as likely within a digit as between two
    gap_slope: float = 0.7  # how fast that changes with the gap
    min_log_probability: float = -8.0  # of a candidate; unlikelier ones cost no more
    cut_cost: float = 0.3  # of a cut through a connected component
    crossing_cost: float = 8.0  # of separating strokes that cross each other
    overlap_cost: float = 30.0  # of separating boxes, for each line height beyond `free_overlap`
    free_overlap: float = 0.12
    aside_cost: float = 3.0  # of a symbol's distance from where the line reader sees it, squared


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
