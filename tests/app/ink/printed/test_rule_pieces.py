"""Pieces of printed lines are dropped, and 1s and minuses are not."""

from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.printed.rule_pieces import without_rule_pieces
from tests.app.ink.marked.test_frames import digits, line

Ends = tuple[int, int]  # y of an upright line
SCALE: Final = 0.5  # pixels of the map to one of the picture
PIECE: Final[Ends] = (72, 128)  # as high as the digits beside it


def upright(x: int, ends: Ends) -> NDArray[np.uint8]:
    mask = np.zeros((200, 400), np.uint8)
    line(mask, [(x, ends[0]), (x, ends[1])])
    return mask


def kept(picture: NDArray[np.uint8], seen: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What stays of the ink that is seen in a picture, both uint8 (200, 400), ink 255."""
    small = cv2.resize(seen, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA)
    mask = np.where(small > 100, 255, 0).astype(np.uint8)
    grain = np.random.default_rng(5).normal(0, 3, picture.shape)
    grey = np.clip(210 - 0.6 * picture + grain, 0, 255).astype(np.uint8)
    return without_rule_pieces(InkMap(mask, mask, 0.0, 0.0, SCALE), grey[..., None])


@pytest.mark.parametrize(
    "x, whole, is_kept",
    [
        (230, PIECE, True),  # a 1
        (230, (30, 128), False),  # a line that ends below: the corner of a table
        (230, (72, 170), False),  # one that ends above
        (230, (10, 190), False),
        (208, (10, 190), False),  # close to a digit
        (208, (72, 170), True),  # a long 1 close to a digit
    ],
)
def test_a_piece_goes_on_in_the_picture(x: int, whole: Ends, is_kept: bool) -> None:
    writing = digits("25")
    picture = np.maximum(writing, upright(x, whole))
    rest = kept(picture, np.maximum(writing, upright(x, PIECE)))
    assert bool(rest[50, round(x * SCALE)]) is is_kept
    assert rest[:, :100].any()


def test_ones_below_each_other_are_no_line() -> None:
    writing = digits("25", top=20)
    lines = [(22, 78), (84, 140), (146, 198)]
    ink = np.max([writing, *(upright(230, ends) for ends in lines)], axis=0)
    rest = kept(ink, ink)
    assert all(rest[round(sum(ends) / 2 * SCALE), 115] for ends in lines)


def test_a_line_alone_is_kept() -> None:
    assert kept(upright(230, (10, 190)), upright(230, PIECE)).any()


@pytest.mark.parametrize(
    "ends, is_kept",
    [
        ((260, 300), True),  # a minus behind the number
        ((260, 396), False),  # the rim of a table
        ((230, 300), False),
    ],
)
def test_a_level_piece_goes_on_in_the_picture(ends: Ends, is_kept: bool) -> None:
    writing = digits("25")
    whole, piece = np.zeros_like(writing), np.zeros_like(writing)
    line(whole, [(ends[0], 60), (ends[1], 62)])
    line(piece, [(260, 60), (300, 62)])
    rest = kept(np.maximum(writing, whole), np.maximum(writing, piece))
    assert bool(rest[28:34, 140].any()) is is_kept
    assert rest[:, :100].any()


@pytest.mark.parametrize("ink, is_kept", [((30, 30, 30), True), ((200, 90, 90), False)])
def test_a_1_on_a_margin_of_another_colour_is_no_piece_of_it(
    ink: tuple[int, int, int], is_kept: bool
) -> None:
    assert kept_at_margin(230, ink) is is_kept


@pytest.mark.parametrize("margin", [222, 238])
def test_a_1_beside_a_margin_of_its_colour_is_no_piece_of_it(margin: int) -> None:
    assert kept_at_margin(margin, (200, 90, 90))


def kept_at_margin(margin: int, ink: tuple[int, int, int]) -> bool:
    """Whether a 1 of a colour stays at a red margin; margin: its x in pixels."""
    picture = np.full((200, 400, 3), 235, np.uint8)
    picture[:, margin - 1 : margin + 2] = 200, 90, 90
    cv2.line(picture, (230, PIECE[0]), (230, PIECE[1]), ink, 5, cv2.LINE_AA)
    writing = digits("25")
    picture[writing > 100] = 30
    mask = np.maximum(writing, upright(230, PIECE))
    return bool(without_rule_pieces(InkMap(mask, mask, 0.0, 0.0, 1.0), picture)[100, 230])


@pytest.mark.parametrize(
    "lines, ends, is_kept",
    [
        ((30, 120), (22, 190), False),  # an edge of the paper beside two lines of writing
        ((72,), (40, 160), True),  # a high 1 beside one line, as before small zeros
        ((72,), (10, 190), False),  # higher than any 1
    ],
)
def test_a_line_much_longer_than_the_writing_is_an_edge(
    lines: tuple[int, ...], ends: Ends, is_kept: bool
) -> None:
    ink = np.max([*(digits("25", top=top) for top in lines), upright(230, ends)], axis=0)
    rest = kept(ink, ink)
    assert bool(rest[50, round(230 * SCALE)]) is is_kept
    assert rest[:, :100].any()


@pytest.mark.parametrize("foot, is_kept", [(100, True), (150, False)])
def test_a_very_high_1_ends_on_the_foot_line_of_its_zeros(foot: int, is_kept: bool) -> None:
    ink = np.maximum(upright(100, (foot - 80, foot)), np.zeros((200, 400), np.uint8))
    for x in (130, 170):
        cv2.ellipse(ink, (x, 90), (9, 10), 0, 0, 360, 255, 3)
    rest = kept(ink, ink)
    assert bool(rest[45, round(100 * SCALE)]) is is_kept
    assert rest[:, 60:].any()
