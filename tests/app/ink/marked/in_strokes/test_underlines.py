"""Strokes that underline a drawn number are left out, and dashes and bars are not."""

import numpy as np
import pytest

from app.ink.marked.in_strokes.underlines import are_underlines
from app.recognizer import Recognizer
from tests.support.drawings import placed

Box = tuple[float, float, float, float]  # left, top, right, bottom
NUMBER: list[Box] = [(0, 50, 30, 110), (40, 50, 70, 110), (80, 50, 110, 110)]


@pytest.mark.parametrize(
    "line, expected",
    [
        ((-5, 120, 115, 124), True),
        ((-5, 108, 115, 112), True),  # touches the digits
        ((35, 120, 115, 124), True),  # below two of them
        ((-5, 80, 115, 84), False),  # strikes them out
        ((-5, 40, 115, 44), False),  # a bar above them, as two 5s share
        ((75, 120, 115, 122), False),  # the foot of one digit
        ((120, 78, 220, 82), False),  # a long dash after them
        ((-5, 120, 115, 150), False),  # too high for a line
    ],
)
def test_a_flat_stroke_below_several_others_is_an_underline(line: Box, expected: bool) -> None:
    boxes = np.array([*NUMBER, line], np.float64)
    assert are_underlines(boxes).tolist() == [False, False, False, expected]


def test_a_long_dash_below_a_number_has_writing_beside_it() -> None:
    boxes = np.array([*NUMBER, (0, 145, 80, 149), (95, 120, 125, 180)], np.float64)
    assert not are_underlines(boxes).any()


def test_a_line_that_crosses_two_5s_out_is_no_underline() -> None:
    bodies, bars = [(20, 126, 64, 201), (132, 122, 162, 194)], [(50, 111, 110, 144)]
    line = (5, 158, 219, 161)
    boxes = np.array([*bodies, *bars, (138, 110, 204, 140), line], np.float64)
    assert not are_underlines(boxes).any()


@pytest.mark.parametrize("boxes", [[], [(0, 0, 90, 4)], [(0, 0, 90, 4), (0, 9, 90, 13)]])
def test_lines_alone_are_kept(boxes: list[Box]) -> None:
    assert not are_underlines(np.array(boxes, np.float64).reshape(-1, 4)).any()


def test_an_underlined_number_and_a_sum_are_read(recognizer: Recognizer) -> None:
    number = [
        stroke
        for index, digit in enumerate((2, 7, 4))
        for stroke in placed(digit, 100 * index, 0, 90)
    ]
    line = np.array([[-5.0, 106.0], [140.0, 108.0], [300.0, 105.0]])
    result = [stroke + np.array([0.0, 120.0]) for stroke in number]
    assert recognizer.read_ink([*number, line]).text == "274"
    assert recognizer.read_ink([line, *number]).text == "274"
    assert recognizer.read_ink([*number, line, *result]).text == "274\n274"
