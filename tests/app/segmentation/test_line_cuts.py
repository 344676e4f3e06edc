"""Components that reach from one line into the next are cut between the lines, and no others."""

import numpy as np
import pytest

from app.ink.ink_map import InkMap
from app.segmentation import components, line_cuts

Box = tuple[int, int, int, int]  # left, top, right, bottom

ABOVE: list[Box] = [(20 * index, 0, 20 * index + 10, 20) for index in range(4)]
BELOW: list[Box] = [(20 * index, 30, 20 * index + 10, 50) for index in range(4)]
TAIL: Box = (44, 20, 46, 30)  # joins the third digits of both lines


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
    labels, boxes = line_cuts.connected_components(ink)
    assert len(boxes) == 8
    heights = boxes[:, 3] - boxes[:, 1]
    assert heights.max() <= 20 + 10  # a digit with a part of the tail
    assert np.count_nonzero(labels) > num_pixels - 11  # one row is lost
    assert np.count_nonzero(ink.mask) == num_pixels, "the given mask stays as it is"


def test_a_component_may_reach_through_three_lines() -> None:
    third = [(left, top + 30, right, bottom + 30) for left, top, right, bottom in BELOW]
    ink = ink_of([*ABOVE, *BELOW, *third, TAIL, (44, 50, 46, 60)])
    assert len(line_cuts.connected_components(ink)[1]) == 12


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
    actual = line_cuts.connected_components(ink)
    assert actual[1].tolist() == expected[1].tolist()
    assert (actual[0] == expected[0]).all()
