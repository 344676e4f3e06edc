"""Small marks above a line, such as carried digits, form a line of their own."""

import numpy as np
import pytest

from app.segmentation.text_lines import group_into_lines

Box = tuple[float, float, float, float]  # left, top, right, bottom
NUMBER: list[Box] = [(0, 50, 30, 110), (40, 50, 70, 110), (80, 50, 110, 110)]


@pytest.mark.parametrize(
    "small, expected",
    [
        ([(50, 15, 55, 40)], [[3], [0, 1, 2]]),  # a carried 1
        ([(50, 15, 55, 40), (90, 15, 95, 40)], [[3, 4], [0, 1, 2]]),
        ([(45, 40, 75, 45)], [[0, 1, 3, 2]]),  # the bar of a 5
        ([(60, 40, 65, 60)], [[0, 1, 3, 2]]),  # reaches into the line
        ([(114, 112, 120, 130)], [[0, 1, 2, 3]]),  # a comma
        ([(220, 15, 225, 40)], [[0, 1, 2, 3]]),  # above nothing
        ([(130, 75, 150, 80)], [[0, 1, 2, 3]]),  # a minus
        ([(400, 75, 420, 80)], [[0, 1, 2, 3]]),  # far to the right
        ([(600, 75, 620, 80)], [[0, 1, 2], [3]]),  # further
        # A form's label above a number, and a sign with two dots, which are no word.
        (
            [(left, 30, left + 6, 40) for left in (0, 9, 18, 27)],
            [[3, 4, 5, 6], [0, 1, 2]],
        ),
        ([(114, 117, 118, 120), (122, 117, 126, 120)], [[0, 1, 2, 3, 4]]),
        # A phone's small text far above, below and on top of the number's columns.
        ([(0, -200, 9, -188), (12, -200, 20, -188)], [[3, 4], [0, 1, 2]]),
        ([(45, -200, 54, -170), (60, -200, 69, -170)], [[3, 4], [0, 1, 2]]),
        ([(0, 300, 9, 312), (12, 300, 20, 312)], [[0, 1, 2], [3, 4]]),
        # A smaller number below it, and what hangs too near below it to be one.
        ([(5, 130, 20, 155), (25, 130, 40, 155)], [[0, 1, 2], [3, 4]]),
        ([(5, 115, 20, 140), (25, 115, 40, 140)], [[3, 0, 4, 1, 2]]),
        ([(33, 128, 39, 145)], [[0, 3, 1, 2]]),  # a low comma
    ],
)
def test_a_small_mark_above_a_number_is_apart_from_it(
    small: list[Box], expected: list[list[int]]
) -> None:
    assert group_into_lines(np.array([*NUMBER, *small], np.float64)) == expected


def test_a_piece_above_a_single_digit_is_a_part_of_it() -> None:
    boxes = np.array([(0, 50, 30, 110), (5, 25, 25, 45)], np.float64)
    assert group_into_lines(boxes) == [[0, 1]]


def test_every_part_is_on_one_line_however_many_sizes_there_are() -> None:
    heights = 1000 * 0.9 ** np.arange(60)
    tops = np.concatenate([[0], np.cumsum(3 * heights[:-1])])
    boxes = np.stack([np.zeros(60), tops, np.full(60, 10), tops + heights], axis=1)
    lines = group_into_lines(boxes)
    assert sorted(part for line in lines for part in line) == list(range(60))
    assert len(lines) > 10


def test_a_stamp_does_not_join_the_lines_of_an_address() -> None:
    scribbles: list[Box] = [(425, 180, 621, 236), (421, 266, 619, 313)]
    digits: list[Box] = [(419, 351, 448, 411), (451, 356, 518, 418), (525, 360, 569, 422)]
    stamp: list[Box] = [(839, 38, 948, 143)]
    boxes = np.array([*stamp, *scribbles, *digits], np.float64)
    assert group_into_lines(boxes) == [[0], [1], [2], [3, 4, 5]]


def test_a_question_does_not_join_the_answer_below_it() -> None:
    letters: list[Box] = [(14 + 30 * index, 190, 36 + 30 * index, 224) for index in range(12)]
    answer: list[Box] = [(60, 263, 186, 370), (204, 258, 259, 364), (268, 255, 366, 366)]
    lines = group_into_lines(np.array([*letters, *answer], np.float64))
    assert lines == [list(range(12)), [12, 13, 14]]


def test_a_digit_below_the_end_of_another_is_on_a_line_of_its_own() -> None:
    ones = (37, 65, 47, 127), (187, 239, 199, 272)
    five, eight = (274, 167, 329, 226), (314, 243, 329, 275)
    boxes = np.array([ones[0], five, ones[1], eight], np.float64)
    assert all(not {1, 3} <= set(line) for line in group_into_lines(boxes))


def test_the_bar_of_a_5_and_the_halves_of_an_8_stay_with_them() -> None:
    bar, five = (40, 10, 75, 16), (38, 30, 72, 80)
    upper, lower = (100, 12, 128, 42), (96, 46, 130, 80)
    boxes = np.array([bar, five, upper, lower, (150, 10, 185, 80)], np.float64)
    assert len(group_into_lines(boxes)) == 1


def test_the_small_upper_loops_of_8s_stay_with_them() -> None:
    others: list[Box] = [(15, 88, 50, 151), (59, 89, 107, 153), (142, 88, 211, 152)]
    eights: list[Box] = [(219, 81, 262, 109), (215, 113, 254, 149)]
    eights += [(271, 76, 315, 104), (272, 108, 307, 145)]
    assert len(group_into_lines(np.array([*others, *eights], np.float64))) == 1


def test_small_zeros_between_high_digits_stay_on_their_line_below_another() -> None:
    zeros: list[Box] = [(243, 441, 261, 471), (287, 441, 305, 471), (331, 441, 349, 471)]
    above: list[Box] = [(144, 239, 189, 320), (226, 242, 270, 318), (310, 240, 346, 321)]
    boxes = [*above, (152, 400, 181, 480), (214, 400, 216, 480), *zeros, (378, 402, 418, 480)]
    assert group_into_lines(np.array(boxes, np.float64)) == [[0, 1, 2], [3, 4, 5, 6, 7, 8]]


def test_parts_that_are_known_to_be_apart_are_on_different_lines() -> None:
    columns = [(0.0, 10.0), (15.0, 25.0)]  # of digits that share a few rows with those below
    boxes = np.array([(left, top, right, top + 21) for top in (0, 20) for left, right in columns])
    assert group_into_lines(boxes) == [[0, 2, 1, 3]]
    assert group_into_lines(boxes, apart=[(0, 2), (1, 3)]) == [[0, 1], [2, 3]]
