"""Which components of ink are kept as writing: by what the finder sees, and by place and shape."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.marked.dotted import joined
from app.ink.parts import ones_beside, without_cut_off, without_unseen, writing_among

Box = tuple[int, int, int, int]  # x, y, width, height
WIDE, HIGH = 120, 60
ZERO: Box = (40, 20, 16, 20)
OTHER_ZERO: Box = (70, 20, 16, 20)


def mask_of(*boxes: Box, lines: Sequence[Box] = ()) -> NDArray[np.uint8]:
    """Outlines four pixels wide, and filled lines: uint8 (60, 120)."""
    mask = np.zeros((HIGH, WIDE), np.uint8)
    for x, y, width, height in boxes:
        cv2.rectangle(mask, (x + 2, y + 2), (x + width - 3, y + height - 3), 255, 4)
    for x, y, width, height in lines:
        mask[y : y + height, x : x + width] = 255
    return mask


def lefts(mask: NDArray[np.uint8]) -> list[int]:
    """Where the components begin, from left to right."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    return sorted(stats[1:, 0].tolist())


@pytest.mark.parametrize(
    "line, is_kept",
    [
        ((24, 20, 4, 20), True),  # a 1 as high as the zeros
        ((24, 2, 4, 40), True),  # a taller one, on their baseline
        ((24, 0, 4, 60), False),  # a margin, from edge to edge
        ((60, 2, 2, 56), False),  # a finer line, of another pen
        ((30, 50, 70, 4), False),  # an underline
        ((20, 10, 80, 4), False),  # a rule above
    ],
)
def test_a_one_that_is_not_seen_is_kept_and_a_rule_is_not(line: Box, is_kept: bool) -> None:
    zeros = mask_of(ZERO, OTHER_ZERO)
    kept = writing_among(mask_of(ZERO, OTHER_ZERO, lines=[line]), zeros > 0)
    assert kept is not None
    assert lefts(kept) == sorted([40, 70] + [line[0]] * is_kept)


def test_bars_between_digits_are_not_ones() -> None:
    bars = [(32, 15, 4, 32), (62, 15, 4, 32), (92, 15, 4, 32)]
    kept = writing_among(mask_of(ZERO, OTHER_ZERO, lines=bars), mask_of(ZERO, OTHER_ZERO) > 0)
    assert kept is not None
    assert lefts(kept) == [40, 70]


def test_a_frame_around_a_digit_is_not_in_line_with_its_neighbour() -> None:
    frames = [(36, 16, 24, 28), (66, 16, 24, 28)]
    drawn = mask_of(ZERO, OTHER_ZERO)
    for x, y, width, height in frames:
        cv2.rectangle(drawn, (x, y), (x + width - 1, y + height - 1), 255, 1)
    kept = writing_among(drawn, mask_of(ZERO, OTHER_ZERO) > 0)
    assert kept is not None
    assert lefts(kept) == [40, 70]


def test_a_digit_that_touches_its_frame_is_not_dropped_with_it() -> None:
    frame = np.zeros((HIGH, WIDE), np.uint8)
    cv2.rectangle(frame, (2, 2), (117, 57), 255, 4)
    touching = mask_of(ZERO, OTHER_ZERO, lines=[(4, 26, 38, 4)])
    assert writing_among(touching | frame, mask_of(ZERO, OTHER_ZERO) > 0) is None
    alone = mask_of(ZERO, OTHER_ZERO)
    kept = writing_among(alone | frame, alone > 0)
    assert kept is not None
    assert lefts(kept) == [40, 70]


def test_writing_that_a_rule_goes_through_is_not_divided() -> None:
    rule = (0, 30, 120, 2)
    drawn = mask_of(ZERO, OTHER_ZERO, lines=[rule])
    assert writing_among(drawn, mask_of(ZERO, OTHER_ZERO) > 0) is None


def test_what_the_overview_did_not_see_is_dropped() -> None:
    both = mask_of(ZERO, lines=[(10, 50, 100, 3)])
    assert lefts(without_unseen(both, mask_of(ZERO) > 0)) == [40]
    assert lefts(without_unseen(both, both > 0)) == [10, 40]
    # Where nothing was seen, the closer look is right.
    assert lefts(without_unseen(both, np.zeros((HIGH, WIDE), np.bool_))) == [10, 40]


@pytest.mark.parametrize(
    "line, is_kept",
    [
        ((66, 32, 4, 24), True),  # a 1 that is the next line of a list
        ((66, 32, 4, 14), False),
        ((66, 4, 4, 54), False),  # a rule
        ((110, 14, 4, 24), False),  # far away
    ],
)
def test_a_1_among_the_writing_is_kept_although_it_is_not_seen(line: Box, is_kept: bool) -> None:
    mask = mask_of(ZERO, lines=[line])
    kept = without_unseen(mask, mask_of(ZERO) > 0)
    assert lefts(kept) == sorted([ZERO[0]] + [line[0]] * is_kept)


@pytest.mark.parametrize(
    "piece, is_kept",
    [
        ((112, 18, 8, 16), False),  # of the next cell's digit
        ((40, 51, 14, 9), False),  # of the digit in the cell below
        ((30, 0, 60, 3), False),  # a border
        ((0, 20, 5, 20), True),  # a 1 at the edge
        ((112, 44, 4, 4), True),  # a point, away from the edge
        ((40, 41, 14, 19), True),  # a piece of the digit itself
    ],
)
def test_what_the_edge_cut_off_is_dropped(piece: Box, is_kept: bool) -> None:
    mask = mask_of(ZERO, lines=[piece])
    kept = without_cut_off(InkMap(mask, mask, 0.0, 0.0, 1.0), mask.shape)
    assert lefts(kept) == sorted([40] + [piece[0]] * is_kept)


def test_only_the_pictures_own_edges_cut_off() -> None:
    """A map of a part of the picture ends where the writing does."""
    mask = mask_of(ZERO, lines=[(112, 18, 8, 16)])
    kept = without_cut_off(InkMap(mask, mask, 30.0, 10.0, 1.0), (200, 300, 3))
    assert lefts(kept) == [40, 112]


def test_a_numbers_last_digit_may_touch_the_edge() -> None:
    mask = mask_of(ZERO, OTHER_ZERO, lines=[(112, 15, 8, 20)])
    kept = without_cut_off(InkMap(mask, mask, 0.0, 0.0, 1.0), mask.shape)
    assert lefts(kept) == [40, 70, 112]


@pytest.mark.parametrize("last", [(112, 28, 8, 18), (112, 31, 8, 9)], ids=["high", "low"])
def test_a_number_that_fills_the_picture_keeps_its_last_digit(last: Box) -> None:
    """Only its middle digit is whole, so the last one might be a neighbour's."""
    first = (0, 18, 14, 22)
    mask = mask_of((84, 20, 16, 20), lines=[first, last])
    kept = without_cut_off(InkMap(mask, mask, 0.0, 0.0, 1.0), mask.shape)
    assert lefts(kept) == [0, 84, 112]


@pytest.mark.parametrize(
    "zero, is_kept",
    [
        ((112, 31, 8, 9), True),  # the last zero of a number, half as high as its other digits
        ((112, 34, 8, 9), True),  # the same, on a line that slopes
        ((112, 50, 8, 9), False),  # below the line: a neighbour's
    ],
)
def test_a_low_last_zero_may_be_cut_through(zero: Box, is_kept: bool) -> None:
    mask = mask_of(ZERO, OTHER_ZERO, (92, 20, 16, 20), lines=[zero])
    kept = without_cut_off(InkMap(mask, mask, 0.0, 0.0, 1.0), mask.shape)
    assert lefts(kept) == [40, 70, 92] + [112] * is_kept


@pytest.mark.parametrize(
    "zero, is_kept",
    [
        ((92, 52, 8, 8), True),  # the low last zero of a number at the picture's lower edge
        ((62, 52, 6, 8), True),  # one between two digits
        ((62, 57, 6, 3), False),  # below the line: a neighbour's
    ],
)
def test_a_low_zero_may_be_cut_through_from_below(zero: Box, is_kept: bool) -> None:
    mask = mask_of((40, 34, 16, 24), (70, 34, 16, 24), lines=[zero])
    kept = without_cut_off(InkMap(mask, mask, 0.0, 0.0, 1.0), mask.shape)
    assert lefts(kept) == sorted([40, 70] + [zero[0]] * is_kept)


@pytest.mark.parametrize(
    "piece, is_kept",
    [
        ((22, 27, 12, 6), True),  # a minus
        ((22, 4, 12, 6), False),  # above the digit
        ((2, 27, 12, 6), False),  # far from it
        ((108, 27, 12, 6), False),  # cut off by the picture's edge
    ],
)
def test_a_dash_beside_a_digit_is_kept_although_it_is_not_seen(piece: Box, is_kept: bool) -> None:
    digits = (40, 18, 16, 24), (70, 18, 16, 24)
    drawn, seen = mask_of(*digits, lines=[piece]), mask_of(*digits) > 0
    kept = writing_among(drawn, seen)
    assert kept is not None
    assert lefts(kept) == sorted([40, 70] + [piece[0]] * is_kept)


@pytest.mark.parametrize("is_found", [False, True])
@pytest.mark.parametrize("point, is_beside", [((92, 57, 4, 3), True), ((28, 0, 4, 4), False)])
def test_the_point_of_a_number_is_kept_at_the_edge_of_a_clean_picture(
    point: Box, is_beside: bool, is_found: bool
) -> None:
    mask = mask_of((40, 34, 16, 24), (70, 34, 16, 24), lines=[point])
    kept = without_cut_off(InkMap(mask, mask, 0.0, 0.0, 1.0, is_found), mask.shape)
    assert lefts(kept) == sorted([40, 70] + [point[0]] * (is_beside and not is_found))


@pytest.mark.parametrize(
    "rows, is_kept",
    [
        ((10, 50), False),  # a border, which the edge cuts along
        ((44, 50), True),  # a 1 whose foot touches the edge
    ],
)
def test_what_only_touches_the_edge_is_not_cut_off(rows: tuple[int, int], is_kept: bool) -> None:
    mask = mask_of(ZERO, lines=[(113, 10, 6, 40)])
    mask[slice(*rows), -1] = 255
    kept = without_cut_off(InkMap(mask, mask, 0.0, 0.0, 1.0), mask.shape)
    assert lefts(kept) == [40] + [113] * is_kept


def test_dots_are_joined_to_lines() -> None:
    mask = np.zeros((100, 100), np.uint8)
    for index in range(14):
        cv2.circle(mask, (10 + 6 * index, 20), 2, 255, -1)
        cv2.circle(mask, (10 + 6 * index, 80), 2, 255, -1)
    lines = joined(InkMap(mask, mask, 0.0, 0.0, 1.0))
    assert lines is not None
    assert cv2.connectedComponents(lines.mask)[0] == 3  # two lines and the paper


def test_dots_that_touch_where_strokes_cross_are_joined_too() -> None:
    mask = np.zeros((120, 120), np.uint8)
    for index in range(10):
        cv2.circle(mask, (10 + 11 * index, 60), 4, 255, -1)
    for index in range(12):
        cv2.circle(mask, (32 + 33 * (index % 3), 41 + 11 * (index // 3)), 4, 255, -1)
    assert cv2.connectedComponents(mask)[0] - 1 <= 16  # of 22 dots
    lines = joined(InkMap(mask, mask, 0.0, 0.0, 1.0))
    assert lines is not None
    assert cv2.connectedComponents(lines.mask)[0] == 2


def test_a_row_of_dots_beside_digits_is_no_dotted_line() -> None:
    mask = np.zeros((60, 300), np.uint8)
    for index in range(16):
        cv2.circle(mask, (10 + 12 * index, 50), 3, 255, -1)
    for index in range(3):
        cv2.ellipse(mask, (220 + 28 * index, 32), (9, 20), 0, 0, 360, 255, 5)
    assert joined(InkMap(mask, mask, 0.0, 0.0, 1.0)) is None


@pytest.mark.parametrize("radius, fill", [(2, -1), (9, 2)])
def test_few_dots_and_zeros_are_not_dotted_lines(radius: int, fill: int) -> None:
    """Five points, and fifteen zeros."""
    mask = np.zeros((100, 200), np.uint8)
    for index in range(5 if fill < 0 else 15):
        cv2.circle(mask, (20 + 30 * (index % 5), 20 + 25 * (index // 5)), radius, 255, fill)
    assert joined(InkMap(mask, mask, 0.0, 0.0, 1.0)) is None


@pytest.mark.parametrize(
    "line, is_one",
    [
        ((28, 20, 4, 20), True),  # a 1 as high as the zeros
        ((92, 21, 5, 18), True),
        ((108, 20, 4, 20), False),  # too far from them
        ((28, 0, 4, 60), False),  # a margin, from edge to edge
        ((28, 30, 4, 5), False),  # a dot
    ],
)
def test_a_1_beside_the_writing_is_found_among_dark_ink(line: Box, is_one: bool) -> None:
    dark = mask_of(ZERO, OTHER_ZERO, lines=[line])
    zeros = np.array([ZERO, OTHER_ZERO], np.int32)
    assert ones_beside(dark, zeros).tolist() == ([list(line)] if is_one else [])


@pytest.mark.parametrize(
    "line, is_one",
    [
        ((40, 8, 6, 44), True),  # a 1 alone, of which a piece is seen
        ((40, 0, 6, 60), False),  # a margin, from edge to edge
        ((40, 8, 6, 52), False),  # it goes on beyond the lower edge
        ((41, 25, 3, 10), False),  # all of it is seen
    ],
)
def test_a_lone_1_is_found_whole_where_a_piece_of_it_is_seen(line: Box, is_one: bool) -> None:
    piece = np.array([(41, 25, 3, 10)], np.int32)
    assert ones_beside(mask_of(lines=[line]), piece).tolist() == ([list(line)] if is_one else [])
