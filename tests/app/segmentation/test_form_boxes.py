"""Which digits of a line are one number in the boxes of a form."""

from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import BoxRow
from app.segmentation.boxes import Boxes
from app.segmentation.form_boxes import (
    Bar,
    numbers_in_boxes,
    row_of,
    split_at_bars,
    split_at_row,
)

PAPER: Final = np.full((100, 400), 255, np.uint8)


def digits(*lefts: float, width: float = 12, top: float = 40) -> Boxes:
    return np.array([(left, top, left + width, top + 20) for left in lefts], np.float64)


def numbers(boxes: Boxes, *bars: tuple[int, float]) -> list[slice]:
    return numbers_in_boxes(PAPER, boxes, range(len(boxes)), [Bar(*bar) for bar in bars])


def test_evenly_spaced_bars_join_digits_however_they_stand_in_their_boxes() -> None:
    boxes = digits(11, 57, 71, 117)
    assert numbers(boxes, (1, 40.0), (2, 70.0), (3, 100.0)) == [slice(0, 4)]


def test_boxes_that_are_apart_join_their_digits_at_either_wall() -> None:
    boxes = digits(12, 48, 84, 120)
    assert numbers(boxes, (1, 33.0), (2, 75.0), (3, 105.0)) == [slice(0, 4)]


def test_two_digits_after_the_left_wall_of_a_box_are_a_number() -> None:
    label = digits(2, 15, 28, width=11)
    boxes = np.concatenate([label, digits(70, 100)])
    assert numbers(boxes, (3, 62.0), (4, 92.0)) == [slice(3, 5)]


def test_digits_hide_the_bars_that_they_touch() -> None:
    boxes = digits(2, 28, 54, 80, 106, width=25)
    assert numbers(boxes, (2, 53.5), (3, 79.5)) == [slice(0, 5)]


@pytest.mark.parametrize(
    "boxes, bars",
    [
        (digits(20, 80, 140), ((1, 60.0), (2, 120.0))),  # broad cells
        (digits(20, 50, 100), ((1, 40.0),)),  # a single bar
        (digits(20, 36, 70, 86, 120), ((2, 57.0), (4, 107.0))),  # two digits in a cell
        (digits(12, 45, 61, 84, 116), ((1, 40.0), (3, 78.0), (4, 108.0))),  # 4 | 18 | 6 | 5
    ],
)
def test_the_cells_of_a_table_are_no_boxes(
    boxes: Boxes, bars: tuple[tuple[int, float], ...]
) -> None:
    assert numbers(boxes, *bars) == []


def with_bars(columns: tuple[int, ...], top: int, bottom: int) -> NDArray[np.uint8]:
    picture = PAPER.copy()
    for column in columns:
        picture[top:bottom, column : column + 2] = 90
    return picture


def test_bars_that_go_on_to_another_row_are_of_a_table() -> None:
    seen = [Bar(1, 40.0), Bar(2, 70.0)]
    boxes = digits(20, 50, 80)
    assert numbers_in_boxes(with_bars((39, 69), 30, 70), boxes, range(3), seen) == [slice(0, 3)]
    assert numbers_in_boxes(with_bars((39, 69), 0, 100), boxes, range(3), seen) == []


def test_the_ticks_of_a_comb_reach_only_to_the_feet_of_the_digits() -> None:
    boxes = digits(11, 52, 74, 117)
    comb = with_bars((39, 69, 99), 54, 66)
    assert numbers_in_boxes(comb, boxes, range(4), []) == [slice(0, 4)]
    assert numbers_in_boxes(PAPER, boxes, range(4), []) == []


def test_the_outer_walls_tell_that_two_digits_are_in_boxes() -> None:
    boxes = digits(20, 50)
    walls = with_bars((9, 40, 71), 30, 70)
    assert numbers_in_boxes(walls, boxes, range(2), [Bar(1, 41.0)]) == [slice(0, 2)]
    assert numbers_in_boxes(PAPER, boxes, range(2), [Bar(1, 41.0)]) == []


ROW: BoxRow = BoxRow((0.0, 30.0, 60.0, 90.0, 120.0), 0.0, 30.0)


def in_boxes(*lefts: float, width: float = 12) -> Boxes:
    return np.array([(left, 5, left + width, 25) for left in lefts], np.float64)


@pytest.mark.parametrize(
    "lefts, row, others, expected",
    [
        ((8, 40, 70, 100), ROW, (), [[0, 1, 2, 3]]),  # a form
        ((8, 100), ROW, (), [[0, 1]]),  # with empty boxes
        ((2, 16, 40, 70, 100), ROW, (), [[0, 1, 2, 3, 4]]),  # a digit in two pieces
        ((2, 16, 32, 46, 70, 100), ROW, (), [[0, 1], [2, 3], [4], [5]]),  # two digits in two boxes
        ((8, 70), BoxRow((0.0, 60.0, 120.0), 0.0, 30.0), (), [[0], [1]]),  # wide cells
        ((8, 40, 70, 100), ROW, (BoxRow(ROW.bars, 31.0, 60.0),), [[0], [1], [2], [3]]),  # a table
        ((8, 40, 70, 100), ROW, (BoxRow(ROW.bars, 90.0, 120.0),), [[0, 1, 2, 3]]),  # another number
    ],
)
def test_a_row_of_boxes_is_one_number_in_a_form_and_several_in_a_table(
    lefts: tuple[float, ...],
    row: BoxRow,
    others: tuple[BoxRow, ...],
    expected: list[list[int]],
) -> None:
    boxes = in_boxes(*lefts)
    assert split_at_bars(boxes, list(range(len(boxes))), row, (row, *others)) == expected


def test_a_table_is_divided_at_other_rules_too_and_a_form_is_not() -> None:
    broad = BoxRow((0.0, 60.0, 120.0), 0.0, 30.0)
    boxes = in_boxes(8, 40, 70, 100)
    seen = [[0], [1], [2, 3]]
    assert split_at_bars(boxes, [0, 1, 2, 3], broad, (broad,), seen) == [[0], [1], [2, 3]]
    assert split_at_bars(boxes, [0, 1, 2, 3], ROW, (ROW,), seen) == [[0, 1, 2, 3]]


def test_only_what_is_in_the_boxes_is_in_their_row() -> None:
    below = ROW._replace(top=100.0, bottom=130.0)
    assert row_of(in_boxes(8, 100), (below, ROW)) is ROW
    assert row_of(in_boxes(8, 140), (below, ROW)) is None
    assert row_of(in_boxes(8, 100), ()) is None


def test_a_label_beside_a_row_of_boxes_is_apart_from_the_number_in_them() -> None:
    row = ROW._replace(bars=tuple(bar + 60 for bar in ROW.bars))
    boxes = in_boxes(5, 21, 68, 100, 130)
    line = [0, 1, 2, 3, 4]
    assert row_of(boxes, (row,)) is row
    assert split_at_row(boxes, line, (row,), [line], set()) == ([[0, 1], [2, 3, 4]], {2})


def test_a_broad_row_does_not_divide_a_number_that_finer_bars_join() -> None:
    broad = BoxRow((0.0, 60.0, 120.0), 0.0, 30.0)
    line = [0, 1, 2, 3]
    boxes = in_boxes(8, 40, 70, 100)
    assert split_at_row(boxes, line, (broad,), [line], {0}) == ([line], set())
    assert split_at_row(boxes, line, (broad,), [line], set()) == ([[0, 1], [2, 3]], {0, 2})
