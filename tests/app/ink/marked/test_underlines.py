"""Lines below and above numbers are found, and dashes beside digits are not."""

from typing import Final

import cv2
import numpy as np
import pytest

from app.ink.marked.underlines import find_underlines, without_underlines
from app.recognizer import Recognizer
from tests.app.ink.marked.test_frames import digits, line, photographed
from tests.app.ink.test_parts import OTHER_ZERO, ZERO, Box, lefts, mask_of


@pytest.mark.parametrize(
    "line, is_kept",
    [
        ((38, 46, 50, 3), False),  # an underline
        ((30, 8, 66, 3), False),  # a line above
        ((58, 30, 10, 3), True),  # a dash between them
        ((90, 30, 28, 3), True),  # a long dash after them
        ((40, 44, 16, 3), True),  # the foot of one digit
    ],
)
def test_lines_below_or_above_several_digits_are_not_writing(line: Box, is_kept: bool) -> None:
    kept = without_underlines(mask_of(ZERO, OTHER_ZERO, lines=[line]))
    assert lefts(kept) == sorted([40, 70] + [line[0]] * is_kept)


def test_an_underline_in_pieces_is_not_writing() -> None:
    pieces = [(30, 46, 12, 2), (58, 47, 11, 2), (84, 48, 12, 2)]
    assert lefts(without_underlines(mask_of(ZERO, OTHER_ZERO, lines=pieces))) == [40, 70]


def test_the_signs_of_a_sum_below_another_sum_are_no_pieces_of_an_underline() -> None:
    signs = [(23, 46, 14, 2), (63, 44, 14, 2), (63, 51, 14, 2)]
    above = [(20, 2, 16, 20), (38, 2, 16, 20), (56, 2, 16, 20)]
    sums = [*above, (2, 36, 16, 22), (42, 36, 16, 22), (82, 36, 16, 22)]
    mask = mask_of(*sums, lines=signs)
    assert lefts(without_underlines(mask)) == lefts(mask)


def test_a_line_alone_is_kept() -> None:
    mask = mask_of(lines=[(20, 30, 80, 3)])
    assert lefts(without_underlines(mask)) == [20]


UNDERLINE: Final[Box] = (30, 46, 66, 3)


@pytest.mark.parametrize("seen", [UNDERLINE, (30, 46, 14, 3)], ids=["whole", "one end of it"])
def test_an_underline_is_found_whole_where_only_a_part_is_taken_for_ink(seen: Box) -> None:
    dark = mask_of(ZERO, OTHER_ZERO, lines=[UNDERLINE])
    writing = mask_of(ZERO, OTHER_ZERO, lines=[seen])
    found = find_underlines(dark, writing)
    assert cv2.boundingRect(found) == UNDERLINE
    assert not (found & mask_of(ZERO, OTHER_ZERO)).any()


@pytest.mark.parametrize(
    "dash", [(58, 30, 10, 3), (90, 30, 28, 3), (10, 30, 28, 3)], ids=["in", "behind", "before"]
)
def test_a_dash_is_no_underline(dash: Box) -> None:
    both = mask_of(ZERO, OTHER_ZERO, lines=[dash])
    assert not find_underlines(both, both).any()


@pytest.mark.parametrize("over", [20, 80], ids=["as wide as the number", "wider"])
def test_the_line_of_a_photographed_sum_is_no_minus(over: int) -> None:
    """One end of it is beside the sum, and is often all of it that the segmenter sees."""
    numbers = ("24", "37", "61")
    sheet = np.concatenate([digits(text, left=160, top=20)[:110] for text in numbers])
    line(sheet, [(160 - over, 212), (260, 214)])
    assert Recognizer().read_image(photographed(sheet)).text == "24\n37\n61"


def test_a_number_that_stands_on_a_ruled_line_is_not_a_part_of_it() -> None:
    sheet = np.zeros((160, 500), np.uint8)
    for top in (10, 50, 90):  # a list of numbers
        for left in (180, 220):
            cv2.rectangle(sheet, (left, top), (left + 20, top + 30), 255, 3)
    writing = sheet.copy()
    cv2.line(sheet, (100, 116), (310, 120), 255, 3)  # through the feet of the last number
    found = find_underlines(sheet, writing)
    left, top, width, _ = cv2.boundingRect(found)
    assert left < 100
    assert left + width > 310
    assert top > 110
    assert np.count_nonzero(found & writing) < 0.3 * np.count_nonzero(writing[90:])


def test_digits_that_are_joined_in_a_row_are_no_line() -> None:
    row = np.zeros((100, 300), np.uint8)
    for x in range(20, 260, 30):
        cv2.circle(row, (x + 14, 60), 15, 255, 3)
    cv2.line(row, (20, 20), (20, 30), 255, 3)
    assert not find_underlines(row, row).any()
