"""Where a number ends in the boxes of a form and in the cells of a grid."""

import math
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

from app.segmentation.boxes import Boxes
from app.segmentation.cells import (
    MIN_CELL_GAP,
    MIN_NUMBER_GAP,
    number_gap,
    split_at_rules,
    with_forms,
)

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


def test_a_label_above_the_boxes_of_a_form_is_no_row_of_cells() -> None:
    number = [(left, 50.0, left + 12.0, 70.0) for left in (0.0, 40.0, 80.0, 120.0)]
    label = [(left, 20.0, left + 5.0, 28.0) for left in (0.0, 7.0, 14.0, 21.0, 28.0)]
    boxes = np.array([*number, *label], np.float64)
    lines = [[4, 5, 6, 7, 8], [0, 1, 2, 3]]
    assert number_gap(boxes, lines) == math.inf
    picture = ruled([22, 62, 102], 40, 80)
    assert split_at_rules(picture, boxes, lines) == ([[lines[0]], [lines[1]]], {lines[1][0]})


def ruled(columns: list[int], top: int, bottom: int) -> NDArray[np.uint8]:
    picture = np.full((200, 300), 255, np.uint8)
    picture[top:bottom, [*columns, *(column + 1 for column in columns)]] = 90
    return picture


def row(lefts: tuple[float, ...], top: float) -> Boxes:
    return np.array([(left, top, left + 12, top + 20) for left in lefts], np.float64)


PAIRS: Final = (20.0, 36.0, 70.0, 86.0, 120.0)  # two digits, two digits, one digit


@pytest.mark.parametrize(
    "columns, top, bottom, expected",
    [
        ([57, 107], 60, 140, [[0, 1], [2, 3], [4]]),
        ([107], 60, 140, [[0, 1, 2, 3], [4]]),
        ([], 60, 140, [[0, 1, 2, 3, 4]]),
        ([57, 107], 90, 110, [[0, 1, 2, 3, 4]]),  # strokes rather than rules
        ([25, 57, 107], 0, 200, [[0, 1, 2, 3, 4]]),  # squared paper, also below a digit
    ],
)
def test_rules_divide_the_numbers_of_a_table(
    columns: list[int], top: int, bottom: int, expected: list[list[int]]
) -> None:
    split = split_at_rules(ruled(columns, top, bottom), row(PAIRS, 90), [[0, 1, 2, 3, 4]])
    assert split == ([expected], set())


@pytest.mark.parametrize(
    "digits, columns",
    [
        ((20.0, 50.0, 80.0), [40, 70]),
        ((20.0, 50.0, 110.0), [40, 90]),  # in boxes that are unevenly spaced
        ((20.0, 50.0, 80.0, 110.0), [40, 100]),  # with a rule that is not seen
    ],
)
def test_a_single_row_of_boxes_has_one_number(
    digits: tuple[float, ...], columns: list[int]
) -> None:
    line = list(range(len(digits)))
    split = split_at_rules(ruled(columns, 20, 180), row(digits, 90), [line])
    assert split == ([[line]], {0})


@pytest.mark.parametrize(
    "columns, expected",
    [
        ([50], [[0], [1]]),
        ([10, 50], [[0, 1]]),  # the walls of two boxes, of which one is not seen
        ([50, 90], [[0, 1]]),
    ],
)
def test_a_bar_between_two_digits_divides_them_unless_they_are_in_boxes(
    columns: list[int], expected: list[list[int]]
) -> None:
    split, _ = split_at_rules(ruled(columns, 75, 125), row((20.0, 68.0), 90), [[0, 1]])
    assert split == [expected]


@pytest.mark.parametrize(
    "columns, expected", [([57], [[0, 1], [2, 3]]), ([12, 57], [[0, 1, 2, 3]])]
)
def test_only_a_bar_that_is_no_wall_may_be_hardly_longer_than_the_digits(
    columns: list[int], expected: list[list[int]]
) -> None:
    split, _ = split_at_rules(ruled(columns, 87, 113), row(PAIRS[:4], 90), [[0, 1, 2, 3]])
    assert split == [expected]


def test_a_digit_that_touches_a_rule_of_a_table_is_not_on_squared_paper() -> None:
    lefts = (20.0, 36.0, 70.0, 86.0, 120.0, 136.0, 170.0, 186.0, 220.0)
    picture = ruled([57, 107, 157, 207, 230], 60, 140)
    split, _ = split_at_rules(picture, row(lefts, 90), [list(range(9))])
    assert split == [[[0, 1], [2, 3], [4, 5], [6, 7], [8]]]


def test_where_some_rules_are_long_the_others_may_be_hidden_beyond_the_digits() -> None:
    picture = ruled([57], 60, 140)
    picture[87:113, 107:109] = 90
    split, _ = split_at_rules(picture, row((5.0, *PAIRS), 90), [[0, 1, 2, 3, 4, 5]])
    assert split == [[[0, 1, 2], [3, 4], [5]]]


def test_each_row_of_boxes_is_a_number_where_its_rules_end_with_it() -> None:
    digits = (20.0, 50.0, 80.0)
    boxes = np.concatenate([row(digits, 40), row(digits, 140)])
    picture = np.minimum(ruled([40, 70], 32, 68), ruled([40, 70], 132, 168))
    split = split_at_rules(picture, boxes, [[0, 1, 2], [3, 4, 5]])
    assert split == ([[[0, 1, 2]], [[3, 4, 5]]], {0, 3})


def test_a_label_beside_boxes_is_no_part_of_the_number_in_them() -> None:
    boxes = row((5.0, 21.0, 60.0, 90.0, 120.0), 90)
    split = split_at_rules(ruled([46, 81, 111], 82, 118), boxes, [[0, 1, 2, 3, 4]])
    assert split == ([[[0, 1], [2, 3, 4]]], {2})


def test_rules_divide_single_digits_in_several_rows() -> None:
    digits = (20.0, 50.0, 80.0)
    boxes = np.concatenate([row(digits, 40), row(digits, 120)])
    split = split_at_rules(ruled([40, 70], 20, 180), boxes, [[0, 1, 2], [3, 4, 5]])
    assert split == ([[[0], [1], [2]], [[3], [4], [5]]], set())


@pytest.mark.parametrize(
    "lefts, is_form",
    [
        ((10, 60, 110, 142, 210), True),  # the rule between the third and the fourth is hidden
        ((10, 60, 110, 124, 160, 210), False),  # two digits in the third cell
    ],
)
def test_digits_as_far_apart_as_others_are_in_boxes_of_their_own(
    lefts: tuple[float, ...], is_form: bool
) -> None:
    picture = np.full((60, 260, 3), 230, np.uint8)
    for x in (45, 95, 150 if len(lefts) == 6 else 190, 190):
        picture[5:55, x - 1 : x + 1] = 60
    boxes = np.array([(left, 20, left + 12, 40) for left in lefts], np.float64)
    _, forms = split_at_rules(picture, boxes, [list(range(len(lefts)))])
    assert forms == ({0} if is_form else set())


def test_two_digits_that_touch_in_a_box_are_a_number() -> None:
    picture = np.full((60, 200, 3), 230, np.uint8)
    for x in (55, 105, 155):
        picture[5:55, x - 1 : x + 1] = 60
    boxes = np.array([(10, 20, 22, 40), (65, 20, 95, 40), (120, 20, 132, 40)], np.float64)
    divided, is_form = split_at_rules(picture, boxes, [[0, 1, 2]])
    assert not is_form
    assert divided == [[[0], [1], [2]]]


def test_faint_boxes_of_a_clean_picture_join_digits_that_stand_far_apart() -> None:
    boxes = row((20.0, 58.0, 80.0, 121.0), 40)
    boxes = np.concatenate([boxes, row((20.0, 60.0), 140)])
    lines = [[0, 1, 2, 3], [4, 5]]
    assert with_forms(ruled([45, 75, 105], 32, 68), boxes, lines) == ([[lines[0]], [lines[1]]], {0})
