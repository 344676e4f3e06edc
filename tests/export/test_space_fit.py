"""Where a number ends is learned from the gaps in numbers and between words."""

import numpy as np
import pytest

from app.recognizer import Recognizer
from export.space_fit import Gaps, fit_spaces, gaps_of, pairs_of, shares, space_figures
from tests.app.segmentation.test_signs import written
from train.data.line_sets import Line

ALL = np.ones(3, np.bool_)


def line(text: str) -> Line:
    """A written line."""
    strokes = [np.asarray(stroke, np.float64) for stroke in written(text)]
    return Line(strokes, text)


@pytest.mark.parametrize(
    "gaps, end, is_right",
    [
        ([0.1, 0.2, 0.1], -1, True),
        ([0.1, 0.9, 0.1], -1, False),
        ([0.1, 0.9, 0.1], 1, True),
        ([0.1, 0.9, 0.1], 0, False),
        ([0.9, 0.9, 0.9], -1, True),  # all are usual
    ],
)
def test_a_number_ends_at_a_wide_and_unusual_gap(
    gaps: list[float], end: int, is_right: bool
) -> None:
    assert Gaps(np.array(gaps), ALL, end).is_parted_rightly(0.7, 1.5) is is_right


def test_beside_a_sign_no_number_ends() -> None:
    gaps = Gaps(np.array([0.1, 0.9, 0.1]), np.array([True, False, True]))
    assert gaps.is_parted_rightly(0.7, 1.5)


def test_the_fit_parts_pairs_and_keeps_numbers() -> None:
    recognizer, lines = Recognizer(), [line("4725"), line("1308"), line("52-71"), line("63")]
    numbers = gaps_of(recognizer, lines)
    assert [len(number.gaps) for number in numbers] == [3, 3, 4, 1]
    assert not numbers[2].may_be_space[1:3].any()
    word_gaps = np.linspace(0.65, 1.5, 9)
    fitted = fit_spaces(recognizer, lines, word_gaps)
    found = shares(numbers, pairs_of(numbers, word_gaps), fitted["space"], fitted["space_ratio"])
    assert found[0] == 0
    assert found[1] < 0.1
    figures = space_figures(recognizer, lines, word_gaps)
    assert figures["numbers"] == 3
    assert figures["split"] == 0
