"""Which small pieces of ink are printed in rows, as dotted lines and dotted paper are."""

import cv2
import numpy as np
import pytest

from app.ink.printed.dot_rows import are_in_rows
from app.recognizer import Recognizer
from tests.support.pictures import sheet_png

DIGITS = [(20, 20, 50, 80), (100, 22, 40, 80), (170, 18, 45, 80)]
DOT, DASH = (5, 5), (24, 5)
PEN = 6.0


def row(places: list[int], y: int, size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Pieces of one size, left, top, width and height, in a level row."""
    return [(x, y, *size) for x in places]


@pytest.mark.parametrize(
    "pieces, is_printed",
    [
        (row([10, 30, 50, 70, 90], 110, DOT), True),  # a dotted line
        (row([10, 50, 90, 130, 170], 110, DASH), True),  # a broken line
        (row([10, 30, 90, 110, 130, 190], 110, DOT), True),  # digits hide some of its dots
        (row([10, 30, 51, 69, 90], 111, DOT), True),  # not quite even
        ([(240, y, 5, 5) for y in (10, 40, 70, 100, 130)], True),  # of a grid, from top to bottom
        ([(x, y, 5, 5) for y in range(5, 600, 120) for x in range(5, 600, 120)], True),  # wide
        (row([82, 202, 322, 442, 562], 95, DOT), False),  # points of numbers in a row
        ([(82, y, 5, 5) for y in (95, 215, 335, 455, 575)], False),  # and in a column
        (row([75, 93, 145, 160, 220], 95, DOT), False),  # points, which are not even
        (row([10, 30, 50, 70], 110, DOT), False),  # too few
        (row([10, 40, 70, 100, 130], 110, (14, 14)), False),  # dots of a dotted digit
        ([(x, 100 + 9 * k, 5, 5) for k, x in enumerate((10, 30, 50, 70, 90))], False),  # steep
    ],
)
def test_even_rows_of_dots_are_printed(
    pieces: list[tuple[int, int, int, int]], is_printed: bool
) -> None:
    boxes = np.array([*DIGITS, *pieces], np.int64)
    expected = [False] * len(DIGITS) + [is_printed] * len(pieces)
    assert are_in_rows(boxes, PEN).tolist() == expected


def test_a_larger_dot_in_a_row_is_written() -> None:
    pieces = [*row([10, 30, 50, 90, 110, 130], 110, DOT), (66, 106, 11, 11)]
    boxes = np.array([*DIGITS, *pieces], np.int64)
    assert are_in_rows(boxes, PEN).tolist() == [False] * 3 + [True] * 6 + [False]


def test_small_digits_in_the_squares_of_a_page_are_no_dots() -> None:
    squares, digits = (0, 0, 600, 800), row([20, 60, 100, 140, 180, 220], 300, (18, 30))
    boxes = np.array([squares, *digits], np.int64)
    assert not are_in_rows(boxes, 3.0).any()


def test_no_ink_has_no_rows() -> None:
    assert are_in_rows(np.zeros((0, 4), np.int64), PEN).tolist() == []


@pytest.mark.parametrize("is_grid", [False, True])
def test_dots_of_the_paper_are_no_points(recognizer: Recognizer, is_grid: bool) -> None:
    sheet = cv2.imdecode(np.frombuffer(sheet_png(["2537"]), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert sheet is not None, "a PNG made here can be decoded"
    for y in range(10, 180, 35) if is_grid else [152]:
        for x in range(12, sheet.shape[1] - 5, 22):
            cv2.circle(sheet, (x, y), 2, 120, -1)
    assert recognizer.read_image(np.asarray(sheet, np.uint8)).text == "2537"
