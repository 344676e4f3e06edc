"""Numbers that a stroke crosses out, or that are scribbled over, are doubtful."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.marked.in_strokes.struck import are_struck
from app.recognizer import Recognizer
from tests.support.drawings import placed

Stroke = NDArray[np.float64]


def number(text: str, size: float = 90) -> list[Stroke]:
    return [
        stroke
        for index, digit in enumerate(text)
        for stroke in placed(int(digit), 75.0 * index, 0, size)
    ]


def struck(strokes: list[Stroke]) -> bool:
    boxes = [np.concatenate([stroke.min(axis=0), stroke.max(axis=0)]) for stroke in strokes]
    return are_struck(strokes, np.array(boxes))


def line(*points: tuple[float, float]) -> Stroke:
    return np.array(points, np.float64)


SCRIBBLE = line(*[(85 + 50 * (index % 2), 15 + 4.0 * index) for index in range(18)])


@pytest.mark.parametrize(
    "stroke, expected",
    [
        (line((-10, 50), (230, 45)), True),
        (line((230, 70), (-10, 25)), True),  # from right to left, and sloping
        (line((-10, 95), (230, -5)), True),  # from corner to corner
        (line((70, 95), (165, -5)), False),  # a slash through the middle digit
        (line((-10, 100), (230, 100)), False),  # below them
        (line((-10, 85), (230, 84)), False),  # through their feet
        (line((15, 60), (70, 60)), False),  # the bar of one digit
        (line((230, 50), (330, 50)), False),  # a dash behind them
        (line((-10, 45), (110, -40), (230, 45)), False),  # not straight
        (line(*[(24.0 * step - 10, 52 - 14 * (step % 2)) for step in range(11)]), True),  # wavy
        (SCRIBBLE, True),
        (0.05 * SCRIBBLE + np.array([220.0, 80.0]), False),  # a point
        (line((230, 50)), False),
    ],
)
def test_a_stroke_through_several_digits_or_a_scribble(stroke: Stroke, expected: bool) -> None:
    assert struck([*number("238"), stroke]) is expected


@pytest.mark.parametrize("text", ["4", "7", "44", "77", "1111", "8080"])
def test_digits_are_not_struck_by_their_own_strokes(text: str) -> None:
    assert not struck(number(text))


def test_two_digits_are_crossed_out_from_corner_to_corner() -> None:
    assert struck([*number("23"), line((-5, 95), (150, -5))])
    assert struck([*number("23"), line((-5, -5), (150, 95))])


def test_a_number_is_doubtful_where_it_is_crossed_out(recognizer: Recognizer) -> None:
    written = recognizer.read_ink(number("238"))
    assert written.text == "238"
    assert not any(digit.is_doubtful for digit in written.digits)
    crossed = recognizer.read_ink([*number("238"), line((-10, 50), (230, 45))])
    assert all(digit.is_doubtful or digit.value is None for digit in crossed.digits)
