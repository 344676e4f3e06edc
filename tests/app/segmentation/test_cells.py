"""Where a number ends in the boxes of a form and in the cells of a grid."""

import math

import numpy as np
import pytest

from app.segmentation.cells import MIN_CELL_GAP, MIN_NUMBER_GAP, number_gap

Row = tuple[float, ...]  # x where digits begin, each 12 wide and 20 high; rows are 50 apart


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([(0, 40, 80, 120)], math.inf),  # a form's boxes
        ([(0, 42, 79, 121)], math.inf),  # digits that are not in the middle of their boxes
        ([(0, 16, 60, 76)], MIN_NUMBER_GAP),  # two numbers
        ([(0, 40)], MIN_NUMBER_GAP),  # two digits say too little
        ([(0, 80, 160, 240)], MIN_NUMBER_GAP),  # too far apart for boxes
        ([(0, 40, 80), (0, 40, 80)], MIN_CELL_GAP),  # a grid
        ([(0, 80), (40,), (0, 40, 80)], MIN_CELL_GAP),  # with empty cells
        ([(0, 16, 32), (0, 16, 32)], MIN_NUMBER_GAP),  # two numbers, one below the other
        ([(0, 30, 80), (0, 52, 80)], MIN_NUMBER_GAP),  # no columns
        ([(0,), (0,), (0,)], MIN_NUMBER_GAP),  # a list of digits
    ],
)
def test_a_number_ends_where_columns_say_so(rows: list[Row], expected: float) -> None:
    boxes: list[tuple[float, ...]] = []
    lines: list[list[int]] = []
    for index, row in enumerate(rows):
        lines.append(list(range(len(boxes), len(boxes) + len(row))))
        boxes += [(left, 50 * index, left + 12, 50 * index + 20) for left in row]
    assert number_gap(np.array(boxes, np.float64), lines) == expected
