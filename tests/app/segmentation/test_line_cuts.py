"""Components that reach from one line into the next are cut between the lines, and no others."""

from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.segmentation import components, line_cuts

Box = tuple[int, int, int, int]  # left, top, right, bottom

ABOVE: list[Box] = [(20 * index, 0, 20 * index + 10, 20) for index in range(4)]
BELOW: list[Box] = [(20 * index, 30, 20 * index + 10, 50) for index in range(4)]
TAIL: Box = (44, 20, 46, 30)  # joins the third digits of both lines


PAPER: Final = np.full((120, 120), 230, np.uint8)  # without rules


def ruled(*rows: int, start: int = 0) -> NDArray[np.uint8]:
    """Paper with level rules, from a column on."""
    paper = PAPER.copy()
    for row in rows:
        paper[row : row + 2, start:] = 120
    return paper


def ink_of(boxes: list[Box]) -> InkMap:
    mask = np.zeros((120, 120), np.uint8)
    for left, top, right, bottom in boxes:
        mask[top + 2 : bottom + 2, left + 2 : right + 2] = 255
    return InkMap(mask, mask, 0.0, 0.0, 1.0)


@pytest.mark.parametrize("tail", [TAIL, (40, 20, 50, 30)])  # of a thin line, or of a digit's width
def test_a_tail_that_touches_the_next_line_is_cut(tail: Box) -> None:
    ink = ink_of([*ABOVE, *BELOW, tail])
    num_pixels = np.count_nonzero(ink.mask)
    assert len(components.connected_components(ink)[1]) == 7
    labels, boxes, apart = line_cuts.connected_components(ink, PAPER)
    assert len(apart) == 1
    assert len(boxes) == 8
    heights = boxes[:, 3] - boxes[:, 1]
    assert heights.max() <= 20 + 10  # a digit with a part of the tail
    assert np.count_nonzero(labels) > num_pixels - 11  # one row is lost
    assert np.count_nonzero(ink.mask) == num_pixels, "the given mask stays as it is"


def test_a_component_may_reach_through_three_lines() -> None:
    third = [(left, top + 30, right, bottom + 30) for left, top, right, bottom in BELOW]
    ink = ink_of([*ABOVE, *BELOW, *third, TAIL, (44, 50, 46, 60)])
    assert len(line_cuts.connected_components(ink, PAPER).boxes) == 12


@pytest.mark.parametrize(
    "boxes",
    [
        [*ABOVE, *BELOW],
        [
            (0, 0, 6, 40),
            *((10 + 14 * index, 22, 20 + 14 * index, 40) for index in range(4)),
        ],  # 1000
        # A tall bracket at the left of two lines has nothing beside it on its own left, but a
        # fraction bar of two digits alone is no text line.
        [(0, 0, 10, 20), (12, 0, 14, 60), (16, 35, 26, 55)],
        [(0, 0, 40, 60), *((50, 12 * index, 54, 12 * index + 4) for index in range(5))],  # and dots
    ],
)
def test_other_components_stay_whole(boxes: list[Box]) -> None:
    ink = ink_of(boxes)
    expected = components.connected_components(ink)
    actual = line_cuts.connected_components(ink, PAPER)
    assert actual[1].tolist() == expected[1].tolist()
    assert (actual[0] == expected[0]).all()


# Digits of two rows of squared paper: two of one column touch, and none is beside them.
COLUMN: list[Box] = [(90, 2, 102, 22), (90, 22, 102, 42)]
OTHERS: list[Box] = [(4 + 20 * index, 62, 16 + 20 * index, 82) for index in range(4)]


def test_digits_that_touch_across_a_rule_are_cut_there() -> None:
    ink = ink_of([*COLUMN, *OTHERS])
    labels, boxes, apart = line_cuts.connected_components(ink, ruled(3, 23, 43))
    assert len(boxes) == 6
    upper, lower = sorted(range(6), key=lambda index: boxes[index, 1])[:2]
    assert apart == [(upper, lower)]
    assert boxes[upper, 3] <= boxes[lower, 1]
    assert abs(boxes[upper, 3] - 23) <= 5
    assert len(np.unique(labels)) == 7


@pytest.mark.parametrize(
    "paper",
    [
        PAPER,
        ruled(9, 39),  # not where it would be cut
        ruled(23, start=98),  # at one side alone
    ],
)
def test_a_tall_component_without_a_rule_through_it_stays_whole(paper: NDArray[np.uint8]) -> None:
    _, boxes, apart = line_cuts.connected_components(ink_of([*COLUMN, *OTHERS]), paper)
    assert len(boxes) == 5
    assert apart == []


def test_components_that_a_rule_divides_are_on_different_lines() -> None:
    column = [COLUMN[0], (90, 24, 102, 42)]
    ink = ink_of([*column, *OTHERS])
    boxes = line_cuts.connected_components(ink, PAPER).boxes
    upper, lower = sorted(range(6), key=lambda index: boxes[index, 1])[:2]
    assert line_cuts.connected_components(ink, ruled(24)).apart == [(upper, lower)]
    assert line_cuts.connected_components(ink, PAPER).apart == []
