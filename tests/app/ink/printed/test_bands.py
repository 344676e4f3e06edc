"""Tests of evenly spaced bands and of those that ink hides between them."""

import pytest

from app.ink.printed.bands import Band, with_missing


def bands(*starts: int) -> list[Band]:
    return [Band(start, start + 3) for start in starts]


def test_a_hidden_rule_among_even_ones_is_added() -> None:
    assert with_missing(bands(0, 40, 120, 160, 200)) == bands(0, 40, 80, 120, 160, 200)


@pytest.mark.parametrize("gap", [7, 9])
def test_the_gap_between_boxes_is_no_distance_of_rules(gap: int) -> None:
    walls = bands(0, 70, 70 + gap, 140 + gap, 140 + 2 * gap, 210 + 2 * gap)
    assert with_missing(walls) == walls
