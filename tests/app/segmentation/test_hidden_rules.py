"""A rule that is seen in other rows divides a row in which it is hidden."""

import numpy as np
import pytest

from app.segmentation.hidden_rules import Place, split_at_hidden

# Four digits, each 12 wide and 20 high, with narrow gaps but for the last one.
BOXES = np.array([(left, 90, left + 12, 110) for left in (0, 16, 32, 80)], np.float64)
GROUPS = [[0, 1, 2], [3]]  # divided at a rule that is seen


@pytest.mark.parametrize(
    "places, expected",
    [
        ([(30, 60), (30, 140)], [[0, 1], [2], [3]]),  # in the rows above and below
        ([(31, 30), (30, 60)], [[0, 1], [2], [3]]),  # in two rows above
        ([(29, 60), (31, 140)], [[0, 1], [2], [3]]),  # slightly aslant
        ([(30, 60)], [[0, 1], [2], [3]]),  # in the next row
        ([(30, 30)], GROUPS),  # in one row only, which is not the next
        ([(14, 40), (46, 140)], GROUPS),  # the rules of two columns
        ([(38, 60), (38, 140)], GROUPS),  # through a digit
        ([(30, 0), (30, 200)], GROUPS),  # in rows far away
        ([(62, 60), (62, 140)], GROUPS),  # the rule that is seen
        ([], GROUPS),
    ],
)
def test_rules_of_two_other_rows_divide_a_row(
    places: list[Place], expected: list[list[int]]
) -> None:
    assert split_at_hidden(BOXES, GROUPS, places) == expected


def test_digits_that_touch_are_not_divided() -> None:
    boxes = np.array([(0, 90, 30, 110), (31, 90, 43, 110), (80, 90, 92, 110)], np.float64)
    assert split_at_hidden(boxes, [[0, 1], [2]], [(30, 60), (30, 140)]) == [[0, 1], [2]]
